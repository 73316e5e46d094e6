"""TypeORM: repositories, managers and entities that save themselves; transactions that belong to a manager."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from walkdown.doors import calls
from walkdown.doors.follow import Follower
from walkdown.doors.libraries import typeorm_words as words
from walkdown.doors.libraries.shared import (
    UNKNOWN_TABLE,
    Handle,
    Row,
    changed,
    save,
)
from walkdown.doors.libraries.typeorm_builder import BUILDER, Builder
from walkdown.doors.libraries.typeorm_repository import REPOSITORY, ROW, Repository, RepositoryCalls, table_in
from walkdown.doors.library import Calling, Given, Parent
from walkdown.doors.values import (
    UNKNOWN,
    ClassRef,
    Closure,
    Instance,
    Outside,
    Thing,
    Value,
    replace,
)
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import Operation
from walkdown.syntax.program import Call, Name, Param

if TYPE_CHECKING:
    from walkdown.doors.scopes import Scope

_MANAGER, _RUNNER = "typeorm.manager", "typeorm.runner"
_MANAGERS = frozenset(
    {"DataSource", "createConnection", "getConnection", "getManager", "Connection", "getConnectionManager"}
)
_TYPES = frozenset({"DataSource", "EntityManager", "Connection"})
_ASKS = frozenset({
    "In", "Like", "ILike", "MoreThan", "LessThan", "MoreThanOrEqual", "LessThanOrEqual", "Between", "Equal",
    "IsNull", "Raw", "Any",
    "ArrayContains", "ArrayContainedBy", "ArrayOverlap", "And", "Or",
})  # fmt: skip


class TypeOrm(RepositoryCalls):
    packages = frozenset({"typeorm", "@nestjs/typeorm", "nestjs-typeorm-paginate"})

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911
        last = outside.chain[-1] if outside.chain else ""
        if last in ("getRepository", "getTreeRepository", "getMongoRepository"):
            return self._repository(calling.arg(0), calling.follower, Handle())
        if last == "getCustomRepository" and calling.arg(0) is not None:
            return calling.follower.invoke(calling.arg(0) or UNKNOWN, (), calling.visit, calling.spot, new=True)
        if last in _MANAGERS:
            return Value(shape=Thing(_MANAGER, data=Handle()))
        if last == "Not":
            return Value(frozenset(s for one in calling.args for s in one.value.sources), Thing(words.NOT))
        if last in _ASKS:
            return Value(frozenset(s for one in calling.args for s in one.value.sources))
        if last == "Brackets":
            return calling.arg(0)
        if last == "paginate" and calling.arg(0) is not None:
            return self._paginated(calling.arg(0) or UNKNOWN, calling)
        return None

    def _paginated(self, of: Value, calling: Calling) -> Value | None:
        shape = of.shape
        if isinstance(shape, Thing) and isinstance(shape.data, Builder):
            return shape.data.run(calling, many=True, bounded=True)
        if isinstance(shape, Thing) and isinstance(shape.data, Repository):
            options = (Given(calling.arg(2) or Value()),)
            return self.on_repository(shape.data, "find", replace(calling, args=options))
        return None

    def _repository(self, entity: Value | None, follower: Follower, handle: Handle) -> Value:
        shape = entity.shape if entity is not None else None
        table = words.table_of(entity, follower)
        return Value(
            shape=Thing(REPOSITORY, table, Repository(table, shape if isinstance(shape, ClassRef) else None, handle))
        )

    def injected(self, param: Param, scope: Scope, follower: Follower) -> Value | None:
        marks = [
            mark.value for mark in param.marks if isinstance(mark.value, Call) and isinstance(mark.value.callee, Name)
        ]
        for call in marks:
            if isinstance(call.callee, Name) and call.callee.name == "InjectRepository" and call.args:
                given = follower.value(call.args[0].value, scope, follower.loading)
                if isinstance(given.shape, ClassRef) and words_of_repository(follower, given.shape):
                    return follower.instance(given.shape, (), follower.loading, Spot(scope.unit, call.line))
                return self._repository(given, follower, Handle())
        if param.type is None:
            return None
        if param.type.name in ("Repository", "TreeRepository") and param.type.inner:
            entity = follower.name(param.type.inner[0].name, scope)
            return self._repository(entity, follower, Handle())
        return Value(shape=Thing(_MANAGER, data=Handle())) if param.type.name in _TYPES else None

    def extended(self, of: ClassRef, parent: Parent, follower: Follower) -> Value | None:
        """`class User extends BaseEntity`: the class is its own repository."""
        shape = parent.value.shape
        if isinstance(shape, Outside) and shape.package == "typeorm" and shape.chain[-1:] == ("BaseEntity",):
            return self._repository(Value(shape=of), follower, Handle())
        return None

    def made(self, of: Instance, parent: Parent, calling: Calling) -> Value | None:
        shape = parent.value.shape
        if not isinstance(shape, Outside) or shape.package != "typeorm":
            return None
        if shape.chain[-1:] == ("BaseEntity",):
            table = words.table_of(Value(shape=of.of), calling.follower)
            return Value(shape=Thing(ROW, table, _OfInstance(table, True, of=of.of, fields=of.fields)))
        if shape.chain[-1:] in (("Repository",), ("TreeRepository",), ("AbstractRepository",)):
            entity = parent.inner or words_of_marks(calling.follower, of.of)
            return self._repository(entity, calling.follower, Handle())
        return (
            Value(shape=Thing(_MANAGER, data=Handle()))
            if shape.chain[-1:] in (("EntityManager",), ("DataSource",))
            else None
        )

    # -- things --------------------------------------------------------------------------------------------------------

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind in (_MANAGER, _RUNNER) and name in ("manager", "connection", "dataSource"):
            handle = thing.data if name == "manager" or thing.kind == _MANAGER else Handle()
            return Value(shape=Thing(_MANAGER, data=handle))
        if thing.kind == REPOSITORY and isinstance(thing.data, Repository) and name == "manager":
            return Value(shape=Thing(_MANAGER, data=thing.data.handle))
        if thing.kind == ROW and isinstance(thing.data, Row):
            return thing.data.sets.get(name)
        return None

    def assigned(self, thing: Thing, name: str, value: Value, visit: Visit, spot: Spot) -> None:  # noqa: ARG002
        if thing.kind == ROW and isinstance(thing.data, Row):
            thing.data.take(name, value)

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind in (_MANAGER, _RUNNER) and isinstance(thing.data, Handle):
            return self._on_manager(thing, thing.data, name, calling)
        if thing.kind == REPOSITORY and isinstance(thing.data, Repository):
            return self.on_repository(thing.data, name, calling)
        if thing.kind == BUILDER and isinstance(thing.data, Builder):
            return thing.data.method(thing, name, calling)
        if thing.kind == ROW and isinstance(thing.data, Row):
            return self._on_row(thing, thing.data, name, calling)
        return None

    def _on_manager(self, thing: Thing, handle: Handle, name: str, calling: Calling) -> Value | None:  # noqa: PLR0911
        first = calling.arg(0)
        if name in ("startTransaction", "commitTransaction", "rollbackTransaction", "release"):
            if name == "startTransaction":
                handle.start(calling.visit)
            elif name == "commitTransaction":
                handle.end(calling.visit)
            return Value()
        if name == "transaction":
            return self._transaction(calling)
        if name == "createQueryRunner":
            return Value(shape=Thing(_RUNNER, data=Handle()))
        if name in ("getRepository", "getTreeRepository", "getCustomRepository", "getMongoRepository"):
            if name == "getCustomRepository" and first is not None:
                return calling.follower.invoke(first, (), calling.visit, calling.spot, new=True)
            return self._repository(first, calling.follower, handle)
        if (
            name == "withRepository"
            and first is not None
            and isinstance(first.shape, Thing)
            and isinstance(first.shape.data, Repository)
        ):
            return Value(shape=Thing(REPOSITORY, first.shape.name, replace(first.shape.data, handle=handle)))
        if name == "query":
            return self.sql(handle, calling)
        if name == "createQueryBuilder":
            table = words.table_of(first, calling.follower) if first is not None else UNKNOWN_TABLE
            entity, named = (first.shape if first is not None else None), calling.arg(1)
            alias = (named.text if named is not None else None) or ""
            return Builder.value(table, entity, handle, calling.visit, ROW, alias)
        if name in ("initialize", "connect", "destroy", "close", "synchronize", "runMigrations", "getMetadata"):
            return Value(shape=thing)
        return self._of_entity(handle, name, calling)

    def _of_entity(self, handle: Handle, name: str, calling: Calling) -> Value | None:
        """`manager.find(User, ...)`, and `manager.save(user)`, which knows the entity by itself."""
        first = calling.arg(0)
        if first is not None and isinstance(first.shape, ClassRef):
            repository = self._repository(first, calling.follower, handle)
            rest = replace(calling, args=calling.args[1:])
            shape = repository.shape
            return (
                self.on_repository(shape.data, name, rest)
                if isinstance(shape, Thing) and isinstance(shape.data, Repository)
                else None
            )
        if name in words.SAVES | words.REMOVES and first is not None:
            return self.on_repository(Repository(table_in(first, calling.follower), None, handle), name, calling)
        return None

    def _transaction(self, calling: Calling) -> Value:
        handle = Handle()
        handle.start(calling.visit)
        given = next((one.value for one in calling.args if isinstance(one.value.shape, Closure)), UNKNOWN)
        manager = Given(Value(shape=Thing(_MANAGER, data=handle)))
        return calling.follower.invoke(given, (manager,), calling.visit, calling.spot)

    def _on_row(self, thing: Thing, row: Row, name: str, calling: Calling) -> Value | None:
        of = Value(row.sources, thing)
        if isinstance(row, _OfInstance):
            row.sets.update({key: one for key, one in row.fields.items() if key != calls.SUPER})
        own = calls.method_of(calling.follower, row.of, name, of) if isinstance(row.of, ClassRef) else None
        if own is not None and not calling.follower.is_running(own):
            return calling.follower.invoke(own, calling.args, calling.visit, calling.spot)
        if name == "save":
            save(row, calling, "typeorm")
            return of
        if name in words.REMOVES:
            calling.visit.do(changed(row, Operation.DELETE, calling, "typeorm"))
            return of
        return of if name in ("reload", "recover", "hasId") else None


@dataclass(slots=True, eq=False)
class _OfInstance(Row):
    """A row that is made with `new`; what is set lies in the object itself."""

    fields: dict[str, Value] = field(default_factory=dict)


def words_of_repository(follower: Follower, of: ClassRef) -> bool:
    """A class of the project that is a repository itself."""
    name = follower.programs[of.unit].classes[of.at].name
    return name.endswith(("Repository", "Repo"))


def words_of_marks(follower: Follower, of: ClassRef) -> Value | None:
    """`@EntityRepository(User)` above the class."""
    for mark in follower.programs[of.unit].classes[of.at].marks:
        call = mark.value
        if not isinstance(call, Call) or not isinstance(call.callee, Name) or not call.args:
            continue
        if call.callee.name in ("EntityRepository", "CustomRepository"):
            return follower.value(call.args[0].value, of.scope, follower.loading)
    return None
