"""Asking a package index: what it may answer, and what it may try on us instead."""

from __future__ import annotations

import functools
import gzip
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.fake_index import Asked, FakeIndex, fake_index
from walkdown.scanners.indexes import npm, pypi
from walkdown.scanners.indexes.addresses import is_usable, without_password
from walkdown.scanners.indexes.asking import Line, ask_all
from walkdown.scanners.indexes.fetching import Index, NoAnswerError, NotThereError, Reply
from walkdown.scanners.indexes.kept import DAY, Kept
from walkdown.scanners.indexes.wire import PYPI, Answer, Known, Question, State, Why

OLD = "2012-01-02T03:04:05.000000Z"
LATER = "2024-05-06T07:08:09.000000Z"


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeIndex]:
    monkeypatch.setenv("no_proxy", "*")
    with fake_index() as one:
        yield one


def ask_pypi(index: FakeIndex, name: str = "flask", seconds: float = 5.0) -> Known:
    return pypi.ask(Index(index.base), name, seconds)


def ask_npm(index: FakeIndex, name: str = "express") -> Known:
    return npm.ask(Index(index.base), name, 5.0)


def why(index: FakeIndex, seconds: float = 5.0) -> Why:
    with pytest.raises(NoAnswerError) as raised:
        ask_pypi(index, seconds=seconds)
    return raised.value.why


# -- what PyPI says ---------------------------------------------------------------------------------------------------


def test_dates_yanked_versions_and_status_are_read(index: FakeIndex) -> None:
    files: list[dict[str, object]] = [
        {"filename": "flask-1.0.tar.gz", "upload-time": OLD, "yanked": "broken"},
        {"filename": "Flask-1.0-py3-none-any.whl", "upload-time": OLD, "yanked": True},
        {"filename": "flask-2.0.tar.gz", "upload-time": LATER, "yanked": "one file only"},
        {"filename": "flask-2.0-py3-none-any.whl", "upload-time": LATER, "yanked": False, "size": 3},
    ]
    index.pypi("flask", files, **{"project-status": {"status": "archived", "reason": "see  quart"}})
    known = ask_pypi(index)
    assert (known.first, known.last, known.status, known.reason) == (OLD, LATER, "archived", "see quart")
    assert known.reason_for("1.0") == "broken"
    assert known.reason_for("2.0") is None


def test_only_the_name_is_sent(index: FakeIndex) -> None:
    index.pypi("flask", [])
    assert ask_pypi(index).empty
    assert index.asked == ["flask/"]
    assert set(index.headers[0]) == {"Accept-Encoding", "Host", "User-Agent", "Accept", "Connection"}


def test_a_packed_answer_is_unpacked(index: FakeIndex) -> None:
    body = gzip.compress(b'{"name": "Flask", "files": []}')
    index.says("flask/", body, "application/json", headers={"Content-Encoding": "gzip"})
    assert ask_pypi(index).empty


def test_a_mirror_with_pages_only_is_read_too(index: FakeIndex) -> None:
    page = (
        '<html><head><meta name="pypi:project-status" content="quarantined"></head>'
        f'<a href="../flask-1.0.tar.gz#sha256=0" data-yanked="bro&#107;en" data-upload-time="{OLD}">x</a>'
        '<a href="/other-9.tar.gz">other</a></html>'
    )
    index.says("flask/", page.encode(), "text/html; charset=utf-8")
    known = ask_pypi(index)
    assert (known.first, known.status, known.reason_for("1.0")) == (OLD, "quarantined", "broken")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please log in to the network</html>",
        b'{"name": "flask", "files": "many"}',
        b'{"name": "flask", "files": [{"filename": 7}]}',
        b'{"name": "flask", "files": [], "project-status": "archived"}',
        b'{"name": "django", "files": []}',
        b'{"files": []}',
        b"[" * 100_000,
        b'{"name": "\xff", "files": []}',
    ],
)
def test_what_is_no_answer_of_an_index_is_none(index: FakeIndex, body: bytes) -> None:
    index.says("flask/", body, "application/json")
    assert why(index) is Why.NO_INDEX


@pytest.mark.parametrize(
    "page", [b'<a href="/login">Log in</a><a href="help.zip">Help</a>', b"<![<![<!", b"\xff\x00", b""]
)
def test_the_page_of_a_login_is_not_an_index(index: FakeIndex, page: bytes) -> None:
    index.says("flask/", page, "text/html")
    assert why(index) is Why.NO_INDEX


def test_a_time_that_is_none_counts_as_not_told(index: FakeIndex) -> None:
    index.pypi("flask", [{"filename": "flask-1.0.tar.gz", "upload-time": "yesterday"}])
    known = ask_pypi(index)
    assert (known.first, known.last, known.empty) == ("", "", False)


# -- what npm says ----------------------------------------------------------------------------------------------------


def test_deprecations_and_dates_are_read(index: FakeIndex) -> None:
    versions = {"1.0.0": {"deprecated": "use 2"}, "1.1.0": {"deprecated": ""}, "2.0.0": {"deprecated": False}}
    index.npm(
        "express", versions, time={"created": OLD, "1.0.0": OLD, "2.0.0": LATER, "0.0.9": "2025-01-01T00:00:00Z"},
        **{"dist-tags": {"latest": "2.0.0"}},
    )  # fmt: skip
    known = ask_npm(index)
    assert (known.first, known.last, known.latest) == (OLD, LATER, "2.0.0")
    assert [known.reason_for(version) for version in ("1.0.0", "1.1.0", "2.0.0")] == ["use 2", None, None]


def test_the_name_of_a_scoped_package_is_one_part_of_the_address(index: FakeIndex) -> None:
    index.npm("@scope/name", {"1.0.0": {}}, time={"created": OLD})
    assert ask_npm(index, "@scope/name").first == OLD
    assert index.asked == ["@scope%2Fname"]


def test_dates_of_a_mirror_that_does_not_know_the_beginning_are_not_used(index: FakeIndex) -> None:
    index.npm("express", {"1.0.0": {}}, time={"1.0.0": LATER})
    known = ask_npm(index)
    assert (known.first, known.last) == ("", "")


def test_the_long_form_is_asked_for_where_the_short_one_has_no_dates(index: FakeIndex) -> None:
    def answer(asked: Asked) -> None:
        short = "install-v1" in asked.headers["Accept"]
        time_ = b"" if short else b', "time": {"created": "2012-01-02T03:04:05.000Z"}'
        asked.send(b'{"name": "express", "versions": {"1.0.0": {}}' + time_ + b"}", "application/json", 200, {})

    index.answers["express"] = answer
    assert ask_npm(index).first == OLD
    assert len(index.asked) == 2


@pytest.mark.parametrize("versions", [{}, {"0.0.1-security": {}}, {"0.0.1-security.0": {}}])
def test_a_name_that_npm_holds_is_empty(index: FakeIndex, versions: dict[str, object]) -> None:
    index.npm("express", versions, **{"dist-tags": {"latest": next(iter(versions), "")}})
    assert ask_npm(index).empty


def test_reasons_are_bounded(index: FakeIndex) -> None:
    index.npm("express", {str(n): {"deprecated": f"{n} " + "x" * 9999} for n in range(500)})
    known = ask_npm(index)
    assert len(known.withdrawn) == 101
    assert max(len(one.reason) for one in known.withdrawn) == 400
    assert known.reason_for("499") == ""


# -- what a server may try --------------------------------------------------------------------------------------------


def test_fifty_megabytes_are_left_unread(index: FakeIndex) -> None:
    sent: list[int] = []

    def flood(asked: Asked) -> None:
        asked.send_response(200)
        asked.end_headers()
        for _ in range(50):
            asked.wfile.write(b" " * 1024 * 1024)
            sent.append(1)

    index.answers["flask/"] = flood
    assert why(index) is Why.TOO_LARGE
    assert len(sent) < 40


def test_fifty_packed_megabytes_are_not_unpacked(index: FakeIndex) -> None:
    index.says(
        "flask/", gzip.compress(b" " * 50 * 1024 * 1024), "application/json", headers={"Content-Encoding": "gzip"}
    )
    assert why(index) is Why.TOO_LARGE


def test_a_server_that_drips_is_left(index: FakeIndex) -> None:
    index.answers["flask/"] = Asked.drip
    began = time.monotonic()
    assert why(index, seconds=0.2) is Why.TOO_SLOW
    assert time.monotonic() - began < 5


def test_what_breaks_off_is_no_answer(index: FakeIndex) -> None:
    index.says("flask/", b'{"name": "flask", "files": []}', "application/json", headers={"Content-Length": "999"})
    assert why(index) is Why.UNREACHABLE


def test_nobody_is_followed_to_another_host(index: FakeIndex) -> None:
    with fake_index() as other:
        other.pypi("flask", [])
        index.says("flask/", b"", "text/html", 302, headers={"Location": f"{other.base}/flask/"})
        assert why(index) is Why.MOVED
        assert other.asked == []


def test_the_same_host_may_send_us_on_but_not_round_and_round(index: FakeIndex) -> None:
    index.says("flask/", b"x" * 1000, "text/html", 301, headers={"Location": "/real/flask/"})
    index.says("real/flask/", {"name": "flask", "files": []}, "application/json")
    assert ask_pypi(index).empty
    index.says("real/flask/", b"", "text/html", 301, headers={"Location": "/flask/"})
    assert why(index) is Why.MOVED


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_refusal_does_not_mean_that_there_is_no_such_package(index: FakeIndex, status: int) -> None:
    index.says("flask/", b"", "text/html", status)
    assert why(index) is Why.REFUSED


def test_only_a_plain_no_means_that_there_is_no_such_package(index: FakeIndex) -> None:
    with pytest.raises(NotThereError):
        ask_pypi(index)


def test_a_password_is_sent_and_never_named(index: FakeIndex) -> None:
    index.pypi("flask", [])
    base = index.base.replace("//", "//me:s%40crt@")
    assert pypi.ask(Index(base), "flask", 5.0).empty
    assert index.headers[0]["Authorization"] == "Basic bWU6c0BjcnQ="
    assert without_password(base + "/") == Index(base).base == index.base


@pytest.mark.parametrize(
    ("base", "usable"),
    [
        ("https://pypi.org/simple", True),
        ("https://me:secret@mirror.example:8443/a/b", True),
        ("http://127.0.0.1:8080", True),
        ("http://mirror.example", False),
        ("file:///etc/passwd", False),
        ("ftp://mirror.example", False),
        ("https://", False),
        ("https://mirror.example:port", False),
        ("https://mirror.example/?q=", False),
    ],
)
def test_addresses(base: str, usable: bool) -> None:
    assert is_usable(base) is usable


# -- many names at once -----------------------------------------------------------------------------------------------


def questions(*names: str) -> tuple[Question, ...]:
    return tuple(Question(PYPI, name) for name in names)


def asked(index: FakeIndex, kept: Kept, *names: str, seconds: float = 10.0) -> list[Answer]:
    one = Index(index.base)
    lines = {
        PYPI: Line(one.base, functools.partial(pypi.ask, one)),
    }
    return ask_all(questions(*names), lines, kept, seconds)


def test_one_that_hangs_costs_its_own_answer_only(index: FakeIndex, tmp_path: Path) -> None:
    index.pypi("flask", [])
    index.answers["evil/"] = Asked.hang
    answers = asked(index, Kept(tmp_path, 0), "evil", "flask", "nowhere", seconds=1.0)
    assert [(one.state, one.why) for one in answers] == [
        (State.UNANSWERED, Why.TOO_SLOW),
        (State.FOUND, Why.NONE),
        (State.UNKNOWN, Why.NONE),
    ]


def test_nothing_is_asked_twice_in_a_day(index: FakeIndex, tmp_path: Path) -> None:
    index.pypi("flask", [])
    index.says("shut/", b"", "text/html", 503)
    now = 1_000_000.0
    first = asked(index, Kept(tmp_path, now), "flask", "nowhere", "shut")
    assert asked(index, Kept(tmp_path, now + 60), "flask", "nowhere", "shut") == first
    assert sorted(index.asked) == ["flask/", "nowhere/", "shut/", "shut/"]
    asked(index, Kept(tmp_path, now + DAY - 60), "flask", "nowhere")
    assert sorted(index.asked) == ["flask/", "nowhere/", "nowhere/", "shut/", "shut/"]
    asked(index, Kept(tmp_path, now + DAY + 60), "flask")
    assert index.asked.count("flask/") == 2


def test_answers_kept_for_another_index_or_damaged_do_not_count(index: FakeIndex, tmp_path: Path) -> None:
    index.pypi("flask", [])
    kept = Kept(tmp_path, 0)
    kept.keep("https://elsewhere.example", Question(PYPI, "flask"), Answer(PYPI, "flask", State.UNKNOWN))
    [file] = tmp_path.iterdir()
    assert "flask" not in file.name
    assert asked(index, kept, "flask")[0].state is State.FOUND
    for file in tmp_path.iterdir():
        file.write_bytes(b'{"at": 0, "answer": 7}')
    assert asked(index, kept, "flask")[0].state is State.FOUND
    assert len(index.asked) == 2


def test_old_answers_are_cleaned_away(tmp_path: Path) -> None:
    kept = Kept(tmp_path, 0)
    kept.keep("https://x.example", Question(PYPI, "flask"), Answer(PYPI, "flask", State.FOUND))
    [file] = tmp_path.iterdir()
    os.utime(file, (1000, 1000))
    Kept(tmp_path, 1000 + 13 * DAY).clean()
    assert file.exists()
    Kept(tmp_path, 1000 + 15 * DAY).clean()
    assert not file.exists()


def test_an_index_that_never_answers_is_left_alone(index: FakeIndex, tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(60)]
    for name in names:
        index.says(f"{name}/", b"", "text/html", 503)
    answers = asked(index, Kept(tmp_path, 0), *names)
    assert {one.why for one in answers} == {Why.REFUSED}
    assert len(index.asked) < 20


def test_a_page_lists_files_only_of_its_own_project() -> None:
    page = b'<a href="zope.interface-5.0-cp39-cp39-linux_x86_64.whl">x</a><a href="zope.interface2-1.tar.gz">y</a>'
    known = pypi.read("zope-interface", Reply(page, "text/html"))
    assert not known.empty
    with pytest.raises(NoAnswerError):
        pypi.read("zope", Reply(page, "text/html"))
