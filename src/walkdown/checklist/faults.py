"""What is wrong in a checklist file: which file, which line, which key, and what was expected there."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from walkdown.errors import ChecklistError


class Fault(msgspec.Struct, frozen=True, order=True):
    """`key` names the thing as a person would: `reach of item 3`. Line 0: there is no text to point into."""

    file: str
    line: int
    key: str
    what: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.what}; expected {self.expected}."


class FaultyChecklistError(ChecklistError):
    """Its sentence tells the first fault; all of them are in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0]}{more}", f"See them all: walkdown checklist check {faults[0].file}")
        self.faults = tuple(faults)
