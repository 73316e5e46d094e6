"""Follows code as it would run, with values that say only where they come from. Loads files, follows functions, calls.

Both sides of a branch are followed. What a branch that leaves makes sure of holds for all that comes after it: that is
how guards are seen, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from walkdown.doors import builtins, calls, exact, expressions, members, statements
from walkdown.doors.again import Again
from walkdown.doors.idle import Idle, idle_state
from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling, Given, Library
from walkdown.doors.modules import Modules
from walkdown.doors.scopes import Scope, clock
from walkdown.doors.truth import truthy_facts
from walkdown.doors.values import (
    MOST_FACTS,
    NEVER,
    NOTHING,
    SETTLED,
    UNKNOWN,
    ClassRef,
    Closure,
    Fact,
    Instance,
    Items,
    Literal,
    Namespace,
    Outside,
    Record,
    Thing,
    Value,
    agreed,
    either,
    element_of,
    key_of,
    replace,
)
from walkdown.doors.visits import DEEPEST, MOST_WHEN_LOADING, Frame, Held, Spot, Visit
from walkdown.syntax.program import (
    Bound,
    Expr,
    Func,
    Function,
    Import,
    Let,
    Program,
    Stmt,
)

THIS = "this"


@dataclass(slots=True)
class _Exit:
    """One way out of a function, and what was held there beyond what held at its start."""

    value: Value
    held: tuple[Held, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(one.fact for one in self.held)


@dataclass(slots=True)
class Run:
    """A function that is being followed. `base`: how many facts were held when it began. `awaits`: it is async, so what
    it returns is awaited."""

    base: int
    awaits: bool = False
    exits: list[_Exit] = field(default_factory=list)


class Follower:
    def __init__(self, programs: Mapping[str, Program], modules: Modules, libraries: Sequence[Library]) -> None:
        self.programs = programs
        self.modules = modules
        self.libraries = libraries
        self._answering: dict[str, list[Library]] = {}
        self.loading = Visit(most=MOST_WHEN_LOADING)
        self.again = Again(programs)
        self.deepest = DEEPEST
        self.idle = Idle()
        self.dull: set[tuple[str, int]] = set()
        self._scopes: dict[str, Scope] = {}
        self._owners: dict[Outside, list[Library]] = {}
        self._imported: dict[str, Mapping[str, Import]] = {}
        self._exports: dict[tuple[str, str], Value] = {}
        self._instances: dict[tuple[str, int], Value] = {}
        self.running: list[tuple[str, int]] = []
        self._globals = {
            name: value
            for library in libraries
            for name in sorted(library.globals)
            if (value := library.imported(Outside("", (name,)))) is not None
        }
        self.parents: dict[tuple[str, int], Value | None] = {}

    # -- files --------------------------------------------------------------------------------------------------------

    def load(self, path: str) -> Scope:
        """Runs what a file runs when it is loaded, once. Files that import each other see what is there so far."""
        scope = self._scopes.get(path)
        if scope is None:
            scope = self._scopes[path] = Scope(path)
            program = self.programs[path]
            self._hoist(program.body, scope)
            self.run(program.body, scope, self.loading, Run(len(self.loading.held)))
        return scope

    def exported(self, path: str, name: str, *, deep: int = 0) -> Value | None:
        key = (path, name)
        if key in self._exports:
            return self._exports[key]
        program = self.programs.get(path)
        if program is None or deep > 12:
            return None
        scope = self.load(path)
        found = self._exported(program, path, scope, name, deep)
        if found is not None:
            self._exports[key] = found
        return found

    def _exported(self, program: Program, path: str, scope: Scope, name: str, deep: int) -> Value | None:
        for export in program.exports:
            if export.name != name:
                continue
            if export.module:
                return self._from(path, export.module, export.local or name, deep + 1)
            if export.value is not None:
                return self.value(export.value, scope, self.loading)
            return self.name(export.local or name, scope)
        for export in program.exports:
            if export.name == "*" and export.module and not export.local:
                value = self._from(path, export.module, name, deep + 1)
                if value is not None and not isinstance(value.shape, Outside):
                    return value
        whole = next((export for export in program.exports if export.name == "="), None)
        if whole is not None and whole.value is not None:
            value = self.value(whole.value, scope, self.loading)
            return value if name == "default" else self.member(value, name, self.loading, Spot(path, whole.line))
        return None

    def taken(self, path: str, module: str, name: str) -> Value | None:
        """What code in `path` gets that takes `name` of `module` while it runs: `require("./routes")`."""
        return self._from(path, module, name)

    def _from(self, path: str, module: str, name: str, deep: int = 0) -> Value | None:
        """What `name` of `module` is, asked from `path`."""
        found = self.modules.resolve(path, module)
        if found and found in self.programs:
            if name == "*":
                return Value(shape=Namespace(found))
            value = self.exported(found, name, deep=deep)
            # `require` of a file that says `exports.a = ...`, and the default of one, is all it exports.
            return Value(shape=Namespace(found)) if value is None and name in ("=", "default") else value
        chain = () if name in ("*", "default", "=") else (name,)
        outside = Outside(self.modules.package(path, module), chain)
        if found or (module.startswith(".") and not self.owners(outside)):
            return None
        return self.outside(outside)

    def outside(self, outside: Outside) -> Value:
        for library in self.owners(outside):
            value = library.imported(outside)
            if value is not None:
                return value
        return Value(shape=outside)

    def answering(self, question: str) -> list[Library]:
        """The libraries that have an answer of their own to it: `method`, `member`, `awaited`, `assigned`, `called`."""
        found = self._answering.get(question)
        if found is None:
            silent = getattr(Base, question)
            found = [one for one in self.libraries if getattr(type(one), question, silent) is not silent]
            self._answering[question] = found
        return found

    def owners(self, outside: Outside) -> list[Library]:
        """The libraries that answer for it."""
        found = self._owners.get(outside)
        if found is None:
            found = self._owners[outside] = [one for one in self.libraries if one.owns(outside)]
        return found

    def name(self, name: str, scope: Scope, visit: Visit | None = None) -> Value | None:
        value = scope.find(name)
        if value is not None:
            if visit is not None and name in self.again.cells.names and (holder := scope.holder(name)) is not None:
                self.again.cells.read(holder, name, visit)
            return value
        one = self._imports(scope.unit).get(name)
        if one is None:
            return self._globals.get(name)
        value = self._from(scope.unit, one.module, one.name) or UNKNOWN
        self.load(scope.unit).bind(name, value)
        return value

    def _imports(self, path: str) -> Mapping[str, Import]:
        found = self._imported.get(path)
        if found is None:
            program = self.programs.get(path)
            found = self._imported[path] = {one.alias: one for one in reversed(program.imports)} if program else {}
        return found

    # -- functions ----------------------------------------------------------------------------------------------------

    def function(self, closure: Closure) -> Function:
        return self.programs[closure.unit].functions[closure.at]

    def call(self, closure: Closure, args: Sequence[Given], visit: Visit, spot: Spot) -> Value:
        """Follows a function of the project. What it makes sure of before it comes back holds afterwards."""
        function = self.function(closure)
        key = (closure.unit, closure.at)
        if not visit.step():
            return UNKNOWN
        self.again.ran((key,), len(self.running) + 1)
        if len(self.running) >= self.deepest:
            self.again.spoil()
            return UNKNOWN
        if self.running.count(key) > 1 or (visit.within is not None and closure.unit not in visit.within):
            return UNKNOWN
        if self.idle.skips(key, args):
            visit.used.append(("log", spot))
            return NOTHING
        frame = Frame(self._called(closure, function), spot)
        if visit.is_door:
            self.again.cells.enter(visit)
        if not visit.is_door or not visit.frames:
            return self._follow(closure, args, visit, frame)
        return self.again.call(self, closure, args, visit, frame, lambda: self._follow(closure, args, visit, frame))

    def _follow(self, closure: Closure, args: Sequence[Given], visit: Visit, frame: Frame) -> Value:
        function, key = self.function(closure), (closure.unit, closure.at)
        before, steps = idle_state(visit), visit.steps
        scope = Scope(closure.unit, closure.scope, SETTLED if visit is self.loading else clock())
        if visit.scopes is not None:
            visit.scopes[key] = scope
        if closure.this is not None:
            scope.bind(THIS, closure.this)
            if function.owner >= 0:
                scope.bind(calls.SUPER, calls.super_of(self, closure, function.owner))
        self._bind_params(function, args, scope, visit)
        self.running.append(key)
        visit.frames.append(frame)
        run = Run(len(visit.held), function.is_async)
        try:
            self._hoist(function.body, scope)
            with visit.in_transaction() if _is_transactional(function) else nullcontext():
                if not self.run(function.body, scope, visit, run):
                    self.leave(NOTHING, visit, run)
        finally:
            visit.frames.pop()
            self.running.pop()
        value = self._result(run, visit)
        if function.kind != "constructor":
            self.idle.watch(key, args, value, visit.steps - steps, did_nothing=before == idle_state(visit))
        return value

    def changed(self, scope: Scope, name: str, value: Value, visit: Visit) -> None:
        """What a name holds was changed where it is."""
        holder = scope.holder(name)
        if holder is not None:
            self.again.wrote(holder, name, holder.names().get(name), visit)
            holder.names()[name] = value

    def put(self, into: Instance, name: str, value: Value, visit: Visit) -> None:
        self.again.wrote(into, name, into.fields.get(name), visit)
        into.fields[name] = value

    def is_running(self, value: Value) -> bool:
        shape = value.shape
        if isinstance(shape, Closure):
            self.again.ran(((shape.unit, shape.at),), 0)
        return isinstance(shape, Closure) and (shape.unit, shape.at) in self.running

    def _called(self, closure: Closure, function: Function) -> str:
        if function.owner < 0:
            return function.name or "(function)"
        owner = self.programs[closure.unit].classes[function.owner]
        return f"{owner.name}.{function.name}"

    def _result(self, run: Run, visit: Visit) -> Value:
        gained = visit.held[run.base :]
        del visit.held[run.base :]
        if not run.exits:  # it never comes back: it throws, whatever happens
            visit.held.extend(gained)
            return NEVER
        visit.held.extend(in_common([one.held for one in run.exits]))
        value = either([one.value for one in run.exits])
        good = [one for one in run.exits if not is_bad(one.value)]
        if 0 < len(good) < len(run.exits):
            hopes = agreed([_all_of(one) for one in good])
            value = replace(value, if_true=tuple(dict.fromkeys((*value.if_true, *hopes)))[:MOST_FACTS], hopes=hopes)
        elif len(good) > 1 and any(one.value.if_true for one in good):  # true on one way, a question on another
            value = replace(value, if_true=agreed([_all_of(one) for one in good])[:MOST_FACTS])
        if not value.hopes and (told := [one for one in good if not _is_message(one.value)]) and len(told) < len(good):
            value = replace(value, hopes=agreed([_all_of(one) for one in told]))
        return value

    def leave(self, value: Value, visit: Visit, run: Run) -> None:
        run.exits.append(_Exit(value, tuple(visit.held[run.base :])))
        if len(visit.frames) == 1:
            visit.exits.append((value, tuple(visit.held)))

    def _bind_params(self, function: Function, args: Sequence[Given], scope: Scope, visit: Visit) -> None:
        plain = [one for one in args if not one.name]
        spread = next((one.value for one in plain if one.spread), None)
        named = {one.name: one.value for one in args if one.name}
        for number, param in enumerate(function.params):
            if param.rest:
                rest = tuple(one.value for one in plain[number:])
                value = Value(frozenset(s for one in rest for s in one.sources), Items(rest))
                if not any(one.spread for one in plain[number:]):
                    value = exact.exactly(value)
            elif param.names and param.names[0].name in named:
                value = named[param.names[0].name]
            elif number < len(plain) and not plain[number].spread:
                value = plain[number].value
                if visit is self.loading and isinstance(value.shape, Items):  # requireRole(["admin"])
                    value = exact.exactly(value)
            elif spread is not None:
                value = spread
            elif param.default is not None:
                value = self.value(param.default, scope, visit)
            else:
                value = NOTHING
            self.bind(param.names, value, scope, visit, Spot(scope.unit, function.line))
            this = scope.find(THIS)
            if param.field and this is not None and isinstance(this.shape, Instance) and param.names:
                self.put(this.shape, param.names[0].name, value, visit)

    # -- statements ---------------------------------------------------------------------------------------------------

    def _hoist(self, body: Sequence[Stmt], scope: Scope) -> None:
        """Functions can be called before the line they stand on."""
        for stmt in body:
            if isinstance(stmt, Let) and isinstance(stmt.value, Func) and len(stmt.names) == 1:
                scope.bind(stmt.names[0].name, Value(shape=Closure(scope.unit, stmt.value.at, scope, scope.find(THIS))))

    def run(self, body: Sequence[Stmt], scope: Scope, visit: Visit, run: Run) -> bool:
        """True where no way leads past the last statement."""
        for stmt in body:
            if not visit.step():
                return False
            if statements.statement(self, stmt, scope, visit, run):
                return True
        return False

    # -- values -------------------------------------------------------------------------------------------------------

    def value(self, expr: Expr, scope: Scope, visit: Visit) -> Value:
        return expressions.value_of(self, expr, scope, visit)

    def member(self, value: Value, name: str, visit: Visit, spot: Spot) -> Value:
        return members.member(self, value, name, visit, spot)

    def invoke(self, callee: Value, args: Sequence[Given], visit: Visit, spot: Spot, *, new: bool = False) -> Value:
        return calls.invoke(self, callee, Calling(tuple(args), spot, visit, self, new))

    def builtin(self, name: str, args: Sequence[Given], visit: Visit, spot: Spot, *, new: bool = False) -> Value:
        """A call of a name that nobody here bound: the language's own, or that of the place where it runs."""
        calling = Calling(tuple(args), spot, visit, self, new)
        found = builtins.call(name, args, visit, spot, calling)
        if found is not None:
            return found
        for library in self.answering("called"):
            found = library.called(Outside("", (name,)), calling) if "" in library.packages else None
            if found is not None:
                return found
        return calls.unknown_call(calling, UNKNOWN)

    def assigned(self, of: Value, name: str, value: Value, visit: Visit, spot: Spot) -> None:
        """`of.name = value` on something that is no object of the project's classes."""
        for shape in of.shapes():
            if isinstance(shape, Thing):
                for library in self.answering("assigned"):
                    library.assigned(shape, name, value, visit, spot)

    def bind(self, names: Sequence[Bound], value: Value, scope: Scope, visit: Visit, spot: Spot) -> None:
        for bound in names:
            part = value
            for step in bound.way:
                if step == "*":
                    part = element_of(part)
                elif step == "@":
                    part = key_of(part)
                elif step != "...":
                    part = self.member(part, step, visit, spot)
            if bound.default is not None and (part.maybe or part.shape == Literal(None)):
                part = either((replace(part, maybe=False), self.value(bound.default, scope, visit)))
            if bound.name:
                scope.bind(bound.name, part, visit.branches)

    def instance(self, of_class: ClassRef, args: Sequence[Given], visit: Visit, spot: Spot) -> Value:
        return calls.instance(self, of_class, args, visit, spot)


def in_common(ways: Sequence[Sequence[Held]]) -> list[Held]:
    """What is held whichever way was taken, with the place of the last that asked."""
    if not ways:
        return []
    places = {one.fact: one for way in ways for one in way}
    last = next((one for way in ways for one in reversed(way)), None)
    facts = agreed([[one.fact for one in way] for way in ways])
    return [places.get(fact) or Held(fact, last.spot, last.within) for fact in facts if last is not None]


def _all_of(way: _Exit) -> tuple[Fact, ...]:
    return (*way.facts, *truthy_facts(way.value))[:MOST_FACTS]


def _is_message(value: Value) -> bool:
    """A sentence instead of a result: why there is none (`return "You must be logged in."`)."""
    return value.text is not None and " " in value.text


_BAD_NAMES = frozenset({"error", "errors", "response", "errorResponse"})


_SENT_AWAY = frozenset({"redirect", "notFound"})  # what getServerSideProps and loaders give instead of data


def _is_transactional(function: Function) -> bool:
    """`@Transactional()`: all that it does is done together."""
    return any(expressions.written(mark.value).rpartition(".")[2] == "Transactional" for mark in function.marks)


def is_bad(value: Value) -> bool:
    """What a function gives when it refuses: nothing, false, an error, an answer that ends the request."""
    shape = value.shape
    if isinstance(shape, Literal):
        return shape.value in (None, "false", "")
    if isinstance(shape, Record):
        if shape.entries and all(name in _SENT_AWAY for name, _ in shape.entries):
            return True
        for name, entry in shape.entries:
            if name in _BAD_NAMES and entry.shape != Literal(None):
                return True
            if name in ("ok", "success", "valid", "authorized", "allowed") and entry.text == "false":
                return True
    return getattr(shape, "kind", "") == "refusal"
