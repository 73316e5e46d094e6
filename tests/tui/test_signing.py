"""Signing in the app: a typed word and a real key; whatever fails leaves everything as it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from helpers.repos import git, make_repo
from helpers.signers import ssh_key, tool
from tui.helpers import ADA, BEN, FILES, NARROW, WIDE, app_on, open_review, shown, shows, to_mode, until
from tui.test_record import GAP, TERMS, settle
from walkdown.errors import RecordError
from walkdown.model import Channel, Signed, Verdict
from walkdown.record import signature
from walkdown.record.files import Seal
from walkdown.record.keys import Key
from walkdown.record.statement import Countersignature
from walkdown.review import Session
from walkdown.tui import signing
from walkdown.tui.app import WalkdownApp
from walkdown.tui.aside import put_aside
from walkdown.tui.dialogs.sign import SignDialog, _Unsigned
from walkdown.tui.screens.record import RecordScreen

WORD = "sign with exceptions"


@pytest.fixture
def own(tmp_path: Path, folders: Path) -> Iterator[Session]:
    """A session on a repository of the test's own: it gets a record."""
    with open_review(make_repo(tmp_path, FILES, name="shop")) as session:
        yield session


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key that git signs with."""
    path, config = ssh_key(tmp_path, "id"), tmp_path / "gitconfig"
    config.write_text(f'[gpg]\nformat = ssh\n[user]\nsigningkey = "{path}"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    return path


@pytest.fixture
def keyless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "no-gitconfig"
    config.write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))


@contextmanager
def handed(app: WalkdownApp) -> Iterator[None]:
    """As Textual does it, without a terminal: it comes back only where nothing is raised meanwhile."""
    app.screen.add_class("-away")
    yield
    app.screen.remove_class("-away")


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WalkdownApp, "suspend", handed)


async def record_of(pilot: Pilot[int]) -> RecordScreen:
    await to_mode(pilot, "record")
    screen = cast(RecordScreen, pilot.app.screen)
    await until(pilot, lambda: screen.key is not None)
    return screen


async def dialog_of(pilot: Pilot[int], screen: RecordScreen, *, again: bool = False) -> SignDialog:
    (screen.action_countersign if again else screen.action_sign)()
    await until(pilot, lambda: isinstance(pilot.app.screen, SignDialog), "no dialog came")
    await pilot.pause()
    return cast(SignDialog, pilot.app.screen)


def fill(dialog: SignDialog, **said: str) -> None:
    for name, text in said.items():
        dialog.query_one(f"#{name}", Input).value = text


async def sign(pilot: Pilot[int], screen: RecordScreen, *, again: bool = False, **said: str) -> None:
    """To the end, whatever that is."""
    dialog = await dialog_of(pilot, screen, again=again)
    fill(dialog, **said)
    dialog.query_one("#word").focus()
    await pilot.pause()
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is screen and not screen._signing, "it never ended")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def files_of(session: Session) -> list[str]:
    folder = Path(session.review.target.root, ".walkdown", "signoffs")
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def record_json(session: Session) -> dict[str, object]:
    folder = Path(session.review.target.root, ".walkdown", "signoffs")
    [file] = [file for file in folder.glob("*.json") if file.name.count(".") == 1]
    decoded: dict[str, object] = json.loads(file.read_bytes())
    return decoded


def lose(key: Path) -> None:
    key.unlink()


def put_in_the_way(session: Session) -> None:
    Path(session.review.target.root, ".walkdown").write_text("a file where a folder should be")


# --- the typed word ---------------------------------------------------------------------------------------------------


async def test_enter_alone_never_signs(own: Session, key: Path) -> None:
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        dialog = await dialog_of(pilot, await record_of(pilot))
        for _ in range(20):
            await pilot.press("enter")
        assert app.screen is dialog
        assert f'before you type "{WORD}"' in shown(app)
        assert dialog.query_one("#write", Button).disabled
    assert files_of(own) == []


async def test_where_something_is_open_the_short_word_is_not_enough(own: Session, key: Path) -> None:
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        dialog = await dialog_of(pilot, await record_of(pilot))
        fill(dialog, word="sign")
        dialog.query_one("#word").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is dialog
    assert files_of(own) == []


async def test_what_stands_open_is_counted_and_named(own: Session, key: Path) -> None:
    app = app_on(own)
    async with app.run_test(size=NARROW) as pilot:
        await dialog_of(pilot, await record_of(pilot))
        text, many = shown(app), len(own.board.obstacles)
        assert f"Signed with {many} exceptions, each named on the first page:" in text
        for one in own.board.obstacles[:3]:
            assert f"{one.title}: {one.why}" in text
        assert f"and {many - 4} more" in text
        assert "esc goes back, nothing signed" in text, "all of it fits a small terminal"


async def test_where_nothing_is_open_the_short_word_signs_and_there_is_no_exception(own: Session, key: Path) -> None:
    settle(own)
    own.decide([GAP], Verdict.WAIVED, TERMS, ADA)
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        await sign(pilot, await record_of(pilot), word="sign")
        await shows(pilot, app, "● Signed.")
    assert cast("dict[str, object]", record_json(own)["predicate"])["exceptions"] == []


# --- a record ---------------------------------------------------------------------------------------------------------


async def test_a_real_key_signs_and_the_screen_says_what_is_next(own: Session, key: Path) -> None:
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        many = len(own.board.obstacles)
        await sign(pilot, screen, role="release manager", environment="production", ticket="OPS-7", word=WORD)
        await shows(pilot, app, f"Signed, with {many} exceptions.")
        text = " ".join(shown(app).split())
        for words in ("git add .walkdown && git commit", "walkdown verify", "Ada, release manager"):
            assert words in text
        assert not screen.check_action("countersign", ()), "nobody signs twice"
    record, signed_by = record_json(own), next(name for name in files_of(own) if name.endswith(".sig"))
    predicate = cast("dict[str, object]", record["predicate"])
    assert len(cast("list[object]", predicate["exceptions"])) == many
    assert predicate["occasion"] == {"environment": "production", "ticket": "OPS-7"}
    folder = Path(own.review.target.root, ".walkdown", "signoffs")
    signed = (folder / signed_by.removesuffix(".sig")).read_bytes()
    argv = ["ssh-keygen", "-Y", "check-novalidate", "-n", "walkdown", "-s", str(folder / signed_by)]
    await asyncio.to_thread(tool, *argv, stdin=signed)
    assert json.loads(signed)["role"] == "release manager"
    assert [type(event.act) for event in own.refresh().state.events] == [Signed]


async def test_a_record_nobody_signed_says_so(own: Session, keyless: None) -> None:
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        assert "no key found" in shown(app)
        dialog = await dialog_of(pilot, screen)
        dialog.query_one(_Unsigned).value = True
        fill(dialog, word=WORD)
        dialog.query_one("#word").focus()
        await pilot.press("enter")
        await shows(pilot, app, "Not signed: a record is there, and nobody vouches for it.")
        assert "UNSIGNED" in shown(app)
    assert [Path(name).suffix for name in files_of(own)] == [".json", ".md"]


async def test_a_second_person_signs_the_same_record_with_their_own_key(
    own: Session, key: Path, tmp_path: Path
) -> None:
    other = await asyncio.to_thread(ssh_key, tmp_path, "ben")
    app = app_on(own, ADA, BEN)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        await sign(pilot, screen, role="author", word=WORD)
        await until(pilot, lambda: screen.record is not None)
        before = {name: _bytes(own, name) for name in files_of(own)}
        app.action_switch_person()
        await until(pilot, lambda: screen.check_action("countersign", ()))
        await sign(pilot, screen, again=True, role="reviewer", key=str(other), word="sign")
        await shows(pilot, app, "Ben, reviewer")
        assert "Ada, author" in shown(app)
        assert not screen.check_action("countersign", ())
    after = {name: _bytes(own, name) for name in files_of(own)}
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 2


def _bytes(session: Session, name: str) -> bytes:
    return Path(session.review.target.root, ".walkdown", "signoffs", name).read_bytes()


async def test_what_is_decided_after_signing_is_what_stands(
    own: Session, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        await sign(pilot, screen, word=WORD)
        await shows(pilot, app, "Signed, with")
        later = datetime.now(timezone.utc) + timedelta(minutes=1)
        monkeypatch.setattr("walkdown.journal.journal._now", lambda: later)
        app.act(lambda session: session.decide([GAP], Verdict.WAIVED, TERMS, BEN))
        await shows(pilot, app, "Not ready:")
        await shows(pilot, app, "before the last decisions here")


# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_a_key_that_fails_leaves_everything_and_what_was_typed(
    own: Session, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_statement: Countersignature, _key: Key) -> Seal:
        raise RecordError("ssh-keygen did not sign.", "Was the passphrase right?")

    monkeypatch.setattr(signing, "seal", refused)
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        await sign(pilot, screen, role="release manager", release="1.4", word=WORD)
        await shows(pilot, app, "Was the passphrase right?")
        assert not screen.has_class("-away"), "the app came back"
        dialog = await dialog_of(pilot, screen)
        typed = [dialog.query_one(f"#{name}", Input).value for name in ("role", "release", "word")]
        assert typed == ["release manager", "1.4", ""]
    assert files_of(own) == []
    assert own.refresh().state.events == ()


async def test_a_key_that_is_gone_by_then_signs_nothing(own: Session, key: Path) -> None:
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        dialog = await dialog_of(pilot, screen)
        fill(dialog, word=WORD)
        lose(key)
        dialog.query_one("#word").focus()
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen and screen.trouble)
    assert files_of(own) == []


async def test_a_key_that_is_none_is_told_beside_its_field(own: Session, keyless: None, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear key")
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        dialog = await dialog_of(pilot, await record_of(pilot))
        assert "user.signingkey" in str(dialog.query_one("#key-fault", Static).content)
        for named, fault in (
            (str(tmp_path / "letter"), "is no SSH key"),
            (str(tmp_path / "nothing"), "cannot be read"),
        ):
            fill(dialog, key=named, word=WORD)
            dialog.query_one("#word").focus()
            await pilot.press("enter")
            fault_line = dialog.query_one("#key-fault", Static)
            await until(pilot, lambda line=fault_line, fault=fault: fault in str(line.content))  # type: ignore[misc]
            assert app.screen is dialog
    assert files_of(own) == []


@pytest.mark.parametrize("when", ["while the dialog is open", "while the key asks"])
async def test_a_decision_made_meanwhile_is_not_signed_over(
    own: Session, key: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def decide() -> None:
        with Session.open(own.review.target.root, Channel.TERMINAL) as other:
            other.checklist = own.checklist
            other.recall()
            other.decide([own.board.items[0].subject], Verdict.NEEDS_WORK, TERMS, BEN)

    real = signature.seal

    def seal(statement: Countersignature, with_key: Key) -> Seal:
        if when == "while the key asks":
            decide()
        return real(statement, with_key)

    monkeypatch.setattr(signing, "seal", seal)
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        dialog = await dialog_of(pilot, screen)
        if when == "while the dialog is open":
            decide()
        fill(dialog, word=WORD)
        dialog.query_one("#word").focus()
        await pilot.press("enter")
        await shows(pilot, app, "then sign again.")
        assert own.board.items[0].verdict is Verdict.NEEDS_WORK, "their decision is shown"
    assert files_of(own) == []


async def test_where_nothing_can_be_written_it_says_so(own: Session, key: Path) -> None:
    put_in_the_way(own)
    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        screen = await record_of(pilot)
        await sign(pilot, screen, word=WORD)
        assert screen.trouble
        assert "Not ready" in shown(app)
    assert own.refresh().state.events == ()


async def test_without_a_scan_there_is_nothing_to_sign(tree: Path, key: Path) -> None:
    with open_review(tree, scanned=False) as session:
        app = app_on(session)
        async with app.run_test(size=WIDE, notifications=True) as pilot:
            screen = await record_of(pilot)
            screen.action_sign()
            await shows(pilot, app, "There is nothing to sign yet")
            assert app.screen is screen


async def test_the_app_comes_back_whatever_the_other_program_did(own: Session) -> None:
    def broken() -> int:
        raise RecordError("It could not be started.")

    app = app_on(own)
    async with app.run_test(size=WIDE) as pilot:
        with pytest.raises(RecordError):
            await put_aside(app, broken)
        assert not app.screen.has_class("-away")
        await until(pilot, lambda: not app.aside)
        assert await put_aside(app, lambda: 7) == 7


def change(root: Path) -> None:
    (root / "api" / "pay.py").write_text("changed = True\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "later")


async def test_a_record_of_other_files_is_not_countersigned(own: Session, key: Path) -> None:
    app = app_on(own, ADA, BEN)
    async with app.run_test(size=WIDE) as pilot:
        await sign(pilot, await record_of(pilot), word=WORD)
    root = Path(own.review.target.root)
    await asyncio.to_thread(change, root)
    with await asyncio.to_thread(open_review, root) as later:
        app = app_on(later, BEN)
        async with app.run_test(size=WIDE) as pilot:
            screen = await record_of(pilot)
            await app.workers.wait_for_complete()
            assert screen.record is None
            assert not screen.check_action("countersign", ())
