"""A Program as short text, so that tests can say what they expect of one as a reader would write it down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from walkdown.syntax import program as p


def show(program: p.Program) -> str:
    return "\n".join(_program(program))


def _program(program: p.Program) -> Iterator[str]:
    yield from (f'says "{one}"' for one in program.says)
    yield from (f"broken {line}" for line in program.broken)
    if program.cut:
        yield f"cut: {program.cut}"
    for taken in program.imports:
        words = f"import {'type ' if taken.types else ''}{taken.name or 'nothing'} of {taken.module}"
        yield f"{taken.line}: {words}{f' as {taken.alias}' if taken.alias else ''}"
    for given in program.exports:
        words = f"export {given.name}"
        words += f" from {given.module}" if given.module else ""
        words += f": {given.local}" if given.local else ""
        yield f"{given.line}: {words}{f' = {expr(given.value)}' if given.value is not None else ''}"
    yield from _block(program.body, "")
    for at, one in enumerate(program.classes):
        yield from _class(at, one)
    for at, function in enumerate(program.functions):
        yield from _function(at, function)


def _class(at: int, one: p.Class) -> Iterator[str]:
    bases = f" < {_row(map(expr, one.bases))}" if one.bases else ""
    methods = f" methods {_row(map(str, one.methods))}" if one.methods else ""
    inside = f" in f{one.inside}" if one.inside >= 0 else ""
    yield f"c{at} {one.line}-{one.end_line}: {_marks(one.marks)}class {one.name}{bases}{methods}{inside}"
    for field in one.fields:
        words = f"{_marks(field.marks)}{'static ' if field.static else ''}{field.name}{_type(field.type)}"
        yield f"  {field.line}: {words}{f' = {expr(field.value)}' if field.value is not None else ''}"


def _function(at: int, one: p.Function) -> Iterator[str]:
    words = f"{_marks(one.marks)}{'async ' if one.is_async else ''}{one.kind} {one.name}".rstrip()
    words += f"({_row(map(_param, one.params))}){_type(one.returns)}"
    words += f" of c{one.owner}" if one.owner >= 0 else ""
    words += f" in f{one.inside}" if one.inside >= 0 else ""
    yield f"f{at} {one.line}-{one.end_line}: {words}"
    yield from (f'  says "{said}"' for said in one.says)
    yield from _block(one.body, "  ")


def _param(param: p.Param) -> str:
    words = _marks(param.marks) + ("field " if param.field else "") + ("..." if param.rest else "")
    names = _row(map(_bound, param.names))
    words += (f"{{{names}}}" if [one.way for one in param.names] != [()] else names) + _type(param.type)
    return words + (f" = {expr(param.default)}" if param.default is not None else "")


def _bound(bound: p.Bound) -> str:
    way = f"<{'.'.join(bound.way)}" if bound.way else ""
    return f"{bound.name}{way}{f' = {expr(bound.default)}' if bound.default is not None else ''}"


def _marks(marks: Iterable[p.Mark]) -> str:
    return "".join(f"@{expr(mark.value)} " for mark in marks)


def _type(type_: p.TypeName | None) -> str:
    return f": {_type_name(type_)}" if type_ is not None else ""


def _type_name(type_: p.TypeName) -> str:
    return type_.name + (f"<{_row(map(_type_name, type_.inner))}>" if type_.inner else "")


def _block(body: Iterable[p.Stmt], indent: str) -> Iterator[str]:
    for one in body:
        yield from _statement(one, indent)


def _statement(one: p.Stmt, indent: str) -> Iterator[str]:
    start, inner = f"{indent}{one.line}: ", indent + "  "
    if isinstance(one, p.Let):
        value = f" = {expr(one.value)}" if one.value is not None else ""
        yield f"{start}let {_row(map(_bound, one.names))}{value}"
    elif isinstance(one, p.Do):
        yield start + expr(one.value)
    elif isinstance(one, p.Return):
        yield f"{start}{'yield' if one.give else 'return'} {expr(one.value) if one.value is not None else ''}".rstrip()
    elif isinstance(one, p.Throw):
        yield f"{start}throw {expr(one.value) if one.value is not None else ''}".rstrip()
    elif isinstance(one, p.If):
        yield f"{start}if {expr(one.test)}"
        yield from _block(one.yes, inner)
        if one.no:
            yield f"{indent}else"
            yield from _block(one.no, inner)
    elif isinstance(one, p.Loop):
        over = f" {_row(map(_bound, one.names))} over {expr(one.over)}" if one.over is not None else ""
        yield f"{start}loop{over}{f' while {expr(one.test)}' if one.test is not None else ''}"
        yield from _block(one.body, inner)
    elif isinstance(one, p.Try):
        yield f"{start}try"
        yield from _block(one.body, inner)
        if one.catches:
            yield f"{indent}catch {one.caught}".rstrip()
            yield from _block(one.handler, inner)
        if one.final:
            yield f"{indent}finally"
            yield from _block(one.final, inner)
    elif isinstance(one, p.With):
        yield f"{start}with {expr(one.value)} as {_row(map(_bound, one.names))}"
        yield from _block(one.body, inner)
    else:
        yield start + one.word


def expr(value: p.Expr) -> str:  # noqa: PLR0911, PLR0912 - one branch for each kind there is
    match value:
        case p.Name(name):
            return name
        case p.Member(of, name, maybe):
            return f"{expr(of)}{'?.' if maybe else '.'}{name}"
        case p.Index(of, key):
            return f"{expr(of)}[{expr(key)}]"
        case p.Text(text, cut):
            return f'"{text}{"…" if cut else ""}"'
        case p.Number(text) | p.Const(text):
            return text
        case p.Template(parts, _, tag):
            inner = "".join(one.value if isinstance(one, p.Text) else f"${{{expr(one)}}}" for one in parts)
            return f"{expr(tag) if tag is not None else ''}`{inner}`"
        case p.Obj(entries):
            return f"{{{_row(map(_entry, entries))}}}"
        case p.Arr(items):
            return f"[{_row(map(expr, items))}]"
        case p.Call(callee, args, _, new):
            given = _row(f"{'...' if arg.spread else ''}{expr(arg.value)}" for arg in args)
            return f"{'new ' if new else ''}{expr(callee)}({given})"
        case p.Await(of):
            return f"await {expr(of)}"
        case p.Func(at):
            return f"f{at}"
        case p.ClassValue(at):
            return f"c{at}"
        case p.Op(op, left, right):
            return f"({expr(left)} {op} {expr(right)})"
        case p.Not(of, op):
            return f"{op}{' ' if op[-1].isalpha() else ''}{expr(of)}"
        case p.Choice(test, yes, no):
            return f"({expr(test)} ? {expr(yes)} : {expr(no)})"
        case p.Assign(target, given, _, op):
            return f"{expr(target)} {op} {expr(given)}"
        case p.Markup(name, attributes, inner_values):
            given = "".join(f" {_entry(one)}" for one in attributes)
            return f"<{name}{given}>{_row(map(expr, inner_values))}</>"
        case p.Many(of, names, over):
            return f"[{expr(of)} for {_row(map(_bound, names))} over {expr(over)}]"
        case p.Unknown(parts):
            return f"?({_row(map(expr, parts))})"


def _entry(entry: p.Entry) -> str:
    if entry.computed is not None:
        return f"[{expr(entry.computed)}]: {expr(entry.value)}"
    return f"{entry.key}: {expr(entry.value)}" if entry.key else f"...{expr(entry.value)}"


def _row(parts: Iterable[str]) -> str:
    return ", ".join(parts)
