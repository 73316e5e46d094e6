"""The whole history through the real Kingfisher: deleted, renamed, on other branches, in folders it would leave out."""

from __future__ import annotations

import random
import string
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from walkdown.model import Batch, Blob, CommitPlace, Finding, Job, Manifest, Parsed, Printed, SourceFile, Tool
from walkdown.process import Limits, clean_environment, run_now
from walkdown.scanners.kingfisher import KingfisherHistory
from walkdown.target import GitHistory, open_target

TOOL = Tool("kingfisher", "", (str(Path(sys.executable).parent / "kingfisher"),))
DICE = random.Random(3)


def made() -> str:
    """A token in a provider's shape; none stands in our files."""
    numbers = ("".join(DICE.choices(string.digits, k=12)) for _ in range(2))
    return "-".join(("xoxb", *numbers, "".join(DICE.choices(string.ascii_letters + string.digits, k=24))))


class Repo:
    """A small repository, and what the target would tell about its history."""

    identity = "repo"
    offline = True
    files: tuple[SourceFile, ...] = ()

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, stdin: bytes = b"") -> str:
        person = ("-c", "user.name=A", "-c", "user.email=a@example.net", "-c", "commit.gpgsign=false")
        env = clean_environment(str(self.root), str(self.root))
        ended = run_now(("git", *person, *words), cwd=str(self.root), env=env, stdin=stdin)
        assert ended.code == 0, ended.stderr
        return ended.stdout.decode()

    def commit(self, files: dict[str, str | None]) -> str:
        for path, text in files.items():
            file = self.root / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD").strip()

    @property
    def history(self) -> Repo:
        return self

    @property
    def git_dir(self) -> str:
        return str(self.root / ".git")

    @property
    def tips(self) -> tuple[str, ...]:
        return tuple(self.git("for-each-ref", "--format=%(objectname)").split())

    def missing_objects(self, since: Sequence[str] = ()) -> int:
        return 0

    def new_commits(self, since: Sequence[str]) -> tuple[str, ...] | None:
        return None

    def blobs(self, since: Sequence[str]) -> Sequence[Blob] | None:
        without = ("--not", *since) if since else ()
        listed = self.git("rev-list", "--objects", "--in-commit-order", "--topo-order", "--reverse", "--all", *without)
        kinds = self.git(
            "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)", stdin=listed.encode()
        )
        commit, found = "", []
        for line in kinds.splitlines():
            oid, kind, size, path = (*line.split(" ", 3), "")[:4]
            commit = oid if kind == "commit" else commit
            if kind == "blob":
                found.append(Blob(oid, path, commit, int(size)))
        return found

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def manifests(self) -> Sequence[Manifest]:
        return ()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "kingfisher-history"


def run_job(job: Job, work: Path, home: Path) -> Parsed:
    view, scratch = work / "view", work / "scratch"
    scratch.mkdir(parents=True)
    for name, data in job.inputs:
        (view / name).parent.mkdir(parents=True, exist_ok=True)
        (view / name).write_bytes(data)
    batch = Batch(str(view), (), str(scratch), str(home), jobs=2, secret_key=b"key")
    command = KingfisherHistory().argv(TOOL, job, batch)
    env = clean_environment(str(home), str(scratch))
    ended = run_now(command.argv, cwd=str(scratch), env=env, limits=Limits(seconds=240))
    assert ended.code in command.ok, ended.stderr
    return KingfisherHistory().parse(TOOL, job, batch, Printed(ended.stdout, ended.stderr, ended.code))


def places(findings: Sequence[Finding]) -> set[tuple[str, str]]:
    assert all(isinstance(finding.place, CommitPlace) for finding in findings)
    return {
        (finding.place.commit, finding.place.path) for finding in findings if isinstance(finding.place, CommitPlace)
    }


@pytest.mark.tool
def test_every_reachable_version_is_looked_at(tmp_path: Path, home: Path) -> None:
    repo = Repo(tmp_path / "repo")
    deleted = repo.commit({"deleted.py": f"hook = '{made()}'\n", "a.py": "x = 1\n"})
    repo.commit({"deleted.py": None, "moved.py": (text := f"hook = '{made()}'\n")})
    moved = repo.git("rev-parse", "HEAD").strip()
    repo.commit({"moved.py": None, "later/name.py": text})
    page = f"<!DOCTYPE html><html><body><script>const token = '{made()}';</script></body></html>\n"
    left_out = {"node_modules/x/index.js": f"k = '{made()}'\n", "package-lock.json": f'"{made()}"\n', "page.html": page}
    vendored = repo.commit(dict(left_out))
    repo.git("checkout", "-q", "-b", "side")
    side = repo.commit({"side.py": f"password = 'Wint3r-boots!'\nhook = '{made()}'\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"gone.py": f"hook = '{made()}'\n"})
    repo.git("reset", "-q", "--hard", "HEAD^")
    scanner = KingfisherHistory()
    (job,) = scanner.jobs(TOOL, repo, None)
    first = run_job(job, tmp_path / "first", home)
    assert first.looked == set(job.asked)
    assert places(first.findings) == {
        (deleted, "deleted.py"), (moved, "moved.py"), (side, "side.py"), *((vendored, path) for path in left_out),
    }  # fmt: skip

    memory = scanner.remember(TOOL, repo, first.findings)
    new = repo.commit({"new.py": f"hook = '{made()}'\n", "b.py": "y = 2\n"})
    (job,) = scanner.jobs(TOOL, repo, memory)
    assert {name.partition(" at ")[0] for name in job.asked} == {"new.py", "b.py"}
    second = run_job(job, tmp_path / "second", home)
    assert places(second.findings) == places(first.findings) | {(new, "new.py")}

    memory = scanner.remember(TOOL, repo, second.findings)
    (job,) = scanner.jobs(TOOL, repo, memory)
    assert job.settled is not None, "nothing new needs no child"
    assert places(job.settled.findings) == places(second.findings)


class Opened:
    """What the real target tells of the same repository."""

    identity = "repo"
    offline = True
    files: tuple[SourceFile, ...] = ()

    def __init__(self, history: GitHistory | None) -> None:
        self.history = history

    def read(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def manifests(self) -> Sequence[Manifest]:
        return ()


def look(repo: Repo, memory: bytes | None, work: Path, home: Path) -> tuple[Parsed, bytes | None]:
    """One scan of the history through the real target and the real tool, and what it remembers."""
    with open_target(repo.root) as target:
        scanner, sources = KingfisherHistory(), Opened(target.history)
        (job,) = scanner.jobs(TOOL, sources, memory)
        parsed = job.settled or run_job(job, work, home)
        return parsed, scanner.remember(TOOL, sources, parsed.findings)


@pytest.mark.tool
def test_a_password_that_moved_out_of_the_translations_and_was_deleted_is_told(tmp_path: Path, home: Path) -> None:
    repo = Repo(tmp_path / "repo")
    text = "db_password: 'k7Vq2mXw9TzR4b'\n"
    first = repo.commit({"locales/de.yml": text})
    repo.commit({"locales/de.yml": None, "prod/settings.yml": text})
    repo.commit({"prod/settings.yml": None, "a.py": "x = 1\n"})
    parsed, _ = look(repo, None, tmp_path / "work", home)
    assert places(parsed.findings) == {(first, "locales/de.yml")}


@pytest.mark.tool
def test_a_history_that_was_cleaned_is_read_anew(tmp_path: Path, home: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"a.py": "x = 1\n"})
    leaked = repo.commit({"leak.py": f"hook = '{made()}'\n"})
    found, memory = look(repo, None, tmp_path / "first", home)
    assert places(found.findings) == {(leaked, "leak.py")}
    repo.git("reset", "-q", "--hard", "HEAD^")
    repo.commit({"b.py": "y = 2\n"})
    cleaned, memory = look(repo, memory, tmp_path / "second", home)
    assert cleaned.findings == ()
    assert {name.partition(" at ")[0] for name in cleaned.looked} == {"a.py", "b.py"}
    repo.commit({"c.py": "z = 3\n"})
    later, _ = look(repo, memory, tmp_path / "third", home)
    assert {name.partition(" at ")[0] for name in later.looked} == {"c.py"}, "what is still there is not read again"
