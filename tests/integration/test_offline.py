"""`--offline` is a promise: seen from the kernel, no process of a whole scan speaks to anything beyond this machine."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from helpers.command import Command, compiled_rules
from helpers.osv_files import osv, pack_of_all
from helpers.repos import make_repo
from walkdown.model import PackagePlace
from walkdown.scanners.names import OURS

pytestmark = pytest.mark.tool

FILES = {
    "app.py": "import subprocess\nfrom flask import request\nsubprocess.call(request.args['x'], shell=True)\n",
    "web/app.ts": "export const run = (req: any) => eval(req.query.code);\n",
    "requirements.txt": "requests==1.4\nflask==0.12\n",
    "config/settings.env": "SMTP_PASSWORD=" + "uT4-" + "zPq81LmWxKe63\n",
    "package.json": '{"name": "x", "dependencies": {"next": "1.0.0"}}\n',
    "package-lock.json": '{"name": "x", "lockfileVersion": 3, "packages": {"": {"dependencies": {"next": "1.0.0"}},'
    ' "node_modules/next": {"version": "1.0.0"}}}\n',
}
# An address of the internet in a call that opens, binds or sends; everything on ::1 and 127.* stays on this machine.
INTERNET = re.compile(r"AF_INET6?\b.*?(?:inet_addr|inet_pton)\((?:AF_INET6?, )?\"([^\"]+)\"")
SENDING = re.compile(r"^\d+ +(connect|sendto|sendmsg|sendmmsg)\(")


@pytest.fixture
def strace(tmp_path: Path) -> tuple[str, ...]:
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not on this machine")
    command = (program, "-f", "-qq", "--seccomp-bpf", "-s", "100", "-e", "trace=network")
    probe = Command(tmp_path / "probe").run(*command, "-o", str(tmp_path / "probe.txt"), "true")
    if probe.code != 0:
        pytest.skip(f"strace may not trace here: {probe.err.strip()[:200]}")
    return command


def calls(trace: Path) -> list[str]:
    return [line for line in trace.read_text(errors="replace").splitlines() if SENDING.match(line)]


def outside(lines: list[str]) -> list[str]:
    """Calls that name an address elsewhere. DNS goes to such an address too."""
    named = [(line, found[1]) for line in lines if (found := INTERNET.search(line))]
    return [line for line, address in named if not address.startswith("127.") and address != "::1"]


def test_the_test_would_see_a_name_being_looked_up(strace: tuple[str, ...], tmp_path: Path) -> None:
    code = "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.53', 53))"
    Command(tmp_path / "home").run(*strace, "-o", str(tmp_path / "trace"), sys.executable, "-c", code)
    assert len(outside(calls(tmp_path / "trace"))) == 1


def test_an_offline_scan_speaks_to_nobody(
    strace: tuple[str, ...], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tree = make_repo(tmp_path, FILES, then=[{"config/settings.env": "SMTP_PASSWORD=\n"}])
    walkdown = Command(tmp_path / "home", compiled=compiled_rules(tmp_path_factory))
    assert (
        walkdown(
            "db", "import", str(pack_of_all(tmp_path / "pack.zip", [osv("requests"), osv("next", 2, ecosystem="npm")]))
        ).code
        == 0
    )
    trace = tmp_path / "trace"
    scan = (sys.executable, "-m", "walkdown", "scan", str(tree), "--offline", "--format", "json")
    said = walkdown.run(*strace, "-o", str(trace), *scan)
    assert said.code == 1, said.err
    states = {outcome.scanner: outcome.state for outcome in said.scan.outcomes}
    assert states == {**dict.fromkeys(OURS, "ran"), "indexes": "nothing", "apis": "nothing"}
    flawed = [one.place for one in said.scan.findings if one.hazard == "dep.vulnerable"]
    assert sorted(one.name for one in flawed if isinstance(one, PackagePlace)) == ["next", "requests"]
    assert outside(calls(trace)) == []
    # A resolver may also be reached through a socket of this machine, and then asks the world itself.
    assert [line for line in calls(trace) if "resolve" in line] == []
