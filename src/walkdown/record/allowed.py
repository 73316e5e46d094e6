"""Lines of an allowed-signers file: which of them are well-formed, and why none of them vouches for a key.

Who is believed is for ssh-keygen to decide. Only well-formed lines reach it, so that no version of it stumbles over one
that is not; and what is told here are the reasons, for people.
"""

from __future__ import annotations

import base64
import binascii
import fnmatch
import hashlib
import re
from datetime import datetime

import msgspec

NAMESPACE = "walkdown"
_OPTION = rb'(?:cert-authority|(?:namespaces|valid-after|valid-before)="[^"\\\x00]*")'
_LINE = re.compile(
    rb'(?:"([^"\x00]+)"|([^\s"\x00#][^\s"\x00]*))[ \t]+'  # principals
    rb"(?:(" + _OPTION + rb"(?:," + _OPTION + rb")*)[ \t]+)?"
    rb"((?:sk-)?(?:ssh|ecdsa)-[A-Za-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t][^\x00]*)?",
    re.IGNORECASE,
)
_VALUE = re.compile(r'([a-z-]+)(?:="([^"]*)")?', re.IGNORECASE)
_TIME = re.compile(r"\d{8}(?:\d{4}(?:\d{2})?)?Z?")


class Line(msgspec.Struct, frozen=True):
    """`key`: the fingerprint. `authority`: it vouches for whomever that key issued a certificate to."""

    number: int
    text: bytes
    principals: str
    key: str
    authority: bool = False
    namespaces: str | None = None
    after: str = ""
    before: str = ""


class Lines(msgspec.Struct, frozen=True):
    """`odd`: numbers of the lines that are neither empty, nor a comment, nor well-formed."""

    good: tuple[Line, ...]
    odd: tuple[int, ...]

    @property
    def text(self) -> bytes:
        return b"".join(line.text + b"\n" for line in self.good)


def read_lines(data: bytes) -> Lines:
    good: list[Line] = []
    odd: list[int] = []
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        text = raw.strip()
        if not text or text.startswith(b"#"):
            continue
        line = _line(number, text)
        if line is None:
            odd.append(number)
        else:
            good.append(line)
    return Lines(tuple(good), tuple(odd))


def _line(number: int, text: bytes) -> Line | None:
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    key = _fingerprint(found[4], found[5])
    options = [(one[1].lower(), one[2]) for one in _VALUE.finditer((found[3] or b"").decode("utf-8", "replace"))]
    named = dict(options)
    if not key or len(named) != len(options):
        return None
    return Line(
        number,
        text,
        (found[1] or found[2]).decode("utf-8", "replace"),
        key,
        "cert-authority" in named,
        named.get("namespaces"),
        named.get("valid-after") or "",
        named.get("valid-before") or "",
    )


def _fingerprint(kind: bytes, text: bytes) -> str:
    """As ssh-keygen writes it; empty where the text is no key of that kind."""
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error:
        return ""
    if not blob.startswith(len(kind).to_bytes(4, "big") + kind):
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode()


def why_not(lines: Lines, key: str, principal: str, now: datetime) -> str:
    """Why these lines do not vouch for a key as this principal's, in words."""
    mine = [line for line in lines.good if line.key == key]
    reasons = [f"line {line.number} {reason}" for line in mine if (reason := _reason(line, principal, now))]
    if not reasons:
        others = [line for line in lines.good if not line.authority and principal in line.principals.split(",")]
        reasons = [f"it names {principal} with another key"] if others else ["it does not name this key"]
    if lines.odd:
        numbers = ", ".join(map(str, lines.odd[:3])) + (" …" if len(lines.odd) > 3 else "")
        reasons.append(f"line {numbers} cannot be understood")
    return "; ".join(reasons)


def _reason(line: Line, principal: str, now: datetime) -> str:
    if line.authority:
        return "names this key as an authority only"
    if not matches(line.principals, principal):
        return f"names this key for {line.principals}, not for {principal}"
    if line.namespaces is not None and not matches(line.namespaces, NAMESPACE):
        return f'names this key for {line.namespaces or "nothing"} only; add to it: namespaces="git,{NAMESPACE}"'
    if line.before and not _is_later(line.before, now):
        return f"says that this key was valid before {line.before} only"
    if line.after and _is_later(line.after, now):
        return f"says that this key is not valid before {line.after}"
    return "names this key, and ssh-keygen refused it"


def _is_later(time: str, now: datetime) -> bool:
    if _TIME.fullmatch(time) is None:
        return False
    today = now.strftime("%Y%m%d%H%M%S")
    return time.rstrip("Z").ljust(14, "0") > today


def matches(patterns: str, text: str) -> bool:
    """As ssh matches a list of patterns: `*` and `?`, and a `!` that rules out."""
    matched = False
    for pattern in patterns.split(","):
        plain = pattern.removeprefix("!").replace("[", "[[]")
        if fnmatch.fnmatchcase(text, plain):
            if pattern.startswith("!"):
                return False
            matched = True
    return matched
