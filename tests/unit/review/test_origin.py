"""What a signed record brings to the next walk: decisions, in the names of this machine. A stranger's only offers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from helpers.boards import ADA, BOB, TODAY, checklist, decided, events, finding, item, of_finding, of_item, result
from helpers.records import allow, countersignature, files_of, make_key, put, seal, sealed, statement_for, trust_of
from helpers.repos import make_repo
from walkdown.journal import fold
from walkdown.model import (
    Act,
    Actor,
    Channel,
    Coverage,
    Decision,
    Event,
    Finding,
    Kind,
    Missing,
    Redone,
    Severity,
    State,
    Subject,
    TopicDigest,
    Topics,
    Undone,
    Verdict,
)
from walkdown.model.bearing import topics_of_item
from walkdown.record.files import RecordFiles
from walkdown.record.statement import (
    Counts,
    Digest,
    FindingLine,
    GapLine,
    ItemLine,
    Occasion,
    Predicate,
    RecordSubject,
    Repo,
    Said,
    Signer,
    Statement,
)
from walkdown.record.trust import Trust
from walkdown.review import Review
from walkdown.review.board import Board, ItemView, Looked, Origin, board_of, look_at
from walkdown.review.origin import (
    carried_by,
    carry,
    domain_of,
    facts_digest,
    find_origins,
    ids_of,
    lay_over,
    look_for_origins,
    offers_of,
    question_of,
)
from walkdown.scan.families import family_of

MORNING, NOON, EVENING = "2026-11-19T08:00:00Z", "2026-11-19T12:00:00Z", "2026-11-19T20:00:00Z"
SQL, ROUTES, PLAIN = (
    item("sql", "input.sql-built"),
    item("routes", "auth.object-level"),  # nobody looks for it in these scans
    item("plain"),
)
LIST = checklist(SQL, ROUTES, PLAIN)
FOUND = (finding("W-A", line=3), finding("W-B", line=9))


def topics(entrance: str = "1" * 64, access: str = "2" * 64) -> Topics:
    names = dict.fromkeys(topics_of_item(ROUTES), "0" * 64) | {"entrance": entrance, "access": access}
    return Topics("rules-1", tuple(TopicDigest(name, digest, 1) for name, digest in sorted(names.items())))


def scan(*found: Finding, of: Topics | None = None) -> Looked:
    seen = msgspec.structs.replace(result(found), topics=of or topics())
    return look_at(seen, Severity.HIGH, fresh=True)


def said(decision: Decision, at: str = NOON, *, disputed: tuple[Actor, ...] = ()) -> Said:
    return Said(decision, BOB, at, Channel.APP, disputed=disputed)


def item_line(view: ItemView, told: Said | None) -> ItemLine:
    one = view.evidence
    found = tuple(sorted(finding.id for finding in (*one.against, *one.dismissed)))
    return ItemLine(
        one.item.id, one.item.title, one.item.section, question_of(one.item), one.item.reach.value, True,
        one.standpoint.value, one.domain, gaps=one.gaps, found=found,
        facts=facts_digest(one), topics=one.topics, looked=one.looked, said=told,
    )  # fmt: skip


def finding_line(one: Finding, told: Said | None = None, *, keyed: bool = False) -> FindingLine:
    return FindingLine(
        one.id, "A flaw", one.rule.tool, one.rule.id, one.rule.hazard, one.severity, "likely", one.place,
        family=family_of(one), fingerprint=one.fingerprint, context=one.context, keyed=keyed, said=told,
    )  # fmt: skip


def passed(looked: Looked, item_id: str, verdict: Verdict = Verdict.PASS) -> Decision:
    """As a person would have decided on this scan."""
    view = board_of(LIST, fold(()), looked, TODAY).item(item_id)
    assert view is not None
    return Decision(
        of_item(item_id),
        verdict,
        rests_on=view.evidence.rests_on,
        domain=view.evidence.domain,
        over=7,
        batch="b",
    )


def origin(
    looked: Looked,
    items: dict[str, Said] | None = None,
    findings: dict[str, Said] | None = None,
    gaps: tuple[GapLine, ...] = (),
    *,
    trusted: bool = True,
) -> Origin:
    board = board_of(LIST, fold(()), looked, TODAY)
    predicate = Predicate(
        walkdown="0.1.0", made=EVENING, verdict="Signed", by_machine=False, signer=Signer("Bob"), unsigned=False,
        repo=Repo(), occasion=Occasion(), dirty=False, threshold=Severity.HIGH, offline=False, settings_digest="",
        scanned=NOON, files=1, lists=(), exceptions=(),
        items=tuple(item_line(view, (items or {}).get(view.id)) for view in board.items),
        findings=tuple(finding_line(one, (findings or {}).get(one.id)) for one in looked.result.findings),
        counts=Counts(), gaps=gaps, tools=(), topics=looked.result.topics,
    )  # fmt: skip
    about = RecordSubject("shop", Digest("c" * 40, "t" * 40, "l" * 64))
    return Origin("2026-11-19-0123456789ab", "0" * 64, Statement((about,), predicate), ("Bob",), trusted)


def over(one: Origin, looked: Looked, *acts: Act | tuple[Act, Actor], time: str = MORNING, day: date = TODAY) -> Board:
    state = carry(fold(events(*acts, time=time)), one, looked, LIST, day)
    return board_of(LIST, state, looked, day)


def why(board: Board, item_id: str) -> str:
    view = board.item(item_id)
    assert view is not None
    return view.why


def test_a_pass_is_carried_with_who_said_it_when_and_in_which_record() -> None:
    looked = scan(*FOUND)
    board = over(origin(looked, {"sql": said(passed(looked, "sql"))}), looked)
    standing = board.standing(of_item("sql"))
    assert standing is not None
    assert (standing.origin, standing.event.seq, standing.event.time) == ("2026-11-19-0123456789ab", 0, NOON)
    assert (standing.event.actor, standing.event.channel) == (BOB, Channel.APP)
    assert (standing.decision.over, standing.decision.batch) == (0, "")
    assert why(board, "sql") == ""
    assert why(board, "plain") == "undecided"


def test_what_was_accepted_as_medium_and_signed_over_as_high_is_not_accepted_as_high() -> None:
    looked = scan(finding("W-A", severity=Severity.HIGH))
    medium = domain_of(finding("W-A", severity=Severity.MEDIUM))
    aside = said(Decision(of_finding("W-A"), Verdict.ACCEPTED, "later", "Bob", "2999-01-01", domain=medium))
    board = over(origin(looked, {}, {"W-A": aside}), looked)
    assert [one.why for one in board.obstacles if one.id == "W-A"] == ["high, undecided"]


def test_of_two_that_are_alike_in_all_another_machine_may_have_named_either_first() -> None:
    def twin(name: str, line: int) -> Finding:
        return msgspec.structs.replace(finding(name, line=line), fingerprint="same", context="a-b-c-d")

    then, now = scan(twin("W-B", 5), twin("W-A", 20)), scan(twin("W-A", 5), twin("W-B", 20))
    assert ids_of(origin(then), now) == {"W-B": "W-A", "W-A": "W-B"}


def elsewhere(one: Finding, new_id: str, line: int) -> Finding:
    place = msgspec.structs.replace(one.place, line=line)
    return msgspec.structs.replace(one, id=new_id, place=place)


def test_another_machine_has_other_names_for_the_same_findings() -> None:
    then, now = scan(*FOUND), scan(elsewhere(FOUND[1], "W-Y", 19), elsewhere(FOUND[0], "W-X", 13))
    aside = Decision(of_finding("W-A"), Verdict.FALSE_POSITIVE, reason="a constant")
    one = origin(then, {"sql": said(passed(then, "sql"))}, {"W-A": said(aside)})
    board = over(one, now)
    assert board.standing(of_finding("W-A")) is None
    standing = board.standing(of_finding("W-X"))
    assert standing is not None
    assert standing.decision.reason == "a constant"
    assert standing.decision.domain == domain_of(board.findings[1])
    assert why(board, "sql") == ""
    view = board.item("sql")
    assert view is not None
    assert [one.id for one in view.evidence.dismissed] == ["W-X"]


def test_the_same_name_for_another_finding_carries_nothing() -> None:
    then = scan(FOUND[0])
    aside = Decision(of_finding("W-A"), Verdict.FALSE_POSITIVE, reason="a constant")
    one = origin(then, {}, {"W-A": said(aside)})
    stranger = msgspec.structs.replace(FOUND[1], id="W-A")
    assert over(one, scan(stranger)).standing(of_finding("W-A")) is None


def test_what_was_set_aside_as_medium_is_not_set_aside_as_critical() -> None:
    then = scan(finding("W-A", severity=Severity.MEDIUM))
    aside = said(Decision(of_finding("W-A"), Verdict.ACCEPTED, "later", "Bob", "2999-01-01"))
    one = origin(then, {}, {"W-A": aside})
    assert over(one, then).standing(of_finding("W-A")) is not None
    assert over(one, scan(finding("W-A", severity=Severity.CRITICAL))).standing(of_finding("W-A")) is None


@pytest.mark.parametrize("time", [NOON, EVENING])
def test_what_was_done_here_at_that_time_or_later_wins(time: str) -> None:
    looked = scan(*FOUND)
    one = origin(looked, {"sql": said(passed(looked, "sql"))})
    here = decided(of_item("sql"), Verdict.NEEDS_WORK)
    standing = over(one, looked, here, time=time).standing(of_item("sql"))
    assert standing is not None
    assert (standing.decision.verdict, standing.origin) == (Verdict.NEEDS_WORK, "")


def test_an_older_decision_here_gives_way_to_the_records_newer_one() -> None:
    looked = scan(*FOUND)
    one = origin(looked, {"sql": said(passed(looked, "sql"))})
    standing = over(one, looked, decided(of_item("sql"), Verdict.NEEDS_WORK), time=MORNING).standing(of_item("sql"))
    assert standing is not None
    assert (standing.decision.verdict, standing.origin) == (Verdict.PASS, one.name)


def state_at(*acts: tuple[str, Act]) -> State:
    return fold(Event(seq, time, ADA, Channel.APP, "", act) for seq, (time, act) in enumerate(acts, 1))


def test_what_was_taken_back_here_since_does_not_come_back_with_the_record() -> None:
    looked = scan(*FOUND)
    one = origin(looked, {"sql": said(passed(looked, "sql"))})
    made = (MORNING, decided(of_item("sql"), Verdict.WAIVED))
    undone = state_at(made, (EVENING, Undone(1)))
    assert carry(undone, one, looked, LIST, TODAY).decisions == {}
    back = carry(state_at(made, (MORNING, Undone(1)), (EVENING, Redone(1))), one, looked, LIST, TODAY)
    assert back.decisions[of_item("sql")].origin == ""
    before = carry(state_at(made, (MORNING, Undone(1))), one, looked, LIST, TODAY)
    assert before.decisions[of_item("sql")].origin == one.name


def test_of_two_alike_nobody_knows_which_one_is_left() -> None:
    twins = [msgspec.structs.replace(one, fingerprint="same", context="c-c-c-c") for one in FOUND]
    then, now = scan(*twins), scan(elsewhere(twins[0], "W-A", 5))
    assert ids_of(origin(then), then) == {"W-A": "W-A", "W-B": "W-B"}
    assert ids_of(origin(then), now) == {}


def test_an_item_is_stale_where_its_evidence_is_another_one() -> None:
    then = scan(FOUND[0])
    one = origin(then, {"sql": said(passed(then, "sql"))})
    assert why(over(one, scan(*FOUND)), "sql") == "the evidence changed since it was decided"
    assert why(over(one, scan()), "sql") == "the evidence changed since it was decided"


def test_what_was_stale_when_it_was_signed_is_still_stale() -> None:
    looked = scan(*FOUND)
    old = msgspec.structs.replace(passed(looked, "sql"), domain="of another day")
    assert why(over(origin(looked, {"sql": said(old)}), looked), "sql") == "the evidence changed since it was decided"


def test_a_decision_that_did_not_see_a_finding_is_not_made_to_have_seen_it() -> None:
    looked = scan(*FOUND)
    half = msgspec.structs.replace(passed(looked, "sql"), rests_on=("W-A",))
    assert why(over(origin(looked, {"sql": said(half)}), looked), "sql") == "the evidence changed since it was decided"


def test_what_only_eyes_can_tell_stands_until_a_file_that_bears_on_it_comes() -> None:
    then = scan()
    one = origin(then, {"routes": said(passed(then, "routes"))})
    assert "entrance" in topics_of_item(ROUTES)
    assert why(over(one, scan()), "routes") == ""
    for changed in (topics(entrance="9" * 64), msgspec.structs.replace(topics(), rules="rules-2")):
        assert why(over(one, scan(of=changed)), "routes") == "the evidence changed since it was decided"


def test_another_question_is_asked_anew() -> None:
    looked = scan(*FOUND)
    one = origin(looked, {"sql": said(passed(looked, "sql"))})
    other = checklist(msgspec.structs.replace(SQL, look="Look elsewhere?"), ROUTES, PLAIN)
    state = carry(fold(()), one, looked, other, TODAY)
    board = board_of(other, state, looked, TODAY)
    assert why(board, "sql") == "the evidence changed since it was decided"


def test_a_waiver_ends_on_its_own_day() -> None:
    looked = scan(*FOUND)
    waived = passed(looked, "sql", Verdict.WAIVED)
    waived = msgspec.structs.replace(waived, reason="later", owner="Bob", until="2026-11-30")
    one = origin(looked, {"sql": said(waived)})
    assert why(over(one, looked), "sql") == ""
    assert why(over(one, looked, day=date(2026, 12, 1)), "sql") == "the waiver ended on 2026-11-30"


def test_an_old_answer_is_too_old_here_too() -> None:
    looked = scan()
    aged = checklist(msgspec.structs.replace(PLAIN, max_age_days=30))
    one = origin(looked, {"plain": said(passed(looked, "plain"))})
    state = carry(fold(()), one, looked, aged, date(2026, 12, 31))
    assert why(board_of(aged, state, looked, date(2026, 12, 31)), "plain") == "decided more than 30 days ago"


def test_a_dispute_is_carried_as_one() -> None:
    looked = scan(*FOUND)
    aside = Decision(of_finding("W-A"), Verdict.FALSE_POSITIVE, reason="a constant")
    one = origin(looked, {"sql": said(passed(looked, "sql"), disputed=(ADA,))}, {"W-A": said(aside, disputed=(ADA,))})
    board = over(one, looked)
    assert why(board, "sql") == "Bob and Ada decided differently"
    view = board.item("sql")
    assert view is not None
    assert view.evidence.dismissed == (), "somebody says that it is a flaw"


def test_gaps_are_waived_alone_or_with_their_class() -> None:
    looked = scan()
    ends = ("later", "Bob", "2999-01-01")
    alone = Decision(Subject(Kind.GAP, "0123456789ab"), Verdict.WAIVED, *ends)
    whole = Decision(Subject(Kind.GAP, "class:semgrep/syntax-error"), Verdict.WAIVED, *ends)
    lines = (
        GapLine("0123456789ab", "semgrep", "a.py", "syntax-error", "why", said=said(alone)),
        GapLine("ba9876543210", "semgrep", "b.py", "syntax-error", "why", by_class=True, said=said(whole)),
        GapLine("ffffffffffff", "semgrep", "c.py", "syntax-error", "why"),
    )
    state = carry(fold(()), origin(looked, gaps=lines), looked, LIST, TODAY)
    assert set(state.decisions) == {alone.subject, whole.subject}


def without_semgrep(*found: Finding, files: str) -> Looked:
    """The same scan on a machine that lacks it: none of its findings, unless somebody else has one."""
    made = scan(*found).result
    lost = tuple(
        msgspec.structs.replace(one, outcome=Missing("It is not here.", "get it"), coverage=Coverage())
        for one in made.reports
    )
    target = msgspec.structs.replace(made.target, looked=files)
    return look_at(msgspec.structs.replace(made, reports=lost, target=target), Severity.HIGH, fresh=True)


@pytest.mark.parametrize(
    "other", [{"gaps": 1}, {"looked": False}, {"topics": ()}, {"facts": "0" * 64}, {"question": "0" * 64}]
)
def test_a_pass_stands_only_where_all_that_the_record_says_of_its_evidence_is_so_today(other: dict[str, Any]) -> None:
    looked = scan(*FOUND)
    one = origin(looked, {"sql": said(passed(looked, "sql"))})
    predicate = one.statement.predicate
    items = tuple(msgspec.structs.replace(line, **other) if line.id == "sql" else line for line in predicate.items)
    statement = msgspec.structs.replace(one.statement, predicate=msgspec.structs.replace(predicate, items=items))
    told = over(msgspec.structs.replace(one, statement=statement), looked)
    assert why(told, "sql") == "the evidence changed since it was decided"


@pytest.mark.parametrize(
    ("found", "files", "open_"),
    [
        ((), "l" * 64, ""),
        ((), "m" * 64, "the evidence changed since it was decided"),
        ((finding("W-NEW", line=20),), "l" * 64, "the evidence changed since it was decided"),
    ],
)
def test_a_tool_that_this_machine_lacks_asks_nothing_anew_about_the_very_files(
    found: tuple[Finding, ...], files: str, open_: str
) -> None:
    then = scan(*FOUND)
    board = over(origin(then, {"sql": said(passed(then, "sql"))}), without_semgrep(*found, files=files))
    assert why(board, "sql") == open_
    assert [one.kind.value for one in board.obstacles if one.kind.value == "gap"] == ["gap"], "the tool is missed"


def test_a_record_from_tomorrow_does_not_rule_for_ever() -> None:
    looked = scan(*FOUND)
    one = origin(looked, {"sql": said(passed(looked, "sql"), at="2999-01-01T00:00:00Z")})
    assert over(one, looked).standing(of_item("sql")) is None


def test_offers_are_what_nobody_here_said_since() -> None:
    looked = scan(*FOUND)
    aside = Decision(of_finding("W-A"), Verdict.FALSE_POSITIVE, reason="a constant")
    one = origin(looked, {"sql": said(passed(looked, "sql"))}, {"W-A": said(aside)}, trusted=False)
    proposed = carried_by(one, looked, LIST, ids_of(one, looked))
    state = fold(())
    offers = offers_of(state, proposed, one.name)
    assert set(offers) == {of_item("sql"), of_finding("W-A")}
    assert offers[of_finding("W-A")].said.decision.reason == "a constant"
    answered = fold(events(decided(of_item("sql"), Verdict.NEEDS_WORK), time=EVENING))
    assert set(offers_of(answered, proposed, one.name)) == {of_finding("W-A")}
    agreed = lay_over(state, proposed, TODAY)
    assert offers_of(agreed, proposed, one.name) == {}


def test_a_secret_is_the_same_only_where_its_value_is() -> None:
    key = msgspec.structs.replace(finding("W-K", "secret.code"), secret="keyed-here")
    looked = scan(key)
    aside = said(Decision(of_finding("W-K"), Verdict.FALSE_POSITIVE, reason="an example"))
    one = origin(looked)
    line = finding_line(key, aside, keyed=True)
    predicate = msgspec.structs.replace(one.statement.predicate, findings=(line,))
    one = msgspec.structs.replace(one, statement=msgspec.structs.replace(one.statement, predicate=predicate))
    assert ids_of(one, looked) == {}
    assert ids_of(one, looked, same_secret=lambda line, now: line.place == now.place) == {"W-K": "W-K"}


def test_five_thousand_findings_under_other_names() -> None:
    then = [finding(f"W-{n}", line=n + 1) for n in range(5_000)]
    now = [elsewhere(one, f"V-{n}", n + 41) for n, one in enumerate(then)]
    ids = ids_of(origin(scan(*then)), scan(*now))
    assert len(ids) == 5_000
    assert ids["W-4999"] == "V-4999"


# --- which record ----------------------------------------------------------------------------------------------------


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    return make_repo(tmp_path, {"app.py": "print()\n"})


def signed(repo: Path, key: Path, made: str, *, roots: tuple[str, ...] | None = None) -> RecordFiles:
    more = {} if roots is None else {"repo": Repo(roots), "files": 99}
    statement = statement_for(repo, made=made, more=more)
    if roots is not None:  # the content is another one, too
        about = msgspec.structs.replace(statement.about, digest=Digest("c" * 40, "t" * 40, "l" * 64))
        statement = msgspec.structs.replace(statement, subject=(about,))
    files = files_of(statement)
    files = sealed(files, seal(countersignature(files, time=made), key))
    put(repo, files)
    return files


def origins(repo: Path, trust: Trust) -> tuple[str, str]:
    with Review.open(str(repo)) as review:
        trusted, offered = find_origins(review, trust)
    return (trusted.name if trusted else "", offered.name if offered else "")


def test_the_newest_trusted_record_and_a_newer_one_of_a_stranger(repo: Path, tmp_path: Path) -> None:
    ours, theirs = make_key(tmp_path, "ours"), make_key(tmp_path, "theirs")
    trust = trust_of(allow(tmp_path, ("ada@example.org", ours)))
    assert origins(repo, trust) == ("", "")
    signed(repo, ours, "2024-11-17T09:00:00Z")
    second = signed(repo, ours, "2024-11-18T09:00:00Z")
    assert origins(repo, trust) == (second.name, "")
    third = signed(repo, theirs, "2024-11-19T09:00:00Z")
    assert origins(repo, trust) == (second.name, third.name)
    unsigned = files_of(statement_for(repo, made="2024-11-19T10:00:00Z", unsigned=True))
    put(repo, unsigned)
    assert origins(repo, trust) == (second.name, unsigned.name)


def test_an_older_record_of_a_stranger_proposes_nothing(repo: Path, tmp_path: Path) -> None:
    ours, theirs = make_key(tmp_path, "ours"), make_key(tmp_path, "theirs")
    signed(repo, theirs, "2024-11-17T09:00:00Z")
    newest = signed(repo, ours, "2024-11-18T09:00:00Z")
    assert origins(repo, trust_of(allow(tmp_path, ("ada@example.org", ours)))) == (newest.name, "")


def test_a_record_of_another_repository_does_not_count(repo: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path, "ours")
    trust = trust_of(allow(tmp_path, ("ada@example.org", key)))
    own = signed(repo, key, "2024-11-17T09:00:00Z")
    other = signed(repo, key, "2024-11-18T09:00:00Z", roots=("e" * 40,))
    with Review.open(str(repo)) as review:
        found = look_for_origins(review, trust)
    assert found.trusted is not None
    assert found.trusted.name == own.name
    assert len(found.notes) == 1
    assert other.name in found.notes[0]
    assert "another repository" in found.notes[0]


@pytest.mark.parametrize("part", ["json", "md", "ada-example-org.json", "ada-example-org.json.sig"])
def test_a_tampered_record_is_left_out_and_told(repo: Path, tmp_path: Path, part: str) -> None:
    key = make_key(tmp_path, "ours")
    trust = trust_of(allow(tmp_path, ("ada@example.org", key)))
    own = signed(repo, key, "2024-11-17T09:00:00Z")
    bad = signed(repo, key, "2024-11-18T09:00:00Z")
    place = repo / ".walkdown" / "signoffs" / f"{bad.name}.{part}"
    data = place.read_bytes()
    at = len(data) // 2
    place.write_bytes(data[:at] + (b"b" if data[at : at + 1] != b"b" else b"c") + data[at + 1 :])
    with Review.open(str(repo)) as review:
        found = look_for_origins(review, trust)
    assert found.trusted is not None
    assert found.trusted.name == own.name
    assert found.offered is None
    assert bad.name in " ".join(found.notes)


def test_no_more_than_the_newest_are_looked_at(repo: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path, "ours")
    trust = trust_of(allow(tmp_path, ("ada@example.org", key)))
    signed(repo, key, "2024-10-01T09:00:00Z")
    for day in range(1, 21):
        put(repo, files_of(statement_for(repo, made=f"2024-11-{day:02}T09:00:00Z", unsigned=True)))
    with Review.open(str(repo)) as review:
        found = look_for_origins(review, trust)
    assert found.trusted is None
    assert found.notes == ("Only the newest 20 of 21 records were looked at.",)


@pytest.mark.parametrize(
    ("name", "git", "counts"), [("repo", False, True), ("shop", False, False), ("shop", True, True)]
)
def test_a_record_that_came_along_with_a_copied_folder_answers_for_no_other_project(
    repo: Path, tmp_path: Path, name: str, git: bool, counts: bool
) -> None:
    key = make_key(tmp_path, "ours")
    made = statement_for(repo, made="2024-11-18T09:00:00Z", more=None if git else {"repo": Repo()})
    about = RecordSubject(name, msgspec.structs.replace(made.about.digest, git_commit="", git_tree="", looked="0" * 64))
    files = files_of(msgspec.structs.replace(made, subject=(about,)))
    put(repo, sealed(files, seal(countersignature(files, time="2024-11-18T09:00:00Z"), key)))
    with Review.open(str(repo)) as review:
        found = look_for_origins(review, trust_of(allow(tmp_path, ("ada@example.org", key))))
    assert (found.trusted is not None) is counts
    assert [note for note in found.notes if "nothing shows" in note] == (
        [] if counts else [f"{files.name} is left out: it is of shop, and nothing shows that this is the same project."]
    )
