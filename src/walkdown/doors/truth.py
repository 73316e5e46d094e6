"""What holds where a value counts as true, and where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walkdown.doors import exact
from walkdown.doors.looked import shaped
from walkdown.doors.values import MOST_FACTS, Fact, Items, Literal, Source, Thing, Value, agreed, bounded, replace
from walkdown.model.door import Origin
from walkdown.syntax.program import Await, Call, Expr, Index, Member, Name, Not, Op

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower
    from walkdown.doors.scopes import Scope

KIND = "typeof"
_NO_WORDS = frozenset({"", "0", "true", "false"})
_KINDS = frozenset({"string", "number", "boolean", "bigint", "function"})
EQUALS = frozenset({"===", "==", "is"})
DIFFERS = frozenset({"!==", "!=", "is not"})
_TOLD = frozenset({Origin.IDENTITY, Origin.INPUT, Origin.ROW, Origin.ENVIRONMENT})


def truthy_facts(value: Value) -> tuple[Fact, ...]:
    told = frozenset(source for source in value.sources if source.origin in _TOLD)
    there = (Fact("there", told),) if told and not value.if_true and not value.asked else ()
    return (*value.if_true, *there)[:MOST_FACTS]


def falsy_facts(value: Value) -> tuple[Fact, ...]:
    return value.if_false


def negated(value: Value) -> Value:
    said = exact.decided(value)
    if said is not None:
        return exact.verdict(not said)
    return Value(value.sources, if_true=falsy_facts(value), if_false=truthy_facts(value), asked=True)


def both(left: Value, right: Value) -> Value:
    """`left && right`, seen as a question."""
    yes = tuple(dict.fromkeys((*truthy_facts(left), *truthy_facts(right))))
    there = (*truthy_facts(left), *falsy_facts(right))
    no = there if is_sure(left) or _is_word(left) else agreed((falsy_facts(left), there))
    return Value(left.sources | right.sources, right.shape, True, yes[:MOST_FACTS], no, asked=True)


_WHOLE = frozenset({"user", "auth", "session", "account", "currentuser", "claims", "admin"})
_ALWAYS = frozenset({"id", "sub", "uid", "userid", "user_id", "_id", "email", "uuid"})


def _is_word(value: Value) -> bool:
    """`role && user.role !== role` with a role that stands in the code. The branch itself may still be taken or not:
    what holds a word may have been set again."""
    if not isinstance(value.shape, Literal) or value.maybe or value.others:
        return False
    plain = all(one.origin is Origin.CONSTANT for one in value.sources)
    return plain and value.shape.value not in (None, "", "0", "true", "false")


def is_sure(value: Value) -> bool:
    """Somebody who was let in by a guard is there, and has an id."""
    if not value.sources or value.maybe or value.if_true or value.if_false or value.asked:
        return False
    return all(
        one.origin is Origin.IDENTITY and (_is_somebody(one) or one.path[-1].lower() in _ALWAYS)
        for one in value.sources
    )


def _is_somebody(source: Source) -> bool:
    """The whole of who asks, not what is known of them."""
    return not source.path or (len(source.path) == 1 and (source.row >= 0 or source.path[0].lower() in _WHOLE))


def one_of(left: Value, right: Value) -> Value:
    """`left || right`, seen as a question."""
    no = tuple(dict.fromkeys((*falsy_facts(left), *falsy_facts(right))))
    yes = agreed((truthy_facts(left), (*falsy_facts(left), *truthy_facts(right))))
    asked = left.asked and right.asked
    return Value(left.sources | right.sources, if_true=yes, if_false=no[:MOST_FACTS], asked=asked)


def compared(op: str, left: Value, right: Value) -> Value:
    """A comparison. With nothing it asks whether something is there; with a boolean, what that something says."""
    known = exact.compared(op, left, right)
    return known if known is not None else replace(_compared(op, left, right), asked=True)


def _compared(op: str, left: Value, right: Value) -> Value:
    for kind, word in ((left.shape, right.text), (right.shape, left.text)):
        if isinstance(kind, Thing) and kind.kind == KIND and isinstance(kind.data, Value):
            return _of_kind(op in EQUALS, kind.data, word)
    facts = _same(left, right)
    plain = Value(bounded(left.sources | right.sources))
    for empty, other in ((left, right), (right, left)):
        if empty.shape == Literal(None):
            facts, yes = truthy_facts(other), op in DIFFERS
            return Value(plain.sources, if_true=facts if yes else (), if_false=() if yes else facts)
        if empty.text == "0" and other.if_true and not other.if_false:  # how many there are
            yes = op in DIFFERS
            return Value(plain.sources, if_true=other.if_true if yes else (), if_false=() if yes else other.if_true)
        if isinstance(empty.shape, Literal) and empty.shape.value in ("true", "false"):
            means = (empty.shape.value == "true") == (op in EQUALS)
            yes_facts, no_facts = truthy_facts(other), falsy_facts(other)
            return Value(
                plain.sources, if_true=yes_facts if means else no_facts, if_false=no_facts if means else yes_facts
            )
    if op in EQUALS:
        return Value(plain.sources, if_true=facts)
    return Value(plain.sources, if_false=facts)


def _of_kind(same: bool, value: Value, word: str | None) -> Value:
    """`typeof id === "number"`: it is there. That something is a text or no text says no more than that."""
    there = truthy_facts(replace(value, if_true=()))
    if word == "undefined":
        return Value(value.sources, if_true=() if same else there, if_false=there if same else ())
    known = (*there, *shaped(value)) if word in _KINDS else ()
    return Value(value.sources, if_true=known if same else (), if_false=() if same else known)


def among(left: Value, right: Value) -> Value:
    said = exact.among(left, right)
    if said is not None:
        return said
    told, asked = _names(left), right
    without = shaped(left, "no")  # `blocked.has(host)`
    if not told:  # `user.roles.includes("admin")`, `name.includes("..")`
        told, asked, without = _names(right), left, shaped(right, "no")
    known = (left,) if asked is left else right.shape.known if isinstance(right.shape, Items) else ()
    words = {one.text for one in known}
    detail = ", ".join(sorted(word for word in words if word))[:60]
    inside = (Fact("among", told, asked.sources, detail),) if told else ()
    return Value(left.sources | right.sources, if_true=inside, if_false=without)


def _same(left: Value, right: Value) -> tuple[Fact, ...]:
    one, other = _names(left), _names(right)
    detail = left.text or right.text or ""
    if not one and not other:
        return ()
    word = detail not in _NO_WORDS and (not one or not other)
    known = shaped(right if left.text else left) if word else ()  # one of several words, whichever it was
    return (Fact("equal", one or left.sources, other or right.sources, detail[:60]), *known)


def _names(value: Value) -> frozenset[Source]:
    return frozenset(source for source in value.sources if source.origin is not Origin.CONSTANT)


def hopes_of(follower: Follower, test: Expr, scope: Scope) -> tuple[Fact, ...]:
    """What holds because somebody looked at the answer of a guard and went on."""
    found: list[Fact] = []
    waiting: list[Expr] = [test]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Name):
            value = follower.name(expr.name, scope)
            found.extend(value.hopes if value is not None else ())
        elif isinstance(expr, (Member, Index, Await, Not)):
            waiting.append(expr.of)
        elif isinstance(expr, Op):
            waiting.extend((expr.left, expr.right))
        elif isinstance(expr, Call):
            waiting.extend(arg.value for arg in expr.args)
            if isinstance(expr.callee, Member):
                waiting.append(expr.callee.of)
    return tuple(dict.fromkeys(found))[:MOST_FACTS]
