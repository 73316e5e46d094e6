"""`merge` says several statements in one: it is taken apart into the updates, inserts and deletes it stands for."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\w+|\S")
_MERGE = re.compile(r"\s*(?P<with>with\b.*?)?merge\s+into\s+(?:only\s+)?", re.IGNORECASE | re.DOTALL)
_SET = re.compile(r"update\s+(set\b.*)", re.IGNORECASE | re.DOTALL)
_INSERT = re.compile(r"insert\s*(\(.*?\))?\s*values\s*\((.*)\)\s*$", re.IGNORECASE | re.DOTALL)


def taken_apart(text: str) -> list[str]:
    """The statements a `merge` stands for; empty where it is none. A line of theirs may be another one."""
    found = _MERGE.match(text)
    if found is None:
        return []
    before, rest = found["with"] or "", text[found.end() :].rstrip().rstrip(";")
    target, using, rest = _cut(rest, "using")
    source, on, rest = _cut(rest, "on")
    condition, when, rest = _cut(rest, "when")
    if not (using and on and when):
        return []
    out: list[str] = []
    while when:
        clause, when, rest = _cut(rest, "when")
        head, then, action = _cut(clause, "then")
        if not then:
            continue
        _, extra, more = _cut(head, "and")
        where = f"({condition}) and ({more})" if extra else condition
        out.extend(_made(action.strip(), before, target.strip(), source.strip(), where))
    return out


def _made(action: str, before: str, target: str, source: str, where: str) -> list[str]:
    name = target.split(maxsplit=1)[0]
    if found := _SET.match(action):
        return [f"{before} update {target} {found[1]} from {source} where {where}"]
    if found := _INSERT.match(action):
        return [" ".join((before, "insert into", name, found[1] or "", "select", found[2], "from", source))]
    gone = " ".join((before, "delete from", target, "using", source, "where", where))
    return [gone] if action.lower() == "delete" else []


def _cut(text: str, word: str) -> tuple[str, str, str]:
    """What stands before a word and after it, where it stands in no brackets."""
    depth = cases = 0
    for one in _TOKEN.finditer(text):
        held = one[0].lower()
        depth += (held == "(") - (held == ")")
        if depth == 0 and held == word and not cases:
            return text[: one.start()], held, text[one.end() :]
        cases += (held == "case") - (held == "end" and cases > 0)
    return text, "", ""


__all__ = ["taken_apart"]
