"""Names one slip away from a popular one: what an attacker registers and waits for, and what a tired person types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from walkdown.advisories.popular import is_well_used, popular

_SHORTEST = 5  # shorter names are one slip from hundreds of honest ones
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_FOR_ONE_ANOTHER = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "3": "e"})
_SEPARATORS = re.compile(r"[-_.]+")
_REPEATED = re.compile(r"(.)\1+")
_BEFORE = ("python-", "py-", "py", "node-", "js-")
_AFTER = ("-python", "-py", "-js", ".js", "js", "-node", "py")


class Slip(msgspec.Struct, frozen=True):
    """`how`: what differs, to go behind "It differs from NAME by"."""

    popular: str
    how: str
    near: bool

    # near: a slip of a letter or a sign, which few honest names are apart by; False for a word put before or behind.


def slip(ecosystem: str, name: str) -> Slip | None:
    """The popular package this name would be taken for, None where it is known itself or like no other."""
    if not name or len(name) > 60 or is_well_used(ecosystem, name):
        return None
    scope, _, bare = name.rpartition("/")
    if scope and not any(known.startswith(f"{scope}/") for known in popular(ecosystem)):
        # A scope belongs to one owner; only names within a popular scope, or the scope itself, can be mistaken.
        return _of_scope(ecosystem, scope, bare)
    names = _popular(ecosystem)
    for other, how in _letters(name):
        if len(bare) >= _SHORTEST and other in names and len(other) >= _SHORTEST:
            return Slip(other, how, near=True)
    shapes = _shapes(ecosystem)
    for shape, how in _same_shape(name):
        if (other := shapes.get(shape, name)) != name and len(other) >= _SHORTEST:
            return Slip(other, how, near=True)
    for other, how in _words(name):
        if other in names and len(other) >= _SHORTEST:
            return Slip(other, how, near=False)
    return None


def _of_scope(ecosystem: str, scope: str, bare: str) -> Slip | None:
    names = _popular(ecosystem)
    for other, how in _letters(scope.removeprefix("@")):
        if len(other) >= _SHORTEST and (whole := f"@{other}/{bare}") in names:
            return Slip(whole, how, near=True)
    return None


@cache
def _popular(ecosystem: str) -> frozenset[str]:
    return frozenset(popular(ecosystem))


@cache
def _shapes(ecosystem: str) -> dict[str, str]:
    """Popular names as they look once what the eye passes over is gone; the most used one keeps the shape."""
    shapes: dict[str, str] = {}
    for name in popular(ecosystem):
        for shape, _ in _same_shape(name):
            shapes.setdefault(shape, name)
    return shapes


def _same_shape(name: str) -> Iterator[tuple[str, str]]:
    yield "signs " + _SEPARATORS.sub("", name), "a hyphen, dot or underscore"
    yield "alike " + name.translate(_FOR_ONE_ANOTHER), "letters that look alike"
    yield "twice " + _REPEATED.sub(r"\1", name), "a repeated letter"


def _letters(name: str) -> Iterator[tuple[str, str]]:
    for at in range(len(name) - 1):
        if name[at] != name[at + 1]:
            yield name[:at] + name[at + 1] + name[at] + name[at + 2 :], "two neighbouring letters, swapped"
    if name.endswith("s"):
        yield name[:-1], "an s at the end"
    yield f"{name}s", "an s at the end"
    for at in range(len(name)):
        if at:  # nobody forgets the first letter, and a word without it is another word: `args` and `yargs`
            yield name[:at] + name[at + 1 :], "one letter too many"
        for letter in _LETTERS:
            yield name[:at] + letter + name[at + 1 :], "one letter"
            if at:
                yield name[:at] + letter + name[at:], "one letter too few"


def _words(name: str) -> Iterator[tuple[str, str]]:
    for word in _BEFORE:
        if name.startswith(word):
            yield name[len(word) :], f'"{word}" in front'
        yield word + name, f'"{word}" missing in front'
    for word in _AFTER:
        if name.endswith(word):
            yield name[: -len(word)], f'"{word}" behind'
        yield name + word, f'"{word}" missing behind'
