"""The one door for untrusted text on its way to a terminal, a page or a file; masks secrets.

Always mask first, then make safe, then cut: `for_terminal(masker.mask_text(text), width=80)`. The other way round a cut
or an escape could leave half a secret that no mask recognises any more.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import accumulate
from urllib.parse import quote

from walkdown.model.place import FilePlace

DOTS = "•" * 8
TAB = " " * 4
SHORTEST = 6  # values below this are hidden by place only: as words they would blot out half of every text
_MOST_IN_A_COLUMN = 8  # a letter, its marks, and what chooses a picture; more of them come out as columns of their own
_MOST_MARKS = 4  # combining marks on one letter; more only serves to paint over the neighbours

# Characters that Unicode calls letters, marks or symbols, and that nevertheless show nothing.
_HIDDEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
_EMOJI_LOOK = "\ufe0f"


# --- terminal --------------------------------------------------------------------------------------------------------


def for_terminal(text: str, *, single_line: bool = True, width: int | None = None) -> str:
    """Text that moves no cursor, hides nothing and turns no direction: what is invisible is spelled out (`\\x1b`).

    `width` cuts to that many columns, with `…` where something is missing."""
    if width is not None and single_line:
        text = text[: (max(0, width) + 2) * _MOST_IN_A_COLUMN]  # a line may be megabytes long
    shown = text if text.isascii() and text.isprintable() else _visible(text, single_line)
    if width is None:
        return shown
    return "\n".join(_cut(line, width) for line in shown.split("\n"))


def _visible(text: str, single_line: bool) -> str:
    out: list[str] = []
    marks = _MOST_MARKS  # none may come first: it would land on whatever stands left of this text
    before = ""
    for char in text.replace("\r\n", "\n"):
        category = unicodedata.category(char)
        if char == "\n" and not single_line:
            piece, marks = "\n", _MOST_MARKS
        elif category in ("Mn", "Me") and char not in _HIDDEN:
            piece = char if marks < _MOST_MARKS else _spelled(char)
            marks += 1
        else:
            piece, marks = _shown(char, category, before), 0
        out.append(piece)
        before = category
    return "".join(out)


def _shown(char: str, category: str, before: str) -> str:
    if char == "\t":
        return TAB
    if category == "Zs":
        return " "
    if char == _EMOJI_LOOK and before == "So":
        return ""  # only chooses the coloured picture of the symbol before it
    if category[0] == "C" or category in ("Zl", "Zp") or char in _HIDDEN:
        return _spelled(char)
    return char


def _spelled(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # a byte that was no UTF-8, as Python carries it
    named = {0x0A: r"\n", 0x0D: r"\r"}.get(code)
    if named:
        return named
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def columns(text: str) -> int:
    """How many columns a terminal gives to text that went through `for_terminal`."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cut(line: str, width: int) -> str:
    if columns(line) <= width:
        return line
    ends = list(accumulate(map(_columns, line)))
    return line[: bisect_right(ends, width - 1)] + "…" if width > 0 else ""


# --- Markdown and JSON -----------------------------------------------------------------------------------------------

_PLAIN = {char: f"\\{char}" for char in "\\`*_{}[]#|~^"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;"}
_MARKS = re.compile(r"[\\`*_{}\[\]#|~^&<>$]")
# A page may link these by itself, after the Markdown is gone. A break without width, written as an entity, stops it.
_SELF_LINKING = re.compile(
    r"(@|(?i:www)(?=\.|$)|:(?=//)|(?<!:)/(?=/)|(?i:mailto|xmpp):|:(?=[\w+\\-]{1,60}:)|\bGH-(?=\d)|\\#(?=\w))"
)
_LINE_START = re.compile(r"^(\d{1,9}(?=[.)])|(?=[-+=]))")


def for_markdown(text: str) -> str:
    """Words inside a paragraph or a table cell: no markup, no HTML, no link, no mention. Always one line."""
    line = _MARKS.sub(lambda found: _PLAIN[found.group()], for_terminal(text).strip())
    line = _SELF_LINKING.sub(r"\1&#8203;", line)
    return _LINE_START.sub(r"\1\\", line)


def markdown_code(text: str, *, cell: bool = False) -> str:
    """A span of code on one line. `cell`: it stands in a table, where even code must not hold a bare `|`."""
    line = for_terminal(text)
    if not line.strip():
        return ""
    ticks = _longer_ticks(line, 1)
    gap = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{ticks}{gap}{_cell(line) if cell else line}{gap}{ticks}"


def _cell(line: str) -> str:
    return line.replace("|", "\\|")


def markdown_block(text: str, *, indent: str = "") -> str:
    """A fenced block of code that its content cannot close."""
    body = for_terminal(text, single_line=False)
    fence = _longer_ticks(body, 3)
    return "\n".join(f"{indent}{line}".rstrip() for line in (fence, *body.split("\n"), fence))


def _longer_ticks(text: str, least: int) -> str:
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))


def for_json(text: str) -> str:
    """Text that can be written as UTF-8: lone surrogates are spelled out. JSON itself takes care of the rest."""
    if text.isascii():
        return text
    return "".join(_spelled(char) if 0xD800 <= ord(char) <= 0xDFFF else char for char in text)


# --- secrets ---------------------------------------------------------------------------------------------------------

# What everybody knows about a key of that kind; showing it tells a person which key it is and an attacker nothing.
# The first row says "key" wherever it stands; the second is also the start of ordinary words, so its tail must fit.
_PUBLIC = """
    sk_live_ sk_test_ rk_live_ rk_test_ whsec_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- xoxb- xoxp- xoxa- xoxr- xoxs-
    xapp- sk-ant- sk-proj- sk-or- AIza ya29. dop_v1_ doo_v1_ shpat_ shpss_ sb_secret_ dckr_pat_ lin_api_ sntrys_ sntryu_
    glsa_ NRAK- AGE-SECRET-KEY-1 eyJ
""".split()  # noqa: SIM905 - a list of fifty quoted words is harder to read
_PUBLIC_WORDS = "AKIA ASIA SK SG. sk- key- npm_ hf_ r8_ gsk_ xai- sbp_ pypi- hvs. re_".split()  # noqa: SIM905


def _any_of(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_PREFIX = re.compile(_any_of([*_PUBLIC, *_PUBLIC_WORDS]))
_NAMES = r"pass(?:word|wd|phrase)?|pwd|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key"

# The nets for text that never went through the secret scan; the group `value` is hidden. Every repeat is bounded, so
# that a hostile line cannot make one of them slow.
_NETS = tuple(
    re.compile(net, re.DOTALL)
    for net in (
        r"://[^\s/:@\"'<>]{0,200}:(?!\d{1,5}(?:[/?#]|\s|\Z))(?P<value>[^\s\"'<>]{1,400})@",
        r"://(?P<value>[^\s/:@\"'<>]{16,400})@",
        r"(?i:authorization[\"']?\s{0,9}[:=]\s{0,9}[\"']?(?:bearer|basic|token)\s{1,9})(?P<value>[\w.~+/=:-]{8,8192})",
        r"(?i:\b(?:bearer|basic)\s{1,9})(?=[^\s\d]{0,400}\d)(?P<value>[\w.~+/=-]{12,8192})",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?P<value>.*?)(?:-----END|\Z)",
        rf"(?<![A-Za-z0-9])(?P<value>(?:{_any_of(_PUBLIC)})[\w./+=-]{{10,8192}})",
        r"(?<![A-Za-z0-9])(?P<value>(?:AKIA|ASIA)[A-Z0-9]{12,20}|SK[0-9a-f]{32}|re_[A-Za-z0-9]{6,12}_\w{16,60})",
        r"(?<![A-Za-z0-9])(?P<value>(?:key-|sk-|npm_|hf_|r8_|gsk_|xai-|sbp_)[A-Za-z0-9]{20,400})",
        r"(?<![A-Za-z0-9])(?P<value>SG\.[\w-]{16,40}\.[\w-]{16,80}|(?:pypi-|hvs\.)[\w-]{50,400})",
        rf"[?&;](?i:{_NAMES}|sig|signature|key)=(?P<value>[^&\s\"'#]{{6,2048}})",
        rf"(?i:{_NAMES})\w{{0,20}}[\"']?\]?\s{{0,9}}(?:[!=]==?|[:=])\s{{0,9}}(?P<q>[\"'])(?P<value>[^\"'\r\n]{{6,2048}})(?P=q)",
    )
)
# Searched in lower-case text before any net is cast: most lines hold none of these.
_HINT = re.compile(
    rf"://|{_NAMES}|authorization|bearer|basic|private key|sig=|key=|signature=|sk[0-9a-f]{{8}}"
    rf"|{_any_of([word.lower() for word in (*_PUBLIC, *_PUBLIC_WORDS) if word != 'SK'])}"
)

# What may stand between the parts of a value that was quoted, escaped, wrapped or joined.
_NOISE = frozenset(" \t\r\n\"'`\\+")
_DROP_NOISE = dict.fromkeys(map(ord, _NOISE))
_CODED = re.compile(r"[\\%&]")
_CHAR = re.compile(r".", re.DOTALL)
_TOKEN = re.compile(
    r"\\u\{[0-9a-fA-F]{1,6}\}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}|\\[nrt]|%[0-9a-fA-F]{2}"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|quot|amp|lt|gt|apos);|.",
    re.DOTALL,
)

Span = tuple[int, int]


class Masker:
    """Hides secrets in text: by the places where the scan found them, by value, and by what keys generally look like.

    Values live in this object only, in memory; nothing here writes them anywhere. Build a new one after each scan."""

    def __init__(self, places: Iterable[FilePlace] = (), values: Iterable[str] = ()) -> None:
        self._places: dict[str, list[FilePlace]] = {}
        for place in places:
            self._places.setdefault(place.path, []).append(place)
        self._heads: dict[str, set[str]] = {}
        for value in values:
            for form in _forms(value):
                self._heads.setdefault(form[:SHORTEST], set()).add(form)

    def mask_text(self, text: str) -> str:
        """Any text, of any number of lines."""
        return _masked(text, [*self._by_value(text), *_by_net(text)])

    def mask_line(self, path: str, line: int, text: str) -> str:
        """One line of a file, as it stands there: by its place too."""
        return self.mask_block(path, line, text)

    def mask_block(self, path: str, first: int, text: str) -> str:
        """Consecutive lines of a file from line `first` on, ended by `\\n`. The number of lines stays the same."""
        known = self._places.get(path)
        by_place = _by_place(known, first, text) if known else []
        return _masked(text, [*by_place, *self._by_value(text), *_by_net(text)])

    def _by_value(self, text: str) -> Iterator[Span]:
        """Looks at the text as it is and as it reads: what stands before a value can look like half an escape of it."""
        if not self._heads:
            return
        if not text.isascii() or self._seen(text.translate(_DROP_NOISE)):
            yield from self._found(*_projected(text, _CHAR))
        if _CODED.search(text):
            yield from self._found(*_projected(text, _TOKEN))

    def _seen(self, plain: str) -> bool:
        heads = self._heads
        return any(plain[at : at + SHORTEST] in heads for at in range(len(plain) - SHORTEST + 1))

    def _found(self, plain: str, spans: Sequence[Span]) -> Iterator[Span]:
        for at in range(len(plain) - SHORTEST + 1):
            for form in self._heads.get(plain[at : at + SHORTEST], ()):
                if plain.startswith(form, at):
                    yield spans[at][0], spans[at + len(form) - 1][1]


def value_at(text: str, place: FilePlace) -> str:
    """The text a place spans, out of its whole file: how a person's session gets the values to hand to a Masker."""
    lines = text.split("\n")
    if not 0 < place.line <= len(lines) or not place.column:
        return ""  # nothing known well enough to be searched for elsewhere
    last = min(place.end_line or place.line, len(lines))
    block = "\n".join(lines[place.line - 1 : last])
    [(start, end)] = _by_place([place], place.line, block)
    return block[start:end]


def _forms(value: str) -> set[str]:
    """The value, each of its lines, and how it looks inside a URL or in base64, all without the noise."""
    written = [value, *value.splitlines(), quote(value, safe="", errors="replace")]
    if len(value) >= 12:
        # The last group depends on what follows the value, so it is left out.
        written.append(b64encode(value.encode("utf-8", "replace")).decode()[: len(value) // 3 * 4])
    forms = {_projected(text, pattern)[0] for text in written for pattern in (_CHAR, _TOKEN)}
    return {form for form in forms if len(form) >= SHORTEST and not set(form) <= set(DOTS)}


def _projected(text: str, pattern: re.Pattern[str]) -> tuple[str, list[Span]]:
    """The text without noise, with escapes decoded where the pattern knows them, and where each character came from."""
    chars: list[str] = []
    spans: list[Span] = []
    for found in pattern.finditer(text):
        for char in _decoded(found.group()):
            if char not in _NOISE and (char.isascii() or (char.isprintable() and char not in _HIDDEN)):
                chars.append(char)
                spans.append(found.span())
    return "".join(chars), spans


def _decoded(token: str) -> str:
    if len(token) == 1:
        return token
    if token[0] == "&":
        return unescape(token)
    if token in (r"\n", r"\r", r"\t"):
        return ""
    code = int(token.strip("\\%uUx{}"), 16)
    return chr(code) if code <= 0x10FFFF else ""


def _by_place(places: Iterable[FilePlace], first: int, text: str) -> list[Span]:
    """Columns count characters from 1. Where they are not known, or lie outside the line, the whole line goes."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    spans: list[Span] = []
    for place in places:
        begins, ends = place.line - first, (place.end_line or place.line) - first
        if ends < 0 or begins >= len(lines):
            continue
        start, end = starts[max(begins, 0)], starts[min(ends, len(lines) - 1) + 1] - 1
        if begins >= 0 and 0 < place.column <= len(lines[begins]):
            start += place.column - 1
        if ends < len(lines) and 0 < place.end_column <= len(lines[ends]) + 1:
            end = max(start, starts[ends] + place.end_column - 1)
        spans.append((start, end))
    return spans


def _by_net(text: str) -> Iterator[Span]:
    if _HINT.search(text.lower()):
        for net in _NETS:
            for found in net.finditer(text):
                yield found.span("value")


def _masked(text: str, spans: list[Span]) -> str:
    if not spans:
        return text
    out: list[str] = []
    at = 0
    for start, end in _joined(spans):
        out += text[at:start], _hidden(text[start:end])
        at = end
    return "".join([*out, text[at:]])


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _hidden(value: str) -> str:
    """The same number of dots whatever the length, one row for each line, behind what is public anyway."""
    public = _PREFIX.match(value)
    shown = public.group() if public and len(value) >= public.end() + 8 else ""
    return shown + "\n".join(DOTS for _ in value.split("\n"))
