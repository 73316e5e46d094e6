"""Doors: seconds to link the files of an application, and the memory for it. `python tests/benchmarks/doors.py`

Without `--tree` an application is generated: routers whose handlers call the same guards, services and loggers, many
files deep, as real ones do. With it the files of that folder are read. What is read is kept first; linking runs in a
process of its own that decodes it, so that its memory is its own too.

Prints a table with the bound of each figure and whether it holds, and ends with 1 where one does not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from walkdown.doors.link import link
from walkdown.syntax.program import Program
from walkdown.syntax.script_program import read_program

FILES = 2_000
SECONDS = 1.0  # for as many files
MEGABYTES = 400.0
_CODE = frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"})
_LEFT_OUT = frozenset({"node_modules", ".git", "dist", "build"})
_PARTS = 4  # files of one subject: its routes, guard, service and rows


class Read(msgspec.Struct, frozen=True):
    """`root`: where the files are that are no code."""

    root: str
    paths: list[str]
    programs: dict[str, Program]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--tree", type=Path, help="measure the files of this folder instead of generated ones")
    options.add_argument("--files", type=int, default=FILES, help="how many to generate")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as room:
        root: Path = chosen.tree or Path(room) / "app"
        if chosen.tree is None:
            generate(root, chosen.files)
        started = time.perf_counter()
        read = read_all(root)
        reading = time.perf_counter() - started
        kept = Path(room) / "read"
        kept.write_bytes(msgspec.msgpack.encode(read))
        found = json.loads(_in_a_child(kept))
    count = len(read.programs)
    print(f"{count} files read in {reading:.1f} s; {found['doors']} doors, {found['cut']} of them cut")
    return table(
        [
            ("linking, s for 2,000 files", found["seconds"] * FILES / max(count, 1), SECONDS),
            ("peak memory, MB", found["megabytes"], MEGABYTES),
        ]
    )


def table(rows: Sequence[tuple[str, float, float]]) -> int:
    for name, figure, bound in rows:
        print(f"{name:32} {figure:8.2f}  at most {bound:g}  {'holds' if figure <= bound else 'DOES NOT HOLD'}")
    return int(any(figure > bound for _, figure, bound in rows))


def read_all(root: Path) -> Read:
    paths = sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and not _LEFT_OUT & set(path.relative_to(root).parts)
    )
    code = [path for path in paths if path.rpartition(".")[2] in _CODE and not path.endswith(".d.ts")]
    programs = {path: read_program((root / path).read_bytes(), path.rpartition(".")[2]) for path in code}
    return Read(str(root), paths, programs)


def _in_a_child(kept: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    argv = [sys.executable, __file__, "--child", str(kept)]
    return subprocess.run(argv, check=True, capture_output=True, text=True, env=env).stdout


def linked(kept: Path) -> None:
    """In the child: what was read is decoded, linked, and told in one line."""
    from benchmarks.dependencies import peak_mb

    read = msgspec.msgpack.decode(kept.read_bytes(), type=Read)
    root = Path(read.root)
    started = time.process_time()
    doors = link(read.paths, read.programs, lambda path: (root / path).read_bytes())
    seconds = time.process_time() - started
    cut = sum(one.visit.steps >= one.visit.most for one in doors)
    print(json.dumps({"seconds": seconds, "megabytes": peak_mb(), "doors": len(doors), "cut": cut}))


# -- an application -----------------------------------------------------------------------------------------------------


def generate(root: Path, count: int) -> None:
    subjects = range(count // _PARTS)
    shared = {
        "db.ts": 'import { PrismaClient } from "@prisma/client"; export const db = new PrismaClient();',
        "log.ts": "".join(
            f"function part{n}(text: string) {{ const line = `${{text}} {n}`; return line.trim() ? line : null; }}\n"
            for n in range(20)
        )
        + "export function log(text: string) {"
        + "".join(f"part{n}(text);" for n in range(20))
        + "}",
        "guard.ts": 'import jwt from "jsonwebtoken"; import { log } from "./log"; import { db } from "./db";\n'
        "export const only = (role: string) => async (req, res, next) => { log(role);\n"
        " const said = jwt.verify(req.headers.authorization, process.env.KEY);\n"
        " const user = await db.user.findUnique({ where: { id: said.sub } });\n"
        " if (!user || user.role !== role) return res.status(403).end(); req.user = user; next(); };",
        "app.ts": 'import express from "express"; const app = express();\n'
        + "".join(f'import r{n} from "./s{n}/routes";\napp.use("/s{n}", r{n});\n' for n in subjects)
        + "app.listen(1);",
    }
    for name, text in shared.items():
        _write(root / name, text)
    for n in subjects:
        for name, text in _subject(n).items():
            _write(root / f"s{n}" / name, text)


def _subject(n: int) -> dict[str, str]:
    around = (n + 1) % 50
    return {
        "rows.ts": 'import { db } from "../db"; import { log } from "../log";\n'
        f"export async function one(id) {{ log(id); return db.t{n}.findUnique({{ where: {{ id }} }}); }}\n"
        f"export async function put(id, data) {{ log(id); return db.t{n}.update({{ where: {{ id }}, data }}); }}",
        "service.ts": f'import {{ one, put }} from "./rows"; import * as other from "../s{around}/rows";\n'
        "import { log } from '../log';\n"
        "export async function read(user, id) { const row = await one(id); log(id);\n"
        " if (!row || row.owner !== user.id) throw new Error('none'); return { row, more: await other.one(row.next) }; }\n"
        "export async function change(user, id, data) { const { row } = await read(user, id);\n"
        " return put(row.id, { name: data.name }); }",
        "checks.ts": 'import { z } from "zod"; export const form = z.object({ name: z.string() });',
        "routes.ts": 'import { Router } from "express"; import { only } from "../guard"; import { form } from "./checks";\n'
        'import { read, change } from "./service"; const router = Router();\n'
        f'router.get("/:id", only("r{n % 3}"), async (q, s) => s.json(await read(q.user, q.params.id)));\n'
        f'router.put("/:id", only("r{n % 3}"), async (q, s) =>\n'
        " s.json(await change(q.user, q.params.id, form.parse(q.body))));\n"
        "export default router;",
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
        linked(Path(sys.argv[2]))
    else:
        sys.exit(main())
