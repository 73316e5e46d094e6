"""Questions to views: do they show rows that their tables would not?"""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.sql import texts, words
from walkdown.doors.sql.answers import Answers
from walkdown.doors.sql.ask_tables import names, weighty
from walkdown.doors.sql.expressions import Col, Select, sources_of
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.state import Table
from walkdown.doors.sql.who import Who
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity


def ask(asked: Answers, view: Table) -> Iterator[Finding]:
    if view.select is None or (view.invoker and view.kind == "view"):
        return
    answer = asked.of(view, "select")
    if answer.who not in (Who.ANYONE, Who.LOGIN) or answer.tied:
        return
    closed = [table for table in _bases(asked, view.select) if _narrower(asked, table, answer.who)]
    if not closed:
        return
    shown = _columns(asked, view.select)
    secret = words.secret(shown) or words.matching(shown, words.STRONG)
    personal = words.matching(shown, words.PERSONAL)
    everyone = answer.who is Who.ANYONE
    if secret or personal:
        severity = Severity.CRITICAL if words.matching(shown, words.GRAVE) and everyone else Severity.HIGH
    else:
        severity = Severity.MEDIUM if any(weighty(table) for table in closed) else Severity.LOW
    caller = "anyone with the public key" if everyone else "any signed-in user"
    yield finding(
        texts.VIEW, severity, lower(Confidence.LIKELY, sureness(asked.database)), view.spot, view.short,
        step(view.spot, f"door: {caller} may read {view.short}"),
        step(view.spot, "it does not say security_invoker, so that it reads with its owner's rights"
             if view.kind == "view" else "a materialized view keeps copies, which no policy guards"),
        *(
            step(table.row_security, f"{table.short} itself lets in: {asked.of(table, 'select').who.value}")
            for table in closed[:2]
        ),
        step(view.spot, f"it shows {', '.join(dict.fromkeys((*secret, *personal)))}") if secret or personal else None,
    )  # fmt: skip


def _bases(asked: Answers, select: Select) -> list[Table]:
    found = [asked.world.table(one.table) for one in sources_of(select) if one.table]
    return list({one.name: one for one in found if one is not None}.values())


def _narrower(asked: Answers, table: Table, who: Who) -> bool:
    if table.kind != "table" or (table.row_security is None and table.schema in asked.database.exposed):
        return False
    return asked.of(table, "select").who.rank > who.rank


def _columns(asked: Answers, select: Select) -> tuple[str, ...]:
    out: list[str] = []
    bases = _bases(asked, Select((), select.sources))
    for target in select.targets:
        if isinstance(target.expr, Col):
            name = target.expr.parts[-1]
            if name == "*":
                owner = target.expr.parts[-2] if len(target.expr.parts) > 1 else ""
                meant = [one.table for one in select.sources if owner in ("", one.alias, one.table.rpartition(".")[2])]
                out.extend(
                    column for one in bases if any(asked.world.table(t) is one for t in meant) for column in names(one)
                )
            else:
                out.append(name)
    return tuple(dict.fromkeys(out))
