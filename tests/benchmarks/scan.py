"""Measures a scan against the same tools run by hand, side by side in one run, and prints a table of ratios.

    python tests/benchmarks/scan.py [--tree FOLDER] [--rounds N]

Without --tree it fetches Django's source distribution with pip. Nothing is asserted: figures are for people to judge.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

RULES = Path(__file__).parents[2] / "src/walkdown/rules"
BIN = Path(sys.executable).parent


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--tree", type=Path)
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="walkdown-bench-") as name:
        room = Path(name)
        tree = room / "tree"
        shutil.copytree(asked.tree or fetch_django(room), tree, symlinks=True)
        bench = Bench(room, tree, asked.rounds)
        bench.prepare()
        bench.run()


def fetch_django(room: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    subprocess.run([*pip, "-d", str(room), "django==5.2.8"], check=True)
    with tarfile.open(next(room.glob("*.tar.gz"))) as archive:
        archive.extractall(room / "sdist", filter="data")
    return next((room / "sdist").iterdir())


class Bench:
    def __init__(self, room: Path, tree: Path, rounds: int) -> None:
        self.room, self.tree, self.rounds = room, tree, rounds
        self.env = {
            **os.environ,
            "WALKDOWN_CACHE_DIR": str(room / "cache"),
            "WALKDOWN_STATE_DIR": str(room / "state"),
            "WALKDOWN_CONFIG_DIR": str(room / "config"),
            "SEMGREP_SEND_METRICS": "off",
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
            "HOME": str(room),
        }
        self.edits = 0

    def prepare(self) -> None:
        shutil.rmtree(self.tree / ".git", ignore_errors=True)
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.commit("all")
        self.git("checkout", "-q", "-b", "other")
        for path in sorted(self.tree.rglob("*.py"))[:200:10]:
            with path.open("a") as file:
                file.write("\n# another branch\n")
        self.git("add", "-A")
        self.commit("other")
        self.git("checkout", "-q", "main")
        sources = [path for path in self.tree.rglob("*") if path.suffix in {".py", ".js", ".ts", ".tsx", ".jsx"}]
        print(f"{len(sources)} source files, {os.cpu_count()} cores, Python {sys.version.split()[0]}")

    def run(self) -> None:
        self.walkdown()  # compiles what tools compile once; the hand-run ones share nothing but their own homes
        self.by_hand()
        cold, hand, warm, edited, switched = [], [], [], [], []
        for _ in range(self.rounds):
            hand.append(self.timed(self.by_hand))
            subprocess.run([BIN / "walkdown", "cache", "clear"], env=self.env, check=True, capture_output=True)
            cold.append(self.timed(self.walkdown))
            warm.append(self.timed(self.walkdown))
            self.edit()
            edited.append(self.timed(self.walkdown))
            self.git("checkout", "-q", "-f", "other")
            self.walkdown()
            self.git("checkout", "-q", "main")
            switched.append(self.timed(self.walkdown))
        row("four tools by hand, one after the other", hand, hand, "")
        row("walkdown, cold", cold, hand, "0.65 x by hand")
        row("walkdown, nothing changed", warm, cold, "0.05 x cold")
        row("walkdown, one file edited", edited, cold, "0.10 x cold")
        row("walkdown, back on a seen branch", switched, cold, "0.05 x cold")
        self.start_up()
        many_findings()

    def start_up(self) -> None:
        ours, click = [], []
        argv = [sys.executable, "-c", "import click"]
        for _ in range(max(10, self.rounds)):
            ours.append(
                self.timed(lambda: subprocess.run([BIN / "walkdown", "--help"], capture_output=True, check=True))
            )
            click.append(self.timed(lambda: subprocess.run(argv, check=True)))
        row("walkdown --help against import click", ours, click, "2.5 x")

    def by_hand(self) -> None:
        """Each tool's default front end over the same files, with the same rules."""
        python = sorted(str(path) for path in self.tree.rglob("*.py"))
        script = [
            str(path) for ending in ("js", "jsx", "ts", "tsx", "mjs", "cjs") for path in self.tree.rglob(f"*.{ending}")
        ]
        self.tool("bandit", "-q", "-f", "json", "--exclude=", "--ignore-nosec", *python)
        listed = self.copy_of([*python, *script])
        semgrep = (
            "scan",
            "--metrics",
            "off",
            "--disable-version-check",
            "--json",
            "--no-git-ignore",
            "--max-target-bytes",
            "0",
        )
        self.tool("semgrep", *semgrep, "--config", str(RULES / "semgrep"), str(listed))
        kingfisher = (
            "scan",
            "--no-validate",
            "--no-update-check",
            "--format",
            "json",
            "--no-dedup",
            "--git-history",
            "full",
        )
        self.tool("kingfisher", *kingfisher, "--rules-path", str(RULES / "kingfisher"), str(self.tree))
        empty = self.room / "requirements.txt"
        empty.write_text("")
        self.tool("pip-audit", "--disable-pip", "--no-deps", "-r", str(empty))

    def copy_of(self, files: Sequence[str]) -> Path:
        """Semgrep's default front end is slow with many names on its command line, so it gets a folder, made once."""
        folder = self.room / "listed"
        if not folder.exists():
            for name in files:
                copy = folder / Path(name).relative_to(self.tree)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(name, copy)
            (folder / ".semgrepignore").write_text("")
        return folder

    def tool(self, name: str, *argv: str) -> None:
        ended = subprocess.run([BIN / name, *argv], env=self.env, capture_output=True, cwd=self.room, check=False)
        if ended.returncode not in (0, 1, 200, 205):
            raise SystemExit(f"{name} ended with {ended.returncode}: {ended.stderr[-500:].decode()}")

    def walkdown(self) -> None:
        argv = [
            str(BIN / "walkdown"),
            "scan",
            str(self.tree),
            "--offline",
            "--format",
            "json",
            "--output",
            str(self.room / "o"),
        ]
        ended = subprocess.run(argv, env=self.env, capture_output=True, check=False)
        if ended.returncode not in (0, 1, 3):
            raise SystemExit(ended.stderr.decode())

    def edit(self) -> None:
        self.edits += 1
        path = sorted(self.tree.rglob("*.py"))[100]
        path.write_text(path.read_text() + f"\n# edit {self.edits}\n")

    def git(self, *argv: str) -> None:
        subprocess.run(["git", *argv], cwd=self.tree, check=True, capture_output=True)

    def commit(self, message: str) -> None:
        self.git("-c", "user.name=b", "-c", "user.email=b@example.org", "commit", "-q", "-m", message)

    def timed(self, work: Callable[[], object]) -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began


def many_findings(count: int = 50_000) -> None:
    """Decode and merge many findings, and scan them cold and cached, each in a fresh process to see its memory."""
    code = Path(__file__).with_name("many.py")
    with tempfile.TemporaryDirectory(prefix="walkdown-bench-") as room:
        for what in ("merge", "whole", "whole"):
            argv = [sys.executable, str(code), what, str(count), room]
            ended = subprocess.run(argv, capture_output=True, text=True, check=False)
            print(ended.stdout.strip() or ended.stderr)


def row(name: str, times: Sequence[float], against: Sequence[float], wanted: str) -> None:
    ratios = [one / other for one, other in zip(times, against, strict=True)]
    middle = statistics.median(times)
    print(f"{name:<42} {middle:8.2f} s   x {statistics.median(ratios):6.3f}   {f'(asked: {wanted})' if wanted else ''}")


if __name__ == "__main__":
    main()
