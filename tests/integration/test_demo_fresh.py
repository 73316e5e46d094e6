"""`walkdown demo --fresh` puts earlier decisions on the demo away, and loses none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.boards import ADA, of_item
from walkdown.cli.app import start_anew
from walkdown.demo import demo_folder
from walkdown.model import Channel, Verdict
from walkdown.review import Session, Terms
from walkdown.review.sessions import dropped


def test_earlier_decisions_are_put_away_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"WALKDOWN_{name}_DIR", str(tmp_path / name))
    with demo_folder() as folder:
        start_anew(str(folder))  # the first time there is nothing to put away
        with Session.open(str(folder), Channel.APP) as session:
            session.decide([of_item("error.timeouts")], Verdict.NEEDS_WORK, Terms(), ADA)
    with demo_folder() as folder:
        with Session.open(str(folder), Channel.APP) as session:
            assert len(session.board.state.decisions) == 1, "another copy of the demo is the same repository"
        start_anew(str(folder))
        with Session.open(str(folder), Channel.APP) as session:
            assert session.board.state.decisions == {}
    assert len(dropped(tmp_path / "STATE")) == 1
