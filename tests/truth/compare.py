"""Holds the map of doors against what a person wrote down: `python tests/truth/compare.py LABELS.toml FOLDER [--all]`

FOLDER is the application at the commit that the labels name. Prints how many doors were found, missed and invented,
for how many the guard is right, and how many of the operations are there; with --all every difference.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from walkdown.doors.link import linked
from walkdown.doors.questions.asked import Map
from walkdown.doors.sql import read_sql
from walkdown.model.door import Door, DoorKind
from walkdown.syntax.script_program import EXTENSIONS, read_program

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NEAR = 3
_LEFT_OUT = frozenset({"node_modules", ".git", "dist", "build", ".next"})


class LabelledReach(msgspec.Struct):
    table: str
    operation: str
    file: str
    line: int
    filters: list[str] = []
    transaction: bool = False


class LabelledGuard(msgspec.Struct):
    checks: str


class LabelledDoor(msgspec.Struct):
    id: int
    kind: str
    method: str
    path: str
    file: str
    line: int
    handler: str
    guard: str
    validated: str
    guards: list[LabelledGuard] = []
    reaches: list[LabelledReach] = []
    limiter: str = ""
    unsure: str = ""


class LabelledAccess(msgspec.Struct):
    """What the browser does with a table itself."""

    table: str


class Labels(msgspec.Struct):
    repo: str
    commit: str
    scope: list[str]
    door: list[LabelledDoor]
    access: list[LabelledAccess] = []


class Score(msgspec.Struct):
    found: int = 0
    guards: int = 0
    filtered: int = 0
    validated: int = 0
    reaches: int = 0
    asked: int = 0
    missed: list[str] = []
    invented: list[str] = []
    wrong: list[str] = []
    lost: list[str] = []
    extra: list[str] = []


def main(labels: Labels, folder: Path, *, everything: bool) -> None:
    doors = [one for one in doors_of(folder) if any(one.file.startswith(f"{part}/") for part in labels.scope)]
    score, left = Score(), list(doors)
    for wanted in labels.door:
        mine = next((one for how in (_same_path, _same_place) for one in left if how(one, wanted)), None)
        score.asked += len(wanted.reaches)
        if mine is None:
            score.missed.append(f"{wanted.id} {wanted.method} {wanted.path} {wanted.file}:{wanted.line}")
            continue
        if mine.method != "ANY" or wanted.method in ("ANY", ""):
            left.remove(mine)
        judge(score, mine, wanted)
    score.invented = [
        f"{one.method} {one.path} {one.file}:{one.line}"
        for one in left
        if not _matched(one, labels.door) and not _is_table(one, labels.access)
    ]
    tell(score, labels, len(doors), everything=everything)


def judge(score: Score, mine: Door, wanted: LabelledDoor) -> None:
    score.found += 1
    guard = mine.guard.value if mine.guard else "none"
    if guard == wanted.guard:
        score.guards += 1
    elif _by_filter(guard, wanted):
        score.filtered += 1
    else:
        score.wrong.append(f"{wanted.id} {wanted.method} {wanted.path}: {guard}, but it is {wanted.guard}")
    score.validated += mine.validated == wanted.validated
    have = Counter((reach.operation.value, plain(reach.table)) for reach in mine.reaches)
    for reach in wanted.reaches:
        key = (reach.operation, plain(reach.table))
        if have[key] > 0 or (reach.operation in ("http", "file") and any(one[0] == reach.operation for one in +have)):
            score.reaches += 1
            have[key] -= 1
        else:
            score.lost.append(f"{wanted.id} {wanted.path}: {reach.operation} {reach.table} {reach.file}:{reach.line}")
    for (operation, table), count in (+have).items():
        if operation not in ("http", "file") and (operation, table) not in {
            (one.operation, plain(one.table)) for one in wanted.reaches
        }:
            score.extra.append(f"{wanted.id} {wanted.path}: {operation} {table} x{count}")


def _by_filter(guard: str, wanted: LabelledDoor) -> bool:
    """One key calls a list of one's own rows a door for owners, the others one for who is signed in, whose filter shows
    the owner. Where the guards that stand there are the same, nobody is wrong; such doors are counted apart."""
    listed = {one.checks for one in wanted.guards}
    own = any("=identity" in filter_ for reach in wanted.reaches for filter_ in reach.filters)
    strongest = next((one for one in ("role", "login", "secret") if one in listed), "none")
    return wanted.guard == "owner" and own and guard == strongest


def tell(score: Score, labels: Labels, ours: int, *, everything: bool) -> None:
    total = len(labels.door)
    print(f"{labels.repo} {labels.commit[:10]}: {total} doors labelled, {ours} in the map")
    print(f"  found      {score.found:4} of {total:4}  {score.found / total:6.1%}   asked 97 %")
    print(f"  invented   {len(score.invented):4}")
    print(f"  guard      {score.guards:4} of {score.found:4}  {score.guards / max(1, score.found):6.1%}   asked 92 %")
    print(f"             {score.filtered:4} more where the key calls the filter a guard")
    print(f"  validated  {score.validated:4} of {score.found:4}  {score.validated / max(1, score.found):6.1%}")
    print(f"  operations {score.reaches:4} of {score.asked:4}  {score.reaches / max(1, score.asked):6.1%}   asked 80 %")
    print(f"  operations that nobody wrote down: {len(score.extra)}")
    if everything:
        for name in ("missed", "invented", "wrong", "lost", "extra"):
            for line in getattr(score, name):
                print(f"  {name:9}{line}")


def map_of(folder: Path) -> Map:
    listed = subprocess.run(["git", "-C", str(folder), "ls-files", "-z"], capture_output=True, check=False).stdout
    tracked = [name for name in listed.decode("utf-8", "replace").split("\0") if name]
    paths = tracked or [str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()]
    paths = sorted(one for one in paths if not _LEFT_OUT & set(Path(one).parts))
    programs = {
        path: read_program((folder / path).read_bytes(), ending)
        for path in paths
        if (ending := path.rpartition(".")[2]) in EXTENSIONS and not path.endswith(".d.ts")
    }
    sql = {path: read_sql((folder / path).read_bytes()) for path in paths if path.endswith(".sql")}
    return linked(paths, programs, lambda path: (folder / path).read_bytes(), sql)


def doors_of(folder: Path) -> list[Door]:
    return [one.door for one in map_of(folder).doors]


def _same_path(mine: Door, wanted: LabelledDoor) -> bool:
    if wanted.kind in ("action", "job", "event", "command"):
        return mine.file == wanted.file and (
            mine.handler == wanted.handler or mine.path.strip("/") == wanted.path.strip("/")
        )
    methods = {mine.method, wanted.method}
    return _path(mine.path) == _path(wanted.path) and (len(methods) == 1 or bool(methods & {"ANY", ""}))


def _same_place(mine: Door, wanted: LabelledDoor) -> bool:
    near = mine.file == wanted.file and abs(mine.line - wanted.line) <= _NEAR
    return near and (mine.method == wanted.method or {mine.method, wanted.method} & {"ANY", ""} != set())


def _matched(mine: Door, wanted: Iterable[LabelledDoor]) -> bool:
    """One door that answers to several methods stands for several labels, and the other way round."""
    return any(_same_path(mine, one) or _same_place(mine, one) for one in wanted) and mine.kind is not DoorKind.RPC


def _is_table(mine: Door, access: Iterable[LabelledAccess]) -> bool:
    """Tables that the browser uses are written down apart from the doors."""
    table = mine.path.removeprefix("/rest/v1/")
    return mine.path.startswith("/rest/v1/") and plain(table) in {plain(one.table) for one in access}


def _path(path: str) -> str:
    return re.sub(r":\w+\??(?:\([^)]*\))?|\[\[?\.*\w+\]?\]|\{\w+\}", ":", path).rstrip("/*").lower() or "/"


def plain(table: str) -> str:
    """`RoomUser`, `room_users` and `public.room_user` are one table."""
    name = re.sub(r"[^a-z0-9]", "", table.rpartition(".")[2].lower())
    return re.sub(r"(?:ies|y)$", "i", name).removesuffix("s")


def load(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_labels(path: Path) -> Labels:
    return msgspec.convert(load(path), Labels)


def arguments(given: Sequence[str]) -> tuple[Path, Path, bool]:
    plain_ones = [one for one in given if not one.startswith("--")]
    if len(plain_ones) != 2:
        sys.exit(__doc__)
    return Path(plain_ones[0]), Path(plain_ones[1]), "--all" in given


if __name__ == "__main__":
    labels_path, tree, every = arguments(sys.argv[1:])
    main(read_labels(labels_path), tree, everything=every)
