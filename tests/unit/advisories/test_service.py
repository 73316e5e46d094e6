"""The advisory service on loopback: what it answers, what it refuses, and that nothing of it outlives its scan."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from helpers.osv_service import advisory, make_store
from walkdown.advisories import service
from walkdown.advisories.service import serving
from walkdown.errors import AdvisoryError

THREAD = "walkdown-advisories"
KNOWN = (
    advisory("jinja2", "PYSEC-2019-1", aliases=["CVE-2019-1"], fixed=["2.10.1"]),
    advisory("jinja2", "PYSEC-2019-2", fixed=["2.9", "2.10.3", "not a version"], versions=["2.10"]),
    advisory("jinja2", "PYSEC-2019-3", introduced="2.11"),
    advisory("jinja2", "PYSEC-2019-4", withdrawn="2020-01-01T00:00:00Z"),
)


def question(name: str = "jinja2", version: str = "2.10", ecosystem: str = "PyPI") -> bytes:
    return json.dumps({"package": {"name": name, "ecosystem": ecosystem}, "version": version}).encode()


def raw(url: str, sent: bytes) -> tuple[int, Any]:
    """Status and answer to bytes that are sent as they are; 0 where it hung up without a word."""
    where = urlsplit(url)
    assert where.port is not None
    with socket.create_connection((where.hostname, where.port), timeout=20) as talk:
        talk.sendall(sent)
        answer = b"".join(iter(lambda: talk.recv(65536), b""))
    if not answer:
        return 0, None
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(body)


def post(url: str, body: bytes, *headers: bytes, path: str = "", method: str = "POST") -> tuple[int, Any]:
    line = f"{method} {path or urlsplit(url).path} HTTP/1.1".encode()
    if not any(one.lower().startswith(b"content-length") for one in headers):
        headers = (b"Content-Length: %d" % len(body), *headers)
    return raw(url, b"\r\n".join((line, b"Host: x", *headers, b"", body)))


def reachable(url: str, host: str = "") -> bool:
    where = urlsplit(url)
    try:
        socket.create_connection((host or where.hostname, where.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


def threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == THREAD]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("store") / "store.sqlite"
    return path, make_store(path, KNOWN).digest


@pytest.fixture
def url(store: tuple[Path, str]) -> Iterator[str]:
    with serving(*store) as address:
        yield address


def test_it_answers_in_the_shape_that_pip_audit_reads(url: str) -> None:
    status, answer = post(url, question("Jinja2"))
    assert status == 200
    first, second = answer["vulns"]
    assert first["id"] == "PYSEC-2019-1"
    assert first["aliases"] == ["CVE-2019-1"]
    assert first["published"].startswith("2026-10-31T01:02:03")
    assert first["schema_version"].startswith("1.")
    (affected,) = first["affected"]
    assert affected["package"] == {"name": "jinja2", "ecosystem": "PyPI"}
    assert second["id"] == "PYSEC-2019-2"
    (only_range,) = second["affected"][0]["ranges"]
    assert only_range["type"] == "ECOSYSTEM"
    # pip-audit breaks down over a version that it cannot read.
    assert [event["fixed"] for event in only_range["events"] if "fixed" in event] == ["2.9", "2.10.3"]


def test_every_fixed_version_of_several_entries_and_ranges_is_in_the_one_range_that_is_read(tmp_path: Path) -> None:
    one = advisory("django", "PYSEC-1", fixed=["1.0"])
    other = advisory("django", "PYSEC-1", introduced="2.0", fixed=["2.2"])["affected"][0]
    stranger = advisory("flask", "PYSEC-1", fixed=["9.9"])["affected"][0]
    other["ranges"].append({"type": "ECOSYSTEM", "events": [{"introduced": "3.0"}, {"fixed": "3.1"}]})
    one["affected"] = [stranger, other, *one["affected"]]
    about = make_store(tmp_path / "store.sqlite", [one])
    with serving(tmp_path / "store.sqlite", about.digest) as url:
        _, answer = post(url, question("django", "2.1"))
    (affected,) = answer["vulns"][0]["affected"]
    (only_range,) = affected["ranges"]
    assert [event.get("fixed") for event in only_range["events"]] == [None, "2.2", "3.1", "1.0"]


@pytest.mark.parametrize("asked", [question("nobody-knows-this"), question(version="2.12")])
def test_nothing_known_is_an_empty_answer(url: str, asked: bytes) -> None:
    status, answer = post(url, asked)
    assert status == 200
    assert [one["id"] for one in answer.get("vulns", [])] == ([] if b"nobody" in asked else ["PYSEC-2019-3"])


@pytest.mark.parametrize("path", ["/", "/v1/query", "/token/v1/query", "//v1/query", "/%2e%2e/v1/query"])
def test_nobody_without_the_token_is_answered(url: str, path: str) -> None:
    assert post(url, question(), path=path) == (404, {})
    assert post(url, question(), path=urlsplit(url).path + "x") == (404, {})
    assert post(url, question(), path=urlsplit(url).path[:-6]) == (404, {})


def test_only_questions_are_answered(url: str) -> None:
    assert post(url, b"", method="GET") == (405, {})
    assert post(url, question(), method="post") == (405, {})


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"\xff", b"{" * 5000, b'{"package": {"name": "jinja2"}, "version": "1"}',
        question(ecosystem="npm"), question(version="not a version"), question(name=""), question(name="x" * 301),
        question(version="1" * 301), b'{"package": {"name": 1, "ecosystem": "PyPI"}, "version": "1"}',
        b'{"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": 2.1}', question() + b"x",
    ],
)  # fmt: skip
def test_a_malformed_question_gets_no_answer_that_reads_as_no_flaw(url: str, body: bytes) -> None:
    assert post(url, body) == (400, {})


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: ten",), (b"Content-Length: -1",), (b"Content-Length: 1", b"Content-Length: 1"),
        (b"Content-Length: \xc2\xb2",), (b"Transfer-Encoding: chunked",), (b"X: 1\r\n" * 200,),
    ],
)  # fmt: skip
def test_a_malformed_head_is_refused(url: str, headers: tuple[bytes, ...]) -> None:
    assert post(url, question(), *headers) == (400, {})


@pytest.mark.parametrize("line", [b"POST", b"POST  HTTP/1.1", b"POST / HTTP/2", b"\x16\x03\x01", b"POST / x HTTP/1.1"])
def test_what_is_no_request_is_refused(url: str, line: bytes) -> None:
    status, answer = raw(url, line + b"\r\nHost: x\r\n\r\n")
    assert (status, answer) in ((400, {}), (404, {}))


@pytest.mark.parametrize("length", [16 * 1024 + 1, 10**12, "9" * 5000])
def test_a_huge_body_is_refused_before_it_is_read(url: str, length: int | str) -> None:
    assert post(url, b"", f"Content-Length: {length}".encode()) == (413, {})


def test_a_huge_head_is_refused(url: str) -> None:
    where = urlsplit(url)
    talk = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        talk.request("POST", where.path, question(), {"X-Long": "x" * 40_000})
        assert talk.getresponse().status == 413
    except ConnectionError:
        pass  # it hung up while we were still talking
    finally:
        talk.close()


def test_who_says_nothing_keeps_nobody_waiting_and_is_hung_up_on(
    store: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_SECONDS", 1.0)
    with serving(*store) as url:
        where = urlsplit(url)
        assert where.port is not None
        silent = [socket.create_connection((where.hostname, where.port), timeout=20) for _ in range(40)]
        silent[0].sendall(f"POST {where.path} HTTP/1.1\r\nContent-Length: 50\r\n\r\n{{".encode())
        assert post(url, question())[0] == 200
        assert [one.recv(1) for one in silent] == [b""] * 40
        for one in silent:
            one.close()


def test_more_callers_than_children_are_turned_away(store: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_MOST_OPEN", 1)
    with serving(*store) as url:
        where = urlsplit(url)
        assert where.port is not None
        with socket.create_connection((where.hostname, where.port), timeout=20) as first:
            first.sendall(f"POST {where.path} HTTP/1.1\r\nContent-Length: {len(question())}\r\n\r\n".encode())
            with socket.create_connection((where.hostname, where.port), timeout=20) as second:
                assert second.recv(1) == b""
            first.sendall(question())
            assert first.recv(15).startswith(b"HTTP/1.1 200")


def test_a_store_that_cannot_be_read_is_a_failure_for_who_asks(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (AdvisoryError("It is damaged."), ValueError("a fault of ours")):

        def broken(*_: object, error: Exception = error) -> bytes:
            raise error

        monkeypatch.setattr(service, "answer", broken)
        assert post(url, question()) == (500, {})


def test_it_says_nothing_on_the_terminal(store: tuple[Path, str], capfd: pytest.CaptureFixture[str]) -> None:
    with serving(*store) as url:
        post(url, b"\xff")
        raw(url, b"\x00" * 20 + b"\r\n\r\n")
        where = urlsplit(url)
        gone = socket.create_connection((where.hostname or "", where.port or 0))
        gone.sendall(b"POST")
        gone.close()
        held = socket.create_connection((where.hostname or "", where.port or 0))
        post(url, question())
    held.close()
    assert capfd.readouterr() == ("", "")


def test_it_listens_on_this_machine_alone(url: str) -> None:
    assert urlsplit(url).hostname == "127.0.0.1"
    assert reachable(url)
    assert not reachable(url, "127.0.0.2"), "another address of this machine would mean that it listens on all"


def test_two_at_once_have_tokens_and_advisories_of_their_own(store: tuple[Path, str], tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    about = make_store(other, [advisory("jinja2", "PYSEC-OTHER-1")])
    with serving(*store) as first, serving(other, about.digest) as second:
        assert first != second
        assert post(first, question(), path=urlsplit(second).path) == (404, {})
        assert [one["id"] for one in post(first, question())[1]["vulns"]] == ["PYSEC-2019-1", "PYSEC-2019-2"]
        assert [one["id"] for one in post(second, question())[1]["vulns"]] == ["PYSEC-OTHER-1"]
        assert len(threads()) == 2
    assert threads() == []


def test_tokens_cannot_be_guessed(store: tuple[Path, str]) -> None:
    tokens = set()
    for _ in range(5):
        with serving(*store) as url:
            tokens.add(urlsplit(url).path.split("/")[1])
    assert len(tokens) == 5
    assert min(map(len, tokens)) >= 32


def test_it_is_gone_afterwards_whatever_happened(store: tuple[Path, str]) -> None:
    held: list[socket.socket] = []

    def broken_off() -> None:
        with serving(*store) as url:
            assert threads()[0].daemon
            where = urlsplit(url)
            held.append(socket.create_connection((where.hostname or "", where.port or 0)))
            raise KeyError(url)

    with pytest.raises(KeyError) as raised:
        broken_off()
    assert threads() == []
    assert not reachable(str(raised.value.args[0]))
    assert held[0].recv(1) == b"", "who was there is hung up on"
    held[0].close()


@pytest.mark.parametrize("said", [b"", b"POST", b"whole"])
def test_ending_while_somebody_talks_hangs_up_on_them(store: tuple[Path, str], said: bytes) -> None:
    """Often, since what is under way at that moment is a matter of luck."""
    for _ in range(20):
        with serving(*store) as url:
            where = urlsplit(url)
            talks = [socket.create_connection((where.hostname or "", where.port or 0), timeout=20) for _ in range(5)]
            head = f"POST {where.path} HTTP/1.1\r\nContent-Length: {len(question())}\r\n\r\n".encode()
            for talk in talks:
                talk.sendall(head + question() if said == b"whole" else said)
        assert threads() == []
        for talk in talks:
            with contextlib.suppress(ConnectionError):
                while talk.recv(4096):
                    continue
            talk.close()


def test_other_data_than_what_was_spoken_of_are_not_served(store: tuple[Path, str], tmp_path: Path) -> None:
    with pytest.raises(AdvisoryError, match="renewed"), serving(store[0], "0" * 64):
        pytest.fail("served")
    with pytest.raises(AdvisoryError, match="no advisory data"), serving(tmp_path / "none", store[1]):
        pytest.fail("served")
    assert threads() == []


def test_an_advisory_that_cannot_be_compared_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    about = make_store(
        tmp_path / "store.sqlite",
        [advisory("jinja2", "PYSEC-1", fixed=["banana"]), advisory("jinja2", "PYSEC-2", fixed=["3.0"])],
    )
    with serving(tmp_path / "store.sqlite", about.digest) as url:
        assert [one["id"] for one in post(url, question())[1]["vulns"]] == ["PYSEC-2"]
