"""The first screen: what is known, what was decided before, what stands in the way, and where enter leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from helpers.repos import make_repo, write
from tui.helpers import ADA, NARROW, WIDE, app_on, open_review, shown, shows, until
from walkdown.model import Kind, Subject, Verdict
from walkdown.record.files import Seal
from walkdown.record.statement import Signer, canonical
from walkdown.review import Session, Terms
from walkdown.review.about import last_signoff
from walkdown.review.signoff import How, countersignature_of, finish, prepare
from walkdown.tui import memory, start_words


async def test_it_says_what_is_looked_at_and_what_shows_it(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, app, " files")
        text = shown(app)
    assert "shop   main · " in text
    assert "as committed   4 files" in text
    assert "python api/" in text
    assert "semgrep              1.182.0    done" in text
    assert "bandit               1.8.6      partial" in text


async def test_it_says_what_stands_in_the_way_and_enter_leads_to_the_first_of_it(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, app, "In the way")
        assert "4 questions · 1 finding · 1 gap" in shown(app)
        assert "Begin the walk: SQL has parameters" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "walk")
        assert "SQL has parameters" in shown(app)


async def test_one_goes_on_where_one_was_and_sees_who_decided_last(review: Session) -> None:
    review.decide([Subject(Kind.ITEM, "input.sql")], Verdict.WAIVED, Terms("later", "Ada", "2999-01-01"), ADA)
    review.decide([Subject(Kind.ITEM, "input.uploads")], Verdict.PASS, Terms(), ADA)
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "2 of 5 questions decided, last by Ada just now" in shown(app)
        assert "Go on with: Calls have a timeout" in shown(app)


async def test_what_is_found_to_need_work_is_not_asked_again_before_the_rest(review: Session) -> None:
    for one in review.board.items[:-1]:
        review.decide([one.subject], Verdict.NEEDS_WORK, Terms(), ADA)
        following = start_words.following(review.board)
        assert following is not None
        assert following.verdict is None
    review.decide([review.board.items[-1].subject], Verdict.NOT_APPLICABLE, Terms("none"), ADA)
    left = start_words.following(review.board)
    assert left is not None
    assert left.id == "input.sql"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[str, bool], Session]]:
    """A session on a small tree of a given name; as a repository, or as a plain folder."""
    with ExitStack() as stack:

        def make(name: str, git: bool) -> Session:
            tree = make_repo(tmp_path, {"a.py": "x = 1\n"}, name=name) if git else tmp_path / name
            tree.mkdir(exist_ok=True)
            write(tree, {"a.py": "x = 2\n"})
            return stack.enter_context(open_review(tree, ()))

        yield make


@pytest.fixture
def changed(opened: Callable[[str, bool], Session]) -> Session:
    return opened("changed", True)


@pytest.fixture
def plain(opened: Callable[[str, bool], Session]) -> Session:
    return opened("plain", False)


@pytest.fixture
def hostile(opened: Callable[[str, bool], Session]) -> Session:
    return opened("sh\x1b]52;c;aGk=\x07[@click=app.quit]op[bold]", True)


@pytest.fixture
def with_bad_record(opened: Callable[[str, bool], Session]) -> Session:
    session = opened("signed", True)
    folder = Path(session.review.target.root) / ".walkdown" / "signoffs"
    folder.mkdir(parents=True)
    (folder / "2026-01-02-abcdefabcdef.json").write_text("{")
    return session


async def seen(review: Session, size: tuple[int, int] = WIDE) -> str:
    """The first screen, once everything is known."""
    app = app_on(review)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.about is not None)
        await shows(pilot, app, " files")
        return shown(app)


async def test_a_change_since_the_commit_is_told(changed: Session) -> None:
    assert "changed since the commit" in await seen(changed)


async def test_a_plain_folder_is_told(plain: Session) -> None:
    assert "no git here: a plain folder" in await seen(plain)


async def test_a_record_that_cannot_be_read_is_told(with_bad_record: Session) -> None:
    assert "2026-01-02-abcdefabcdef   it cannot be read" in await seen(with_bad_record)


async def test_a_name_full_of_controls_is_shown_and_not_obeyed(hostile: Session) -> None:
    text = await seen(hostile)
    assert "sh\\x1b]52;c;aGk=\\x07[@click=app.quit]op[bold]" in text
    assert "\x1b" not in text


def test_the_last_sign_off_is_told_as_what_the_tree_says(changed: Session) -> None:
    prepared = prepare(changed, How(exceptions=True, signer=Signer("Ada")))
    eve = countersignature_of(prepared.files, Signer("Eve [/] \x1b[2J", role="reviewer"), machine=False)
    made = finish(changed, prepared, Seal("eve", canonical(eve), b"no signature"))
    told = last_signoff(Path(changed.review.target.root))
    assert told is not None
    assert (told.when, told.signers) == (made.path.name[:10], ("Eve [/] \x1b[2J",))


async def test_what_leaves_the_machine_is_told_until_it_was_read(review: Session, folders: Path) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "What leaves this machine" in shown(app)
        assert "pip-audit sends the names and versions" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "What leaves this machine" not in shown(app)
    assert memory.recall(folders / "state").told
    again = app_on(review)
    async with again.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "What leaves this machine" not in shown(again)


async def test_offline_says_that_nothing_leaves(review: Session) -> None:
    review.review.settings = msgspec.structs.replace(review.review.settings, offline=True)
    app = app_on(review)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        assert "nothing leaves this machine" in " ".join(shown(app).split())


@pytest.fixture
def with_list(tmp_path: Path) -> Iterator[Session]:
    tree = make_repo(tmp_path, {"a.py": "x = 1\n", ".walkdown/checklists/team.toml": "not even read = \n"})
    with open_review(tree, ()) as session:
        yield session


async def test_a_list_of_the_project_is_offered_by_name_and_not_used(with_list: Session) -> None:
    app = app_on(with_list)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, app, "target:team")
        assert "not used. To walk one: start with --checklist and its name." in shown(app)
        assert with_list.board.checklist.name == "pre-deploy"


async def test_without_lists_of_its_own_nothing_is_offered(review: Session) -> None:
    app = app_on(review)
    async with app.run_test(size=WIDE) as pilot:
        await shows(pilot, app, " files")
        assert "Also there" not in shown(app)
