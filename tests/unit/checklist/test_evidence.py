"""What a scan says of an item: silence counts only where somebody looked."""

from __future__ import annotations

import msgspec
import pytest

from helpers.boards import checklist, finding, gap, item, result
from walkdown.checklist import Checklist, Evidence, Standpoint, gather, index, load_folder, shipped
from walkdown.checklist.evidence import changed_by_eye
from walkdown.model import (
    Fact,
    FilePlace,
    Looks,
    Missing,
    Reach,
    Report,
    Rule,
    ScanResult,
)
from walkdown.target.topics import digest_topics, topics_of

LOOKED_FOR, UNKNOWN = item("sql", "input.sql-built"), item("owner", "auth.object-level")


def told(scan: ScanResult, *items: str) -> list[Standpoint]:
    every = {one.item.id: one for one in gather(checklist(LOOKED_FOR, UNKNOWN), index(scan))}
    return [every[name].standpoint for name in items]


def of(scan: ScanResult, name: str) -> Evidence:
    return next(one for one in gather(checklist(LOOKED_FOR, UNKNOWN), index(scan)) if one.item.id == name)


def test_silence_is_told_apart_from_nobody_looking() -> None:
    assert told(result(), "sql", "owner") == [Standpoint.SILENT, Standpoint.NOBODY_LOOKS]


def test_a_finding_counts_wherever_it_comes_from() -> None:
    imported = finding("f1", "auth.object-level")
    assert told(result((imported,)), "owner") == [Standpoint.AGAINST]


def test_a_gap_counts_for_what_its_scanner_looks_for_and_nothing_else() -> None:
    scan = result(gaps=(gap("a.py"),))
    assert told(scan, "sql", "owner") == [Standpoint.COULD_NOT_LOOK, Standpoint.NOBODY_LOOKS]
    assert (of(scan, "sql").gaps, of(scan, "owner").gaps) == (1, 0)
    assert of(scan, "owner").domain == of(result(), "owner").domain, "a gap elsewhere reopens nothing"
    assert of(scan, "sql").domain != of(result(), "sql").domain


def test_a_scanner_that_is_missing_is_no_silence() -> None:
    absent = Report("semgrep", "", Missing("Semgrep is not installed.", "pip install semgrep"))
    assert told(msgspec.structs.replace(result(), reports=(absent,)), "sql") == [Standpoint.COULD_NOT_LOOK]


@pytest.mark.parametrize("looks", [(), (Looks("semgrep", ()),)])
def test_rules_for_another_language_are_nobody_looking(looks: tuple[Looks, ...]) -> None:
    assert told(msgspec.structs.replace(result(), looks=looks), "sql") == [Standpoint.NOBODY_LOOKS]


TREE = {
    "api/orders.py": "@router.get('/orders')\ndef orders(user=Depends(current_user)): ...\n",
    "api/prices.py": "price = Decimal(1)\n",
    "README.md": "A shop.\n",
}
DOOR = {"api/wipe.py": "@app.get('/wipe')\ndef wipe(): ...\n"}


@pytest.fixture(scope="module")
def shipped_list() -> Checklist:
    return load_folder(shipped())


def scanned(tree: dict[str, str], looks: tuple[Looks, ...] = (), rules: str = "") -> ScanResult:
    topics = digest_topics((path, text, topics_of(path, text.encode())) for path, text in tree.items())
    topics = msgspec.structs.replace(topics, rules=rules or topics.rules)
    return msgspec.structs.replace(result(), looks=looks, topics=topics)


def reopened(items: Checklist, before: ScanResult, after: ScanResult) -> set[str]:
    was, now = gather(items, index(before)), gather(items, index(after))
    return {new.item.id for old, new in zip(was, now, strict=True) if old.domain != new.domain}


def test_a_new_door_reopens_the_question_about_doors_and_not_the_one_about_money(shipped_list: Checklist) -> None:
    again = reopened(shipped_list, scanned(TREE), scanned(TREE | DOOR))
    assert {"auth.guards", "auth.owner", "review.read"} <= again
    assert not again & {"data.money", "auth.rls", "ai.tools", "dep.real", "ops.build", "test.can-fail"}


def test_a_price_reopens_the_question_about_money_and_not_the_one_about_doors(shipped_list: Checklist) -> None:
    again = reopened(shipped_list, scanned(TREE), scanned(TREE | {"api/prices.py": "price = 1.0\n"}))
    assert "data.money" in again
    assert not again & {"auth.guards", "auth.owner", "auth.rls"}


def test_a_removed_file_reopens_as_well(shipped_list: Checklist) -> None:
    without = {path: text for path, text in TREE.items() if path != "api/orders.py"}
    assert "auth.guards" in reopened(shipped_list, scanned(TREE), scanned(without))


def test_the_readme_reopens_nothing_where_secrets_are_scanned_for(shipped_list: Checklist) -> None:
    looks = (Looks("semgrep", ("secret.code", "secret.history")),)
    typo = TREE | {"README.md": "A shop!\n"}
    assert reopened(shipped_list, scanned(TREE, looks), scanned(typo, looks)) == set()
    by_eye = {"secret.out-of-code", "secret.replaced"}
    assert reopened(shipped_list, scanned(TREE), scanned(typo)) == by_eye, "nobody but eyes could tell"


def test_what_a_scanner_looks_for_stays_while_its_evidence_stays(shipped_list: Checklist) -> None:
    looks = (Looks("semgrep", ("auth.endpoint-open", "auth.client-side")),)
    before, after = scanned(TREE, looks), scanned(TREE | DOOR, looks)
    assert "auth.guards" not in reopened(shipped_list, before, after)
    found = msgspec.structs.replace(after, findings=(finding("f1", "auth.endpoint-open"),))
    assert "auth.guards" in reopened(shipped_list, before, found)


def test_of_two_hazards_the_one_nobody_looks_for_is_left_to_eyes(shipped_list: Checklist) -> None:
    looks = (Looks("semgrep", ("auth.client-side",)),)
    assert "auth.guards" in reopened(shipped_list, scanned(TREE, looks), scanned(TREE | DOOR, looks))


def test_a_scanner_that_did_not_run_saw_nothing(shipped_list: Checklist) -> None:
    looks = (Looks("semgrep", ("auth.endpoint-open", "auth.client-side")),)
    absent = (Report("semgrep", "", Missing("Semgrep is not installed.", "pip install semgrep")),)
    before, after = (msgspec.structs.replace(scanned(tree, looks), reports=absent) for tree in (TREE, TREE | DOOR))
    assert "auth.guards" in reopened(shipped_list, before, after)


def test_what_only_a_person_can_answer_rests_on_the_files_whoever_scans() -> None:
    read = item("read", "input.sql-built", reach=Reach.HUMAN)
    looks = (Looks("semgrep", ("input.sql-built",)),)
    query = {"db.py": "cursor.execute('SELECT 1')\n"}
    assert reopened(checklist(read), scanned(TREE, looks), scanned(TREE | query, looks)) == {"read"}


def test_another_question_is_another_domain() -> None:
    asked = item("owner", "auth.object-level")
    for other in ({"title": "Another"}, {"look": "Another?"}, {"reach": Reach.HUMAN}):
        new = msgspec.structs.replace(asked, **other)
        (was,), (now,) = (gather(checklist(one), index(scanned(TREE))) for one in (asked, new))
        assert was.domain != now.domain
    reworded = msgspec.structs.replace(asked, why="In other words.", references=("https://example.org/",))
    (was,), (now,) = (gather(checklist(one), index(scanned(TREE))) for one in (asked, reworded))
    assert was.domain == now.domain, "what explains it is not what was asked"


def test_an_edit_above_a_fact_is_no_other_fact() -> None:
    def seen(*places: FilePlace) -> str:
        rule = Rule("semgrep", "limiter", "A limiter", hazard="input.sql-built")
        return of(msgspec.structs.replace(result(), facts=tuple(Fact(rule, place) for place in places)), "sql").domain

    here = FilePlace("app.py", 3, symbol="main")
    assert seen(here) == seen(msgspec.structs.replace(here, line=30))
    assert len({seen(), seen(here), seen(here, here), seen(FilePlace("b.py", 3, symbol="main"))}) == 4


def test_an_item_says_what_bears_on_it_and_whether_a_scan_can_tell() -> None:
    sql, owner = of(result(), "sql"), of(result(), "owner")
    assert (sql.topics, sql.looked) == (("query",), True)
    assert (owner.topics, owner.looked) == (("access", "entrance", "query"), False)


def test_only_files_that_no_scan_speaks_for_are_told_as_changed() -> None:
    owner = of(scanned(TREE), "owner")
    assert changed_by_eye(owner, scanned(TREE).topics) == ()
    assert changed_by_eye(owner, scanned(TREE | DOOR).topics) == ("entrance",)
    assert changed_by_eye(of(scanned({}), "owner"), scanned(TREE).topics) == ("access", "entrance")
    assert changed_by_eye(owner, scanned(TREE, rules="other").topics) == ("access", "entrance", "query")
    assert changed_by_eye(of(result(), "sql"), scanned(TREE).topics) == (), "a scan speaks for it"
