"""A statement of SQL in any dialect, cut into words, brackets and the places where values are put in."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 40_000
_DEEPEST = 30
HOLE = "\x01"  # stands on both sides of the number of a value that the code puts into the text
_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<hole>\x01\d+\x01)"""
    r"""|(?P<text>[eEnN]?'(?:[^']|'')*(?:'|\Z))"""
    r"""|(?P<name>"(?:[^"]|"")*"|`[^`]*`|\[[A-Za-z_][\w ]*\])"""
    r"""|(?P<cast>::\s*[\w.]+(?:\[\])?)"""
    r"""|(?P<param>\?{1,2}|\$\d+|%s|[:@$][A-Za-z_]\w*|%\([A-Za-z_]\w*\)s|\$[{/<][A-Za-z_]\w*(?:[:,~]\w+)?[}/>])"""
    r"""|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<word>[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*)"""
    r"""|(?P<open>\()|(?P<close>\))|(?P<sign><=|>=|<>|!=|!~\*?|~\*?|@>|<@|\|\||&&|->>?|\#>>?|[-+*/%=<>.,;{}\[\]^|&!:@$\\"`])""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """`kind`: word, name, text, number, param, hole, sign, or group, whose `inner` stood in brackets. `value`: in lower
    case for words, of which `name` is as it is written; the number or name of a param or hole."""

    kind: str
    value: str
    inner: tuple[Word, ...] = ()
    name: str = ""

    def says(self, *words: str) -> bool:
        return self.kind == "word" and self.value in words

    def sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.value in signs


def words_of(text: str) -> tuple[Word, ...]:
    """Brackets become groups; what is nested too deep is left out."""
    stack: list[list[Word]] = [[]]
    asked = 0
    for found in _TOKEN.finditer(text[:LONGEST]):
        kind, said = found.lastgroup or "", found[0]
        if kind in ("skip", "cast"):
            continue
        if kind == "open":
            stack.append([])
        elif kind == "close":
            if len(stack) > 1:
                inner = stack.pop()
                stack[-1].append(Word("group", "", tuple(inner) if len(stack) < _DEEPEST else ()))
        elif kind == "param":
            value, asked = _param(said, asked)
            stack[-1].append(Word("param", value))
        else:
            stack[-1].append(_word(kind, said))
    while len(stack) > 1:
        inner = stack.pop()
        stack[-1].append(Word("group", "", tuple(inner)))
    return tuple(stack[0])


def _param(said: str, asked: int) -> tuple[str, int]:
    """`?` and `%s` are counted; `$1` says its number, which begins at one; others have a name."""
    if said in ("?", "??", "%s"):
        return str(asked), asked + 1
    if said[1:].isdigit():
        return str(int(said[1:]) - 1), asked
    return re.sub(r"^%?[^\w]+|[:,~]\w+|[^\w]+s?$", "", said), asked


def _word(kind: str, said: str) -> Word:
    if kind == "word":
        return Word("word", said.lower(), name=said)
    if kind == "name":
        return Word("name", said[1:-1], name=said[1:-1])
    if kind == "hole":
        return Word("hole", said.strip(HOLE))
    if kind == "text" and HOLE in said:  # '${id}' puts a value into a text
        return Word("hole", said.split(HOLE)[1])
    return Word(kind, said)


def split(words: tuple[Word, ...], *, sign: str = ",") -> list[tuple[Word, ...]]:
    parts: list[list[Word]] = [[]]
    for word in words:
        if word.sign(sign):
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts if part]
