"""What became of the guards between two versions of some files, and which changed lines a person must read.

Told from the text alone, line by line: a guard belongs to the function, class or route it stands at. Where that is
still there and nothing asks the same question any more, a guard was removed. Where the whole function went, or the
guard stands elsewhere now, none was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from walkdown.record import guard_words as words
from walkdown.record.guard_policies import policies
from walkdown.record.guard_words import (
    COMMENT,
    IMPORT,
    LONGEST_LINE,
    LONGEST_NAME,
    MOST_LINES,
    REMOVED,
    Versions,
    clean,
    suffix_of,
)
from walkdown.record.must_read import must_read
from walkdown.record.statement import Hunk

MOST_HUNKS = 200

_CODE = frozenset(("py", "pyi", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro"))
_READ = _CODE | frozenset(
    ("sql", "prisma", "graphql", "yml", "yaml", "toml", "ini", "cfg", "conf", "env", "tf", "sh", "json")
)
_LEFT_OUT = re.compile(
    r"(?i)(?:^|/)(?:tests?|__tests__|e2e|fixtures|node_modules|dist|build|vendor|\.next|locales?|i18n|messages)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$|[._-](?:test|spec|stories|min|gen|d)\.[a-z]+$|_test\.py$"
    r"|(?:^|/)(?:package-lock|composer|[^/]*[.-]lock)\.[a-z]+$|\.lock$|(?:^|/)(?:openapi|swagger)[^/]*\.json$"
)
_CLOSER = re.compile(r"[)\]}>]")
_CLASS = r"(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s+(?P<{0}>\w+)"
_MARKER = re.compile(
    r"(?:"
    rf"(?:async\s+)?def\s+(?P<a>\w+)|{_CLASS.format('b')}"
    r"|(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*(?P<c>\w+)"
    r"|(?:export\s+)?(?:const|let|var)\s+(?P<d>\w+)\s*(?::[^=]{1,200})?=\s*(?:async\b|function\b|\([^)]*\)\s*(?::[^=]{1,80})?=>"
    r"|\w+\s*=>|[\w.]*[pP]rocedure\b|with[A-Z]\w*\(|create[A-Z]\w*\((?:async\b|\{|\())"
    r"|(?:public\s+|private\s+|protected\s+|static\s+)*(?:async\s+)?(?!(?:if|for|while|switch|catch|return|function)\b)"
    r"(?P<e>\w+)\s*\((?:[^()]|\([^()]*\))*\)\s*(?::[^{]{1,200})?\{\s*$"
    r"|(?P<f>\w+)\s*:\s*(?:[\w.]*[pP]rocedure\b|async\b|\([^)]*\)\s*=>)"
    r"|[\w.]*\.(?P<verb>get|post|put|patch|delete|all|use|route)\(\s*(?P<route>[\"'`][^\"'`]{0,200}[\"'`])?\s*(?:,|$|\()"
    r")"
)
_CHAINED = re.compile(r"\.(get|post|put|patch|delete|all|use)\(\s*[\"'`](/[^\"'`]{0,200})[\"'`]")
_METHOD = re.compile(r"(?:(?:public|private|protected|static|async|export|default)\s+){0,4}(\w+)\s*\(")
_ROUTE = re.compile(r"\s*([\"'`][^\"'`]{0,200}[\"'`])")


class _Guard(msgspec.Struct, frozen=True):
    kind: str
    name: str
    line: int


class _Owner(msgspec.Struct):
    """A function, a class, a route, or under an empty name the file itself."""

    line: int = 1
    guards: list[_Guard] = []
    opened: list[tuple[str, str, int]] = []
    lines: list[str] = []

    def says(self, name: str) -> bool:
        return any(re.search(rf"\b{re.escape(name)}\b", line) for line in self.lines if name in line)


class _File(msgspec.Struct, frozen=True):
    path: str
    before: Mapping[str, _Owner]
    after: Mapping[str, _Owner]


def hunks_of(files: Iterable[Versions]) -> tuple[Hunk, ...]:
    """Guards that were removed, then what must be read, the most serious first; never more than can be read."""
    read = [one for one in files if not _LEFT_OUT.search(one.path) and suffix_of(one.path) in _READ]
    removed = removed_guards(read)
    near = {(one.path, one.line) for one in removed}
    changed = [hunk for one in read for hunk in must_read(one, near)]
    changed.sort(key=lambda one: (one[0], one[1].path, one[1].line))
    return (*removed, *(hunk for _, hunk in changed))[:MOST_HUNKS]


def removed_guards(files: Sequence[Versions]) -> tuple[Hunk, ...]:
    code = [
        _File(one.path, _owners(one.before or ""), _owners(one.after or ""))
        for one in files
        if suffix_of(one.path) in _CODE and _tells(one)
    ]
    found = [*_lost(code), *_opened(code), *_middleware(files), *policies(files)]
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda one: (one.path, one.line, one.why)))


# --- guards at functions, classes and routes -------------------------------------------------------------------------


def _tells(one: Versions) -> bool:
    """Whether lines differ in which a guard or a function can be. Otherwise nothing was removed."""
    before, after = (
        Counter("".join(line.split()) for line in (text or "").split("\n")) for text in (one.before, one.after)
    )
    differ = (*(before - after), *(after - before))
    return any(words.hints(line) or words.SHAPE.search(line) for line in differ)


def _owners(text: str) -> dict[str, _Owner]:
    """Every function, class and route of a file with what guards it. One pass over the lines, by their indentation."""
    owners: dict[str, _Owner] = {"": _Owner()}
    stack: list[tuple[int, str]] = []
    waiting: list[tuple[int, str]] = []  # lines of decorators, whose owner comes after them
    importing = False
    client = text.lstrip()[:12].strip("\"'; ").startswith("use client")
    for number, raw in enumerate(text.split("\n")[:MOST_LINES], 1):
        line = raw[:LONGEST_LINE]
        bare = line.strip()
        if importing or not bare or COMMENT.match(bare):
            importing = importing and not re.search(r"[)}]|[\"'];?$", bare)
            continue
        if IMPORT.match(bare):
            importing = bare.endswith(("(", "{", ",", "\\")) and " from " not in bare.partition("import")[2]
            continue
        indent = len(line) - len(line.lstrip())
        if bare.startswith("@") or _is_open(waiting):
            waiting.append((number, line))
            continue
        marker = _name_in(bare, text, number)
        if waiting and not marker and (method := _METHOD.match(bare)):
            marker = method[1]
        if not _CLOSER.match(bare):
            while stack and stack[-1][0] >= indent:
                stack.pop()
        if marker:
            name = ".".join([*(one for _, one in stack[-1:]), marker]) if stack else marker
            stack.append((indent, name))
            owners.setdefault(name, _Owner(number))
        owner = owners[stack[-1][1] if stack else ""]
        for at, said in (*waiting, (number, line)):
            _note(owner, at, said, marker if at == number else "", client=client)
        waiting = []
    return owners


def _is_open(lines: Sequence[tuple[int, str]]) -> bool:
    """Whether a decorator goes on in the next line."""
    return 0 < len(lines) < 40 and sum(line.count("(") - line.count(")") for _, line in lines) > 0


def _name_in(line: str, text: str, number: int) -> str:
    found = _MARKER.match(line)
    if found is None:
        # A chain, such as `export const orders = new Hono().post("/orders", async (c) => {`.
        within = _CHAINED.search(line) if line.endswith(("{", "(", ",")) else None
        return f"{within[1]} {clean(within[2])}" if within else ""
    if found["verb"]:
        route = found["route"] or _route_after(text, number)
        # `app.use(requireAuth)` is no route but says something about all of them.
        return f"{found['verb']} {clean(route.strip(chr(34) + chr(39) + '`'))}" if route else ""
    return next(one for one in (found[key] for key in "abcdef") if one)


def _route_after(text: str, number: int) -> str:
    lines = text.split("\n", number + 1)
    found = _ROUTE.match(lines[number]) if len(lines) > number else None
    return found[1] if found else ""


def _note(owner: _Owner, number: int, line: str, marker: str, *, client: bool) -> None:
    owner.lines.append(line)
    if not words.hints(line):
        return
    taken: list[tuple[int, int]] = []
    for pattern in words.GUARDS:
        for match in pattern.regex.finditer(line):
            name = match[0].strip(" :")
            if any(start < match.end() and match.start() < end for start, end in taken) or name == marker:
                continue
            if client and name.startswith(("auth.", "await")):
                continue  # in the browser it hides a button; it guards nothing
            taken.append(match.span())
            owner.guards.append(_Guard(words.kind_of(pattern, name), clean(re.sub(r"\s+", "", name)), number))
    for pattern in words.OPENERS:
        for match in pattern.regex.finditer(line):
            owner.opened.append((pattern.kind, clean(match[0]), number))


def _lost(files: Sequence[_File]) -> Iterator[Hunk]:
    gained = _gained(files)
    for file in files:
        for name, before in file.before.items():
            at, after = _where_now(file, name, files)
            if after is None:
                continue
            for kind in dict.fromkeys(one.kind for one in before.guards):
                missing = _missing(before, after, kind)
                if missing and not all(gained[one.name] for one in missing) and not _is_around(kind, name, at, files):
                    what = ", ".join(dict.fromkeys(one.name for one in missing))[:LONGEST_NAME]
                    where = f" of {clean(name)}" if name else ""
                    yield Hunk(REMOVED, at.path, after.line, f"{what} is gone: a {kind} check{where}")


def _missing(before: _Owner, after: _Owner, kind: str) -> list[_Guard]:
    kinds = (kind, *words.INSTEAD.get(kind, ()))
    if any(one.kind in kinds for one in after.guards):
        return []
    return [one for one in before.guards if one.kind == kind]


def _where_now(file: _File, name: str, files: Sequence[_File]) -> tuple[_File, _Owner | None]:
    """The same function today, in its file or in the only other one where it is new."""
    if name in file.after and (name or len(file.after) > 1 or file.after[""].lines):
        return file, file.after[name]
    if not name:
        return file, None
    others = [one for one in files if one is not file and name in one.after and name not in one.before]
    return (others[0], others[0].after[name]) if len(others) == 1 else (file, None)


def _gained(files: Sequence[_File]) -> Counter[str]:
    """Guards that stand now where none of their name stood, at something that was there before."""
    gained: Counter[str] = Counter()
    for file in files:
        for name, after in file.after.items():
            before = file.before.get(name)
            if before is not None or not name:
                had = Counter(one.name for one in before.guards) if before else Counter()
                gained += Counter(one.name for one in after.guards) - had
    return gained


def _is_around(kind: str, name: str, at: _File, files: Sequence[_File]) -> bool:
    """Whether what stands around this one asks now, or something new that it calls."""
    kinds = (kind, *words.INSTEAD.get(kind, ()))
    for outer in {"", name.rpartition(".")[0]} - {name}:
        was, now = at.before.get(outer, _Owner()), at.after.get(outer, _Owner())
        if _count(now, kinds) > _count(was, kinds):
            return True
    owner = at.after[name]
    return any(
        owner.says(helper.rpartition(".")[2])
        for file in files
        for helper in file.after
        if helper not in file.before and _count(file.after[helper], kinds)
    )


def _count(owner: _Owner, kinds: Iterable[str]) -> int:
    return sum(one.kind in kinds for one in owner.guards)


def _opened(files: Sequence[_File]) -> Iterator[Hunk]:
    """Doors that were opened on purpose, unless the same words only moved."""
    net: Counter[str] = Counter()
    for file in files:
        for owner in file.after.values():
            net.update(name for _, name, _ in owner.opened)
        for owner in file.before.values():
            net.subtract(name for _, name, _ in owner.opened)
    for file in files:
        for name, after in file.after.items():
            before = file.before.get(name)
            had = {said for _, said, _ in before.opened} if before else set()
            for why, said, line in after.opened:
                # A new function that is open to all may be meant so; its lines are read as new ones.
                fresh = before is None and why == "anyone may call it"
                if said not in had and net[said] > 0 and not fresh:
                    yield Hunk(REMOVED, file.path, line, f"{said}: {why}")


# --- middleware ------------------------------------------------------------------------------------------------------


def _middleware(files: Sequence[Versions]) -> Iterator[Hunk]:
    ours = [one for one in files if words.MIDDLEWARE.search(one.path)]
    stays = any(one.after is not None for one in ours)
    for one in ours:
        if one.before is not None and one.after is None:
            if not stays and any(owner.guards for owner in _owners(one.before).values()):
                yield Hunk(REMOVED, one.path, 0, "the middleware that asked who somebody is was removed")
            continue
        before, after = _matched(one.before or ""), _matched(one.after or "")
        gone = [entry for entry in before if entry not in after]
        if gone and after and not any(_covers(entry) for entry in after):
            line = next(iter(after.values()))
            shown = ", ".join(gone)[:LONGEST_NAME]
            yield Hunk(REMOVED, one.path, line, f"{shown} is no longer matched by the middleware")


def _matched(text: str) -> dict[str, int]:
    """The entries of the matcher with their lines."""
    found = re.search(r"\bmatcher\s*:\s*(\[[^\]]{0,4000}\]|[\"'`][^\"'`]{0,400}[\"'`])", text)
    if found is None:
        return {}
    return {
        clean(one[1]): text.count("\n", 0, found.start(1) + one.start()) + 1
        for one in re.finditer(r"[\"'`](/[^\"'`\n]{0,400})[\"'`]", found[1])
    }


def _covers(entry: str) -> bool:
    """A matcher for nearly every path."""
    return entry.startswith(("/((", "/(.", "/:path*")) or entry == "/"
