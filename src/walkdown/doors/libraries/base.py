"""A library that knows nothing: what the others build on, so that each says only what it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from walkdown.doors.library import Calling, Parent
from walkdown.doors.values import ClassRef, Instance, Outside, Thing, Value
from walkdown.doors.visits import Spot, Visit
from walkdown.syntax.program import Param

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower
    from walkdown.doors.scopes import Scope


class Base:
    packages: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()

    def owns(self, outside: Outside) -> bool:
        return outside.package in self.packages

    def extended(self, of: ClassRef, parent: Parent, follower: Follower) -> Value | None:  # noqa: ARG002
        return None

    def made(self, of: Instance, parent: Parent, calling: Calling) -> Value | None:  # noqa: ARG002
        return None

    def imported(self, outside: Outside) -> Value | None:  # noqa: ARG002
        return None

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: ARG002
        return None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:  # noqa: ARG002
        return None

    def awaited(self, thing: Thing, calling: Calling) -> Value | None:  # noqa: ARG002
        return None

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002 - what the others fill in
        return

    def injected(self, param: Param, scope: Scope, follower: Follower) -> Value | None:  # noqa: ARG002
        return None
