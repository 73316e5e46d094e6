"""Classes that say which form an input must have: fields with decorators of class-validator, or a zod schema."""

from __future__ import annotations

from dataclasses import dataclass, field

from walkdown.doors import calls
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.nest_things import MAPPED, texts
from walkdown.doors.libraries.schemas import words_in
from walkdown.doors.library import Given
from walkdown.doors.nest_marks import Said, read_marks
from walkdown.doors.values import ClassRef, Thing

_DEEPEST = 6
_MAPPING = frozenset({"PartialType", "PickType", "OmitType", "IntersectionType"})


@dataclass(slots=True)
class Form:
    """`fields`: each with whether it may be missing. `checks`: somebody looks at one at least. `words`: the few that a
    field may be."""

    fields: dict[str, bool] = field(default_factory=dict)
    checks: bool = False
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


def form_of(follower: Follower, of: ClassRef, deep: int = 0) -> Form:
    form = Form()
    if deep > _DEEPEST:
        return form
    classes = calls.lineage(follower, of)
    above = calls.parent_of(follower, of).shape
    if isinstance(above, Thing) and above.kind == MAPPED:
        _mapped(follower, above, form, deep)
    for one in reversed(classes):
        for declared in follower.programs[one.unit].classes[one.at].fields:
            said = read_marks(follower, declared.marks, one.scope)
            if is_checked(said):
                form.checks = True
                form.fields[declared.name] = said.first("IsOptional", "ValidateIf") is not None
                few = said.first("IsIn", "IsEnum", package="class-validator")
                words = words_in(few.arg(0)) if few is not None else ()
                if words:
                    form.words[declared.name] = words
    return form


def is_checked(said: Said) -> bool:
    return any(one.call is not None and one.call.package == "class-validator" for one in said.marks)


def _mapped(follower: Follower, above: Thing, form: Form, deep: int) -> None:
    args = [one.value for one in above.data if isinstance(one, Given)] if isinstance(above.data, tuple) else []
    if above.name not in _MAPPING:
        form.checks = True  # a schema of zod holds it
        return
    names = texts(args[1]) if len(args) > 1 else []
    for number, one in enumerate(args):
        for shape in one.shapes():
            if isinstance(shape, Thing) and shape.kind == MAPPED:
                _mapped(follower, shape, form, deep + 1)
            if not isinstance(shape, ClassRef) or (number and above.name != "IntersectionType"):
                continue
            inner = form_of(follower, shape, deep + 1)
            form.checks = form.checks or inner.checks
            form.fields.update(inner.fields)
            form.words.update(inner.words)
    if above.name == "PartialType":
        form.fields = dict.fromkeys(form.fields, True)
    elif names:
        picks = above.name == "PickType"
        form.fields = {name: maybe for name, maybe in form.fields.items() if (name in names) == picks}
