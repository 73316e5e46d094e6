"""CASL: abilities that were built for a user, and asked later: `ability.cannot("update", "Space")`."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling
from walkdown.doors.values import Fact, Outside, Source, Thing, Value
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

_BUILDER, _ABILITY, _RULE = "casl.builder", "casl.ability", "casl.rule"
_MAY = Fact("role", frozenset({Source(Origin.IDENTITY)}), detail="ability")


class Casl(Base):
    packages = frozenset({"@casl/ability", "@casl/prisma"})

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if name == "AbilityBuilder":
            return Value(shape=Thing(_BUILDER))
        if name in ("createMongoAbility", "createPrismaAbility", "PureAbility", "Ability", "defineAbility"):
            return Value(shape=Thing(_ABILITY))
        if name == "throwUnlessCan":
            calling.visit.hold((_MAY,), calling.spot)
            return Value()
        return calling.arg(1) if name == "subject" else None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        return Value(shape=Thing(_RULE, name)) if thing.kind == _BUILDER else None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: ARG002
        if thing.kind == _BUILDER or (thing.kind == _RULE and not name):
            return Value(shape=Thing(_ABILITY)) if "build" in (name, thing.name) else Value(shape=thing)
        if thing.kind == _ABILITY and name == "can":
            return Value(if_true=(_MAY,), asked=True)
        return Value(if_false=(_MAY,), asked=True) if thing.kind == _ABILITY and name == "cannot" else None
