"""Versions of npm packages and their order, exactly as node-semver has it (strict, not loose)."""

from __future__ import annotations

import re

import msgspec

from walkdown.errors import AdvisoryError

# What JavaScript takes for blank; Python's own idea differs in a few characters.
BLANKS = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
NUMBER = r"(?:0|[1-9][0-9]*)"
IDENTIFIER = rf"(?:[0-9]*[A-Za-z-][0-9A-Za-z-]*|{NUMBER})"
PRERELEASE = rf"-({IDENTIFIER}(?:\.{IDENTIFIER})*)"
BUILD = r"\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
LARGEST = 2**53 - 1  # beyond that JavaScript cannot count

_LONGEST = 256
_FULL = re.compile(rf"v?({NUMBER})\.({NUMBER})\.({NUMBER})(?:{PRERELEASE})?(?:{BUILD})?")

# Numbers come before words; they are compared as JavaScript has them, which is as floats.
_Identifier = tuple[int, float, str]


class NpmVersionError(AdvisoryError):
    """A text that is no version for npm. It is not repeated: it comes from the target or from an advisory."""


class NpmVersion(msgspec.Struct, frozen=True, order=True):
    """Its fields are its order; build metadata has no part in it. `finished`: not a prerelease, and so behind them."""

    release: tuple[int, int, int]
    finished: bool
    prerelease: tuple[_Identifier, ...] = ()

    @classmethod
    def parse(cls, text: str) -> NpmVersion:
        match = _FULL.fullmatch(text.strip(BLANKS)) if len(text) <= _LONGEST else None
        if match is None:
            raise NpmVersionError("This is not a version as npm has them.")
        major, minor, patch, prerelease = match.groups()
        release = (int(major), int(minor), int(patch))
        if max(release) > LARGEST:
            raise NpmVersionError("This version has a number that npm cannot count to.")
        parts = tuple(map(_identifier, prerelease.split("."))) if prerelease else ()
        return cls(release, not parts, parts)


def _identifier(text: str) -> _Identifier:
    return (0, float(text), "") if text.isdecimal() else (1, 0.0, text)
