"""What stands in the arguments of `app.use` and its like: paths, handlers, and lists of them."""

from __future__ import annotations

from walkdown.doors import exact
from walkdown.doors.library import Given
from walkdown.doors.values import Closure, Instance, Items, Literal, Outside, Thing, Value

UNKNOWN_PATH = "{?}"


def runs(value: Value) -> bool:
    """Whether it is something that runs, or a list of it, and no path."""
    shape = value.shape
    if isinstance(shape, Items):
        return any(runs(one) for one in shape.known) or (shape.each is not None and runs(shape.each))
    if isinstance(shape, Thing):
        return shape.kind not in (exact.EXACT, "regexp")
    if isinstance(shape, Literal):
        return False
    return isinstance(shape, (Closure, Instance, Outside)) or shape is None


def paths_in(value: Value) -> tuple[tuple[str, ...], str]:
    """The paths written, and why they are uncertain."""
    shape = value.shape
    if isinstance(shape, Literal):
        return (shape.value or "",), ""
    if isinstance(shape, Items) and shape.known:
        texts = [one.text for one in shape.known]
        if all(text is not None for text in texts):
            return tuple(text or "" for text in texts), ""
        return ("".join(UNKNOWN_PATH if text is None else text for text in texts),), "Part of its path is not known."
    if isinstance(shape, Thing) and shape.kind == "regexp":
        return (f"({shape.name})",), "Its path is a pattern."
    return (UNKNOWN_PATH,), "Its path is made while the program runs."


def flat(args: tuple[Given, ...]) -> tuple[Given, ...]:
    """Handlers may come in lists, and in lists of lists."""
    found: list[Given] = []
    for one in args:
        shape = one.value.shape
        if isinstance(shape, Items) and shape.known:
            found.extend(flat(tuple(Given(item, written=one.written) for item in shape.known)))
        elif isinstance(shape, Items) and shape.each is not None:
            found.append(Given(shape.each, written=one.written))
        else:
            found.append(one)
    return tuple(found)
