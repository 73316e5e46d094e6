"""An Express application in a few lines, for questions about what comes in."""

from __future__ import annotations

from helpers.questions import told
from walkdown.model.severity import Severity

HEAD = """
import express from "express"; import { z } from "zod"; import multer from "multer"; import fs from "fs";
import path from "path"; import axios from "axios"; import Stripe from "stripe"; import nodemailer from "nodemailer";
import pg from "pg"; import { execSync } from "child_process"; import passport from "passport";
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient(); const app = express(); const pool = new pg.Pool();
const stripe = new Stripe(process.env.KEY); const mail = nodemailer.createTransport({});
const login = passport.authenticate("jwt", { session: false });
const admin = (q, s, n) => q.user.role === "admin" ? n() : s.sendStatus(403);
"""


def found(code: str, hazard: str) -> list[Severity]:
    return [one.severity for one in told({"app.ts": HEAD + code}, hazard)]


def user(code: str, *, method: str = "post", path: str = "/x", before: str = "login") -> str:
    return f"app.{method}('{path}', {before}, async (q, s) => {{ {code} }});"
