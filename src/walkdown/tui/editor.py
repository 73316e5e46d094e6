"""Out of the app and back: the person's editor at a line, and the clipboard."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from walkdown.errors import WalkdownError
from walkdown.process import Limits, run, run_with_terminal
from walkdown.safetext import for_terminal
from walkdown.tui.aside import put_aside

if TYPE_CHECKING:
    from walkdown.tui.app import WalkdownApp

# How each editor is told a line; those that open a window of their own are asked to wait, or we would be back at once.
_PLUS = ("vim", "nvim", "vi", "view", "gvim", "nano", "pico", "emacs", "emacsclient", "micro", "kak", "joe", "ne")
_COLON = ("hx", "helix", "subl", "sublime_text", "zed", "zeditor")
_GOTO = ("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf")
_WAIT = {**dict.fromkeys(_GOTO, "--wait"), "subl": "--wait", "sublime_text": "--wait", "zed": "--wait",
         "zeditor": "--wait"}  # fmt: skip

# Beside OSC 52, which not every terminal takes. The last two have to stay for as long as others may want to paste.
_CLIPBOARDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("pbcopy",)),
    ("WAYLAND_DISPLAY", ("wl-copy", "--foreground")),
    ("DISPLAY", ("xclip", "-quiet", "-selection", "clipboard")),
)
_KEPT_SECONDS = 86_400.0


def editor_command(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """As the person has set it, with its own arguments; empty where nothing is set."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = tuple(shlex.split(environment.get(variable, "")))
        except ValueError:
            continue  # an open quote: no command can be read from it
        if words:
            return words
    return ()


def at_line(command: Sequence[str], file: str, line: int) -> tuple[str, ...]:
    """The whole call. An editor nobody knows gets the file alone."""
    name = Path(command[0]).name.partition(".")[0]  # Debian calls one vim.basic
    waits = _WAIT.get(name)
    base = (*command, waits) if waits and waits not in command and "-w" not in command else tuple(command)
    if line <= 0:
        return (*base, file)
    if name in _PLUS:
        return (*base, f"+{line}", file)
    if name in _GOTO:
        return (*base, "--goto", f"{file}:{line}")
    if name in _COLON:
        return (*base, f"{file}:{line}")
    return (*base, file)


def real_file(root: str, path: str) -> str:
    """The absolute path of a file of the target, or empty: not a link, nor below one, nor outside, nor no file."""
    top = os.path.realpath(root)
    place = os.path.normpath(os.path.join(top, path))  # noqa: PTH118 - pathlib would leave the dots in
    try:
        inside = place.startswith(top + os.sep) and os.path.realpath(place) == place
        return place if inside and Path(place).is_file() else ""
    except (OSError, ValueError):  # no file can be called so; a tool's report may say anything
        return ""


def open_place(app: WalkdownApp, path: str, line: int) -> None:
    """The editor, with the app put aside meanwhile. Where there is none, the place is copied instead."""
    if app.session is None:
        return
    target = app.session.review.target
    place = f"{path}:{line}" if line else path
    command = editor_command()
    if not command:
        copy_text(app, place, "No editor is set ($VISUAL or $EDITOR). The place")
        return
    file = real_file(target.root, target.inventory.names.get(path, path))
    if not file:
        app.say(f"{path} is no file of this tree now, or a link that leads elsewhere; it is not opened.")
        return
    app.run_worker(_edit(app, at_line(command, file, line), cwd=target.root), group="editor")


async def _edit(app: WalkdownApp, argv: Sequence[str], *, cwd: str) -> None:
    try:
        code = await put_aside(app, lambda: run_with_terminal(argv, cwd=cwd))
    except SuspendNotSupported:
        app.say("This terminal cannot put the app aside; open the place yourself.")
    except WalkdownError as error:
        app.say(str(error), severity="error")
    else:
        if code:
            app.say(f"{Path(argv[0]).name} ended with {code}.", severity="warning")


def copy_text(app: WalkdownApp, text: str, what: str) -> None:
    """`text` may be untrusted: only its visible form is copied, for it may be pasted into a shell."""
    safe = for_terminal(text, single_line=False)
    app.copy_to_clipboard(safe)
    program = desktop_clipboard()
    if program:
        app.run_worker(_to_desktop(program, safe), group="clipboard", exclusive=True)
    lines = safe.count("\n") + 1
    app.say(f"{what} is copied: {safe}" if lines == 1 else f"{what} is copied ({lines} lines).")


def desktop_clipboard(
    environment: Mapping[str, str] = os.environ, which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...]:
    """The desktop's own program for it, where there is one."""
    for variable, argv in _CLIPBOARDS:
        program = which(argv[0]) if not variable or environment.get(variable) else None
        if program is not None:
            return (program, *argv[1:])
    return ()


async def _to_desktop(argv: Sequence[str], text: str) -> None:
    """It may serve the clipboard until something else is copied, or we leave. OSC 52 was tried before, so that its
    failure is no news."""
    with contextlib.suppress(WalkdownError):
        await run(
            argv,
            cwd="/",
            env=dict(os.environ),
            limits=Limits(seconds=_KEPT_SECONDS),
            stdin=text.encode("utf-8", "replace"),
        )
