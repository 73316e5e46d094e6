"""What signing looks at of the user's own world: their global git config, their programs, their files. Never the
target's: whoever wrote the code under review must not say who signs it, with what, or whom to believe."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

from walkdown.errors import RecordError, UsageError
from walkdown.process import run_now
from walkdown.target.git_files import find as find_repository

_HOW_TO_GET = {
    "git": "Install git; walkdown asks your git's own config how you sign and whom you believe.",
    "ssh-keygen": "Install OpenSSH (Debian, Ubuntu: apt-get install openssh-client).",
    "gpg": "Install GnuPG (Debian, Ubuntu: apt-get install gnupg; macOS: brew install gnupg).",
}


def git_setting(name: str) -> str:
    """From the user's global config and what that includes, asked outside of any repository."""
    argv = [find_program("git"), "config", "--global", "--includes", "--get", name]
    ended = run_now(argv, cwd="/", env=dict(os.environ))
    return ended.stdout.decode("utf-8", "replace").strip() if ended.code == 0 else ""


def find_program(name: str) -> str:
    """Full path of a program by the user's PATH; entries such as `.`, which could be the target, do not count, nor do
    folders of the repository one stands in: npm and direnv put those first."""
    folders = [one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(one).is_absolute()]
    if here := _repository():
        folders = [one for one in folders if not Path(one).resolve().is_relative_to(here)]
    found = shutil.which(str(Path(name).expanduser()), path=os.pathsep.join(folders))
    if found is None:
        advice = _HOW_TO_GET.get(name, "Mend the program's name in your git config.")
        raise RecordError(f"{name} is not on this machine.", advice)
    return found


def _repository() -> str:
    try:
        found, _ = find_repository(str(Path.cwd()))
    except OSError:  # somebody took the folder away from under us
        return ""
    return found.top if found is not None else ""


def read_own(path: Path, most: int) -> bytes:
    """A file that the user named. Links are theirs to make; anything but a file of sensible size is a mistake."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "its name cannot be used"
        raise UsageError(f"{path} cannot be read: {why}.", "Check the path and its permissions.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is not a file.", "Name the file itself.")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise UsageError(f"{path} is larger than {most // 1024} KB.", "Is it the right file?")
    return data
