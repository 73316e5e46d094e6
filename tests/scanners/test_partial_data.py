"""Advisory data of which some could not be taken in: an empty answer from them is no clean bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from helpers.manifest_trees import manifests_of
from helpers.osv_files import NOW, imported, many, packed
from walkdown.model import History, Manifest, SkipKind, SourceFile, Tool
from walkdown.model.scanner import JobScanner
from walkdown.scanners.npm_audit import NpmAudit
from walkdown.scanners.pip_audit import PipAudit

TREES = {
    "PyPI": {"requirements.txt": "flask==2.0\n"},
    "npm": {
        "package-lock.json": '{"lockfileVersion": 3, "packages": {"": {}, "node_modules/left": {"version": "2.0.0"}}}'
    },
}


class Target:
    """A target that consists of its manifests."""

    identity = "target"
    history: History | None = None
    files: Sequence[SourceFile] = ()
    offline = False

    def __init__(self, tree: Mapping[str, str]) -> None:
        self._manifests = tuple(manifests_of(tree).values())

    def read(self, path: str) -> bytes:
        raise AssertionError(path)

    def manifests(self) -> Sequence[Manifest]:
        return self._manifests


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm"])
@pytest.mark.parametrize(
    ("unread", "said"),
    [(0, ""), (1, "1 {} advisory was unreadable"), (2, "2 {} advisories were unreadable")],
)
def test_what_could_not_be_taken_in_is_a_gap_with_its_number(
    tmp_path: Path, ecosystem: str, unread: int, said: str
) -> None:
    store = tmp_path / "store.sqlite"
    broken = {f"broken-{n}.json": b"{}" for n in range(unread)}
    about = imported(packed(tmp_path / "all.zip", many(9, ecosystem=ecosystem), broken), store).about
    scanner: JobScanner = (PipAudit if ecosystem == "PyPI" else NpmAudit)(store, clock=lambda: NOW)
    jobs = scanner.jobs(Tool(scanner.name, "1", (), data=about.digest), Target(TREES[ecosystem]), None)
    assert isinstance(jobs, Sequence)
    gaps = [skip for job in jobs if job.settled is not None for skip in job.settled.skipped]
    assert [(gap.path, gap.kind, gap.code) for gap in gaps] == [("", SkipKind.GAP, "partial-data")] * bool(unread)
    assert all(gap.reason.startswith(said.format(ecosystem)) for gap in gaps)
