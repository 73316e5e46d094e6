"""Weighs one way through a condition: whom does it let in, and is the row theirs?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from walkdown.doors.sql.state import Table
from walkdown.doors.sql.terms import (
    Atom,
    Caller,
    Cell,
    Claim,
    Const,
    Dunno,
    Eq,
    Given,
    Held,
    Looked,
    Never,
    Other,
    Term,
    Unread,
    Via,
    World,
)  # fmt: skip
from walkdown.doors.sql.who import Flaw, Way, Who, narrower

_ROLE = re.compile(
    r"role|admin|permission|privilege|is_(?:staff|super|owner|mod|manager)|level|access|user_?type|account_?type|email|"
    r"position|cargo|perfil|papel|rol$|tipo",
    re.IGNORECASE,
)
_ROLE_TABLE = re.compile(r"admin|role|staff|moderator|manager|employee|operator|permission|super", re.IGNORECASE)
_PEOPLE = re.compile(r"(?:^|_)(?:users?|profiles?|accounts?|people|persons?|perfis|usuarios?)$", re.IGNORECASE)
TOKEN = re.compile(r"token|secret|code$|_code_|hash|api_?key|pin$|password", re.IGNORECASE)
_PERSON = frozenset({"user_id", "auth_id", "auth_user_id", "owner_id", "supabase_user_id", "uid"})
_SERVERS = ("service_role", "postgres", "supabase_admin", "supabase_auth_admin", "supabase_storage_admin")

Selects = Callable[[str], tuple[Way, ...]]


class _Groups:
    """Terms that have to be equal."""

    def __init__(self) -> None:
        self._over: dict[Term, Term] = {}

    def root(self, term: Term) -> Term:
        while term in self._over:
            term = self._over[term]
        return term

    def join(self, one: Term, two: Term) -> None:
        first, second = self.root(one), self.root(two)
        if first != second:
            self._over[first] = second

    def groups(self, terms: Iterable[Term]) -> list[set[Term]]:
        found: dict[Term, set[Term]] = {}
        for term in terms:
            found.setdefault(self.root(term), set()).add(term)
        return list(found.values())


def weigh(  # noqa: PLR0912, PLR0915 - one branch for each kind of atom
    atoms: list[Atom], world: World, row: Table | None, selects: Selects
) -> Way:
    """`selects`: who may read a table, for rows that are only found where the caller may see them."""
    flaws: list[Flaw] = []
    tables = {one.frame: one for one in atoms if isinstance(one, Looked)}
    via = tuple(dict.fromkeys(one.name for one in atoms if isinstance(one, Via) and one.name))
    if any(isinstance(one, Never) for one in atoms):
        return Way(Who.NOBODY, via=via)
    pairs = [one for one in atoms if isinstance(one, Eq)]
    groups = _Groups()
    known: set[Term] = set()
    some = unclear = False
    for pair in pairs:
        if pair.left == pair.right and isinstance(pair.left, Cell):
            if not _complete(pair.left, world, row, tables):
                unclear = True  # one side may mean a column of the other table
            else:
                flaws.append(Flaw.SAME)
            continue
        if _different_ids(pair, world, row, tables):
            return Way(Who.NOBODY, via=via, flaws=(*flaws, Flaw.WRONG_ID))
        if isinstance(pair.left, Dunno) or isinstance(pair.right, Dunno):
            continue
        groups.join(pair.left, pair.right)
        known |= {pair.left, pair.right}
    sets = groups.groups(known)
    if any(_clash(group) for group in sets):
        return Way(Who.NOBODY, via=via)
    base = _claims(atoms)
    mine = _near(sets, {one for group in sets if any(isinstance(t, Caller) for t in group) for one in group})
    theirs = {one.frame for one in mine if isinstance(one, Cell)}
    tied = 0 in theirs or (row is None and bool(tables) and set(tables) <= theirs)
    frames = {one.frame for one in mine if isinstance(one, Cell)} - {0}
    person = any(isinstance(term, Caller) for one in atoms if not _absent(one) for term in _terms(one))
    role = _role(atoms, sets, theirs)
    forged = (base.flaws and Flaw.FORGED in base.flaws) or _forged(atoms, tables, theirs)
    some = some or _states(atoms, sets)
    if forged:
        flaws.append(Flaw.FORGED)
    way = base
    if tied:
        who = Who.LOGIN if forged and not _plainly(sets) else Who.ROLE if role else Who.OWNER
        way = narrower(way, Way(who, tied=True))
    elif frames:
        way = narrower(way, _has_row(frames, tables, role, row, world, forged, flaws))
    elif person:
        way = narrower(way, _alone(atoms, sets))
    if _knows(sets):
        way = narrower(way, Way(Who.ROLE, via=("a secret that is handed over",)))
    for frame, looked in tables.items():
        if frame not in theirs and not looked.free:
            way = narrower(way, _seen(selects(looked.table)))
        elif frame not in theirs:
            some = True
    if any(isinstance(one, Unread) and not one.denied for one in atoms) or unclear or _unclear(pairs, tied):
        why = next(
            (one.why for one in atoms if isinstance(one, Unread) and not one.denied), "a value that is not known"
        )
        way = narrower(way, Way(Who.UNKNOWN, why=why))
    some = some or any(isinstance(one, Unread) and one.denied for one in atoms)
    return narrower(way, Way(Who.ANYONE, some=some, via=(*via, *_names(tables)), flaws=tuple(dict.fromkeys(flaws))))


def _knows(sets: list[set[Term]]) -> bool:
    """Whoever calls has to hand over a secret that stands in the row."""
    return any(
        any(isinstance(one, Given) for one in group)
        and any(isinstance(one, Cell) and TOKEN.search(one.column) for one in group)
        for group in sets
    )


def _clash(group: set[Term]) -> bool:
    """One value cannot be two constants at once."""
    values = {one.value for one in group if isinstance(one, Const)}
    return len({one for one in values if one != "made" and not one.startswith("default ")}) > 1


def _names(tables: dict[int, Looked]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.table.removeprefix("public.") for one in tables.values()))


def _unclear(pairs: list[Eq], tied: bool) -> bool:
    return not tied and any(isinstance(side, Dunno) for pair in pairs for side in (pair.left, pair.right))


def _near(sets: list[set[Term]], start: set[Term]) -> set[Term]:
    """All terms that hang together with the caller: through equal values, and through rows both belong to."""
    near = set(start)
    linking = [group for group in sets if not any(isinstance(one, Const) for one in group)]
    grown = True
    while grown:
        grown = False
        frames = {one.frame for one in near if isinstance(one, Cell) and one.frame != 0}
        for group in linking:
            touched = any(isinstance(one, Cell) and one.frame in frames for one in group)
            if touched and not group <= near:
                near |= group
                grown = True
    return near


def _plainly(sets: list[set[Term]]) -> bool:
    """The row itself holds the caller's id."""
    return any(
        any(isinstance(one, Caller) for one in group) and any(isinstance(one, Cell) and one.frame == 0 for one in group)
        for group in sets
    )


def _claims(atoms: list[Atom]) -> Way:
    """What the token alone has to say."""
    way = Way(Who.ANYONE)
    for one in atoms:
        terms = _terms(one)
        claim = next((term for term in terms if isinstance(term, Claim)), None)
        if claim is not None:
            way = narrower(way, _claim(one, claim, terms))
        elif any(isinstance(term, Caller) for term in terms) and not _absent(one):
            way = narrower(way, Way(Who.LOGIN))
    return way


def _absent(atom: Atom) -> bool:
    return isinstance(atom, Other) and atom.op == "null"


def _claim(atom: Atom, claim: Claim, terms: tuple[Term, ...]) -> Way:  # noqa: PLR0911 - one line for each claim
    value = next((one.value for one in terms if isinstance(one, Const)), "")
    cell = any(isinstance(one, Cell) and one.frame == 0 for one in terms)
    if _absent(atom):
        return Way(Who.ANYONE, some=True)
    if claim.kind == "user":
        return Way(Who.LOGIN, tied=cell, flaws=(Flaw.FORGED,))
    if claim.kind == "app":
        return Way(Who.OWNER if cell else Who.ROLE, tied=cell)
    if claim.kind in ("role", "database"):
        same = isinstance(atom, Eq)
        if value in _SERVERS:
            return Way(Who.SERVICE if same else Who.ANYONE)
        if value == "anon":
            return Way(Who.ANYONE if same else Who.LOGIN)
        if value == "authenticated":
            return Way(Who.LOGIN if same else Who.ANYONE)
        return Way(Who.ROLE) if value else Way(Who.ANYONE) if isinstance(atom, Held) else Way(Who.UNKNOWN, why="a role")
    if claim.key in ("aal", "amr", "is_anonymous", "exp", "iat"):
        return Way(Who.LOGIN)
    if claim.kind == "other" and claim.key:
        return Way(Who.OWNER if cell else Who.ROLE, tied=cell)
    return Way(Who.UNKNOWN, why="the token")


def _terms(atom: Atom) -> tuple[Term, ...]:
    if isinstance(atom, Eq):
        return (atom.left, atom.right)
    if isinstance(atom, Other):
        return atom.terms
    return (atom.term,) if isinstance(atom, Held) else ()


def _role(atoms: list[Atom], sets: list[set[Term]], theirs: set[int]) -> bool:
    """A row of the caller's has to hold a certain role."""
    for group in sets:
        if not any(isinstance(one, Const) for one in group):
            continue
        if any(isinstance(one, Cell) and one.frame in theirs - {0} and _ROLE.search(one.column) for one in group):
            return True
    for one in atoms:
        if isinstance(one, Held) and not one.null and isinstance(one.term, Cell):
            held = one.term
            if held.frame in theirs - {0} and _ROLE.search(held.column):
                return True
        if isinstance(one, Other) and one.op != "null":
            cells = [term for term in one.terms if isinstance(term, Cell) and term.frame in theirs - {0}]
            if cells and any(isinstance(term, Const) for term in one.terms) and _ROLE.search(cells[0].column):
                return True
    return False


def _forged(atoms: list[Atom], tables: dict[int, Looked], theirs: set[int]) -> bool:
    users = {frame for frame, looked in tables.items() if looked.table == "auth.users" and frame in theirs}
    return any(
        isinstance(term, Cell) and term.frame in users and term.column == "raw_user_meta_data"
        for one in atoms for term in _terms(one)
    )  # fmt: skip


def _has_row(  # noqa: PLR0917 - what is known of the way so far
    frames: set[int],
    tables: dict[int, Looked],
    role: bool,
    row: Table | None,
    world: World,
    forged: bool,
    flaws: list[Flaw],
) -> Way:
    """The caller has a row somewhere, which says nothing about this row."""
    names = [tables[one].table.removeprefix("public.") for one in frames if one in tables]
    if forged:
        return Way(Who.LOGIN)
    if role or any(_ROLE_TABLE.search(name) for name in names):
        return Way(Who.ROLE)
    if Flaw.SAME in flaws or any(_PEOPLE.search(name) for name in names):
        return Way(Who.LOGIN)
    for name in names:
        other = world.table(name)
        shared = {one.name for one in other.columns} & {one.name for one in row.columns} if other and row else set()
        if any(one.endswith("_id") and one != "user_id" for one in shared):
            return Way(Who.LOGIN, flaws=(Flaw.UNLINKED,))
    return Way(Who.ROLE)


def _alone(atoms: list[Atom], sets: list[set[Term]]) -> Way:
    """Only the caller is spoken of: an address on a list, or an id that is written down."""
    named = any(
        any(isinstance(one, Caller) for one in group) and any(isinstance(one, Const) for one in group) for group in sets
    )
    like = any(
        isinstance(one, Other) and one.op == "like" and any(isinstance(term, Caller) for term in one.terms)
        for one in atoms
    )
    return Way(Who.ROLE if named or like else Who.LOGIN)


def _seen(ways: tuple[Way, ...]) -> Way:
    """A row of another table that is found only by who may read it."""
    if not ways:
        return Way(Who.NOBODY)
    widest = min(ways, key=lambda way: way.who.rank)
    if widest.who in (Who.ANYONE, Who.LOGIN):
        return Way(widest.who, some=True)
    return Way(widest.who, tied=widest.tied, why=widest.why)


def _states(atoms: list[Atom], sets: list[set[Term]]) -> bool:
    """Only rows in a certain state are meant."""
    for group in sets:
        if any(isinstance(one, Cell) and one.frame == 0 for one in group) and any(
            isinstance(one, Const) for one in group
        ):
            return True
    return any(isinstance(one, (Held, Other)) and any(isinstance(term, Cell) for term in _terms(one)) for one in atoms)


def _complete(cell: Cell, world: World, row: Table | None, tables: dict[int, Looked]) -> bool:
    held = world.table(_name(cell, row, tables))
    return held is not None and held.complete


def _different_ids(pair: Eq, world: World, row: Table | None, tables: dict[int, Looked]) -> bool:
    """True where both sides are ids of different things, so that they can never be equal."""
    one, two = _identity(pair.left, world, row, tables), _identity(pair.right, world, row, tables)
    if one is None or two is None or one == two:
        return False
    people = ("auth.users", "id")
    if people in (one, two):
        other = two if one == people else one
        if not world.invented(*other):
            return False
        # a made-up key is wrong where another column holds the person; where none does, it may be the login's id
        held = world.table(other[0])
        return held is not None and any(
            column.name != other[1] and (world.identity(held.name, column.name) == people or column.name in _PERSON)
            for column in held.columns
        )
    return world.invented(*one) and world.invented(*two)


def _identity(term: Term, world: World, row: Table | None, tables: dict[int, Looked]) -> tuple[str, str] | None:
    if isinstance(term, Caller):
        return ("auth.users", "id") if term.what == "id" else None
    if isinstance(term, Cell) and (name := _name(term, row, tables)):
        return world.identity(name, term.column)
    return None


def _name(term: Cell, row: Table | None, tables: dict[int, Looked]) -> str:
    if term.frame == 0:
        return row.name if row is not None else ""
    return tables[term.frame].table if term.frame in tables else ""
