"""Values that are known to the letter for one door: the method it is asked with, the path it stands at.

A question about such a value is decided, and only the branch it leads to is followed. Literals of the code are not
meant: a variable that holds one may have been set again elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from walkdown.doors import looked
from walkdown.doors.values import Items, Literal, Record, Source, Thing, Value
from walkdown.model.door import Origin

EXACT, VERDICT, WANTED = "exact", "verdict", "wanted"
_YES, _NO = Thing(VERDICT, "true"), Thing(VERDICT, "false")
_NONE = Thing(VERDICT, "missing")
MISSING = Value(shape=_NONE)
_TOLD = frozenset({Source(Origin.CONSTANT, ("exact",))})  # of lists and objects that are known to the letter
_EQUALS = frozenset({"===", "=="})
_DIFFERS = frozenset({"!==", "!="})


def exact(text: str) -> Value:
    return Value(shape=Thing(EXACT, text))


def wanted(words: set[str]) -> Value:
    """A value nobody knows yet, that remembers what it is compared with."""
    return Value(shape=Thing(WANTED, data=words))


def verdict(yes: bool) -> Value:
    return Value(shape=_YES if yes else _NO)


def exactly(value: Value) -> Value:
    """A value of the code that nothing can have changed, such as what a decorator says."""
    shape = value.shape
    if value.others:
        return value
    if isinstance(shape, Literal):
        if shape.value in ("true", "false"):
            return verdict(shape.value == "true")
        return MISSING if shape.value is None else exact(shape.value)
    if isinstance(shape, Items) and shape.each is None:
        return Value(_TOLD, shape)
    return Value(_TOLD, shape) if isinstance(shape, Record) and not shape.open else value


def is_missing(value: Value) -> bool:
    return value.shape is _NONE and not value.others


def is_told(value: Value) -> bool:
    return value.sources == _TOLD and not value.others and isinstance(value.shape, (Items, Record))


def length(value: Value) -> Value | None:
    if is_missing(value):
        return MISSING
    return exact(str(len(value.shape.known))) if is_told(value) and isinstance(value.shape, Items) else None


def decided(value: Value) -> bool | None:
    """What a question comes to; None where it is open."""
    if is_told(value):
        return True
    if value.sources or value.others or value.maybe or not isinstance(value.shape, Thing):
        return None
    if value.shape.kind == EXACT:
        return value.shape.name not in ("", "0")
    return value.shape is _YES if value.shape in (_YES, _NO, _NONE) else None


def known(value: Value) -> str | None:
    """The text of a value of this room."""
    shape = value.shape
    alone = not value.sources and not value.others and not value.maybe
    return shape.name if alone and isinstance(shape, Thing) and shape.kind == EXACT else None


def compared(op: str, left: Value, right: Value) -> Value | None:
    """`left op right`, where it can be decided."""
    if op not in _EQUALS and op not in _DIFFERS:
        return None
    for one, other in ((left, right), (right, left)):
        if not isinstance(other.shape, Literal) or other.others:
            continue
        if one.shape in (_YES, _NO, _NONE) or is_told(one):
            return _asked(op, one, other.shape.value)
        text = known(one)
        if text is not None:
            return verdict((text == other.shape.value) == (op in _EQUALS))
        remember(one, other.shape.value)
    return None


def _asked(op: str, one: Value, word: str | None) -> Value | None:
    """Whether a verdict, something missing, or a list is `word`."""
    said = decided(one)
    if one.others or one.maybe or said is None:
        return None
    is_it = is_missing(one) if word is None else not is_told(one) and not is_missing(one) and word == str(said).lower()
    return verdict(is_it == (op in _EQUALS))


def ordered(op: str, left: Value, right: Value) -> Value | None:
    """`roles.length > 0`, where it can be decided; of an input at least that somebody looked how large it is."""
    one, other = known(left) or left.text or "", known(right) or right.text or ""
    if not (one.isdigit() and other.isdigit()) or (known(left) is None and known(right) is None):
        return looked.measured(op, left, right)
    first, second = int(one), int(other)
    said = {">": first > second, "<": first < second, ">=": first >= second, "<=": first <= second}.get(op)
    return None if said is None else verdict(said)


def among(left: Value, right: Value) -> Value | None:
    """`right.includes(left)`, where it can be decided."""
    if not isinstance(right.shape, Items):
        return None
    words = [item.text for item in right.shape.known]
    for word in words:
        remember(left, word)
    text = known(left)
    if text is None and is_told(right) and not (left.others or left.maybe):  # a word of the code, asked of a decorator
        text = left.text
    if text is None or right.shape.each is not None or right.others or any(word is None for word in words):
        return None
    return verdict(text in words)


def remember(value: Value, word: str | None) -> None:
    shape = value.shape
    if isinstance(shape, Thing) and shape.kind == WANTED and isinstance(shape.data, set) and word:
        shape.data.add(word)


def any_or_all(name: str, results: list[Value]) -> Value | None:
    """`list.some(...)` and `list.every(...)` of questions that are all decided."""
    said = [decided(one) for one in results]
    if not said or any(one is None for one in said):
        return None
    return verdict(any(said) if name == "some" else all(said))


def method(value: Value, name: str, args: list[Value]) -> Value | None:
    """What texts can do."""
    shape = value.shape
    if isinstance(shape, Thing) and shape.kind == WANTED and name in _FORMS:
        return value
    text = known(value)
    if text is None:
        return looked.written(value, name) or looked.asked_by_name(value, name, args)
    if name in _FORMS:
        return exact(_FORMS[name](text))
    word = args[0].text if args and not args[0].others else None
    ask = _ASKS.get(name)
    return verdict(ask(text, word)) if ask is not None and word is not None else None


_FORMS: dict[str, Callable[[str], str]] = {
    "toUpperCase": str.upper, "toLowerCase": str.lower, "toString": str, "trim": str.strip,
}  # fmt: skip
_ASKS: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith, "endsWith": str.endswith, "includes": str.__contains__,
}  # fmt: skip
