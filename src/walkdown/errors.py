"""Everything that can go wrong, as one small tree. Each error says what happened, to what, and what to do next."""

from __future__ import annotations


class WalkdownError(Exception):
    """`what` happened, and what to `do` next; `code` is the exit code from the table in the README."""

    code = 2

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do

    def __str__(self) -> str:
        return f"{self.what} {self.do}".strip()


class UsageError(WalkdownError):
    """The command line asks for something that does not exist or does not go together."""


class SettingsError(WalkdownError):
    """A configuration file cannot be used."""


class TargetError(WalkdownError):
    """The thing to review cannot be opened or read."""


class GitError(TargetError):
    """Git refused, or its data is broken. The scan can go on without git; the caller decides."""


class ProcessError(WalkdownError):
    """A child could not be started, or broke a limit."""


class ChildTimedOutError(ProcessError):
    def __init__(self, program: str, seconds: float) -> None:
        super().__init__(f"{program} gave no answer within {seconds:.0f} s.", "Raise the limit with --timeout.")
        self.seconds = seconds


class ChildTooLoudError(ProcessError):
    """It printed more than we are willing to keep."""


class ScannerError(WalkdownError):
    """A scanner's output is not what the tool should print."""


class CacheError(WalkdownError):
    """The cache cannot be used. Never fatal: the scan goes on without it."""


class AdvisoryError(WalkdownError):
    """The advisory data cannot be read, imported, fetched or trusted."""


class ChecklistError(WalkdownError):
    """A checklist file has faults."""


class JournalError(WalkdownError):
    """A decision could not be written down or read back."""


class RecordError(WalkdownError):
    """A record cannot be read or written."""
