"""What an expression is worth: where it comes from, and what it can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from walkdown.doors import builtins, calls, exact, truth
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import (
    NOTHING,
    UNKNOWN,
    ClassRef,
    Closure,
    Instance,
    Items,
    Record,
    Source,
    Thing,
    Value,
    bounded,
    constant,
    either,
    element_of,
    is_never,
    replace,
)
from walkdown.doors.visits import Spot, Visit
from walkdown.doors.waiting import awaited
from walkdown.model.door import Origin
from walkdown.syntax.program import (
    Arr,
    Assign,
    Await,
    Call,
    Choice,
    ClassValue,
    Const,
    Entry,
    Expr,
    Func,
    Index,
    Many,
    Markup,
    Member,
    Name,
    Not,
    Number,
    Obj,
    Op,
    Template,
    Text,
    Unknown,
)

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower
    from walkdown.doors.scopes import Scope

_GROWS = frozenset({"push", "unshift"})
_MOST_KNOWN = 20
_MOST_SPREAD = 64  # a list that is kept and put into the next one grows without an end
_EMPTY = frozenset({"null", "undefined", "None"})
_QUESTIONS = truth.EQUALS | truth.DIFFERS


def value_of(follower: Follower, expr: Expr, scope: Scope, visit: Visit) -> Value:
    visit.steps += 1
    if visit.steps >= visit.most and visit.is_over():
        return UNKNOWN
    return _HOW[type(expr)](follower, expr, scope, visit)


def _variable(follower: Follower, expr: Name, scope: Scope, visit: Visit) -> Value:
    return follower.name(expr.name, scope, visit) or Value(UNKNOWN.sources)


def _member(follower: Follower, expr: Member, scope: Scope, visit: Visit) -> Value:
    of = value_of(follower, expr.of, scope, visit)
    return follower.member(of, expr.name, visit, Spot(scope.unit, 0))


def _text(follower: Follower, expr: Text | Number, scope: Scope, visit: Visit) -> Value:  # noqa: ARG001
    return constant(expr.value)


def _constant(follower: Follower, expr: Const, scope: Scope, visit: Visit) -> Value:  # noqa: ARG001
    return NOTHING if expr.value in _EMPTY else constant(expr.value.lower())


def _function(follower: Follower, expr: Func, scope: Scope, visit: Visit) -> Value:  # noqa: ARG001
    return Value(shape=Closure(scope.unit, expr.at, scope, scope.find("this")))


def _class(follower: Follower, expr: ClassValue, scope: Scope, visit: Visit) -> Value:  # noqa: ARG001
    return Value(shape=ClassRef(scope.unit, expr.at, scope))


def _awaited(follower: Follower, expr: Await, scope: Scope, visit: Visit) -> Value:
    return awaited(follower, value_of(follower, expr.of, scope, visit), visit, Spot(scope.unit, 0))


def _object(follower: Follower, expr: Obj, scope: Scope, visit: Visit) -> Value:
    return _record(follower, expr.entries, scope, visit)


def _list(follower: Follower, expr: Arr, scope: Scope, visit: Visit) -> Value:
    items: list[Value] = []
    for item in expr.items:
        if isinstance(item, Not) and item.op == "...":
            items.extend(_spread(value_of(follower, item.of, scope, visit)))
        else:
            items.append(value_of(follower, item, scope, visit))
    return Value(joined(items), Items(tuple(items)))


def _spread(value: Value) -> list[Value]:
    """`...list`: its elements, of either list where it may be one of two (`...(test ? [a] : [])`)."""
    lists = [shape for shape in value.shapes() if isinstance(shape, Items)]
    if not lists:
        return [element_of(value)]
    return [
        one
        for shape in lists
        for one in (
            shape.known
            if shape.each is None and len(shape.known) <= _MOST_SPREAD
            else (element_of(Value(shape=shape)),)
        )
    ]


def _template(follower: Follower, expr: Template, scope: Scope, visit: Visit) -> Value:
    parts = [value_of(follower, part, scope, visit) for part in expr.parts]
    if expr.tag is not None:
        tag = value_of(follower, expr.tag, scope, visit)
        return follower.invoke(tag, [Given(part) for part in parts], visit, Spot(scope.unit, expr.line))
    return _joined_text(parts)


def _is_word(value: Value) -> bool:
    text = None if value.maybe or value.others else value.text
    return bool(text) and text not in ("true", "false") and not str(text).isdigit()


def _not(follower: Follower, expr: Not, scope: Scope, visit: Visit) -> Value:
    value = value_of(follower, expr.of, scope, visit)
    if expr.op == "typeof" and exact.is_told(value):
        return exact.exact("object")
    if expr.op == "typeof" and visit is follower.loading and _is_word(value):  # requireRole("admin")
        return exact.exact("string")
    if expr.op == "typeof":
        return Value(value.sources, Thing(truth.KIND, data=value))
    return truth.negated(value) if expr.op == "!" else Value(value.sources)


def _many(follower: Follower, expr: Many, scope: Scope, visit: Visit) -> Value:
    over = value_of(follower, expr.over, scope, visit)
    with visit.looping():
        follower.bind(expr.names, element_of(over), scope, visit, Spot(scope.unit, 0))
        each = value_of(follower, expr.value, scope, visit)
    return Value(bounded(each.sources | over.sources), Items(each=each))


def _markup(follower: Follower, expr: Markup, scope: Scope, visit: Visit) -> Value:
    if visit.within is not None:
        return Value()
    given = _record(follower, expr.given, scope, visit)
    for inner in expr.inner:
        value_of(follower, inner, scope, visit)
    component = follower.name(expr.name, scope, visit) if expr.name.isidentifier() else None
    if component is not None and isinstance(component.shape, Closure):
        calls.rendered(follower, component.shape, given, visit, Spot(scope.unit, expr.line))
    return Value()


def _unknown(follower: Follower, expr: Unknown, scope: Scope, visit: Visit) -> Value:
    return Value(joined([value_of(follower, part, scope, visit) for part in expr.parts]) | UNKNOWN.sources)


def joined(values: list[Value] | tuple[Value, ...]) -> frozenset[Source]:
    return bounded(frozenset(source for value in values for source in value.sources))


def _call(follower: Follower, expr: Call, scope: Scope, visit: Visit) -> Value:
    spot = Spot(scope.unit, expr.line)
    if isinstance(expr.callee, Member):
        owner = expr.callee.of
        if isinstance(owner, Name) and follower.name(owner.name, scope, visit) is None:
            calling = Calling(tuple(_args(follower, expr, scope, visit)), spot, visit, follower, expr.new)
            found = builtins.global_method(owner.name, expr.callee.name, calling)
            return found or calls.unknown_call(calling, UNKNOWN)
        of = value_of(follower, expr.callee.of, scope, visit)
        args = _args(follower, expr, scope, visit)
        if expr.callee.name in _GROWS and isinstance(owner, Name) and isinstance(of.shape, Items) and not of.others:
            follower.changed(scope, owner.name, _grown(of, args), visit)
        return calls.method(follower, of, expr.callee.name, args, visit, spot, new=expr.new)
    if isinstance(expr.callee, Name) and follower.name(expr.callee.name, scope, visit) is None:
        args = _args(follower, expr, scope, visit)
        return follower.builtin(expr.callee.name, args, visit, spot, new=expr.new)
    if isinstance(expr.callee, Index):  # `app[options.method](path, handler)`
        of, key = (value_of(follower, one, scope, visit) for one in (expr.callee.of, expr.callee.key))
        name = key.text if key.text is not None else exact.known(key)
        if name is not None:
            return calls.method(follower, of, name, _args(follower, expr, scope, visit), visit, spot, new=expr.new)
    callee = value_of(follower, expr.callee, scope, visit)
    return follower.invoke(callee, _args(follower, expr, scope, visit), visit, spot, new=expr.new)


def _args(follower: Follower, expr: Call, scope: Scope, visit: Visit) -> list[Given]:
    return [
        Given(value_of(follower, arg.value, scope, visit), arg.name, arg.spread, written(arg.value))
        for arg in expr.args
    ]


def written(expr: Expr) -> str:
    """What a person would call it: `requireRole` for `requireRole("admin")`, `auth.check` for `auth.check`."""
    if isinstance(expr, Name):
        return expr.name
    if isinstance(expr, Member):
        before = written(expr.of)
        return f"{before}.{expr.name}" if before else expr.name
    if isinstance(expr, Call):
        return written(expr.callee)
    return ""


def _op(follower: Follower, expr: Op, scope: Scope, visit: Visit) -> Value:  # noqa: PLR0911 - each shape has an answer of its own
    left = value_of(follower, expr.left, scope, visit)
    spot = Spot(scope.unit, 0)
    said = exact.decided(left)
    if expr.op in ("&&", "and"):
        if said is not None:
            return value_of(follower, expr.right, scope, visit) if said else left
        with visit.assuming(truth.truthy_facts(left), spot):
            right = value_of(follower, expr.right, scope, visit)
        if is_never(right):  # `!user && redirect()`: who comes by is somebody
            visit.hold(truth.falsy_facts(left), spot)
            return Value(left.sources)
        return left if exact.decided(right) is False else truth.both(left, right)
    if expr.op in ("||", "or", "??"):
        if said is not None:
            right = left if said else value_of(follower, expr.right, scope, visit)
            # `metadata || []`: what stands there instead is known as well.
            return exact.exactly(right) if exact.is_missing(left) and isinstance(expr.right, (Arr, Const)) else right
        if isinstance(left.shape, (Instance, Thing)) and not (left.maybe or left.others or left.sources):
            return left  # `transaction ?? this.client`
        with visit.assuming(truth.falsy_facts(left), spot):
            right = value_of(follower, expr.right, scope, visit)
        if is_never(right):  # `user ?? redirect()`
            visit.hold(truth.truthy_facts(left), spot)
            return replace(left, maybe=False)
        question = truth.one_of(left, right)
        value = either([replace(left, maybe=False), right])
        return replace(value, if_true=question.if_true, if_false=question.if_false)
    right = value_of(follower, expr.right, scope, visit)
    if expr.op in _QUESTIONS:
        return truth.compared(expr.op, left, right)
    if (known := exact.ordered(expr.op, left, right)) is not None:
        return known
    if expr.op in ("in", "not in"):
        found = truth.among(left, right)
        return truth.negated(found) if expr.op == "not in" else found
    return Value(bounded(left.sources | right.sources))


def _record(follower: Follower, entries: tuple[Entry, ...], scope: Scope, visit: Visit) -> Value:
    found: list[tuple[str, Value]] = []
    is_open = False
    for entry in entries:
        value = value_of(follower, entry.value, scope, visit)
        if entry.key:
            found.append((entry.key, value))
        elif entry.computed is not None:
            key = value_of(follower, entry.computed, scope, visit).text
            found.append((key if key else "*", value))
        elif isinstance(value.shape, Record):
            found.extend(value.shape.entries)
            is_open = is_open or value.shape.open
        else:
            found.append(("...", value))
            is_open = True
    return Value(joined([value for _, value in found]), Record(tuple(found), is_open))


def _joined_text(parts: list[Value]) -> Value:
    texts = [part.text for part in parts]
    if all(text is not None for text in texts) and not any(_told(part) for part in parts):
        return constant("".join(text for text in texts if text is not None))
    return Value(joined(parts), Items(tuple(parts)))


def _told(value: Value) -> bool:
    """`process.env.KEY || "none"`: the text in the code is only what is taken where nobody set another."""
    return any(source.origin is not Origin.CONSTANT for source in value.sources)


def _index(follower: Follower, expr: Index, scope: Scope, visit: Visit) -> Value:
    of = value_of(follower, expr.of, scope, visit)
    key = value_of(follower, expr.key, scope, visit)
    name = key.text if key.text is not None else exact.known(key)
    if name is not None:
        return follower.member(of, name, visit, Spot(scope.unit, 0))
    if isinstance(of.shape, Record):
        for entry, _ in of.shape.entries:
            exact.remember(key, entry)
    if isinstance(of.shape, (Items, Record)):
        return element_of(of)
    return Value(of.sources or UNKNOWN.sources, maybe=True)


def _choice(follower: Follower, expr: Choice, scope: Scope, visit: Visit) -> Value:
    test = value_of(follower, expr.test, scope, visit)
    said = exact.decided(test)
    if said is not None:
        return value_of(follower, expr.yes if said else expr.no, scope, visit)
    spot = Spot(scope.unit, 0)
    with visit.assuming(truth.truthy_facts(test), spot):
        yes = value_of(follower, expr.yes, scope, visit)
    with visit.assuming(truth.falsy_facts(test), spot):
        no = value_of(follower, expr.no, scope, visit)
    return either([yes, no])


def _grown(of: Value, args: list[Given]) -> Value:
    """`list.push(x)`; of very long ones only what they have in common is kept."""
    known = of.shape.known if isinstance(of.shape, Items) else ()
    each = of.shape.each if isinstance(of.shape, Items) else None
    added = [element_of(one.value) if one.spread else one.value for one in args]
    sources = bounded(of.sources | joined(added))
    if each is not None or len(known) + len(added) > _MOST_KNOWN:
        all_of_them = [*([each] if each is not None else known), *added]
        return replace(of, sources=sources, shape=Items(each=either(all_of_them)))
    return replace(of, sources=sources, shape=Items((*known, *added)))


def _with_entry(of: Value, record: Record, name: str, value: Value, *, sure: bool) -> Value:
    """`options.name = value`. In a branch that need not be taken it may be missing, or what it was before."""
    before = record.get(name)
    if not sure:
        value = replace(value, maybe=True) if before is None else either((before, value))
    entries = (*((key, one) for key, one in record.entries if key != name), (name, value))
    return replace(of, sources=bounded(of.sources | value.sources), shape=Record(entries, record.open))


def _is_sure(name: str, scope: Scope, visit: Visit) -> bool:
    return visit.branches <= scope.depth(name)


def _assign(follower: Follower, expr: Assign, scope: Scope, visit: Visit) -> Value:
    value = value_of(follower, expr.value, scope, visit)
    target = expr.target
    if isinstance(target, Name):
        holder = scope.holder(target.name)
        if holder is not None:
            follower.again.wrote(holder, target.name, holder.names().get(target.name), visit)
        scope.assign(target.name, value, surely=expr.op == "=" and _is_sure(target.name, scope, visit))
    elif isinstance(target, Member):
        of = value_of(follower, target.of, scope, visit)
        if isinstance(of.shape, Instance):
            follower.put(of.shape, target.name, value, visit)
        elif isinstance(of.shape, Record) and isinstance(target.of, Name):
            sure = _is_sure(target.of.name, scope, visit)
            follower.changed(scope, target.of.name, _with_entry(of, of.shape, target.name, value, sure=sure), visit)
        else:
            follower.assigned(of, target.name, value, visit, Spot(scope.unit, expr.line))
    elif isinstance(target, Index) and isinstance(target.of, Name):
        of, key = value_of(follower, target.of, scope, visit), value_of(follower, target.key, scope, visit)
        if isinstance(of.shape, Thing) and key.text is not None:  # `request[USER] = user`
            follower.assigned(of, key.text, value, visit, Spot(scope.unit, expr.line))
        elif isinstance(of.shape, Instance) and key.text is not None:
            follower.put(of.shape, key.text, value, visit)
        elif isinstance(of.shape, Record):
            record = of.shape if key.text and not key.others else replace(of.shape, open=True)
            follower.changed(scope, target.of.name, _with_entry(of, record, key.text or "*", value, sure=False), visit)
    return value


_HOW: dict[type, Callable[[Follower, Any, Scope, Visit], Value]] = {
    Name: _variable, Member: _member, Call: _call, Await: _awaited, Text: _text, Number: _text, Const: _constant,
    Func: _function, ClassValue: _class, Op: _op, Obj: _object, Arr: _list, Template: _template, Not: _not,
    Index: _index, Choice: _choice, Assign: _assign, Many: _many, Markup: _markup, Unknown: _unknown,
}  # fmt: skip
