"""Questions to every table: who may read it, who may change it?"""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.sql import texts, words
from walkdown.doors.sql.answers import Answer, Answers, Reason
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.state import Spot, Table
from walkdown.doors.sql.who import Flaw, Who
from walkdown.model.finding import Finding, Rule, Step
from walkdown.model.severity import Confidence, Severity

_TOLD = frozenset({Flaw.SAME, Flaw.FORGED, Flaw.UNLINKED})
_SYSTEM = frozenset({"public.spatial_ref_sys", "public.schema_migrations", "public._prisma_migrations"})


def ask(asked: Answers, table: Table) -> Iterator[Finding]:
    if table.name in _SYSTEM:
        return
    if table.row_security is None and asked.granted(table, "select"):
        yield _off(asked, table)
        return
    by = {command: asked.of(table, command) for command in ("select", "insert", "update", "delete")}
    yield from _changes(asked, table, by["update"], by["delete"])
    yield from _adds(asked, table, by["insert"])
    yield from _reads(asked, table, by["select"])


def names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


def private(table: Table) -> tuple[str, ...]:
    """The columns that look secret or personal."""
    held = names(table)
    return tuple(dict.fromkeys((*words.secret(held), *words.matching(held, words.PERSONAL))))


def weighty(table: Table) -> bool:
    """Going by its name, it holds people's affairs, money or rights."""
    short = table.short
    return bool(words.BUSINESS.search(short) or words.MONEY.search(short) or words.RIGHTS.search(short))


def door(table: Table, commands: str, who: Who) -> Step | None:
    caller = "anyone with the public key" if who is Who.ANYONE else "any signed-in user"
    return step(table.spot, f"door: {caller} may {commands} {table.short}")


def content(table: Table) -> Step | None:
    held = private(table)
    return step(table.spot, f"it holds {', '.join(held[:5])}") if held else None


def _off(asked: Answers, table: Table) -> Finding:
    held = private(table)
    rule = texts.POLICIES_IDLE if table.policies else texts.TABLE_OFF
    spot = table.switched_off or table.spot
    sure = sureness(asked.database, table)
    if any("execute" in why or "do:" in why for _, why in asked.database.unsure):
        sure = lower(sure, Confidence.LIKELY)
    severity = Severity.CRITICAL if held or weighty(table) or table.policies else Severity.HIGH
    if table.unsure and sure is Confidence.UNSURE:
        severity = Severity.MEDIUM if table.unseen else Severity.HIGH
    first = next(iter(table.policies), None)
    return finding(
        rule, severity, sure, spot, table.short,
        door(table, "read, change and delete all of", Who.ANYONE),
        step(spot, "row security is switched off here") if table.switched_off else step(
            table.spot, "the table is made here, and row security is never switched on"),
        step(first.spot, f"the policy {first.policy.name!r} is never asked") if first is not None else None,
        content(table),
        step(table.published, "its changes are also sent to listeners"),
        further=(table.spot,),
    )  # fmt: skip


def _open(answer: Answer, who: Who) -> list[Reason]:
    """The policies that let this wide a group in, apart from those with a flaw that is told by itself."""
    found = [
        one for one in answer.reasons
        if any(way.who is who and not (set(way.flaws) & _TOLD) for way in one.ways)
    ]  # fmt: skip
    return sorted(found, key=lambda one: not _all([one], who))


def _all(reasons: list[Reason], who: Who) -> list[Reason]:
    return [one for one in reasons if any(way.who is who and not way.some and not way.tied for way in one.ways)]


def _steps(reasons: list[Reason], who: Who) -> list[Step | None]:
    out: list[Step | None] = []
    for one in reasons[:3]:
        text = f"the policy {one.name!r} lets in {'everyone' if who is Who.ANYONE else 'every signed-in user'}"
        if words.SERVER_NAMED.search(one.name):
            text += ", whatever its name says: a server with the service key needs no policy"
        out.append(step(one.spot, text))
        via = next((way.via for way in one.ways if way.via), ())
        if via:
            out.append(step(one.spot, f"it rests on {', '.join(via[:3])}"))
    return out


def _made(  # noqa: PLR0917 - the parts of a finding
    asked: Answers, table: Table, rule: Rule, severity: Severity, confidence: Confidence, commands: str, who: Who,
    reasons: list[Reason],
) -> Finding:  # fmt: skip
    spots: tuple[Spot, ...] = tuple(one.spot for one in reasons)
    return finding(
        rule, severity, lower(confidence, sureness(asked.database, table)), spots[0], table.short,
        door(table, commands, who), step(table.row_security, "row security is on, so policies decide"),
        *_steps(reasons, who), content(table), further=spots[1:],
    )  # fmt: skip


# -- changing ----------------------------------------------------------------------------------------------------------


def _changes(asked: Answers, table: Table, update: Answer, delete: Answer) -> Iterator[Finding]:
    for who, rule in ((Who.ANYONE, texts.OPEN_WRITE), (Who.LOGIN, texts.LOGIN_WRITE)):
        found = {name: _open(answer, who) for name, answer in (("change", update), ("delete", delete))}
        reasons = [one for held in found.values() for one in held]
        reasons = list({(one.spot, one.name): one for one in reasons}.values())
        if not reasons:
            continue
        commands = " and ".join(name for name, held in found.items() if held)
        whole = bool(_all(reasons, who))
        sure = Confidence.SURE if whole and who is Who.ANYONE else Confidence.LIKELY
        severity = _change_severity(table, who, whole=whole)
        yield _made(asked, table, rule, severity, sure, commands, who, reasons)
        return  # what everyone may, signed-in users may as well


def _change_severity(table: Table, who: Who, *, whole: bool) -> Severity:
    heavy = weighty(table) or bool(private(table))
    if who is Who.ANYONE:
        if not whole:
            return Severity.HIGH if heavy else Severity.MEDIUM
        return Severity.CRITICAL if heavy else Severity.HIGH
    owned = bool(words.matching(names(table), words.OWNER))
    return Severity.HIGH if whole and (owned or heavy) else Severity.MEDIUM


# -- adding ------------------------------------------------------------------------------------------------------------


def _adds(asked: Answers, table: Table, answer: Answer) -> Iterator[Finding]:
    reasons = _open(answer, Who.ANYONE)
    if reasons:
        short = table.short
        if words.RIGHTS.search(short) and not words.LOG.search(short):
            severity, sure = Severity.CRITICAL, Confidence.LIKELY
        elif any(words.SERVER_NAMED.search(one.name) for one in reasons) or words.MONEY.search(short):
            severity, sure = Severity.HIGH, Confidence.LIKELY
        elif words.FORM.search(short):
            severity, sure = Severity.LOW, Confidence.UNSURE
        else:
            severity, sure = Severity.MEDIUM, Confidence.LIKELY
        if words.FORM.search(short) and severity is Severity.HIGH and not words.MONEY.search(short):
            severity = Severity.MEDIUM
        yield _made(asked, table, texts.OPEN_INSERT, severity, sure, "add rows to", Who.ANYONE, reasons)
        return
    reasons = _open(answer, Who.LOGIN)
    owned = words.matching(names(table), words.OWNER)
    if reasons and words.RIGHTS.search(table.short):
        yield _made(
            asked, table, texts.LOGIN_INSERT, Severity.HIGH, Confidence.LIKELY, "add rows to", Who.LOGIN, reasons
        )
    elif reasons and owned:
        severity = Severity.MEDIUM if words.MONEY.search(table.short) or "user_id" in owned else Severity.LOW
        yield _made(asked, table, texts.LOGIN_INSERT, severity, Confidence.LIKELY, "add rows to", Who.LOGIN, reasons)


# -- reading -----------------------------------------------------------------------------------------------------------


def _reads(asked: Answers, table: Table, answer: Answer) -> Iterator[Finding]:
    for who, rule in ((Who.ANYONE, texts.OPEN_READ), (Who.LOGIN, texts.LOGIN_READ)):
        reasons = _open(answer, who)
        if not reasons:
            continue
        rated = _read_severity(table, who, whole=bool(_all(reasons, who)))
        if rated is not None:
            yield _made(asked, table, rule, rated[0], rated[1], "read", who, reasons)
        if who is Who.ANYONE:
            return


def _read_severity(  # noqa: PLR0911 - one line for each case
    table: Table, who: Who, *, whole: bool
) -> tuple[Severity, Confidence] | None:
    held, short = names(table), table.short
    secret, personal = words.secret(held), words.matching(held, words.PERSONAL)
    strong = words.matching(held, words.STRONG)
    shown = bool(words.CONTENT.search(short)) and not words.MONEY.search(short)
    heavy = weighty(table) and not shown
    if who is Who.ANYONE and whole:
        if secret:
            grave = bool(words.matching(held, words.GRAVE)) and not shown
            return Severity.CRITICAL if grave else Severity.HIGH, Confidence.LIKELY
        if personal and not shown:
            return Severity.HIGH, Confidence.LIKELY
        if personal or heavy:
            return Severity.MEDIUM if shown or not personal else Severity.HIGH, Confidence.LIKELY
        return None if shown else (Severity.LOW, Confidence.UNSURE)
    if who is Who.ANYONE:
        return (Severity.MEDIUM, Confidence.UNSURE) if secret or (personal and not shown) else None
    if not whole:
        return (Severity.MEDIUM, Confidence.UNSURE) if secret or strong else None
    if secret or strong:
        return Severity.HIGH, Confidence.LIKELY
    owned = bool(words.matching(held, words.OWNER))
    if (personal or heavy) and not shown:
        return (Severity.MEDIUM if owned or personal else Severity.LOW), Confidence.LIKELY
    return None
