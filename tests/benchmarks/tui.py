"""Measures the app in a real terminal against the bounds of its issue: ratios in one run, printed as a table.

    python tests/benchmarks/tui.py [--rounds N] [--many 100000]

Every app runs in a pty of 120 x 40 and is watched from outside: what counts is when the words are on the screen.
Starts are the best of several rounds, turn and turn about: what else the machine does only ever adds. Nothing is
asserted: figures are for people to judge.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

COLUMNS, LINES = 120, 40
FEW = 100
KEYS = 100
PATIENCE = 60.0
QUIET = 0.15
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?<>=$ ]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()].|[=>78])")
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("walkdown")
Empty().run()
"""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--many", type=int, default=100_000)
    options.add_argument("--prepare", nargs=2, metavar=("REPO", "COUNT"))
    options.add_argument("--show", metavar="REPO")
    asked = options.parse_args()
    if asked.prepare:
        prepare(asked.prepare[0], int(asked.prepare[1]))
    elif asked.show:
        show(asked.show)
    else:
        with tempfile.TemporaryDirectory(prefix="walkdown-bench-") as room:
            Bench(Path(room), asked.rounds, asked.many).run()


# --- in a child: the app's side ---------------------------------------------------------------------------------------


def prepare(repo: str, count: int) -> None:
    """Leave a last scan of so many findings behind, as a scan would."""
    from datetime import datetime, timezone

    from walkdown.model import Channel, Ran, Report, ScanResult, TargetFacts
    from walkdown.review import Session, last

    with Session.open(repo, Channel.SCRIPT) as session:
        target = session.review.target
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts = TargetFacts(root="repo", head=target.facts.head, branch=target.facts.branch, looked=target.looked)
        found = tuple(made_up(count))
        result = ScanResult(facts, (Report("semgrep", "1", Ran()),), found, started=now, finished=now)
        problem = last.save(session.review.state_folder, result, session._asked())
        assert not problem, problem


def made_up(count: int):  # type: ignore[no-untyped-def]
    """Twenty to a file, a few hundred rules, all hazards, in the mix a large old project has."""
    from walkdown.model import Confidence, FilePlace, Finding, Rule, Severity, Source
    from walkdown.model.hazards import HAZARDS

    hazards, levels = list(HAZARDS), [Severity.LOW] * 5 + [Severity.MEDIUM] * 3 + [Severity.HIGH, Severity.CRITICAL]
    rules = [
        Rule("semgrep", f"rule-{n}", f"Made-up flaw {n} of the measurement", "What happens." * 8, "What to do." * 6,
             hazard=hazards[n % len(hazards)], family=f"family-{n}", cwe=(n,))
        for n in range(300)
    ]  # fmt: skip
    sources = [(Source("semgrep", rule.id),) for rule in rules]
    for n in range(count):
        rule = n * 7919 % len(rules)
        yield Finding(
            rules[rule], levels[n % len(levels)], Confidence.LIKELY,
            FilePlace(f"package{n // 2000}/part{n // 200 % 10}/module{n // 20}.py", n % 20 * 9 + 1, 5, n % 20 * 9 + 1, 30,
                      f"function{n % 20}"),
            f"{n:012x}", sources[rule], fingerprint=f"{n:032x}", context=f"{n:016x}",
        )  # fmt: skip


def show(repo: str) -> None:
    """The app as it is, but that nothing is scanned: what was known stays on the screen."""
    from walkdown.cli.app import open_on
    from walkdown.tui.app import WalkdownApp

    WalkdownApp.action_scan = lambda self: None  # type: ignore[method-assign]
    open_on(repo, {"who": "Ada <ada@example.org>", "other": "", "offline": True, "theme": ""})


# --- outside: a terminal that watches ---------------------------------------------------------------------------------


class Watched:
    """A program in a terminal of its own."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        self.started = time.perf_counter()
        self.pid, self.screen = pty.fork()
        if not self.pid:
            os.execve(argv[0], list(argv), dict(environment))
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.text = b""

    def until(self, wanted: str) -> float:
        """Seconds from now until the words are on the screen."""
        since, pattern = time.perf_counter(), re.compile(wanted.encode())
        while not pattern.search(ESCAPES.sub(b"", self.text)):
            if not self._read(PATIENCE):
                raise SystemExit(
                    f"it never showed {wanted}: {ESCAPES.sub(b'', self.text)[-2000:].decode(errors='replace')}"
                )
        return time.perf_counter() - since

    def press(self, key: str, wanted: str) -> float:
        """Seconds from a key to what it brings."""
        self.settle()
        self.text = b""
        os.write(self.screen, key.encode())
        return self.until(wanted)

    def settle(self) -> None:
        while self._read(QUIET):
            pass

    def end(self, *, ask: bool = True) -> float:
        """Its highest memory in MB."""
        if ask:
            os.write(self.screen, b"q")
        else:
            os.kill(self.pid, signal.SIGTERM)
        while self._read(PATIENCE):
            pass
        used = os.wait4(self.pid, 0)[2]
        os.close(self.screen)
        return used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)

    def _read(self, patience: float) -> bool:
        if not select.select([self.screen], [], [], patience)[0]:
            return False
        try:
            data = os.read(self.screen, 65536)
        except OSError:
            return False  # Linux says so when the other side is gone
        self.text += data
        return bool(data)


class Bench:
    def __init__(self, room: Path, rounds: int, many: int) -> None:
        self.room, self.rounds, self.many = room, rounds, many
        self.repo = room / "repo"
        self.repo.mkdir()
        (self.repo / "app.py").write_text("print('hello')\n")
        git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "First"]):
            subprocess.run([*git, *words], cwd=self.repo, check=True)

    def run(self) -> None:
        for count in (1, FEW, self.many):
            argv = [sys.executable, __file__, "--prepare", str(self.repo), str(count)]
            subprocess.run(argv, env=self.environment(count), check=True)
        self.first_paint()
        self.opening()
        self.inside()

    def environment(self, count: int) -> dict[str, str]:
        folder = self.room / f"of-{count}"
        return {
            **os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none",
            "HOME": str(self.room), "WALKDOWN_CACHE_DIR": str(folder / "cache"), "WALKDOWN_STATE_DIR": str(folder / "state"),
            "WALKDOWN_CONFIG_DIR": str(folder / "config"), "WALKDOWN_OFFLINE": "1",
        }  # fmt: skip

    def first_paint(self) -> None:
        def paint(argv: Sequence[str]) -> float:
            app = Watched([sys.executable, *argv], self.environment(1))
            seconds = app.until("walkdown")
            app.settle()
            app.end(ask=False)
            return seconds

        ours = ["-m", "walkdown", str(self.repo), "--as", "Ada <ada@example.org>"]
        paint(ours)  # so that Python has everything compiled
        pairs = [(paint(["-c", EMPTY]), paint(ours)) for _ in range(self.rounds)]
        empty, real = (min(side) for side in zip(*pairs, strict=True))
        say("first paint", f"{real:.2f} s against {empty:.2f} s of an empty app", real / empty, "x", 1.5)

    def opening(self) -> None:
        """From the start until the bar above counts what was found."""

        def opened(count: int) -> float:
            app = self.app(count)
            seconds = app.until(rf"Findings {count}\b")
            app.settle()
            app.end()
            return seconds

        pairs = [(opened(1), opened(self.many)) for _ in range(self.rounds)]
        few, many = (min(side) for side in zip(*pairs, strict=True))
        say(
            f"opening with {self.many:,} findings",
            f"{many:.2f} s against {few:.2f} s with one",
            many - few,
            "s more",
            0.3,
        )

    def inside(self) -> None:
        few, _ = self.moving(FEW, lambda app: [])
        many, typed = self.moving(self.many, self.typing)
        ratio = statistics.median(many) / statistics.median(few)
        middle = f"{statistics.median(many) * 1000:.1f} ms against {statistics.median(few) * 1000:.1f} ms at {FEW}"
        say(f"key to paint at {self.many:,}", middle, ratio, "x", 1.3)
        say("  of a hundred keys the 95th", "", percentile(many) * 1000, "ms", 50)
        say(
            f"filter key at {self.many:,}",
            f"median {statistics.median(typed) * 1000:.0f} ms",
            percentile(typed) * 1000,
            "ms",
            100,
        )

    def moving(self, count: int, also: Callable[[Watched], list[float]]) -> tuple[list[float], list[float]]:
        app = self.app(count)
        app.until(rf"Findings {count}\b")
        shown = app.press("2", rf"{count:,} of {count:,}")
        app.press("j", "▸")
        taken = [app.press("j" if number % 4 else "k", "▸") for number in range(KEYS)]
        typed = also(app)
        memory = app.end()
        if count == self.many:
            say(f"list of {count:,} first shown", "", shown, "s", None)
            say("memory after all of it", "", memory, "MB", 300)
        return taken, typed

    def typing(self, app: Watched) -> list[float]:
        """Every key changes how many are left, so that the count must be painted anew."""
        app.press("/", ".")
        keys = [key for word in ("17", "42", "31") for key in (*word, *"\x7f" * len(word))]
        taken = [app.press(key, rf"of {self.many:,}") for key in keys]
        app.press("\x1b", ".")
        for _ in range(4):
            app.press("g", "by ")
        return taken

    def app(self, count: int) -> Watched:
        argv = [sys.executable, __file__, "--show", str(self.repo)]
        return Watched(argv, self.environment(count))


def percentile(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def say(what: str, detail: str, value: float, unit: str, bound: float | None) -> None:
    verdict = "" if bound is None else f"(bound {bound:g}: {'holds' if value <= bound else 'DOES NOT HOLD'})"
    print(f"{what:<40} {value:8.2f} {unit:<7} {verdict:<28} {detail}", flush=True)


if __name__ == "__main__":
    main()
