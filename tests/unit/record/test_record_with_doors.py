"""The map in a record: what the paper shows of it, what later changes reopen; and records without it still hold."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest

from helpers.predicates import sample_about, sample_predicate
from helpers.records import NOW, said, statement_for, trust_of
from helpers.repos import make_repo, write
from walkdown.model import Kind, Verdict
from walkdown.model.door import Checks
from walkdown.record.files import RecordFiles, Seal
from walkdown.record.paper import paper
from walkdown.record.paper_doors import MOST
from walkdown.record.reading import read_statement
from walkdown.record.staleness import staleness
from walkdown.record.statement import CheckLine, DoorLine, GuardLine, Predicate, canonical
from walkdown.record.tree import Tree
from walkdown.record.verification import TAMPERED, UNKNOWN_SIGNER, UNREADABLE, UNSIGNED
from walkdown.record.verify import verify
from walkdown.target import open_target

BEFORE = Path(__file__).parent / "recorded" / "before-doors"
SIGNED_THEN = datetime(2026, 11, 20, 18, 0, tzinfo=timezone.utc)
LINE = DoorLine("D-1", "route", "POST", "/orders", "orders.js", 3)
MEANT = said(Kind.DOOR, "D-1", Verdict.GUARDED)


def record_of_then() -> RecordFiles:
    """Made and signed by the version before this one, with a key that nobody has any more."""
    seal = Seal(
        "ada-example-org",
        (BEFORE / "countersignature.json").read_bytes(),
        (BEFORE / "countersignature.json.sig").read_bytes(),
    )
    json, text = (BEFORE / "record.json").read_bytes(), (BEFORE / "record.md").read_bytes()
    return RecordFiles("2026-11-20-afdf1a90098c", json, text, (seal,))


def with_doors(*doors: DoorLine, guards: tuple[GuardLine, ...] = ()) -> Predicate:
    return msgspec.structs.replace(sample_predicate(), doors=doors, guards=guards)


def section(text: str) -> str:
    return text.split("\n## Doors", 1)[1].split("\n## ", 1)[0]


# --- records from before ---------------------------------------------------------------------------------------------


def test_a_record_signed_before_there_was_a_map_is_still_signed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print()\n")
    with open_target(tmp_path) as target:
        found = verify(record_of_then(), Tree(target), trust_of(BEFORE / "allowed"), SIGNED_THEN)

    codes = {problem.code for problem in found.problems}
    assert codes.isdisjoint({TAMPERED, UNREADABLE, UNKNOWN_SIGNER, UNSIGNED}), found.problems
    assert [(one.mail, one.trusted) for one in found.signers] == [("ada@example.org", True)]


def test_a_record_from_before_reads_and_is_written_as_it_was() -> None:
    data = (BEFORE / "record.json").read_bytes()

    statement = read_statement(data, "record")

    assert canonical(statement) == data
    assert paper(statement.about, statement.predicate).encode() == (BEFORE / "record.md").read_bytes()


# --- the paper -------------------------------------------------------------------------------------------------------


def test_each_door_says_what_guards_it_what_it_writes_and_who_decided() -> None:
    text = section(paper(sample_about(), sample_predicate()))

    assert (
        "| `POST /signup` in `api/users.ts:12` | **nothing** | yes | `users` | ◇ public on purpose |"
        " Ada Lovelace, in the app, 2026-11-20 15:04 UTC | Anybody may sign up. |"
    ) in text
    assert "the owner: `requireUser`, `mine`; limited by `slowly`" in text
    assert "**Disputed** by Ada Lovelace" in text
    assert "| `PUT /carts` in `api/carts.ts:7` | **not known**: `odd` |" in text
    assert "3 have no guard that was seen to ask anything, 1 of them writes; 2 were decided." in text


def test_what_people_said_of_guards_is_told_with_why() -> None:
    text = section(paper(sample_about(), sample_predicate()))

    assert "### What people said of guards (2)" in text
    assert (
        "| `mine` in `api/auth.ts:5` | ● asks whose it is | unknown | 14 |"
        " Ada Lovelace, in the app, 2026-11-20 15:04 UTC | It compares the org of the row. |"
    ) in text
    assert "**Open:** its file changed." in text


def test_a_long_map_names_what_was_decided_and_counts_the_rest() -> None:
    many = [msgspec.structs.replace(LINE, id=f"D-{n}", path=f"/p{n}", open="undecided") for n in range(MOST + 50)]
    last = msgspec.structs.replace(LINE, id="D-last", path="/last", said=MEANT)

    text = section(paper(sample_about(), with_doors(*many, last)))

    assert text.count("| `POST /") == MOST
    assert "POST /last" in text
    assert "51 more doors that nobody decided, in the JSON beside this file." in text


def test_a_finding_that_its_door_answers_says_so() -> None:
    one = sample_predicate()
    found = msgspec.structs.replace(one.findings[3], aside="mine means owner, says Ada: it compares", open="")

    text = paper(sample_about(), msgspec.structs.replace(one, findings=(found,)))

    assert "◐ set aside by what was said of its door" in text
    assert "Answered elsewhere: mine means owner, says Ada: it compares." in text


def test_who_only_decided_doors_is_named_among_those_who_decided() -> None:
    empty = msgspec.structs.replace(sample_predicate(), items=(), findings=(), gaps=(), guards=(), exceptions=())

    text = paper(sample_about(), empty)

    assert "| Bob Kahn | `bob@example.org` | 1 | 1 in the app |" in text


# --- what later changes reopen ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reopened"),
    [
        ({"orders.js": "changed();\n"}, {"door": ("orders.js",)}),
        ({"db.js": None}, {"door": ("db.js",)}),
        ({"auth.js": "changed();\n"}, {"door": ("auth.js",), "guard": ("auth.js",)}),
        ({"other.js": "changed();\n"}, {}),
    ],
)
def test_a_change_on_the_way_through_a_door_may_reopen_it(
    tmp_path: Path, change: dict[str, str | None], reopened: dict[str, tuple[str, ...]]
) -> None:
    repo = make_repo(tmp_path, {name: f"{name[:-3]}();\n" for name in ("orders.js", "db.js", "auth.js", "other.js")})
    with open_target(repo) as target:
        content = target.inventory.by_path["auth.js"].content
    door = msgspec.structs.replace(LINE, files=("orders.js", "auth.js", "db.js"), said=MEANT)
    undecided = msgspec.structs.replace(door, id="D-2", said=None, open="undecided")
    disputed = msgspec.structs.replace(door, id="D-3", open="decided differently")
    told = GuardLine(
        "auth.js#mine", "mine", "auth.js", 1, Checks.UNKNOWN.value, 1, said(Kind.GUARD, "x", Verdict.OWNER_GUARD),
        content,
    )  # fmt: skip
    statement = statement_for(repo, more={"doors": (door, undecided, disputed), "guards": (told,)})
    write(repo, change)

    with open_target(repo) as target:
        found = staleness(statement, Tree(target), NOW).reopened

    assert {one.kind: one.paths for one in found if one.kind in ("door", "guard")} == reopened
    assert {one.id for one in found if one.kind == "door"} <= {"D-1"}


def test_a_check_is_told_by_name() -> None:
    line = msgspec.structs.replace(LINE, guard="login", checks=(CheckLine("requireUser", "login"),))

    assert "| a login: `requireUser` |" in section(paper(sample_about(), with_doors(line)))
