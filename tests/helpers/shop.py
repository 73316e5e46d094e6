"""A small shop on Express and Prisma, whose one handler is given: `shop("await …; res.json({});")`."""

from __future__ import annotations

_SCHEMA = """
model User {
  id           String @id
  email        String @unique
  name         String
  points       Int
  passwordHash String
}
model Product {
  id    String @id
  name  String
  stock Int
  views Int
}
model Order {
  id        String @id
  userId    String
  productId String
  lines     Line[]
}
model Line {
  id      String @id
  orderId String
}
model Booking {
  id     String @id
  roomId String
  day    String
}
model Vote {
  userId String
  pollId String
  @@id([userId, pollId])
}
model Payment {
  id       String @id
  intentId String @unique
  amount   Int
}
model AuditLog {
  id   String @id
  text String
}
"""
_APP = """
const express = require("express");
const jwt = require("jsonwebtoken");
const { PrismaClient } = require("@prisma/client");
const prisma = new PrismaClient();
const app = express();
function login(req, res, next) {
  const found = jwt.verify(req.headers.authorization, process.env.SECRET);
  if (!found) return res.status(401).end();
  req.user = found;
  next();
}
HEAD
app.METHOD("/x/:id", login, async (req, res) => {
BODY
});
app.listen(1);
"""


def shop(body: str, *, head: str = "", method: str = "post", **more: str) -> dict[str, str]:
    text = _APP.replace("HEAD", head).replace("METHOD", method).replace("BODY", body)
    return {"app.js": text, "prisma/schema.prisma": _SCHEMA, **more}
