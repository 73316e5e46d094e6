"""Whose the rows of many are: the organisation, team or shop they belong to, and whether the application asks anywhere
that who is asking is a member of it."""

from __future__ import annotations

import re

from walkdown.doors.assemble import Followed
from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.asker import askable, own
from walkdown.doors.questions.behind import snake
from walkdown.doors.questions.owned import is_personal, is_private, is_users
from walkdown.doors.questions.ties import Ties, ties_of
from walkdown.doors.tables import Table
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Origin

_WORDS = (
    r"organi[sz]ation|org|tenant|team|workspace|company|business|shop|store|restaurant|clinic|agency|firm|practice|salon|"
    r"gym|merchant|household|studio|empresa|loja|organizacao|entreprise|barbershop|dealership|branch|franchise|hospital"
)
_COLUMN = re.compile(rf"^(?:{_WORDS})[._]?(?:id|uuid|slug)$", re.IGNORECASE)
_TABLE = re.compile(rf"^(?:{_WORDS})(?:s|es)?$|^(?:companies|agencies|businesses)$", re.IGNORECASE)
_ROW = re.compile(r"^(?:id|_id|uuid|uid|slug|number|code|token|email)$", re.IGNORECASE)
# What says who or where somebody is, how they are, or what they own.
_CONTACT = re.compile(
    r"e_?mail|phone|telefon|mobile|whats_?app|(?:^|_)cpf|(?:^|_)ssn|passport|birth|(?:street|home|billing|shipping)_?address|"
    r"^address|iban|bank|account_?number|salary|wage|wallet|medical|diagnos|allerg|tax_?id|national_?id|emergency|encrypted",
    re.IGNORECASE,
)
_INTIMATE = re.compile(
    r"iban|bank|account_?number|routing|(?:^|_)ssn|(?:^|_)cpf|passport|birth|salary|wage|medical|diagnos|allerg|tax_?id|"
    r"national_?id|address|emergency|encrypted",
    re.IGNORECASE,
)
_PLAN = re.compile(
    r"plan|stripe|billing|subscription|secret|api_?key|setting|token|tax|bank|credit|limit", re.IGNORECASE
)
_PEOPLE = re.compile(
    r"attendee|participant|worker|staff|student|resident|volunteer|donor|registrant|enrol|guest(?!_?book)|buyer|members?$|"
    r"pupil|contact|candidate|recipient|signup",
    re.IGNORECASE,
)
_GRAVE = re.compile(
    r"client|customer|patient|employee|payment|invoice|transaction|payout|salar|payroll|credential|api_?key|secret|bank|"
    r"user|member|contact|student|guest|wallet|token",
    re.IGNORECASE,
)


def is_tenant(name: str) -> bool:
    """A column that says to which of many groups of people a row belongs."""
    return (
        _COLUMN.match(".".join(name.split(".")[-2:])) is not None
        or _COLUMN.match(name.rsplit(".", maxsplit=1)[-1]) is not None
    )


def is_tenant_table(table: str) -> bool:
    return _TABLE.match(table) is not None


def is_grave(table: str) -> bool:
    """Rows about people, money, or keys."""
    return _GRAVE.search(table) is not None and (is_users(table) or is_private(table) or is_personal(table))


def is_people(table: str) -> bool:
    return _PEOPLE.search(table) is not None


def is_list(did: Did) -> bool:
    """All rows of a group, not one of them."""
    return not any(_ROW.match(name) for name, _ in did.filters)


def contacts(did: Did, table: Table | None, sent: frozenset[str] | None = None) -> bool:
    """What is read of the rows says who somebody is, or how they are. `sent`: the columns that go out, if known."""
    declared = [one.name for one in table.columns if not one.hidden] if table is not None else []
    names = [name for name in (did.columns or declared) if not sent or name in sent]
    return any(_CONTACT.search(snake(name)) for name in names or (sent or ()))


def is_intimate(table: Table | None) -> bool:
    """More of somebody than a name and an address to write to."""
    return table is not None and any(_INTIMATE.search(snake(one.name)) for one in table.columns if not one.hidden)


def has_tenant(table: Table | None) -> bool:
    return table is not None and any(is_tenant(one.name) for one in table.columns)


def has_plan(table: Table | None) -> bool:
    return table is not None and any(_PLAN.search(one.name) for one in table.columns)


class Tied:
    """At which tables some door makes sure that the row belongs to who is asking, and whether groups are told apart.
    Asked of the doors only as far as somebody needs it: that takes time."""

    def __init__(self, found: Map) -> None:
        self._found = found
        self._ties: dict[int, Ties] = {}
        self._at: dict[str, list[tuple[Followed, Did]]] | None = None
        self._groups: bool | None = None

    def ties(self, visit: Visit) -> Ties:
        known = self._ties.get(id(visit))
        if known is None:
            known = self._ties[id(visit)] = ties_of(visit)
        return known

    @property
    def groups(self) -> bool:
        """Somewhere rows of one group are asked for by a membership of who is asking."""
        if self._groups is None:
            asked = [
                (one, value)
                for several in self._doors().values()
                for one, did in several
                for name, value in did.filters
                if is_tenant(name)
            ]
            self._groups = any(value.has(Origin.IDENTITY) for _, value in asked) or any(
                self.ties(one.visit).has(value) for one, value in asked
            )
        return self._groups

    def elsewhere(self, table: str, door: str) -> bool:
        others = [(one, did) for one, did in self._doors().get(table.lower(), ()) if one.door.id != door]
        return any(self.ties(one.visit).binds(did) for one, did in others)

    def _doors(self) -> dict[str, list[tuple[Followed, Did]]]:
        if self._at is None:
            self._at = {}
            for one in self._found.doors:
                if askable(one):
                    for _, did in own(one):
                        if did.filters:
                            self._at.setdefault(did.table.lower(), []).append((one, did))
        return self._at
