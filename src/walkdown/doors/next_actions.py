"""Server actions: functions a browser may call by themselves, with whatever arguments it likes.

No page, layout or middleware stands before them: an action can be called from any page that is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from walkdown.doors.entrances import Entrance
from walkdown.doors.follow import Follower, Run
from walkdown.doors.libraries.next_request import bag
from walkdown.doors.library import Given
from walkdown.doors.next_places import App, name_of, not_seen, spot_of
from walkdown.doors.scopes import Scope
from walkdown.doors.values import ClassRef, Closure, Items, Literal, Record, Value, of
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import DoorKind, Origin
from walkdown.syntax.program import Param

_SAYS = "use server"
_FORMS = frozenset({"formdata", "form", "fd"})
_MOST_ARGS = 4


def actions(follower: Follower, app: App) -> Iterator[Entrance]:
    for path, program in follower.programs.items():
        if app.folder and not path.startswith(app.folder + "/"):
            continue
        if _SAYS in program.says:
            yield from _of_file(follower, path)
        for at, function in enumerate(program.functions):
            if _SAYS in function.says and _SAYS not in program.says:
                yield _inline(follower, path, at)


def _of_file(follower: Follower, path: str) -> Iterator[Entrance]:
    for export in follower.programs[path].exports:
        value = follower.exported(path, export.name) if export.name not in ("*", "=") else None
        if value is None or isinstance(value.shape, (Literal, Record, Items, ClassRef)):
            continue
        if not value.shapes() and not value.has(Origin.UNKNOWN):
            continue
        named = name_of(follower, value) if export.name == "default" else export.name
        yield _entrance(follower, path, named or export.name, value, spot_of(follower, value, path, export.name))


def _inline(follower: Follower, path: str, at: int) -> Entrance:
    function = follower.programs[path].functions[at]
    spot = Spot(path, function.line)
    value = Value(shape=Closure(path, at, _around(follower, path, function.inside)))
    return _entrance(follower, path, function.name or f"line {function.line}", value, spot)


def _around(follower: Follower, path: str, inside: int) -> Scope:
    """The names of the functions around it, as they are when those have run."""
    if inside < 0:
        return follower.load(path)
    function = follower.programs[path].functions[inside]
    scope = Scope(path, _around(follower, path, function.inside))
    visit = Visit()
    for param in function.params:
        props = Value(of(Origin.INPUT, "params").sources)
        follower.bind(param.names, props, scope, visit, Spot(path, function.line))
    follower.run(function.body, scope, visit, Run(0))
    return scope


def _entrance(follower: Follower, path: str, name: str, value: Value, spot: Spot) -> Entrance:
    enter = _calling(follower, value, spot)
    at = f"{path}#{name}"
    return Entrance(DoorKind.ACTION, "ACTION", at, spot, name, "next", enter, uncertain=not_seen(value))


def _calling(follower: Follower, value: Value, spot: Spot) -> Callable[[Visit], Value]:
    def enter(visit: Visit) -> Value:
        shape = value.shape
        params = follower.function(shape).params if isinstance(shape, Closure) else ()
        given = [_argument(param) for param in params] or [Given(of(Origin.INPUT, "body"))] * _MOST_ARGS
        return follower.invoke(value, given, visit, spot)

    return enter


def _argument(param: Param) -> Given:
    name = param.names[0].name if param.names else ""
    is_form = param.type is not None and param.type.name == "FormData"
    if is_form or name.lower() in _FORMS:
        return Given(bag("body"))
    if param.rest or len(param.names) != 1 or param.names[0].way:
        return Given(of(Origin.INPUT, "body"))
    return Given(of(Origin.INPUT, "body", name))
