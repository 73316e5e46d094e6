"""What earlier sign-offs say: carried, offered, and what changed since; told as what it is, and never more."""

from __future__ import annotations

import msgspec

from tui.helpers import ADA, BEN, HUGE, WIDE, app_on, shown, shows, to_mode, until
from tui.test_record import record_of, stand_on
from walkdown.checklist import ObstacleKind
from walkdown.model import Actor, Channel, Decided, Decision, Event, Kind, Severity, Standing, Subject, Topics, Verdict
from walkdown.record.statement import (
    Counts,
    Digest,
    Hunk,
    Occasion,
    Predicate,
    RecordSubject,
    Repo,
    Said,
    Signer,
    Since,
    Statement,
)
from walkdown.review import Board, Session, Terms
from walkdown.review.board import Memory, Offer, Origin
from walkdown.tui import origin_words as words
from walkdown.tui.app import WalkdownApp
from walkdown.tui.widgets.obstacle_list import obstacle_rows

NAME = "2026-11-01-0123456789ab"
ITEM = Subject(Kind.ITEM, "input.uploads")
SQL = Subject(Kind.FINDING, "f000000")
HUNKS = (
    Hunk("must-read", "api/orders.py", 3, "sql"),
    Hunk("guard-removed", "api/pay.py", 4, "login_required is gone from charge"),
)


def origin() -> Origin:
    predicate = Predicate(
        "1", "2026-11-01T10:00:00Z", "Signed", False, Signer("Ada"), False, Repo(), Occasion(), False, Severity.HIGH,
        False, "", "", 4, (), (), (), (), Counts(), (), (), Topics(),
    )  # fmt: skip
    return Origin(NAME, "0" * 64, Statement((RecordSubject("shop", Digest()),), predicate), ("Ada",), True)


def since(reopened: tuple[str, ...] = (), hunks: tuple[Hunk, ...] = HUNKS) -> Since:
    return Since(NAME, "0" * 64, "2026-11-01T10:00:00Z", "abc", ("Ada",), 2, 1, 0, 3, 1, reopened, hunks)


def offer(subject: Subject, verdict: Verdict, reason: str = "") -> Offer:
    said = Said(Decision(subject, verdict, reason), Actor("Eve"), "2026-11-02T09:00:00Z", Channel.APP)
    return Offer(said, "2026-11-02-00")


def carried_over(board: Board, subject: Subject, verdict: Verdict) -> Board:
    """With a decision of the earlier record on today's evidence."""
    view = board.item(subject.id)
    domain = view.evidence.domain if view else ""
    decision = Decision(subject, verdict, domain=domain)
    event = Event(0, "2026-11-01T09:00:00Z", ADA, Channel.APP, "", Decided(decision))
    standing = Standing(decision, event, origin=NAME)
    state = msgspec.structs.replace(board.state, decisions={**board.state.decisions, subject: standing})
    items = tuple(
        msgspec.structs.replace(one, standing=standing, why="") if one.subject == subject else one
        for one in board.items
    )
    return msgspec.structs.replace(board, state=state, items=items)


def with_offers(board: Board, *offers: Offer) -> Board:
    by_subject = {one.said.decision.subject: one for one in offers}
    items = tuple(msgspec.structs.replace(one, offer=by_subject.get(one.subject)) for one in board.items)
    return msgspec.structs.replace(board, items=items, memory=msgspec.structs.replace(board.memory, offers=by_subject))


def remembering(board: Board, changed: Since | None) -> Board:
    return msgspec.structs.replace(board, memory=Memory(origin=origin(), since=changed))


def read(app: WalkdownApp) -> str:
    return " ".join(shown(app).split())


async def test_a_carried_decision_says_where_it_comes_from(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        app.show(carried_over(review.board, ITEM, Verdict.PASS))
        app.go_to_item(ITEM.id)
        await shows(pilot, app, "pass by Ada, carried from the sign-off of 2026-11-01")
        [line] = [line for line in shown(app).splitlines() if "Uploads are bounded" in line and "carried" in line]
        assert "●" in line, "the list marks it, too"


async def test_an_offer_is_no_decision_and_goes_once_somebody_decides(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=HUGE) as pilot:
        app.show(with_offers(review.board, offer(ITEM, Verdict.WAIVED, "Eve says so.")))
        app.go_to_item(ITEM.id)
        await shows(pilot, app, "A record that nobody you trust signed says: waived (Eve, 2026-11-02).")
        assert "It counts for nothing until you decide." in read(app)
        await shows(pilot, app, "“Eve says so.”")
        assert "none yet" in read(app)
        assert app.board is not None
        assert app.board.standing(ITEM) is None
        app.act(lambda session: session.decide([ITEM], Verdict.NEEDS_WORK, Terms(), BEN))
        await shows(pilot, app, "needs work by Ben")
        assert "nobody you trust" not in read(app)


async def test_findings_and_gaps_show_an_offer_as_well(review: Session) -> None:
    gap = review.board.gaps[0]
    app = app_on(review)
    board = with_offers(
        review.board, offer(SQL, Verdict.FALSE_POSITIVE, "a test"), offer(gap.subject, Verdict.WAIVED, "small")
    )
    async with app.run_test(size=HUGE) as pilot:
        app.show(board)
        app.go_to_finding(SQL.id)
        await until(pilot, lambda: "says: false positive (Eve, 2026-11-02)" in read(app))
        app.go_to_gap(gap.id)
        await until(pilot, lambda: "says: waived (Eve, 2026-11-02)" in read(app))


async def test_a_carried_finding_and_gap_say_so(review: Session) -> None:
    gap = review.board.gaps[0]
    board = carried_over(review.board, SQL, Verdict.FALSE_POSITIVE)
    decision = Decision(gap.subject, Verdict.WAIVED, "read", "Ada", "2099-12-31")
    event = Event(0, "2026-11-01T09:00:00Z", ADA, Channel.APP, "", Decided(decision))
    decisions = {**board.state.decisions, gap.subject: Standing(decision, event, origin=NAME)}
    board = msgspec.structs.replace(board, state=msgspec.structs.replace(board.state, decisions=decisions))
    app = app_on(review)
    async with app.run_test(size=HUGE) as pilot:
        app.show(board)
        app.go_to_finding(SQL.id)
        await until(pilot, lambda: "false positive · Ada, carried from the sign-off of 2026-11-01" in read(app))
        app.go_to_gap(gap.id)
        await until(pilot, lambda: "by Ada, carried from the sign-off of 2026-11-01" in read(app))


def test_guards_come_first_in_what_changed_since(review: Session) -> None:
    rows = obstacle_rows(remembering(review.board, since()))
    changed = [row for row in rows if row.hunk or row.key.startswith("since")]
    assert [row.hunk.path if row.hunk else row.group for row in changed] == [
        "Guards removed since the last sign-off", "api/pay.py", "Changed since, to be read", "api/orders.py",
    ]  # fmt: skip


async def test_enter_on_changed_lines_opens_them_in_the_editor(review: Session) -> None:
    app = app_on(review)
    opened: list[tuple[str, int]] = []
    app.open_editor = lambda path, line=0: opened.append((path, line))  # type: ignore[method-assign]
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        app.show(remembering(review.board, since()))
        await shows(pilot, app, "login_required is gone")
        row = next(row for row in screen.obstacles.rows if row.hunk is not None)
        screen.obstacles.go_to(row.key)
        screen.obstacles.action_open()
        await until(pilot, lambda: opened == [("api/pay.py", 4)])
        assert screen.check_action("editor", ())
        await stand_on(pilot, screen, ObstacleKind.ITEM, ITEM.id)
        assert not screen.check_action("editor", ())


async def test_the_record_says_what_changed_since_in_numbers(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=HUGE) as pilot:
        await record_of(pilot)
        app.show(remembering(review.board, since(("input.sql",))))
        await shows(pilot, app, "files: 2 changed, 1 new")
        for said in ("findings: 3 new, 1 gone", "1 asked again", "1 guard removed", "1 changed place to be read"):
            assert said in read(app)


async def test_the_first_screen_names_the_last_sign_off_and_whether_it_holds(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await to_mode(pilot, "start")
        app.show(carried_over(remembering(review.board, since()), ITEM, Verdict.PASS))
        await shows(pilot, app, "2026-11-01, signed by Ada")
        assert "Still holds: 1 decision is carried over, nothing is asked again" in read(app)
        app.show(remembering(review.board, since(("input.sql", "input.uploads"))))
        await shows(pilot, app, "2 things are asked again")


def test_a_name_without_a_day_is_said_as_it_is() -> None:
    assert words.carried("odd") == ", carried from the sign-off of odd"
    assert words.carried("") == ""
    assert words.offered(None) is None
