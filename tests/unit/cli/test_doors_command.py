"""What `walkdown doors` says: a calm table, JSON of the published shape, CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from helpers.boards import ADA
from helpers.hostile import PIECES
from helpers.mapped import about, door, guard, of_door, of_guard, scanned
from helpers.repos import make_repo
from walkdown.cli import walk_json
from walkdown.cli.doors import DoorsFlags, _fits, doors_csv, find_door, is_complete
from walkdown.cli.doors_json import as_mounted, doors_json, guards_json
from walkdown.cli.doors_text import door_text, doors_text
from walkdown.cli.guards import find_guard
from walkdown.cli.status import status_code
from walkdown.errors import UsageError
from walkdown.model import Channel, Coverage, Finding, Ran, Report, ScanResult, SkipKind, Skipped, Verdict
from walkdown.model.door import Checks, Door, Filter, Operation, Origin, Reach
from walkdown.record.plain import json_bytes
from walkdown.record.schemas import generate
from walkdown.review import Session, Terms
from walkdown.review.board import look_at

Opened = Callable[..., Session]
LONG = "/api/organisations/:organisation/projects/:project/members"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    repo = make_repo(tmp_path, {"app.js": "listen();\n"})
    with ExitStack() as stack:

        def opened(*doors: Door, findings: Sequence[Finding] = (), gaps: Sequence[Skipped] = ()) -> Session:
            one = stack.enter_context(Session.open(str(repo), Channel.APP))
            one._looked = look_at(mapped(doors, findings, gaps), one.review.settings.fail_on, fresh=True)
            one.refresh()
            return one

        yield opened


def mapped(doors: Sequence[Door], findings: Sequence[Finding], gaps: Sequence[Skipped]) -> ScanResult:
    report = Report("doors", "1", Ran(), Coverage(3, 3 - len(gaps), tuple(gaps)))
    return msgspec.structs.replace(scanned(doors, findings), reports=(report,))


def flags(text: str = "", *, unguarded: bool = False) -> DoorsFlags:
    return DoorsFlags(".", "text", unguarded, text, offline=True)


def valid(name: str, value: msgspec.Struct) -> Any:
    document = json.loads(json_bytes(value))
    Draft202012Validator(generate()[name]).validate(document)
    return document


# --- text ------------------------------------------------------------------------------------------------------------


def test_a_line_for_each_door_and_the_sums(session: Opened) -> None:
    one = door("D-1", guard("requireUser", Checks.LOGIN), path="/orders", validated="yes")
    bare = door("D-2", path="/carts", validated="no")
    opened = session(one, bare, findings=[about(bare)])

    lines = list(doors_text(opened, opened.board.doors, complete=True))

    assert lines == [
        "       door                           guarded by         input     writes               against",
        "POST   /orders                        a login            checked   orders",
        "POST   /carts                         nothing            unchecked orders               1",
        "2 doors, 1 without a guard, 1 of those write; 0 decided.",
    ]


def test_a_path_is_never_cut(session: Opened) -> None:
    opened = session(door("D-1", path=LONG))

    lines = list(doors_text(opened, opened.board.doors, complete=False))

    assert lines[1] == f"POST   {LONG}"
    assert lines[2].split() == ["nothing", "orders"]
    assert "may hold more doors" in lines[-1]


def test_what_was_decided_stands_beside_its_door(session: Opened) -> None:
    opened = session(door("D-1"), door("D-2", guard()))
    opened.decide([of_door("D-1")], Verdict.PUBLIC, Terms("a form"), ADA)
    opened.decide([of_guard()], Verdict.OWNER_GUARD, Terms(), ADA)

    text = "\n".join(doors_text(opened, opened.board.doors, complete=True))

    assert "public" in text
    assert "the owner" in text
    assert "2 doors, 1 without a guard, 1 of those write; 1 decided." in text


def test_one_door_with_the_way_to_its_data(session: Opened) -> None:
    reach = Reach(
        "orders", Operation.UPDATE, "db.ts", 9, (Filter("id", Origin.INPUT, maybe=True),),
        sets=(Filter("paid", Origin.INPUT),), loop=True, bounded=False, why="the table is a variable",
    )  # fmt: skip
    one = door("D-1", guard(), path="/signup", reaches=(reach,), limiter="slowly", uncertain=("calls what is away",))
    opened = session(one, findings=[about(one)])
    opened.decide([of_guard()], Verdict.LOGIN_GUARD, Terms("by hand"), ADA)

    text = " ".join(" ".join(door_text(opened, opened.board.doors[0])).split())

    assert "mine: a login, says a person; read as not known auth.ts:3" in text
    assert "update orders; where id from input or missing; sets paid from input; in a loop; any number of rows" in text
    assert "the table is a variable" in text
    assert "Unsure calls what is away" in text
    assert (
        "Against high F-1 db.ts:9 Title of auth.endpoint-open (set aside: mine means login, says Ada: by hand)" in text
    )
    assert "Limiter slowly" in text
    assert "Decision none yet" in text


def test_a_guard_that_could_not_be_read_is_not_called_none(session: Opened) -> None:
    opened = session(door("D-1", guard()))

    lines = list(doors_text(opened, opened.board.doors, complete=True))

    assert "not known" in lines[1]
    assert lines[2] == (
        "1 door, 0 without a guard, 0 of those write; 1 with a guard that could not be read; 0 decided."
    )


def test_a_suggestion_is_shown_until_somebody_decides(session: Opened) -> None:
    opened = session(door("D-1", path="/signup"))
    assert "Perhaps" in " ".join(door_text(opened, opened.board.doors[0]))

    opened.decide([of_door()], Verdict.PUBLIC, Terms("yes"), ADA)

    assert "Perhaps" not in " ".join(door_text(opened, opened.board.doors[0]))


# --- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["D-1", "D-2"]),
        ("CARTS", ["D-2"]),
        ("post requireuser", ["D-1"]),
        ("orders", ["D-1", "D-2"]),
        ("unguarded", ["D-2"]),
        ("login undecided", ["D-1"]),
        ("nothing like that", []),
    ],
)
def test_every_word_has_to_be_there(session: Opened, text: str, found: list[str]) -> None:
    opened = session(door("D-1", guard("requireUser", Checks.LOGIN)), door("D-2", path="/carts"))

    assert [row.id for row in opened.board.doors if _fits(row, flags(text))] == found


def test_unguarded_goes_by_what_holds_after_what_people_said(session: Opened) -> None:
    opened = session(door("D-1", guard()), door("D-2", guard("login", Checks.LOGIN)))
    bare = [row.id for row in opened.board.doors if _fits(row, flags(unguarded=True))]
    opened.decide([of_guard()], Verdict.OWNER_GUARD, Terms(), ADA)

    assert bare == ["D-1"]
    assert [row.id for row in opened.board.doors if _fits(row, flags(unguarded=True))] == []


# --- JSON and CSV ----------------------------------------------------------------------------------------------------


def test_json_is_as_it_is_published(session: Opened) -> None:
    one = door("D-1", guard("requireUser", Checks.LOGIN), path="/orders/")
    opened = session(one, findings=[about(one)])
    opened.decide([of_door()], Verdict.GUARDED, Terms(), ADA)

    document = valid("doors", doors_json(opened, opened.board.doors, complete=True))

    assert document["schema"] == "walkdown.doors/1"
    (told,) = document["doors"]
    assert (told["method"], told["path"], told["kind"], told["file"], told["line"], told["handler"]) == (
        "POST", "/orders", "route", "routes.ts", 10, "remove",
    )  # fmt: skip
    assert {key: told["guards"][0][key] for key in ("name", "file", "line", "checks")} == {
        "name": "requireUser", "file": "auth.ts", "line": 3, "checks": "login",
    }  # fmt: skip
    (reach,) = told["reaches"]
    assert (reach["table"], reach["operation"], reach["file"], reach["line"]) == ("orders", "delete", "db.ts", 9)
    assert [(it["field"], it["from"]) for it in reach["filters"]] == [("id", "input")]
    assert (reach["transaction"], reach["bounded"]) == (False, True)
    assert (told["validated"], told["limiter"], told["writes"], told["uncertain"]) == ("none", "", True, [])
    assert (told["said"]["verdict"], told["said"]["by"], told["findings"]) == ("guarded", "Ada", ["F-1"])


def test_json_says_what_a_guard_was_read_as_beside_what_it_means(session: Opened) -> None:
    opened = session(door("D-1", guard()))
    opened.decide([of_guard()], Verdict.OWNER_GUARD, Terms("it compares"), ADA)

    (told,) = valid("doors", doors_json(opened, opened.board.doors, complete=True))["doors"]
    (line,) = valid("guard-list", guards_json(opened))["guards"]

    assert (told["guard"], told["guards"][0]["checks"], told["guards"][0]["read"]) == ("owner", "owner", "unknown")
    assert (line["id"], line["checks"], line["read"], line["doors"]) == ("auth.ts#mine", "owner", "unknown", ["D-1"])
    assert line["said"]["reason"] == "it compares"


@pytest.mark.parametrize(("path", "shown"), [("/a/", "/a"), ("/", "/"), ("", ""), ("/a", "/a")])
def test_a_path_is_told_without_a_slash_at_its_end(path: str, shown: str) -> None:
    assert as_mounted(path) == shown


@pytest.mark.parametrize("piece", [*PIECES, "=1+1", "-1", "@SUM(A1)", "\t=1", ";=1"])
def test_csv_is_a_line_for_each_door_and_runs_nothing(session: Opened, piece: str) -> None:
    name = piece.encode("utf-8", "replace").decode()
    opened = session(door("D-1", guard(name), path=name, handler=name, limiter=name), door("D-2"))

    text = "".join(doors_csv(opened, opened.board.doors))

    head, *rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 2
    assert {len(row) for row in rows} == {len(head)}
    assert [cell for row in rows for cell in row if cell.strip()[:1] in ("=", "+", "-", "@")] == []


# --- by which names --------------------------------------------------------------------------------------------------


def test_a_door_is_found_by_its_id_or_as_people_call_it(session: Opened) -> None:
    board = session(door("D-1", path="/a"), door("D-2", path="/b"), door("D-3", path="/b")).board

    assert find_door(board, "D-2").id == "D-2"
    assert find_door(board, "POST /a").id == "D-1"
    with pytest.raises(UsageError):
        find_door(board, "POST /b")


def test_a_guard_is_found_by_its_name_where_one_goes_by_it(session: Opened) -> None:
    board = session(door("D-1", guard()), door("D-2", guard("both")), door("D-3", guard("both", path="b.ts"))).board

    assert find_guard(board, "mine").id == "auth.ts#mine"
    assert find_guard(board, "b.ts#both").id == "b.ts#both"
    with pytest.raises(UsageError):
        find_guard(board, "both")


# --- whether the map is whole ----------------------------------------------------------------------------------------


def test_a_map_with_a_gap_is_not_whole_until_somebody_lets_it_go(session: Opened) -> None:
    gap = Skipped("routes.ts", SkipKind.GAP, "syntax-error", "it cannot be parsed")
    opened = session(door("D-1"), gaps=[gap])
    assert not is_complete(opened.board)

    (known,) = opened.board.gaps
    opened.decide([known.subject], Verdict.WAIVED, Terms("old", "Ada", "2999-01-01"), ADA)

    assert is_complete(opened.board)


def test_a_map_that_was_never_made_is_not_whole(session: Opened) -> None:
    opened = session()
    opened._looked = look_at(scanned([]), opened.review.settings.fail_on, fresh=True)

    assert not is_complete(opened.refresh())


# --- elsewhere -------------------------------------------------------------------------------------------------------


def test_a_finding_that_its_door_answers_is_told_apart_from_the_open_ones(session: Opened) -> None:
    one = door("D-1", guard())
    opened = session(one, findings=[about(one)])
    (found,) = opened.board.findings
    assert walk_json.state_of(found, opened.board) == "open"

    opened.decide([of_guard()], Verdict.OWNER_GUARD, Terms("it compares"), ADA)

    assert walk_json.state_of(found, opened.board) == "aside"
    (line,) = valid("finding-list", walk_json.finding_list(opened, (found,)))["findings"]
    assert (line["state"], line["aside"]) == ("aside", "mine means owner, says Ada: it compares")
    shown = valid("finding-view", walk_json.finding_view(opened, found))
    assert (shown["aside"], shown["finding"]["severity"]) == (line["aside"], "high")


def test_status_names_the_doors_that_stand_in_the_way(session: Opened) -> None:
    opened = session(door("D-1"), door("D-2", guard()))

    document = valid("status", walk_json.status(opened))

    assert [(one["kind"], one["id"]) for one in document["standing"] if one["kind"] in ("door", "guard")] == [
        ("door", "D-1"), ("guard", "auth.ts#mine"),
    ]  # fmt: skip
    assert document["counts"]["doors"] == {"total": 2, "unguarded": 2, "decided": 0}
    assert status_code(opened.board) == 1
