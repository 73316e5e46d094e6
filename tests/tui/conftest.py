"""What all tests of the app stand on: a small repository, folders of their own, no notification left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.repos import make_repo
from tui.helpers import FILES, open_review
from walkdown.review import Session


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that no test may change; take `make_repo` for one of your own."""
    return make_repo(tmp_path_factory.mktemp("shop"), FILES, name="shop")


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders, for this test alone."""
    for name in ("config", "cache", "state"):
        monkeypatch.setenv(f"WALKDOWN_{name.upper()}_DIR", str(tmp_path / name))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.delenv("WALKDOWN_OFFLINE", raising=False)
    return tmp_path


@pytest.fixture
def review(tree: Path, folders: Path) -> Iterator[Session]:
    """A session on the small repository: three flaws in real lines, one made up; one gap, one tool missing."""
    with open_review(tree) as session:
        yield session
