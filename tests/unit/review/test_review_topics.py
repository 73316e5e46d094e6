"""From a scan to the walk: a new door asks again for the doors, by the eyes of the person, and a typo for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from helpers.boards import TODAY, decided, of_item, state
from helpers.repos import commit, make_repo, write
from walkdown.checklist import load_folder, shipped
from walkdown.model import Act, ScanResult, Severity, Verdict
from walkdown.review import Review
from walkdown.review.board import Board, board_of, look_at
from walkdown.settings import Settings
from walkdown.target.topics import RULES

TREE = {
    "api/orders.py": "@app.get('/orders')\ndef orders(user=Depends(current_user)): ...\n",
    "lib/prices.py": "price = Decimal(1)\n",
    "README.md": "A shop.\n",
}
# It has nothing to scan here: this is about what no tool looks for.
ONLY = ("pip-audit",)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    return make_repo(tmp_path, TREE)


def scan(repo: Path, adjust: Callable[[Settings], Settings] = lambda settings: settings) -> ScanResult:
    with Review.open(str(repo), lambda one: adjust(msgspec.structs.replace(one, only=ONLY))) as review:
        return asyncio.run(review.scan())


def board(result: ScanResult, *acts: Act) -> Board:
    looked = look_at(result, Severity.HIGH, fresh=True)
    return board_of(load_folder(shipped()), state(*acts), looked, TODAY)


def stale(result: ScanResult, *acts: Act) -> set[str]:
    return {view.id for view in board(result, *acts).items if view.why == "the evidence changed since it was decided"}


def test_only_what_a_change_bears_on_is_asked_again(repo: Path) -> None:
    first = scan(repo)
    assert first.topics.rules == RULES
    passed = tuple(decided(of_item(view.id), Verdict.PASS, domain=view.evidence.domain) for view in board(first).items)
    assert stale(first, *passed) == set()
    assert stale(scan(repo), *passed) == set(), "the same files, from the cache"

    write(repo, {"README.md": "A fine shop.\n"})
    typo = stale(scan(repo), *passed)
    assert typo == {"secret.out-of-code", "secret.replaced"}, "no secret scanner is at hand here"

    write(repo, {"api/wipe.py": "@app.get('/wipe')\ndef wipe(): ...\n"})
    assert {"auth.guards", "review.read"} <= stale(scan(repo), *passed)
    assert not stale(scan(repo), *passed) & {"data.money", "auth.rls", "test.can-fail", "ops.gate"}

    write(repo, {"api/wipe.py": None})
    assert stale(scan(repo), *passed) == typo, "what was taken away again is as if it had never been"


def test_a_narrowed_scan_does_not_make_a_person_look_again_at_what_did_not_change(repo: Path) -> None:
    since = commit(repo)
    write(repo, {"notes.txt": "Later.\n"})
    whole = scan(repo)
    part = scan(repo, lambda settings: msgspec.structs.replace(settings, changed_since=since))
    assert part.target.narrowed
    assert part.topics == whole.topics
