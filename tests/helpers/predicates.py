"""Records for tests: one as a small shop would sign it, one with hostile text everywhere, one that is huge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import cycle
from typing import TypeVar

import msgspec

from walkdown.model import (
    Actor,
    Channel,
    CommitPlace,
    Decision,
    FilePlace,
    Kind,
    PackagePlace,
    Place,
    RepoPlace,
    Severity,
    Source,
    Subject,
    TopicDigest,
    Topics,
    Verdict,
)
from walkdown.record.statement import (
    CheckLine,
    Counts,
    Digest,
    DoorLine,
    ExceptionLine,
    FindingLine,
    GapLine,
    GuardLine,
    Hunk,
    ItemLine,
    ListLine,
    Occasion,
    Predicate,
    RecordSubject,
    Repo,
    Said,
    Signer,
    Since,
    ToolLine,
)

ADA = Actor("Ada Lovelace", "ada@example.org")
BOB = Actor("Bob Kahn", "bob@example.org")
LAST = "2026-10-02-77aa01c3be12"
ABOUT = RecordSubject("shop-api", Digest("3f2c1ab" + "0" * 33, "b" * 40, "d" * 64))


def sample_about() -> RecordSubject:
    return ABOUT


def sample_predicate() -> Predicate:
    """Two lists, items of every verdict, 30 findings, gaps of three classes, an earlier sign-off, and exceptions."""
    items, found, gaps = _items(), _findings(), _gaps()
    exceptions = _exceptions(items, found, gaps)
    return Predicate(
        walkdown="0.4.0",
        made="2026-11-20T17:42:03Z",
        verdict=f"Signed, with {len(exceptions)} exceptions: not everything was settled",
        by_machine=False,
        signer=Signer(ADA.name, ADA.mail, "release manager"),
        unsigned=False,
        repo=Repo(("e" * 40,), "", "release/1.4"),
        occasion=Occasion("production", "1.4", "OPS-212"),
        dirty=True,
        threshold=Severity.HIGH,
        offline=False,
        settings_digest="f" * 64,
        scanned="2026-11-20T16:58:40Z",
        files=214,
        lists=(
            ListLine("pre-deploy", "Pre-deploy", "1", "1a" * 32),
            ListLine("team", "What our team asks", "2026-09", "2b" * 32),
        ),
        exceptions=exceptions,
        items=items,
        findings=found,
        counts=counts_of(found),
        gaps=gaps,
        tools=_tools(),
        topics=Topics("9c" * 32, (TopicDigest("outbound", "8d" * 32, 12),)),
        stack=("python", "flask", "postgres"),
        scope=("binary: 14 files", "git-ignored: 2,103 files", "Dependencies under node_modules are not yours."),
        since=_since(),
        doors=_doors(),
        guards=_guards(),
    )


def _said(
    kind: Kind,
    verdict: Verdict,
    by: Actor = ADA,
    *,
    channel: Channel = Channel.APP,
    at: str = "2026-11-20T15:04:10Z",
    origin: str = "",
    disputed: tuple[Actor, ...] = (),
    **more: str,
) -> Said:
    decision = msgspec.convert(
        {"subject": Subject(kind, "x"), "verdict": verdict, **more}, Decision, from_attributes=True
    )
    return Said(decision, by, at, channel, origin, disputed)


def _items() -> tuple[ItemLine, ...]:
    def item(item_id: str, title: str, section: str, said: Said | None = None, **more: object) -> ItemLine:
        words = {"question": "q", "reach": "informs", "blocking": True, "standpoint": "silent", "domain": "d" * 64}
        return ItemLine(id=item_id, title=title, section=section, said=said, **(words | more))  # type: ignore[arg-type]

    def said(verdict: Verdict, by: Actor = ADA, **more: object) -> Said:
        return _said(Kind.ITEM, verdict, by, **more)  # type: ignore[arg-type]

    edge, errors, access, money = "Input boundary", "Errors and resilience", "Who may do what", "Money and time"
    legacy = "The admin search takes trusted staff input only; it goes with the new admin in December."
    return (
        item("input.parsed", "Input is parsed at the edge", edge, said(Verdict.PASS), standpoint="for", speaking_for=6),
        item(
            "input.sql",
            "SQL has parameters",
            edge,
            said(Verdict.WAIVED, BOB, reason=legacy, owner="Bob Kahn", until="2026-12-31"),
            standpoint="against",
            against=2,
            speaking_for=9,
        ),
        item(
            "input.uploads",
            "Uploads are bounded",
            edge,
            said(Verdict.PASS, BOB, note="nginx caps bodies at 8 MB, see the chart of the ingress"),
            standpoint="could-not-look",
            gaps=1,
        ),
        item(
            "input.templates",
            "Templates are constant",
            edge,
            said(Verdict.NOT_APPLICABLE, reason="The service renders no templates; it speaks JSON only."),
            standpoint="does-not-apply",
        ),
        item(
            "errors.timeouts",
            "Every outbound call has a timeout",
            errors,
            said(Verdict.NEEDS_WORK, reason="Two calls to the payment gateway can hang."),
            standpoint="against",
            against=4,
            speaking_for=1,
            gaps=2,
            open="needs work",
        ),
        item(
            "errors.retries",
            "Retries are bounded",
            errors,
            said(Verdict.PASS, at="2026-10-02T09:12:00Z", origin=LAST),
            standpoint="for",
            speaking_for=1,
        ),
        item(
            "errors.shown", "Failures reach somebody who can act", errors, open="undecided", standpoint="nobody-looks"
        ),
        item(
            "access.owner",
            "Everybody sees their own data only",
            access,
            said(Verdict.PASS, BOB, channel=Channel.TERMINAL, disputed=(ADA,)),
            standpoint="for",
            speaking_for=22,
            open="Bob Kahn and Ada Lovelace decided differently",
        ),
        item(
            "access.admin",
            "Admin pages ask for more than a login",
            access,
            said(Verdict.PASS, at="2026-10-02T09:20:00Z", origin=LAST),
            standpoint="nobody-looks",
            reach="human",
            max_age_days=180,
        ),
        item("money.twice", "No order is charged twice", money, said(Verdict.PASS), standpoint="nobody-looks"),
        item("money.zone", "Times carry a time zone", money, None, blocking=False, open="undecided", dismissed=1),
    )


_RULES = (
    ("SQL is built from what a user sent", "input.sql-built", Severity.CRITICAL, "B608"),
    ("An outbound call has no timeout", "errors.no-timeout", Severity.HIGH, "B113"),
    ("A password stands in the code", "secret.code", Severity.HIGH, "generic.password"),
    ("An error is caught and thrown away", "errors.swallowed", Severity.MEDIUM, "B110"),
    ("A package has a known flaw", "deps.flaw", Severity.MEDIUM, "PYSEC-2026-114"),
    ("A time has no time zone", "time.naive", Severity.LOW, "DTZ005"),
    ("There is no workflow that runs the tests", "ci.none", Severity.INFO, "ci.none"),
)


def _findings() -> tuple[FindingLine, ...]:
    rules = cycle(_RULES)
    decisions = cycle(
        (
            _said(Kind.FINDING, Verdict.REAL, reason="Will be fixed in 1.4.1."),
            _said(Kind.FINDING, Verdict.FALSE_POSITIVE, BOB, reason="The value is a constant of ours."),
            _said(
                Kind.FINDING,
                Verdict.ACCEPTED,
                owner="Bob Kahn",
                until="2026-12-15",
                reason="Internal tool behind the VPN.",
            ),
            None,
        )
    )
    return tuple(_finding(number, next(rules), next(decisions)) for number in range(30))


def _finding(number: int, about: tuple[str, str, Severity, str], said: Said | None) -> FindingLine:
    title, hazard, severity, rule = about
    stands_open = severity.at_least(Severity.HIGH) and (said is None or said.decision.verdict is Verdict.REAL)
    state = "undecided" if said is None else "real and not fixed"
    return FindingLine(
        id=f"f-{number:03}",
        title=title,
        tool="semgrep",
        rule=hazard,
        hazard=hazard,
        severity=severity,
        confidence=("sure", "likely", "unsure")[number % 3],
        place=_place(number, hazard),
        sources=(Source("semgrep", hazard), Source("bandit", rule)),
        file="c" * 64,
        family="x",
        fingerprint=f"{number:064x}",
        said=said,
        note="Ask the payment team first." if number == 1 else "",
        open=f"{severity.value}, {state}" if stands_open else "",
    )


def _place(number: int, hazard: str) -> Place:
    if hazard == "deps.flaw":
        return PackagePlace("PyPI", "requests", "2.19.0", "requirements.txt", 3 + number)
    if hazard == "secret.code" and number % 2:
        return CommitPlace("4be11d0" + "a" * 33, "api/settings_old.py", 12)
    if hazard == "ci.none":
        return RepoPlace("no workflow runs the tests")
    return FilePlace(f"api/{('pay', 'orders', 'mail')[number % 3]}.py", 10 + number * 3, 5, 10 + number * 3, 40)


def counts_of(found: tuple[FindingLine, ...]) -> Counts:
    counted = Counter(line.severity.value for line in found)
    return msgspec.convert(dict(counted), Counts)


def _gaps() -> tuple[GapLine, ...]:
    waived = _said(
        Kind.GAP,
        Verdict.WAIVED,
        BOB,
        owner="Bob Kahn",
        until="2026-11-30",
        reason="Generated by the old build, read by eye.",
    )
    generated = tuple(
        GapLine(
            f"g-{n}", "bandit", f"gen/part{n}.py", "syntax-error", "It cannot be parsed.", by_class=True, said=waived
        )
        for n in range(3)
    )
    return (
        *generated,
        GapLine("g-8", "semgrep", "web/legacy/app.js", "rule-timeout", "2 rules took too long on this file."),
        GapLine(
            "g-7", "kingfisher", "", "missing", "It is not on this machine. Get it with: pip install kingfisher-bin"
        ),
        GapLine("g-9", "", "vendor/big.py", "too-large", "Larger than 5 MB.", said=waived),
        GapLine(
            "l-1", "pip-audit", "setup.py", "range", "The range is open; which version runs is not known.", "limit"
        ),
    )


def _exceptions(
    items: tuple[ItemLine, ...], found: tuple[FindingLine, ...], gaps: tuple[GapLine, ...]
) -> tuple[ExceptionLine, ...]:
    return (
        *(ExceptionLine("item", one.id, one.title, one.open) for one in items if one.open and one.blocking),
        *(
            ExceptionLine("finding", one.id, one.title, one.open, f"{one.place.path}:{one.place.line}")
            for one in found
            if one.open and isinstance(one.place, FilePlace | CommitPlace)
        ),
        *(
            ExceptionLine("gap", one.id, one.path or one.scanner, one.reason)
            for one in gaps
            if one.kind == "gap" and not one.said
        ),
        ExceptionLine("tree", "", "Uncommitted changes", "the tree is not what a commit says"),
    )


def _tools() -> tuple[ToolLine, ...]:
    return (
        ToolLine("bandit", "1.9.4", "ran", "", 121, 118, 3, "1b" * 32),
        ToolLine("semgrep", "1.182.0", "ran", "", 187, 187, 1, "2c" * 32),
        ToolLine(
            "pip-audit",
            "2.10.1",
            "ran",
            "",
            2,
            2,
            0,
            "3d" * 32,
            "the advisories of the package index",
            "2026-11-17T08:00:00Z",
        ),
        ToolLine("kingfisher", "2.10.0", "missing", "It is not on this machine. To get it: pip install kingfisher-bin"),
    )


def _doors() -> tuple[DoorLine, ...]:
    public = _said(Kind.DOOR, Verdict.PUBLIC, reason="Anybody may sign up.")
    meant = _said(Kind.DOOR, Verdict.GUARDED, BOB, disputed=(ADA,))
    signup = DoorLine("D-1", "route", "POST", "/signup", "api/users.ts", 12, validated="yes", writes=("users",))
    order = DoorLine("D-2", "route", "DELETE", "/orders/:id", "api/orders.ts", 40, "owner", limiter="slowly")
    cart = DoorLine("D-3", "route", "PUT", "/carts", "api/carts.ts", 7, checks=(CheckLine("odd", "unknown"),))
    return (
        msgspec.structs.replace(signup, said=public),
        msgspec.structs.replace(
            order,
            checks=(CheckLine("requireUser", "login"), CheckLine("mine", "owner")),
            validated="no",
            writes=("orders",),
            found=("f-001",),
            said=meant,
            note="Ask Bob.",
            open="Bob Kahn and Ada Lovelace decided differently",
        ),
        msgspec.structs.replace(cart, open="undecided"),
        DoorLine("D-4", "job", "", "send-reminders", "jobs/mail.ts", 3, open="undecided"),
    )


def _guards() -> tuple[GuardLine, ...]:
    said = _said(Kind.GUARD, Verdict.OWNER_GUARD, reason="It compares the org of the row.")
    return (
        GuardLine("api/auth.ts#mine", "mine", "api/auth.ts", 5, "unknown", 14, said, "c" * 64),
        GuardLine("api/auth.ts#old", "old", "api/auth.ts", 9, "login", 1, said, "c" * 64, "its file changed"),
    )


def _since() -> Since:
    return Since(
        record=LAST,
        sha256="77aa01c3be12" + "5" * 52,
        made="2026-10-02T10:01:00Z",
        commit="9d3e1f0" + "c" * 33,
        by=("Ada Lovelace", "Bob Kahn"),
        changed=18,
        added=5,
        removed=2,
        new_findings=6,
        gone_findings=11,
        reopened=("errors.timeouts", "access.owner", "f-001"),
        hunks=(
            Hunk("guard-removed", "api/orders.py", 41, "@login_required is gone from delete_order"),
            Hunk("must-read", "api/pay.py", 77, "outbound"),
            Hunk("must-read", "infra/policies.sql", 12, "access"),
        ),
    )


# --- others ----------------------------------------------------------------------------------------------------------

Shape = TypeVar("Shape")


def rewritten(value: Shape, write: Callable[[str], str]) -> Shape:
    """The same with every free text rewritten; what comes from a fixed set stays."""
    data = _walk(msgspec.to_builtins(value), write)
    return msgspec.convert(data, type(value))


_FIXED = {"verdict", "channel", "severity", "kind", "threshold"}  # enums, and tags of places


def _walk(value: object, write: Callable[[str], str], name: str = "") -> object:
    if isinstance(value, str):
        return write(value)
    if isinstance(value, list | tuple):
        return [_walk(one, write, name) for one in value]
    if isinstance(value, dict):
        top = "tools" in value  # the predicate's own verdict is a sentence, not one of a set
        return {
            key: item if key in _FIXED and not (top and key == "verdict") else _walk(item, write, key)
            for key, item in value.items()
        }
    return value


def huge_predicate(number: int) -> Predicate:
    """As many findings, half of them open; and as many gaps of two classes as a tenth."""
    one = sample_predicate()
    found = tuple(
        msgspec.structs.replace(
            one.findings[n % len(one.findings)],
            id=f"h-{n:06}",
            place=FilePlace(f"src/package{n % 97}/module{n % 1009}.py", n % 4001 + 1, 1, n % 4001 + 1, 20),
        )
        for n in range(number)
    )
    gaps = tuple(
        msgspec.structs.replace(one.gaps[n % 4], id=f"hg-{n:06}", path=f"gen/module{n}.py") for n in range(number // 10)
    )
    exceptions = _exceptions(one.items, found, gaps)
    return msgspec.structs.replace(one, findings=found, gaps=gaps, counts=counts_of(found), exceptions=exceptions)
