"""Tells whether a change to prose is only words: nothing in it could be a secret, and no line of it speaks of one."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\S+")
# From the first letter or digit to the last. Its shape takes one pass, however long somebody makes a line.
_CORE = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_NUMBER = re.compile(r"\d{1,5}")
_LONGEST = 30
# Parts of words: "passwords" and "api_key" are reason enough to let somebody look.
_TELLING = re.compile(r"(?i)passw|passphrase|pwd|secret|token|key|credential|bearer")


def only_words(before: bytes, after: bytes) -> bool:
    """True where everything that `after` says and `before` did not is a plain word or a short number, in lines that do
    not speak of passwords and their like."""
    try:
        old, new = before.decode("utf-8"), after.decode("utf-8")
    except UnicodeDecodeError:
        return False
    tokens, lines = set(_tokens(old)), set(old.splitlines())
    heading = ""
    for line in filter(str.strip, new.splitlines()):
        if line not in lines:
            fresh = (token for token in _tokens(line) if token not in tokens)
            if _TELLING.search(line) or _TELLING.search(heading) or not all(map(_is_plain, fresh)):
                return False
        # What stands below "The password is:" belongs to it.
        heading = line if line.rstrip().endswith(":") else ""
    return True


def _tokens(text: str) -> list[str]:
    bare = (_bare(token) for token in _TOKEN.findall(text))
    return [token for token in bare if token]


def _bare(token: str) -> str:
    """Without quotes, brackets and marks around it; underlines and stars are how prose is set in bold."""
    found = _CORE.search(token)
    return found[0] if found else ""


def _is_plain(token: str) -> bool:
    return len(token) <= _LONGEST and bool(_WORD.fullmatch(token) or _NUMBER.fullmatch(token))
