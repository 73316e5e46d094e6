"""pip-audit over advisory data of ours: the same answers with and without a network, to nobody but this machine, and
nothing left behind however the scan ends."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from helpers.command import Command
from helpers.osv_service import advisory, make_store
from helpers.package_scan import package_scan, packages_scanned
from walkdown.advisories.moments import now_utc
from walkdown.model import Cancelled, Failed, Finding, Missing, Ran, Report, TimedOut
from walkdown.scan.memory import Memory
from walkdown.scan.scan import Scan
from walkdown.scanners.pip_audit import PipAudit

pytestmark = pytest.mark.tool

KNOWN = (
    advisory("jinja2", "PYSEC-2019-1", aliases=["CVE-2019-1"], fixed=["2.10.1"]),
    advisory("jinja2", "PYSEC-2019-2", fixed=["2.9"]),
    advisory("flask", "PYSEC-2019-3", fixed=["1.0"]),
)
PINS = ("attrs==19.1.0", "flask==0.12", "jinja2==2.10")
TESTS = Path(__file__).parents[1]
# What opens or sends; binding and listening reach nobody.
SENDING = re.compile(r"^\d+ +(connect|sendto|sendmsg|sendmmsg)\(")
INTERNET = re.compile(r"AF_INET6?\b.*?(?:inet_addr|inet_pton)\((?:AF_INET6?, )?\"([^\"]+)\"")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    make_store(tmp_path / "store.sqlite", KNOWN, as_of=now_utc())
    return tmp_path / "store.sqlite"


def test_online_and_offline_take_the_same_path_and_say_the_same(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A way out that leads nowhere: whoever took it would fail.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    online, offline = (
        packages_scanned(tmp_path / str(how), PipAudit(store), PINS, offline=how) for how in (False, True)
    )
    assert told(offline[1]) == told(online[1])
    assert sorted(rule for rule, _, _ in told(offline[1])) == ["CVE-2019-1", "PYSEC-2019-3"]
    for report, _ in (online, offline):
        assert report.complete
        assert (report.coverage.asked, report.coverage.files) == (1, 1)
        assert report.notes[0].startswith("Advisory data of ")
        assert (len(report.data), report.data_at[:10] in report.notes[0]) == (64, True)
    assert threads() == []


def told(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(one.rule.id, one.rule.fix, one.fingerprint) for one in findings]


def test_the_second_scan_starts_nothing_until_the_data_change(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = packages_scanned(tmp_path / "home", PipAudit(store), PINS, offline=True)

    def nobody(*_: object) -> None:
        raise AssertionError("there was nothing to ask")

    with monkeypatch.context() as patched:
        patched.setattr("walkdown.scanners.pip_audit.scanner.serving", nobody)
        again = packages_scanned(tmp_path / "home", PipAudit(store), PINS, offline=True)
    assert told(again[1]) == told(first[1])
    assert again[0].complete
    assert again[0].cached_files == 1
    make_store(store, KNOWN[:1], as_of=now_utc())
    renewed = packages_scanned(tmp_path / "home", PipAudit(store), PINS, offline=True)
    assert [one.rule.id for one in renewed[1]] == ["CVE-2019-1"]
    assert renewed[0].rules != first[0].rules


def test_without_data_an_offline_scan_is_incomplete_and_says_the_command(tmp_path: Path) -> None:
    report, findings = packages_scanned(tmp_path, PipAudit(tmp_path / "none"), PINS, offline=True)
    assert isinstance(report.outcome, Missing)
    assert "walkdown db update" in report.outcome.how
    assert not report.complete
    assert report.notes == ()
    assert findings == []


def test_old_data_leave_the_findings_and_a_gap(store: Path, tmp_path: Path) -> None:
    report, findings = packages_scanned(tmp_path, PipAudit(store, days=-1), PINS, offline=True)
    assert [gap.code for gap in report.coverage.gaps] == ["stale-data"]
    assert len(findings) == 2
    assert not report.complete


def test_old_data_still_tell_that_a_finding_is_gone(store: Path, tmp_path: Path) -> None:
    """Old data may lack the newest advisories; what they hold they answer as well as ever."""

    async def scanned(pins: Sequence[str], before: Memory) -> Memory:
        async with package_scan(tmp_path, PipAudit(store, days=-1), pins, offline=True) as scan:
            return (await scan.run(before, {}, head="", looked=None)).memory

    both = asyncio.run(scanned(PINS, Memory()))
    assert len(both.live) == 2
    one = asyncio.run(scanned(("attrs==19.1.0", "jinja2==2.10"), both))
    assert len(one.live) == 1
    assert len(one.gone) == 1


# Whatever happens to the scan


CHILD = """
import os, socket, sys, urllib.request
def ask(body):
    request = urllib.request.Request(os.environ["PIP_AUDIT_OSV_URL"], body)
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30).status
assert not any(name in os.environ for name in ("HTTP_PROXY", "https_proxy")), "whoever asks us needs no way out"
assert ask(b'{"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.10"}') == 200
talk = socket.create_connection(("127.0.0.1", PORT))
talk.sendall(os.environ["PIP_AUDIT_OSV_URL"].encode() + b"\\n")
how = talk.recv(10)
if how == b"crash":
    os.abort()
if how == b"garbage":
    print("<html>")
    sys.exit(0)
talk.recv(1)
"""


class Stub:
    """Finds a child of the test's in the place of pip-audit."""

    def __init__(self, script: Path) -> None:
        self._script = str(script)

    def script(self, name: str) -> str | None:
        return None

    def python_module(self, module: str) -> tuple[str, ...] | None:
        return (sys.executable, "-I", self._script)

    def version_of(self, distribution: str) -> str:
        return "1"

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        return ()

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        return None


class InTheMiddle:
    """A scan whose child has asked the service once and now waits for what the test says to it."""

    def __init__(self, folder: Path, store: Path, seconds: float = 60) -> None:
        self.folder = folder
        self.store = store
        self.seconds = seconds

    async def run(self, then: Callable[[Scan, asyncio.Task[Report]], bytes]) -> tuple[str, asyncio.Task[Report]]:
        """The address that was asked, and the scan when it has ended."""
        loop = asyncio.get_running_loop()
        arrived: asyncio.Future[tuple[str, asyncio.StreamWriter]] = loop.create_future()

        async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            arrived.set_result(((await reader.readline()).decode().strip(), writer))

        server = await asyncio.start_server(came, "127.0.0.1", 0)
        script = self.folder / "child.py"
        script.write_text(f"PORT = {server.sockets[0].getsockname()[1]}\n{CHILD}")
        scanner = PipAudit(self.store)
        async with package_scan(
            self.folder, scanner, PINS, offline=False, where=Stub(script), seconds=self.seconds
        ) as scan:

            async def report() -> Report:
                return (await scan.run(Memory(), {}, head="", looked=None)).reports[0]

            task = asyncio.create_task(report())
            url, writer = await asyncio.wait_for(arrived, 60)
            assert reachable(url)
            assert len(threads()) == 1
            writer.write(then(scan, task))
            await asyncio.wait([task])
            # Here the scan has ended, and this process lives on: the app stays open.
            assert threads() == []
            assert not reachable(url)
            writer.close()
            server.close()
        return url, task


def threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "walkdown-advisories"]


def reachable(url: str) -> bool:
    where = urlsplit(url)
    try:
        socket.create_connection((where.hostname or "", where.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(("says", "outcome"), [(b"crash", Failed), (b"garbage", Failed), (b"wait", TimedOut)])
def test_a_child_that_fails_takes_the_service_with_it(store: Path, tmp_path: Path, says: bytes, outcome: type) -> None:
    middle = InTheMiddle(tmp_path, store, seconds=3 if says == b"wait" else 60)
    _, task = asyncio.run(middle.run(lambda _scan, _task: says))
    assert isinstance(task.result().outcome, outcome)
    assert not task.result().complete


def test_a_scanner_that_is_stopped_takes_the_service_with_it(store: Path, tmp_path: Path) -> None:
    def stop(scan: Scan, _task: asyncio.Task[Report]) -> bytes:
        scan.stop("pip-audit")
        return b"wait"

    _, task = asyncio.run(InTheMiddle(tmp_path, store).run(stop))
    assert isinstance(task.result().outcome, Cancelled)


def test_a_scan_that_is_cancelled_leaves_no_thread_and_no_port(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")

    def cancel(_scan: Scan, task: asyncio.Task[Report]) -> bytes:
        task.cancel()
        return b"wait"

    _, task = asyncio.run(InTheMiddle(tmp_path, store).run(cancel))
    assert task.cancelled()


def test_two_scans_at_once_do_not_meet(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, known in zip(folders, KNOWN[::2], strict=True):
        folder.mkdir()
        make_store(folder / "store.sqlite", [known], as_of=now_utc())

    async def both() -> list[list[str]]:
        async def one(folder: Path) -> list[str]:
            async with package_scan(folder, PipAudit(folder / "store.sqlite"), PINS, offline=True) as scan:
                done = await scan.run(Memory(), {}, head="", looked=None)
            assert isinstance(done.reports[0].outcome, Ran)
            return [finding.rule.id for finding in done.findings]

        return await asyncio.gather(*map(one, folders))

    assert asyncio.run(both()) == [["CVE-2019-1"], ["PYSEC-2019-3"]]
    assert threads() == []


# Seen from the kernel


@pytest.fixture
def strace(tmp_path: Path) -> tuple[str, ...]:
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not on this machine")
    command = (program, "-f", "-qq", "-s", "100", "-e", "trace=network")
    probe = Command(tmp_path / "probe").run(*command, "-o", str(tmp_path / "probe.txt"), "true")
    if probe.code != 0:
        pytest.skip(f"strace may not trace here: {probe.err.strip()[:200]}")
    return command


def test_an_offline_audit_speaks_to_this_machine_alone(strace: tuple[str, ...], store: Path, tmp_path: Path) -> None:
    trace, walkdown = tmp_path / "trace", Command(tmp_path / "home")
    program = (sys.executable, "-m", "helpers.package_scan", str(tmp_path / "scan"), str(store), *PINS)
    way = os.pathsep.join((str(TESTS), *sys.path))
    said = walkdown.run(*strace, "-o", str(trace), "env", f"PYTHONPATH={way}", *program)
    assert said.code == 0, said.err
    report, found = msgspec.json.decode(said.out.encode(), type=tuple[Report, list[str]])
    assert report.complete
    assert found == ["CVE-2019-1", "PYSEC-2019-3"]
    sent = [line for line in trace.read_text(errors="replace").splitlines() if SENDING.match(line)]
    asked = [line for line in sent if "AF_INET" in line]
    assert len([line for line in asked if "connect(" in line]) >= len(PINS), "pip-audit asked nobody"
    assert {match and match[1] for match in map(INTERNET.search, asked)} == {"127.0.0.1"}
    # A name that is looked up shows as port 53, or as a socket of the machine's own resolver.
    assert not [line for line in sent if "htons(53)" in line or "resolve" in line]
