"""A small Next application given as text, with a login, a database and the alias `@/` for its root."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.doors import doors_of
from walkdown.model.door import Door

_AUTH = """
import NextAuth from "next-auth";
export const { handlers, auth, signIn, signOut } = NextAuth({ providers: [] });
"""
_DB = """
import { PrismaClient } from "@prisma/client";
export const db = new PrismaClient();
"""
_FRAME = {
    "next.config.mjs": "export default {};",
    "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
    "auth.ts": _AUTH,
    "db.ts": _DB,
}


def next_doors(files: Mapping[str, str]) -> dict[str, Door]:
    return doors_of({**_FRAME, **files})
