"""What a library outside the project means to the map: each answers for its own packages and its own things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from walkdown.doors.values import ClassRef, Instance, Outside, Thing, Value
from walkdown.doors.visits import Spot, Visit
from walkdown.syntax.program import Param

if TYPE_CHECKING:
    from walkdown.doors.follow import Follower
    from walkdown.doors.scopes import Scope


class Given(msgspec.Struct, frozen=True):
    """One argument. `name`: of a keyword argument. `spread`: `...x`. `written`: how it is called in the code, for
    people."""

    value: Value
    name: str = ""
    spread: bool = False
    written: str = ""


class Calling(msgspec.Struct, frozen=True):
    """A call as a library sees it. `new`: `new X()`."""

    args: tuple[Given, ...]
    spot: Spot
    visit: Visit
    follower: Follower
    new: bool = False

    def arg(self, number: int) -> Value | None:
        plain = [one.value for one in self.args if not one.name and not one.spread]
        return plain[number] if number < len(plain) else None

    def named(self, name: str) -> Value | None:
        return next((one.value for one in self.args if one.name == name), None)


class Parent(msgspec.Struct, frozen=True):
    """What a class of the project comes from that is no class of the project itself. `inner`: what it is made for, as
    `User` in `Repository<User>`."""

    value: Value
    inner: Value | None = None


class Library(Protocol):
    """All give None for what is not theirs, or what they do not know: then the general rules hold."""

    packages: frozenset[str]
    globals: frozenset[str]

    # globals: names it brings that nobody imports (`process`, `Deno`); asked for as `imported(Outside("", (name,)))`.

    def owns(self, outside: Outside) -> bool:
        """Whether it answers for that package; also asked of files that are not there, such as a generated client."""

    def extended(self, of: ClassRef, parent: Parent, follower: Follower) -> Value | None:
        """What a class of the project can do because of what it comes from: `class User extends Model`."""

    def made(self, of: Instance, parent: Parent, calling: Calling) -> Value | None:
        """What an object of such a class can do: `class Db extends PrismaClient`."""

    def imported(self, outside: Outside) -> Value | None:
        """What `package` or a member chain of it is, before it is called: `("express", ("Router",))`."""

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        """`package.chain(...)` or `new package.chain(...)`."""

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None: ...

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        """`thing.name(...)`; `name` is empty where the thing itself is called."""

    def awaited(self, thing: Thing, calling: Calling) -> Value | None:
        """`await thing`, where something is asked only then: a query that is put together before."""

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:
        """`thing.name = value`: the row is changed before it is saved, the request is given a user."""

    def injected(self, param: Param, scope: Scope, follower: Follower) -> Value | None:
        """What a framework puts into a parameter by its type or decorator."""
