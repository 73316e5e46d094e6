"""Tables, files and functions that more people reach than should: what the databases answer, held against what the
browser does with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from walkdown.doors.questions.asked import Map
from walkdown.doors.questions.policy_screens import Uses, of_owners, of_screens
from walkdown.doors.questions.rls_texts import NOT_HERE
from walkdown.doors.questions.screens import Screens
from walkdown.doors.questions.tell import place, step, tell
from walkdown.doors.sql import judge, texts
from walkdown.doors.supabase_policies import STORAGE, commands_of
from walkdown.doors.supabase_table_doors import is_table_door
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import Checks, Operation
from walkdown.model.finding import Fact, Finding, Step
from walkdown.model.place import FilePlace
from walkdown.model.severity import Confidence, Severity

_READS = frozenset({texts.OPEN_READ.id, texts.LOGIN_READ.id, texts.BUCKET_READ.id, texts.VIEW.id})
_INSERTS = frozenset({texts.OPEN_INSERT.id, texts.LOGIN_INSERT.id, texts.SELF_GRANT.id})
_SAID = {"may change": "update", "delete": "delete"}
_ADDITIVE = {
    texts.OPEN_READ.id: "read", texts.OPEN_INSERT.id: "add rows to", texts.OPEN_WRITE.id: "change and delete",
    texts.LOGIN_READ.id: "read", texts.LOGIN_INSERT.id: "add rows to", texts.LOGIN_WRITE.id: "change and delete",
}  # fmt: skip
_WORD = {"select": "reads", "insert": "adds to", "update": "changes", "delete": "deletes from", "call": "calls"}


def ask(found: Map) -> Iterator[Finding | Fact]:
    uses = Uses(found)
    policies = found.policies
    told: list[Finding] = []
    for asked in policies.asked:
        judged = judge(asked.database, asked)
        told += judged.findings
        yield from judged.facts
    told = _one_for_a_policy(told)
    screens = Screens(found)
    shown = [_as_grave(one, told) for one in of_screens(screens, policies, uses)]
    told = [one for one in told if not any(_same(screen, one) for screen in shown)]
    told = [_used(uses, screens, one) for one in told]
    yield from told
    yield from shown
    yield from (one for one in of_owners(policies, uses) if not _known(one, [*told, *shown]))
    yield from _not_here(found)


def _same(screen: Finding, one: Finding) -> bool:
    """A role that only the screen asks for, and a policy that asks only for a login: the same flaw."""
    login = one.rule.id in (texts.LOGIN_WRITE.id, texts.LOGIN_INSERT.id, texts.LOGIN_READ.id)
    return login and _where(screen) & _where(one) != set()


def _as_grave(screen: Finding, told: Sequence[Finding]) -> Finding:
    worst = min((one.severity for one in told if _same(screen, one)), key=lambda one: one.rank, default=screen.severity)
    return replace(screen, severity=worst) if worst.rank < screen.severity.rank else screen


def _known(one: Finding, told: Sequence[Finding]) -> bool:
    symbol = _symbol(one)
    reads = _READS | {texts.TABLE_OFF.id, texts.POLICIES_IDLE.id}
    return any(_symbol(other) == symbol and (other.rule.id in reads or _where(one) & _where(other)) for other in told)


def _where(one: Finding) -> set[tuple[str, int]]:
    return {(at.path, at.line) for at in (one.place, *one.places) if isinstance(at, FilePlace)}


def _symbol(one: Finding) -> str:
    return one.place.symbol if isinstance(one.place, FilePlace) else ""


# -- one flaw, one finding --------------------------------------------------------------------------------------------


def _one_for_a_policy(told: Sequence[Finding]) -> list[Finding]:
    """`for all using (true)` is one flaw, though it opens reading, adding and changing alike."""
    kept: dict[tuple[object, ...], Finding] = {}
    for at, one in enumerate(told):
        key: tuple[object, ...] = (one.place, one.rule.id.split("-")[1]) if one.rule.id in _ADDITIVE else (at,)
        other = kept.get(key)
        kept[key] = one if other is None else _together(other, one)
    return list(kept.values())


def _together(one: Finding, other: Finding) -> Finding:
    worse, lesser = (one, other) if one.severity.rank <= other.severity.rank else (other, one)
    also = _ADDITIVE[lesser.rule.id]
    extra = [Step(worse.steps[0].place, f"the same policy also lets them {also} it")] if worse.steps else []
    places = tuple(dict.fromkeys((*worse.places, *lesser.places)))
    steps = tuple(dict.fromkeys((*worse.steps[:5], *extra)))[:6]
    return replace(worse, places=tuple(at for at in places if at != worse.place)[:20], steps=steps)


# -- the browser ------------------------------------------------------------------------------------------------------


def _used(uses: Uses, screens: Screens, one: Finding) -> Finding:
    """That the browser itself does it is where the way begins, and makes what was unsure likely."""
    symbol = _symbol(one).replace("storage.", STORAGE, 1)
    meant = _commands(one)
    first: dict[str, Did] = {}
    doing: list[Spot] = []
    for use in uses.of(symbol):
        for command in _does(use.did):
            if command in meant:
                first.setdefault(command, use.did)
                doing.append(use.did.spot)
    if not first:
        return one
    command, did = next(iter(first.items()))
    begins = [step(did.spot, f"the browser itself {_WORD[command]} {symbol.removeprefix(STORAGE)} here")]
    check = screens.of_all(doing) if one.rule.id in _ADDITIVE else None
    if check is not None:
        begins.append(step(check.spot, f"the screen asks for a role ({check.words}), the database does not"))
    others = [place(one.spot) for one in list(first.values())[1:] if one.spot != did.spot]
    sure = one.confidence
    if sure is Confidence.UNSURE and set(first) != {"select"} and one.severity.at_least(Severity.MEDIUM):
        sure = Confidence.LIKELY
    places = tuple(dict.fromkeys((*one.places, *others)))[:20]
    return replace(one, steps=(*begins, *one.steps)[:6], places=places, confidence=sure)


def _does(did: Did) -> tuple[str, ...]:
    if did.operation is Operation.RPC:
        return ("call",)
    return commands_of(did.operation, did.columns)


def _commands(one: Finding) -> frozenset[str]:
    rule = one.rule.id
    if rule in (texts.OPEN_WRITE.id, texts.LOGIN_WRITE.id):
        said = " ".join(step.role for step in one.steps if step.role.startswith("door:"))
        return frozenset(command for word, command in _SAID.items() if word in said)
    if rule in _READS:
        return frozenset({"select"})
    if rule in _INSERTS:
        return frozenset({"insert"})
    if rule in (texts.PROMOTION.id, texts.HANDOVER.id, texts.SERVER_VALUE.id):
        return frozenset({"update", "insert"} if rule == texts.SERVER_VALUE.id else {"update"})
    if rule == texts.FUNCTION_PATH.id:
        return frozenset()
    return frozenset({"insert", "update", "delete"} if rule == texts.BUCKET_WRITE.id else _WORD)


def _not_here(found: Map) -> Iterator[Finding]:
    """All of them together: one thing is missing, the schema."""
    doors = [
        one.door for one in found.doors
        if is_table_door(one.door) and any(guard.checks is Checks.UNKNOWN and guard.name.startswith("policies of ")
                                           for guard in one.door.guards)
    ]  # fmt: skip
    if not doors:
        return
    names = list(dict.fromkeys(one.handler.removeprefix(STORAGE) for one in doors))
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    first = Spot(doors[0].file, doors[0].line)
    yield tell(
        NOT_HERE, Severity.LOW, Confidence.LIKELY, first,
        [step(first, f"the browser uses {shown}, which no file of the repository makes")],
        further=[Spot(one.file, one.line) for one in doors[1:]],
    )  # fmt: skip
