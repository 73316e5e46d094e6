"""When the app itself fails: a report without values, a short message, and the terminal as it was.

An exception's text may quote what it choked on, and that may be a secret. So the report names kinds of errors and
places in our code; messages go through the masker, lose everything in quotes, and locals are never looked at.
"""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from walkdown import __version__
from walkdown.safetext import Masker, for_terminal

_MOST_REPORTS = 20
_MOST_ERRORS = 8
_MOST_FRAMES = 60
_MESSAGE_WIDE = 300
_QUOTED = re.compile(r"""b?'[^'\n]*'|b?"[^"\n]*"|`[^`\n]*`""")


def write_report(error: BaseException, folder: Path, masker: Masker, about: str = "") -> Path | None:
    """None where the disk does not take it: the message on the screen has to do then."""
    text = report_text(error, masker, about)
    name = time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        for old in sorted(folder.glob("*.txt"))[:-_MOST_REPORTS]:
            old.unlink()
    except OSError:
        return None
    return path


def report_text(error: BaseException, masker: Masker, about: str = "") -> str:
    from importlib.metadata import version

    system = f"Python {platform.python_version()} · Textual {version('textual')} · {platform.system()}"
    terminal = f"TERM={os.environ.get('TERM', '')} · {os.environ.get('TERM_PROGRAM', '')}".rstrip(" ·")
    head = [f"walkdown {__version__} · {system}", terminal, about]
    body = [line for one in _chain(error) for line in _told(one, masker)]
    lines = [line for line in head if line] + ["", *body, "", "No code, no values and no file of yours is in here."]
    return for_terminal(masker.mask_text("\n".join(lines)), single_line=False) + "\n"


def last_words(error: BaseException, report: Path | None) -> str:
    """What stays on the terminal."""
    told = f"It is described in {short(report)}" if report else "Its description could not be written down"
    return (
        f"walkdown: a fault of ours: {type(error).__name__}{_where(error)}. Every decision is kept.\n"
        f"          {told}; no code and no secret is in it.\n"
        "          Start walkdown again to go on where you were."
    )


def short(path: Path) -> str:
    """With `~` for the home folder, which is nobody's business."""
    home = str(Path.home())
    text = str(path)
    return "~" + text[len(home) :] if len(home) > 1 and text.startswith(home + os.sep) else text


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(seen) < _MOST_ERRORS:
        one = waiting.pop(0)
        if one is None or one in seen:
            continue
        seen.append(one)
        yield one
        waiting += [one.__cause__, None if one.__suppress_context__ else one.__context__]
        waiting += list(getattr(one, "exceptions", ()))


def _told(error: BaseException, masker: Masker) -> Iterator[str]:
    message = _QUOTED.sub("'…'", masker.mask_text(str(error)))
    kind = type(error)
    yield f"{kind.__module__}.{kind.__qualname__}: {for_terminal(_homeless(message), width=_MESSAGE_WIDE)}"
    frames = list(_frames(error.__traceback__))
    if len(frames) > _MOST_FRAMES:
        frames = [*frames[: _MOST_FRAMES // 2], "    …", *frames[-_MOST_FRAMES // 2 :]]
    yield from frames


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        yield f"    {_module_path(code.co_filename)}:{traceback.tb_lineno} in {code.co_name}"
        traceback = traceback.tb_next


def _module_path(file: str) -> str:
    """As from inside its package: where a person has installed what is left out."""
    parts = Path(file).parts
    for mark in ("site-packages", "src"):
        if mark in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(mark) :])
    return "/".join(parts[-2:])


def _where(error: BaseException) -> str:
    """The last place of ours on the way."""
    ours = [frame.strip() for frame in _frames(error.__traceback__) if frame.strip().startswith("walkdown/")]
    return f" in {ours[-1].partition(' ')[0]}" if ours else ""


def _homeless(text: str) -> str:
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
