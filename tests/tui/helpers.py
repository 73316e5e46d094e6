"""A real session on a small repository whose last scan is known: no scanner runs in these tests.

async def test_something(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "walk")
        ...
        assert verdict_of(review, Kind.ITEM, "input.sql") is Verdict.PASS
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec
from textual.pilot import Pilot

from walkdown.model import (
    Actor,
    Channel,
    Confidence,
    Coverage,
    Door,
    FilePlace,
    Finding,
    Item,
    Kind,
    Looks,
    Missing,
    NothingToScan,
    Ran,
    Reach,
    Report,
    Rule,
    ScanResult,
    Severity,
    SkipKind,
    Skipped,
    Source,
    StackPart,
    Subject,
    TargetFacts,
    Verdict,
)
from walkdown.review import Session, last
from walkdown.tui.app import Opening, WalkdownApp

ADA = Actor("Ada", "ada@example.org")
BEN = Actor("Ben", "ben@example.org")
NARROW, WIDE, HUGE = (80, 24), (120, 40), (200, 60)
PATIENCE = 20.0

FILES = {
    "api/pay.py": "import requests\n\n\ndef charge(order):\n    body = {'amount': order.total}\n"
    "    answer = requests.post(GATEWAY, json=body)\n    return answer.json()\n",
    "api/orders.py": "def find(db, who):\n    where = f\"customer = '{who}'\"\n    return db.execute(where)\n",
    "web/rates.ts": "export async function rates() {\n  return fetch(URL)\n}\n",
    "README.md": "# A shop\n",
}

SQL = Rule(
    "semgrep", "walkdown.sql", "SQL is built from input", "Whoever writes the text reads the whole table.",
    "Give the value as a parameter.", hazard="input.sql", family="sql", cwe=(89,),
)  # fmt: skip
TIMEOUT = Rule(
    "semgrep", "walkdown.timeout", "A call has no timeout", "A slow answer takes a worker with it.",
    "Give the client a timeout.", hazard="error.no-timeout", family="timeout", cwe=(400,),
)  # fmt: skip
RULES = (SQL, TIMEOUT)

ITEMS = (
    Item("input.sql", "SQL has parameters", "Input boundary", "Input that becomes SQL reads everything.",
         "Use parameters.", "Is there a query builder?", Reach.DECIDES, hazards=("input.sql",)),
    Item("input.uploads", "Uploads are bounded", "Input boundary", "One large upload fills the disk.",
         "Set a limit.", "Is the proxy's limit lower?", Reach.INFORMS, hazards=("input.upload",)),
    Item("error.timeouts", "Calls have a timeout", "Errors and resilience", "A slow provider takes a worker with it.",
         "Give clients a timeout.", "May a job wait longer?", Reach.INFORMS, hazards=("error.no-timeout",)),
    Item("ops.rollback", "The way back was tried", "Operations", "A deploy that cannot be undone is a leap.",
         "Try the rollback.", "When was it last done?", Reach.HUMAN, max_age_days=30),
    Item("web.csp", "Pages limit their scripts", "Operations", "A foreign script reads what the customer types.",
         "Send a policy.", "Does it name hosts?", Reach.INFORMS, applies=("rails",), blocking=False),
)  # fmt: skip


def findings(many: int = 4) -> tuple[Finding, ...]:
    """The first three lie in real lines of the small repository; from then on they are made up."""
    real = (
        _finding(SQL, Severity.HIGH, FilePlace("api/orders.py", 3, 12, 3, 29, "find"), 0),
        _finding(TIMEOUT, Severity.MEDIUM, FilePlace("api/pay.py", 6, 14, 6, 47, "charge"), 1),
        _finding(TIMEOUT, Severity.LOW, FilePlace("web/rates.ts", 2, 10, 2, 20, "rates"), 2),
    )
    severities = tuple(Severity)
    more = (
        _finding(
            RULES[n % 2], severities[n % len(severities)], FilePlace(f"src/m{n // 40:04}.py", n % 40 + 1, 1, 0, 0), n
        )
        for n in range(3, many)
    )
    return (*real[:many], *more)


def _finding(rule: Rule, severity: Severity, place: FilePlace, number: int) -> Finding:
    return Finding(
        rule,
        severity,
        Confidence.LIKELY,
        place,
        id=f"f{number:06}",
        sources=(Source("semgrep", rule.id), *((Source("bandit", "B608"),) if rule is SQL else ())),
        fingerprint=f"{number:032x}",
    )


REPORTS = (
    Report("semgrep", "1.182.0", Ran(), Coverage(4, 4), 1.5, 3),
    Report(
        "bandit",
        "1.8.6",
        Ran(),
        Coverage(2, 1, (Skipped("api/pay.py", SkipKind.GAP, "syntax-error", "It cannot be parsed as Python 3.11."),)),
        0.4,
    ),
    Report("pip-audit", "2.9.0", NothingToScan("No dependencies are named.")),
)
LOOKS = (Looks("bandit", ("error.no-timeout", "input.sql", "input.upload")),)
MISSING = Report("pip-audit", "", Missing("pip-audit is not on this machine.", "pip install pip-audit"))
"""With it the scan is not whole, so it is scanned again at the next start and no code is shown beside it."""


def open_review(
    tree: Path,
    found: Sequence[Finding] | None = None,
    reports: Sequence[Report] = REPORTS,
    *,
    doors: Sequence[Door] = (),
    scanned: bool = True,
) -> Session:
    """What `walkdown` opens, with a scan of now behind it. `scanned=False`: nobody ever looked."""
    session = Session.open(str(tree), Channel.APP)
    session.checklist = msgspec.structs.replace(session.checklist, items=ITEMS)
    session.refresh()
    if scanned:
        remember(session, findings() if found is None else found, reports, doors)
    return session


def remember(
    session: Session, found: Sequence[Finding], reports: Sequence[Report] = REPORTS, doors: Sequence[Door] = ()
) -> None:
    """As if a scan of the tree as it is now had come to this."""
    target, now = session.review.target, datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    facts = TargetFacts(
        root="shop", head=target.facts.head, branch=target.facts.branch, dirty=target.dirty, tree=target.tree,
        looked=target.looked,
        stack=(StackPart("language", "python", "api/pay.py"), StackPart("language", "typescript", "web/rates.ts")),
        skipped=(Skipped("logo.png", SkipKind.SCOPE, "binary", "Binary."),
                 Skipped("requirements.txt", SkipKind.LIMIT, "range", "An open range.")),
    )  # fmt: skip
    result = ScanResult(facts, tuple(reports), tuple(found), started=now, finished=now, looks=LOOKS, doors=tuple(doors))
    assert last.save(session.review.state_folder, result, session._asked()) == ""
    session.recall()


def app_on(session: Session, *people: Actor, theme: str = "", keys: tuple[tuple[str, str], ...] = ()) -> WalkdownApp:
    opening = Opening(".", lambda settings: settings, people or (ADA,), theme, keys)
    return WalkdownApp(opening, session)


async def until(pilot: Pilot[int], holds: Callable[[], object], what: str = "") -> None:
    """Wait until something holds; fails the test when it does not for a long time."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what or "it never came to that"
        await pilot.pause()
        await asyncio.sleep(0)


async def to_mode(pilot: Pilot[int], name: str) -> None:
    """Show one of the main screens, and wait until it stands."""
    pilot.app.switch_mode(name)
    await until(pilot, lambda: pilot.app.current_mode == name and pilot.app.screen.is_mounted)
    await pilot.pause()


def verdict_of(session: Session, kind: Kind, subject_id: str) -> Verdict | None:
    """As the journal has it."""
    standing = session.refresh().standing(Subject(kind, subject_id))
    return standing.decision.verdict if standing else None


def shown(app: WalkdownApp) -> str:
    """What a person reads on the screen now, line by line."""
    screen = app.screen
    lines = ["".join(segment.text for segment in strip) for strip in screen._compositor.render_strips(screen.size)]
    return "\n".join(line.rstrip() for line in lines)


async def shows(pilot: Pilot[int], app: WalkdownApp, words: str) -> None:
    """Wait until these words can be read; where they never can, the failure shows the screen."""
    deadline = time.monotonic() + PATIENCE
    while words not in (screen := shown(app)):
        assert time.monotonic() < deadline, f"{words!r} never came:\n{screen}"
        await pilot.pause()
