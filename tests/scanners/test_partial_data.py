"""Advisory data of which some could not be taken in: an empty answer from them is no clean bill."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from helpers.manifest_trees import manifests_of
from helpers.osv_files import DAY, NOW, imported, many, osv, pack_of_all, packed
from walkdown.advisories.build import Origin, building
from walkdown.advisories.osv import decode
from walkdown.advisories.store import FEWEST, About
from walkdown.model import History, Manifest, SkipKind, Skipped, SourceFile, Tool
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
    pack = pack_of_all(tmp_path / "pack.zip", many(9, ecosystem=ecosystem), unread=unread)
    gaps = gaps_of(store, ecosystem, imported(pack, store).about)
    assert [(gap.path, gap.kind, gap.code) for gap in gaps] == [("", SkipKind.GAP, "partial-data")] * bool(unread)
    assert all(gap.reason.startswith(said.format(ecosystem)) for gap in gaps)


def gaps_of(store: Path, ecosystem: str, about: About) -> list[Skipped]:
    scanner: JobScanner = (PipAudit if ecosystem == "PyPI" else NpmAudit)(store, clock=lambda: NOW)
    jobs = scanner.jobs(Tool(scanner.name, "1", (), data=about.digest), Target(TREES[ecosystem]), None)
    assert isinstance(jobs, Sequence)
    return [skip for job in jobs if job.settled is not None for skip in job.settled.skipped]


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm"])
def test_a_few_advisories_that_somebody_brought_are_no_clean_bill(tmp_path: Path, ecosystem: str) -> None:
    store = tmp_path / "store.sqlite"
    about = imported(packed(tmp_path / "all.zip", [osv("somebody-else", ecosystem=ecosystem)]), store).about
    (gap,) = gaps_of(store, ecosystem, about)
    assert (gap.path, gap.kind, gap.code) == ("", SkipKind.GAP, "partial-data")
    assert gap.reason.startswith(f"Only 1 advisory is here for {ecosystem}, which cannot be all")
    assert f"walkdown db update --only {ecosystem}, or walkdown db import" in gap.reason


def test_what_came_by_the_way_with_another_ecosystem_does_not_cover_its_own(tmp_path: Path) -> None:
    """An advisory may be about packages of both, so that the archive of npm holds a few of PyPI."""
    store = tmp_path / "store.sqlite"
    stray = osv("somebody-else", 9_999)
    archive = packed(tmp_path / "all.zip", [*many(FEWEST["npm"], ecosystem="npm"), stray])
    about = imported(archive, store).about
    assert gaps_of(store, "npm", about) == []
    assert [gap.code for gap in gaps_of(store, "PyPI", about)] == ["partial-data"]


def test_and_takes_nothing_from_what_is_here_of_it(tmp_path: Path) -> None:
    """Brought one after the other, each archive holds a few of the other ecosystem."""
    store = tmp_path / "store.sqlite"
    both = osv("python-side", 9_999)
    both["affected"] += osv("script-side", ecosystem="npm")["affected"]
    python = packed(tmp_path / "p.zip", [*many(FEWEST["PyPI"]), both])
    script = packed(tmp_path / "n.zip", [*many(FEWEST["npm"], ecosystem="npm"), both])
    imported(python, store)
    done = imported(script, store)
    assert done.told == ("1 are about PyPI as well; all that is known of it is here and stays.",)
    for again in (done.about, imported(python, store).about):
        assert again.counts == (("PyPI", 2_001), ("npm", 3_001))
        assert [gaps_of(store, one, again) for one in ("PyPI", "npm")] == [[], []]


@pytest.mark.parametrize(("layout", "whole"), [("{}.json", True), ("2026/{}.json", False), ("copy-of-{}.json", False)])
def test_only_what_lies_as_osv_publishes_it_is_taken_for_all(tmp_path: Path, layout: str, whole: bool) -> None:
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        for one in many(FEWEST["PyPI"]):
            archive.writestr(layout.format(one["id"]), json.dumps(one))
    store = tmp_path / "store.sqlite"
    about = imported(tmp_path / "some.zip", store).about
    assert [part.whole for part in about.parts] == [whole]
    reasons = [gap.reason for gap in gaps_of(store, "PyPI", about)]
    assert len(reasons) == (not whole)
    assert all("2,000 advisories are here for PyPI, which did not come as the whole of them" in one for one in reasons)


@pytest.mark.parametrize(("count", "told"), [(FEWEST["npm"], False), (FEWEST["npm"] - 1, True)])
def test_data_from_before_this_was_noted_go_by_their_number(tmp_path: Path, count: int, told: bool) -> None:
    store = tmp_path / "store.sqlite"
    with building(store) as builder:
        for one in many(count, ecosystem="npm"):
            builder.add(decode(json.dumps(one).encode()))
        about = builder.finish({"npm": Origin(DAY, "all.zip")}, force=False, now=NOW)
    assert about.parts[0].whole is None
    assert [gap.code for gap in gaps_of(store, "npm", about)] == ["partial-data"] * told
