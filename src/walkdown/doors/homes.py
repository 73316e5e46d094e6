"""Where the code of a guard is, whatever file it is put in: what a person says of it is said of that."""

from __future__ import annotations

from walkdown.doors.values import ClassRef, Closure, Instance, Outside, Value
from walkdown.model.door import PACKAGE


def home_of(value: Value, name: str) -> str:
    """`auth/guards.ts#requireOwner`, `npm:company-guard#requireOwner` for one of a package; empty for anything else."""
    shape, last = value.shape, name.rpartition(".")[2] or name
    if isinstance(shape, Closure | ClassRef):
        return f"{shape.unit}#{last}"
    if isinstance(shape, Instance):
        return f"{shape.of.unit}#{last}"
    return f"{PACKAGE}{shape.package}#{last}" if isinstance(shape, Outside) else ""
