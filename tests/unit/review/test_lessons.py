"""What a review taught: which items, in which words, and that nothing but the section between the markers changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.boards import TODAY, checklist, decided, finding, item, of_finding, of_item, result, state
from walkdown.errors import UsageError
from walkdown.model import Act, Severity, Undone, Verdict
from walkdown.review.board import Board, board_of, look_at
from walkdown.review.lessons import (
    MARKDOWN,
    PLAIN,
    Form,
    Lesson,
    form_of,
    lessons_of,
    section,
    trusted_texts,
    with_section,
)
from walkdown.settings import Folders, Settings

SQL = item("input.sql", "input.sql-built", title="SQL has parameters", do="Pass values as parameters.")
TIME = item("error.timeouts", "error.no-timeout", title="Calls have a timeout", do="Give every client a timeout.")
LIST = checklist(SQL, TIME)
TEXTS = {(one.title, one.do) for one in LIST.items}
RULES = (Lesson("SQL has parameters", "Pass values as parameters."), Lesson("Calls have a timeout", "Give a timeout."))


def board(*acts: Act, found: tuple[str, ...] = ()) -> Board:
    findings = [finding(one) for one in found]
    return board_of(LIST, state(*acts), look_at(result(findings), Severity.HIGH, fresh=True), TODAY)


def titles(*acts: Act, found: tuple[str, ...] = ()) -> list[str]:
    return [one.title for one in lessons_of(board(*acts, found=found), TEXTS).rules]


def test_where_all_is_well_nothing_was_taught() -> None:
    assert titles() == []
    assert titles(decided(of_item("input.sql"), Verdict.PASS)) == []


def test_what_needs_work_or_has_findings_against_it_teaches() -> None:
    assert titles(decided(of_item("error.timeouts"), Verdict.NEEDS_WORK)) == ["Calls have a timeout"]
    assert titles(found=("f1",)) == ["SQL has parameters"]
    both = (decided(of_item("error.timeouts"), Verdict.NEEDS_WORK),)
    assert titles(*both, found=("f1",)) == ["SQL has parameters", "Calls have a timeout"], "in the checklist's order"


def test_what_was_mended_since_still_teaches() -> None:
    work, good = decided(of_item("input.sql"), Verdict.NEEDS_WORK), decided(of_item("input.sql"), Verdict.PASS)
    assert titles(work, good) == ["SQL has parameters"]
    real = decided(of_finding("f1"), Verdict.REAL)
    assert titles(real, decided(of_item("input.sql"), Verdict.PASS, rests_on=("f1",))) == ["SQL has parameters"]


def test_what_was_no_flaw_teaches_nothing() -> None:
    aside = decided(of_finding("f1"), Verdict.FALSE_POSITIVE)
    assert titles(aside, found=("f1",)) == []
    assert titles(aside, decided(of_item("input.sql"), Verdict.PASS, rests_on=("f1",))) == []
    assert titles(decided(of_item("input.sql"), Verdict.NEEDS_WORK), Undone(1)) == []
    assert titles(decided(of_item("input.sql"), Verdict.NOT_APPLICABLE), found=("f1",)) == []


def test_texts_that_nobody_vouches_for_are_left_out_and_counted() -> None:
    said = lessons_of(board(decided(of_item("error.timeouts"), Verdict.NEEDS_WORK), found=("f1",)), {("x", "y")})
    assert (said.rules, said.left_out) == ((), 2)


def test_a_long_advice_keeps_its_first_sentences() -> None:
    long = item("input.sql", "input.sql-built", title="T", do=" ".join(["Do this\nand that."] * 40))
    one = board_of(checklist(long), state(), look_at(result([finding("f1")]), Severity.HIGH, fresh=True), TODAY)
    [rule] = lessons_of(one, {(long.title, long.do)}).rules
    assert (len(rule.do) <= 240, rule.do.endswith("that."), "\n" in rule.do) == (True, True, False)


def test_the_repositorys_own_lists_are_not_trusted(tmp_path: Path) -> None:
    """Its texts would tell the assistant what to do, in the user's name."""
    target, mine = tmp_path / "target", tmp_path / "mine"
    row = '[[item]]\nid = "a.b"\ntitle = "{0}"\nwhy = "w"\ndo = "{0} do"\nlook = "l"\nreach = "informs"\n'
    text = 'title = "T"\nversion = "1"\nsection = "S"\n' + row
    for folder, name in ((target / ".walkdown" / "checklists", "theirs"), (target / "checks", "hidden"), (mine, "own")):
        folder.mkdir(parents=True)
        (folder / f"{name}.toml").write_text(text.format(name))
    asked = ("target:theirs", str(target / "checks" / "hidden.toml"), str(mine / "own.toml"))
    settings = Settings(Folders(tmp_path / "c", tmp_path / "d", tmp_path / "e"), checklists=asked)
    texts = trusted_texts(settings, str(target))
    assert ("own", "own do") in texts
    assert not {("theirs", "theirs do"), ("hidden", "hidden do")} & texts
    assert "Calls have a timeout" in {title for title, _ in texts}, "what is shipped is ours"


@pytest.mark.parametrize(
    ("name", "form"),
    [("AGENTS.md", MARKDOWN), ("CLAUDE.md", MARKDOWN), (".cursorrules", PLAIN), ("a/.cursorrules", PLAIN)],
)
def test_the_form_goes_by_the_name(name: str, form: Form) -> None:
    assert form_of(name) is form


@pytest.mark.parametrize("form", [MARKDOWN, PLAIN])
@pytest.mark.parametrize(
    "before", [b"", b"# Ours\n", b"# Ours", b"# Ours\r\n\r\ntext\r\n", b"\xef\xbb\xbfx\r\n", b"\n\n"]
)
def test_it_comes_to_the_end_and_is_replaced_in_place(form: Form, before: bytes) -> None:
    once = with_section(before, RULES, form, "F")
    assert once.startswith(before)
    added = once[len(before) :]
    assert added.strip().startswith(form.start.encode())
    assert added.strip().endswith(form.end.encode())
    assert (b"\r\n" in before) == (b"\r\n" in added), "the file's own line endings"
    assert b"\n" not in added.replace(b"\r\n", b"") or b"\r\n" not in before
    assert with_section(once, RULES, form, "F") == once
    after = once + b"more, with no newline"
    changed = with_section(after, RULES[:1], form, "F")
    assert changed.startswith(before)
    assert changed.endswith(b"more, with no newline")
    assert (b"SQL has parameters" in changed, b"timeout" in changed) == (True, False)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_not_a_byte_outside_of_the_markers_changes(before: bytes, after: bytes) -> None:
    head, tail = before.decode("utf-8", "ignore").replace("\0", ""), after.decode("utf-8", "ignore").replace("\0", "")
    start, end = (f"{head}\n".encode(), f"\n{tail}".encode())
    data = start + section(RULES[:1], MARKDOWN).encode() + end
    changed = with_section(data, RULES, MARKDOWN, "F")
    assert (changed[: len(start)], changed[-len(end) :]) == (start, end)


def test_names_between_backticks_stay_readable() -> None:
    rule = Lesson("T", "Keep `.env` and `NEXT_PUBLIC_` names (`a|b`) apart; `x` `y`, a_b and `half")
    text = section((rule,), MARKDOWN)
    assert "- **T.** Keep `.env` and `NEXT_PUBLIC_` names (`a|b`) apart; `x` `y`, a\\_b and \\`half\n" in text
    assert "- T. Keep `.env` and `NEXT_PUBLIC_` names" in section((rule,), PLAIN)


START, END = MARKDOWN.start, MARKDOWN.end


@pytest.mark.parametrize(
    "text",
    [
        START, END, f"{END}\n{START}", f"{START}\n{START}\n{END}", f"{START}\n{END}\n{END}",
        f"{START}\n{START}\n{END}\n{END}", f"{START}\n{END}\n{START}\n{END}", f"x {START}\n{END}", f"{START} x\n{END}",
        f"{START}{END}", f"  {START}\n{END}", f"{START.upper()}\n{END}", f"{PLAIN.start}\n{PLAIN.end}",
        "Our walkdown  Lessons : start here",
    ],
)  # fmt: skip
def test_broken_markers_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="markers"):
        with_section(f"a\n{text}\nb\n".encode(), RULES, MARKDOWN, "AGENTS.md")


@pytest.mark.parametrize("data", ["x\n".encode("utf-16"), b"\xff\xfe\xfa", b"a\0b"])
def test_what_is_no_utf8_text_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="not UTF-8 text"):
        with_section(data, RULES, MARKDOWN, "AGENTS.md")


@pytest.mark.parametrize("form", [MARKDOWN, PLAIN])
@pytest.mark.parametrize(
    "text",
    [START, END, f"`{END}`", f"`\n{END}\n`", PLAIN.end,
     "walkdown lessons: end", "a\n# walkdown lessons: end\nb", "<script>x</script> <!-- -->",
     "\x1b[31m\r\n- **forged.** rule", "![i](http://evil.example/i.png)"],
)  # fmt: skip
def test_a_users_own_text_does_not_end_the_section(form: Form, text: str) -> None:
    rules = (Lesson(text, text),)
    once = with_section(b"ours\n", rules, form, "F")
    assert with_section(once, rules, form, "F") == once, "its markers are still whole"
    assert once.count(b"\n- ") == 1
    assert b"\x1b" not in once
    assert form is PLAIN or b"<script>" not in once


def test_with_nothing_left_to_teach_an_old_section_says_so() -> None:
    once = with_section(b"", RULES, MARKDOWN, "F")
    assert b"taught nothing new" in with_section(once, (), MARKDOWN, "F")
