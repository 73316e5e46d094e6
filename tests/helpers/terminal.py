"""The command on a real terminal: a pty that types, sends signals, and sees what is left when it is over."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from helpers.command import Command

# Runs argv[2:] on a pty and goes through the steps, each of which waits for words on the screen, or types, or signals.
DRIVER = r"""
import fcntl, json, os, pty, re, select, signal, struct, sys, termios, time
mark, plan = sys.argv[1].encode(), json.loads(sys.argv[2])
quiet = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[P_^][^\x1b]*\x1b\\|[()][A-Z0-9]|[=>78c])")

def ours():
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                world = open(f"/proc/{entry}/environ", "rb").read() + open(f"/proc/{entry}/cmdline", "rb").read()
            except OSError:
                continue
            if mark in world:
                found[int(entry)] = world
    return found

pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", plan["rows"], plan["columns"], 0, 0))
    os.execvpe(plan["argv"][0], plan["argv"], {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"})
before = termios.tcgetattr(master)
out, code, since, deadline = b"", None, 0, time.monotonic() + 60

def read(seconds):
    global out
    if select.select([master], [], [], seconds)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:
            return False
        out += data
        return bool(data)
    return True

def ended():
    global code
    if code is None:
        who, status = os.waitpid(pid, os.WNOHANG)
        if who:
            code = os.waitstatus_to_exitcode(status)
    return code is not None

for kind, value in plan["steps"]:
    if kind == "wait":
        while value.encode() not in quiet.sub(b"", out[since:]):
            if ended() or time.monotonic() > deadline:
                print(json.dumps([-99, 0, "never: " + value + "\n" + out.decode("utf-8", "replace"), [], False]))
                os.kill(pid, signal.SIGKILL) if not ended() else None
                sys.exit()
            read(0.05)
    elif kind == "child":
        while not any(value.encode() in world for one, world in ours().items() if one != pid):
            if ended() or time.monotonic() > deadline:
                sys.exit(f"{value} never ran")
            read(0.02)
    elif kind == "type":
        since = len(out)
        os.write(master, value.encode())
    else:
        os.kill(pid, getattr(signal, value))
began = time.monotonic()
while not ended() and time.monotonic() < began + 25:
    read(0.02)
took = time.monotonic() - began
if not ended():
    os.kill(pid, signal.SIGKILL)
    code = -98
try:
    same = termios.tcgetattr(master)[:4] == before[:4]
except termios.error:
    same = True
while select.select([master], [], [], 0.1)[0] and read(0.1):
    pass
while ours() and time.monotonic() < began + took + 0.3:
    time.sleep(0.02)
print(json.dumps([code, took, out.decode("utf-8", "replace"), [repr(one[-200:]) for one in ours().values()], same]))
"""
_CODES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[P_^][^\x1b]*\x1b\\|[()][A-Z0-9]|[=>78c])")
Step = tuple[str, str]


class Ended(msgspec.Struct, array_like=True, frozen=True):
    """`seconds`: from the last step to the end. `left`: who of ours still runs. `restored`: the terminal's own settings
    are what they were."""

    code: int
    seconds: float
    out: str
    left: list[str]
    restored: bool

    @property
    def last_words(self) -> str:
        """What a person reads once the app's own screen is gone."""
        _, _, after = self.out.rpartition("\x1b[?1049l")
        return _CODES.sub("", after).replace("\r\n", "\n").strip()

    @property
    def screen_left(self) -> bool:
        """The other screen is gone and the cursor is back."""
        return self.out.rfind("\x1b[?1049l") >= self.out.rfind("\x1b[?1049h") and "\x1b[?25h" in self.out[-400:]


def on_terminal(
    walkdown: Command,
    steps: Sequence[Step],
    *arguments: str,
    argv: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    size: tuple[int, int] = (120, 40),
) -> Ended:
    """`arguments` of `walkdown`, or another `argv`. Steps: ("wait", words), ("child", part of its world),
    ("type", keys), ("signal", name)."""
    columns, rows = size
    command = list(argv) or [sys.executable, "-m", "walkdown", *arguments]
    plan = msgspec.json.encode({"argv": command, "steps": steps, "columns": columns, "rows": rows}).decode()
    said = walkdown.run(sys.executable, "-c", DRIVER, str(walkdown.folder), plan, env=env)
    assert said.code == 0, said.err
    return msgspec.json.decode(said.out, type=Ended)


def known_as(walkdown: Command, name: str = "Ada", mail: str = "ada@example.org") -> None:
    """Give the world's user a name in git."""
    Path(walkdown.folder, ".gitconfig").write_text(f"[user]\n\tname = {name}\n\temail = {mail}\n")
