"""What a review taught, as rules for whoever writes the code next: a marked section of a coding assistant's file.

An assistant does what such a file says. So only texts of checklists go into it, ours and the user's own: no path, no
code, no message and no name from the repository, and no list that the repository brings along.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from walkdown.checklist.load import Origin
from walkdown.errors import UsageError
from walkdown.model import Decided, Item, Kind, Subject, Verdict
from walkdown.review.board import Board, ItemView
from walkdown.review.lists import known_lists
from walkdown.safetext import for_markdown, for_terminal, markdown_code
from walkdown.settings import Settings

_MOST = 240
_MARK = re.compile(rb"walkdown\s+lessons\s*:\s*(start|end)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CODE = re.compile(r"`([^`]{1,200})`")
_HEAD = "Rules from the last review"
_INTRO = "What walkdown's checklist asks and this project did not hold. Hold to it in all new code."
_NOTHING = "The last review taught nothing new."


class Lesson(msgspec.Struct, frozen=True):
    """`title` is the rule, `do` how to hold to it."""

    title: str
    do: str


class Lessons(msgspec.Struct, frozen=True):
    """`left_out`: how many rules came from lists of the repository itself."""

    rules: tuple[Lesson, ...]
    left_out: int = 0


class Form(msgspec.Struct, frozen=True):
    """How the section is written: its markers, and whether the file is Markdown."""

    start: str
    end: str
    markdown: bool


MARKDOWN = Form("<!-- walkdown lessons: start -->", "<!-- walkdown lessons: end -->", markdown=True)
PLAIN = Form("# walkdown lessons: start", "# walkdown lessons: end", markdown=False)


def form_of(name: str) -> Form:
    return PLAIN if name.rpartition("/")[2] == ".cursorrules" else MARKDOWN


def lessons_of(board: Board, trusted: Collection[tuple[str, str]]) -> Lessons:
    """In the checklist's order. `trusted`: title and advice of every item whose texts do not come from the target."""
    taught = [view.evidence.item for view in board.items if _taught(view, board)]
    rules = [Lesson(item.title, _short(item.do)) for item in taught if (item.title, item.do) in trusted]
    return Lessons(tuple(dict.fromkeys(rules)), sum((item.title, item.do) not in trusted for item in taught))


def trusted_texts(settings: Settings, root: str) -> frozenset[tuple[str, str]]:
    """Of the lists that are shipped or the user's own and lie outside of the target."""
    lists = known_lists(settings, root)
    top = Path(root).resolve()
    picked = [one for one in lists.picked if one.origin is not Origin.TARGET]
    own = [one for one in picked if not one.path.resolve().is_relative_to(top)]
    ours = [one for one in lists.known if one.origin is Origin.SHIPPED]
    items: list[Item] = [item for one in dict.fromkeys((*ours, *own)) for item in lists.load(one).items]
    return frozenset((item.title, item.do) for item in items)


def _taught(view: ItemView, board: Board) -> bool:
    """It needs work or once did, or findings speak against it, or one that did was real, also when it is gone now."""
    if view.verdict is Verdict.NOT_APPLICABLE:
        return False
    if view.verdict is Verdict.NEEDS_WORK or view.evidence.against:
        return True
    state = board.state
    for event in state.events:
        act = event.act
        if not isinstance(act, Decided) or act.decision.subject != view.subject or event.seq in state.undone:
            continue
        if act.decision.verdict is Verdict.NEEDS_WORK or any(_is_real(board, one) for one in act.decision.rests_on):
            return True
    return False


def _is_real(board: Board, finding: str) -> bool:
    standing = board.standing(Subject(Kind.FINDING, finding))
    return standing is not None and standing.decision.verdict is Verdict.REAL


def _short(text: str) -> str:
    """Whole sentences, as many as fit two lines."""
    sentences = _SENTENCE.split(" ".join(text.split()))
    shown = sentences[0]
    for sentence in sentences[1:]:
        if len(shown) + 1 + len(sentence) > _MOST:
            break
        shown = f"{shown} {sentence}"
    return shown if len(shown) <= 2 * _MOST else shown[: 2 * _MOST].rstrip() + "…"


def section(lessons: Sequence[Lesson], form: Form) -> str:
    """From marker to marker, lines ended by `\\n`, without one at the end."""
    lines = [form.start, *(_markdown(lessons) if form.markdown else _plain(lessons)), form.end]
    return "\n".join(lines)


def _markdown(lessons: Sequence[Lesson]) -> Iterable[str]:
    yield f"## {_HEAD}"
    yield ""
    if not lessons:
        yield _NOTHING
        return
    yield _INTRO
    yield ""
    for one in lessons:
        yield f"- **{_unmarked(for_markdown(one.title))}.** {_unmarked(_with_code(one.do))}"


def _with_code(text: str) -> str:
    """Words as words, and what the checklist puts between backticks as code, so that names keep their underscores."""
    shown = []
    for number, piece in enumerate(_CODE.split(text)):
        if number % 2:
            shown.append(markdown_code(piece))
        else:
            before, after = piece[:1].isspace(), piece[-1:].isspace()
            shown.append(" " * before + for_markdown(piece) + " " * (after and bool(piece.strip())))
    return "".join(shown).strip()


def _plain(lessons: Sequence[Lesson]) -> Iterable[str]:
    yield f"{_HEAD}. {_INTRO if lessons else _NOTHING}"
    for one in lessons:
        yield f"- {_unmarked(for_terminal(one.title))}. {_unmarked(for_terminal(one.do))}"


def _unmarked(text: str) -> str:
    """A user's own list may say anything; it does not end the section."""
    return re.sub(r"(?i)walkdown(\s+)lessons(\s*):", r"walkdown\1lessons\2-", text)


def with_section(data: bytes | None, lessons: Sequence[Lesson], form: Form, name: str) -> bytes:
    """The file with the section in place of its old one, or at its end. Not a byte outside of the markers changes."""
    data = data or b""
    _check_text(data, name)
    ending = b"\r\n" if b"\r\n" in data else b"\n"
    text = section(lessons, form).encode().replace(b"\n", ending)
    place = _marked(data, form, name)
    if place is not None:
        return data[: place[0]] + text + data[place[1] :]
    if not data:
        return text + ending
    gap = ending if data.endswith(b"\n") else ending * 2
    return data + gap + text + ending


def _check_text(data: bytes, name: str) -> None:
    try:
        sound = "\0" not in data.decode()
    except UnicodeDecodeError:
        sound = False
    if not sound:
        raise UsageError(f"{name} is not UTF-8 text; nothing was written.", "Save it as UTF-8, or name another file.")


def _marked(data: bytes, form: Form, name: str) -> tuple[int, int] | None:
    """Where the section begins and ends; None where there is none yet."""
    marks = list(_MARK.finditer(data))
    if not marks:
        return None
    wanted = (form.start.encode(), form.end.encode())
    lines = [_line_at(data, mark.start()) for mark in marks]
    if len(marks) != 2 or tuple(data[start:end] for start, end in lines) != wanted:
        raise UsageError(
            f"The markers of the lessons in {name} are broken, doubled or out of order; nothing was written.",
            f"Let {form.start} and {form.end} stand once each, alone on their lines, or delete both.",
        )
    return lines[0][0], lines[1][1]


def _line_at(data: bytes, at: int) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end
    return start, end - (data[start:end].endswith(b"\r"))
