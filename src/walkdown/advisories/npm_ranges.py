"""Version ranges of npm, exactly as node-semver reads them: strict, prereleases only where a bound names one.

node-semver rewrites the text of a range step by step until only plain comparisons are left, and what it accepts follows
from that: `~ > 1` is fine, `>== 1` is not. So the same steps are taken here, in the same order.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

import msgspec

from walkdown.advisories.npm_versions import BLANKS, BUILD, NUMBER, PRERELEASE, NpmVersion, NpmVersionError

_LONGEST = 4_000  # the steps below need quadratic time for texts made for it; no honest range comes near

_BLANKS = re.compile(f"[{BLANKS}]+")
_BUILD = re.compile(BUILD)
_PLACE = rf"({NUMBER}|[xX*])"
_PARTIAL = rf"[v= ]*{_PLACE}(?:\.{_PLACE}(?:\.{_PLACE}(?:{PRERELEASE})?(?:{BUILD})?)?)?"
_LOOSE_IDENTIFIER = r"(?:[0-9]*[A-Za-z-][0-9A-Za-z-]*|[0-9]+)"
_LOOSE = (
    r"[v= ]*[0-9]+\.[0-9]+\.[0-9]+"
    rf"(?:-?{_LOOSE_IDENTIFIER}(?:\.{_LOOSE_IDENTIFIER})*)?(?:{BUILD})?"
)
_HYPHEN = re.compile(rf"({_PARTIAL}) +- +({_PARTIAL})")
_SPACED = re.compile(rf"( ?)((?:<|>)?=?) ?({_LOOSE}|{_PARTIAL})")
_SPACED_TILDE = re.compile(r"( ?)~>? ")
_SPACED_CARET = re.compile(r"( ?)\^ ")
_CARET = re.compile(rf"\^{_PARTIAL}")
_TILDE = re.compile(rf"~>?{_PARTIAL}")
_COMPARED = re.compile(rf"((?:<|>)?=?) *{_PARTIAL}")
_STAR = re.compile(r"[<>]?=? *\*")
_COMPARATOR = re.compile(r"((?:<|>)?=?) *(v?[0-9].*)")

_TESTS: dict[str, Callable[[NpmVersion, NpmVersion], bool]] = {
    "": operator.eq, "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip

# Nothing is older than this, so a comparison with it says: no version at all.
_NOTHING = "<0.0.0-0"


class NpmRangeError(NpmVersionError):
    """A text that is no range for npm: a tag, an address, or a slip of the pen."""


class _Comparator(msgspec.Struct, frozen=True):
    test: str
    bound: NpmVersion

    def allows(self, version: NpmVersion) -> bool:
        return _TESTS[self.test](version, self.bound)


class NpmRange(msgspec.Struct, frozen=True):
    """`alternatives`: one of them has to hold, with all of its comparisons; one without any allows everything."""

    alternatives: tuple[tuple[_Comparator, ...], ...]

    @classmethod
    def parse(cls, text: str) -> NpmRange:
        if len(text) > _LONGEST:
            raise NpmRangeError("This range is too long.")
        clean = _BLANKS.sub(" ", text.strip(BLANKS))
        alternatives = [_alternative(part.strip(" ")) for part in clean.split("||")]
        if len(alternatives) > 1:
            possible = [one for one in alternatives if one != _NONE] or [_NONE]
            # A `*` swallows its neighbours, and with them the prereleases that they would let in.
            alternatives = [()] if () in possible else possible
        return cls(tuple(alternatives))

    def allows(self, version: str) -> bool:
        try:
            parsed = NpmVersion.parse(version)
        except NpmVersionError:
            return False
        return any(_fits(comparators, parsed) for comparators in self.alternatives)


def _fits(comparators: tuple[_Comparator, ...], version: NpmVersion) -> bool:
    if not all(comparator.allows(version) for comparator in comparators):
        return False
    # A prerelease is taken only where the range itself names one of the same release.
    return version.finished or any(
        not comparator.bound.finished and comparator.bound.release == version.release for comparator in comparators
    )


def _alternative(text: str) -> tuple[_Comparator, ...]:
    text = _BUILD.sub("", text)
    if match := _HYPHEN.fullmatch(text.strip(" ")):
        text = _from_hyphen(match)
    text = _SPACED.sub(r"\1\2\3", text)
    text = _SPACED_TILDE.sub(r"\1~", text)
    text = _SPACED_CARET.sub(r"\1^", text)
    words = [word for part in text.split(" ") for word in _plain(part).split(" ")]
    comparators = tuple(one for word in words if (one := _comparator(word)) is not None)
    return _NONE if _NONE[0] in comparators else comparators


def _comparator(word: str) -> _Comparator | None:
    """None for what allows everything."""
    if word in ("", ">=0.0.0"):
        return None
    match = _COMPARATOR.fullmatch(word)
    if match is None:
        raise NpmRangeError("This is not a range as npm has them.")
    test = match.group(1)
    return _Comparator("" if test == "=" else test, NpmVersion.parse(match.group(2)))


def _plain(word: str) -> str:
    """A word with its caret, tilde and placeholders spelled out as comparisons."""
    if match := _CARET.fullmatch(word):
        return _from_caret(*match.groups())
    if match := _TILDE.fullmatch(word):
        return _from_tilde(*match.groups())
    if (match := _COMPARED.fullmatch(word)) and not _out_of_order(*match.groups()[1:4]):
        word = _from_placeholders(word, *match.groups())
    return _STAR.sub("", word, count=1)


def _open(place: str | None) -> bool:
    return place is None or place in "xX*"


def _out_of_order(major: str, minor: str | None, patch: str | None) -> bool:
    """`1.x.3` leaves the larger part open and fixes the smaller."""
    return (_open(major) and not _open(minor)) or (_open(minor) and not _open(patch))


def _from_caret(major: str, minor: str | None, patch: str | None, prerelease: str | None) -> str:
    if _open(major):
        return ""
    if minor is None or _open(minor):
        return f">={major}.0.0 <{int(major) + 1}.0.0-0"
    if patch is None or _open(patch):
        end = f"0.{int(minor) + 1}.0-0" if major == "0" else f"{int(major) + 1}.0.0-0"
        return f">={major}.{minor}.0 <{end}"
    if major != "0":
        end = f"{int(major) + 1}.0.0-0"
    else:
        end = f"0.0.{int(patch) + 1}-0" if minor == "0" else f"0.{int(minor) + 1}.0-0"
    return f">={major}.{minor}.{patch}{f'-{prerelease}' if prerelease else ''} <{end}"


def _from_tilde(major: str, minor: str | None, patch: str | None, prerelease: str | None) -> str:
    if _open(major):
        return ""
    if minor is None or _open(minor):
        return f">={major}.0.0 <{int(major) + 1}.0.0-0"
    start = "0" if patch is None or _open(patch) else f"{patch}{f'-{prerelease}' if prerelease else ''}"
    return f">={major}.{minor}.{start} <{major}.{int(minor) + 1}.0-0"


def _from_placeholders(
    word: str, test: str, major: str, minor: str | None, patch: str | None, _prerelease: str | None
) -> str:
    if _open(major):
        return _NOTHING if test in ("<", ">") else ""
    if minor is not None and not _open(minor) and not _open(patch):
        return word
    whole = minor is None or _open(minor)
    start = f"{major}.0.0" if minor is None or _open(minor) else f"{major}.{minor}.0"
    behind = f"{int(major) + 1}.0.0" if whole else f"{major}.{int(minor or 0) + 1}.0"
    return {
        ">": f">={behind}", ">=": f">={start}", "<": f"<{start}-0", "<=": f"<{behind}-0",
    }.get(test, f">={start} <{behind}-0")  # fmt: skip


def _from_hyphen(match: re.Match[str]) -> str:
    low, major, minor, patch, _, high, top, top_minor, top_patch, prerelease = match.groups()
    if _open(major):
        start = ""
    elif _open(minor):
        start = f">={major}.0.0"
    else:
        start = f">={major}.{minor}.0" if _open(patch) else f">={low}"
    if _open(top):
        end = ""
    elif _open(top_minor):
        end = f"<{int(top) + 1}.0.0-0"
    elif _open(top_patch):
        end = f"<{top}.{int(top_minor) + 1}.0-0"
    else:
        end = f"<={top}.{top_minor}.{top_patch}-{prerelease}" if prerelease else f"<={high}"
    return f"{start} {end}".strip(" ")


_NONE = (_Comparator("<", NpmVersion.parse("0.0.0-0")),)
