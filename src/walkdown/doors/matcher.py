"""Patterns of paths as a middleware's `matcher` writes them: `/dashboard/:path*`, `/((?!api|_next).*)`.

They come from strangers and are run as regular expressions, so only forms that cannot run away are taken.
"""

from __future__ import annotations

import re
from functools import lru_cache

from walkdown.doors.values import Items, Value

_LONGEST = 400
_MOST_REPEATS = 8
_NAMED = re.compile(r":[A-Za-z_]\w*")
# A repeat of a group, or of a repeat: these can take for ever on the wrong text.
_RUNS_AWAY = re.compile(r"\)[*+{]|[*+?}][*+{]")


def covers(pattern: str, path: str) -> bool | None:
    """None where the pattern is none we take."""
    made = _regex(pattern)
    return None if made is None else made.fullmatch(_sample(path)) is not None


def any_covers(patterns: Value, path: str, *, globs: bool = False) -> bool | None:
    """Whether one of them covers the path; None where that hangs on one that is not known. `globs`: they are written
    as in a shell, `/auth/**`."""
    found = patterns.shape.known if isinstance(patterns.shape, Items) else (patterns,)
    said = [_covers(one.text, path, globs) for one in found]
    if any(said):
        return True
    return None if None in said else False


def _covers(pattern: str | None, path: str, globs: bool) -> bool | None:
    if not pattern:
        return None
    if globs:
        pattern = pattern.replace("/**", "/:path*").replace("/*", "/:any")
    return covers(pattern.removeprefix("^").removesuffix("$"), path)


def _sample(path: str) -> str:
    """A path somebody could ask for: parameters stand for some word."""
    return re.sub(r":\w+\*?", "0", path[:_LONGEST]) or "/"


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> re.Pattern[str] | None:
    if len(pattern) > _LONGEST or not pattern.startswith("/"):
        return None
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        named = _NAMED.match(pattern, at)
        if named is not None:
            at = _named(pattern, named.end(), parts)
        elif pattern[at] == "(":
            end = _closing(pattern, at)
            if end == len(pattern):
                return None
            parts.append(_group(pattern[at + 1 : end], pattern[end + 1 : end + 2]))
            at = end + 1 + (pattern[end + 1 : end + 2] in ("?", "*", "+") and end + 1 < len(pattern))
        else:
            parts.append(pattern[at] if pattern[at] == "\\" else re.escape(pattern[at]))
            at += 1
    text = "".join(parts)
    if len(re.findall(r"[*+]", text)) > _MOST_REPEATS:
        return None
    try:
        return re.compile(text + "/?")
    except re.error:
        return None


def _named(pattern: str, at: int, parts: list[str]) -> int:
    """`:name`, `:name*`, `:name+`, `:name?` and `:name(regex)`, with the slash before them."""
    inner = r"[^/]+"
    if pattern[at : at + 1] == "(":
        end = _closing(pattern, at)
        inner = _group(pattern[at + 1 : end], "")
        at = end + 1
    how = pattern[at : at + 1]
    slash = bool(parts) and parts[-1] == "/"
    if how in ("*", "?") and slash:
        parts.pop()
    parts.append({
        "*": r"(?:/.*)?" if slash else ".*", "+": ".+", "?": f"(?:/{inner})?" if slash else f"(?:{inner})?",
    }.get(how, inner))  # fmt: skip
    return at + (how in ("*", "+", "?") and how != "")


def _closing(pattern: str, at: int) -> int:
    deep = 0
    for number in range(at, len(pattern)):
        if pattern[number] in "()" and pattern[number - 1 : number] != "\\":
            deep += 1 if pattern[number] == "(" else -1
        if deep == 0:
            return number
    return len(pattern)


def _group(inner: str, how: str) -> str:
    if _RUNS_AWAY.search(inner) or (how in ("*", "+") and re.search(r"[*+]", inner)):
        return "(?P<"  # no regular expression: the whole pattern is not taken
    return f"(?:{inner}){how if how in ('?', '*', '+') else ''}"
