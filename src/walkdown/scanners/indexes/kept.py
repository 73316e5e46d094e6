"""Answers of the indexes, kept for a day by name, so that the same is not asked twice. Public data: no project's name,
no place. A file that cannot be read or written costs a question, nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import msgspec

from walkdown.scanners.indexes.wire import Answer, Question, State

DAY = 86_400.0
_HOUR = 3_600.0
_OLD = 14 * DAY
_MOST_BYTES = 4 * 1024 * 1024


class _Entry(msgspec.Struct, frozen=True):
    at: float
    answer: Answer


class Kept:
    def __init__(self, folder: Path, now: float) -> None:
        self._folder = folder
        self._now = now

    def recall(self, base: str, question: Question) -> Answer | None:
        try:
            with self._file(base, question).open("rb") as file:
                entry = msgspec.json.decode(file.read(_MOST_BYTES), type=_Entry)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        answer = entry.answer
        # A name that is free today may be taken in an hour, and that is what is asked for.
        keep = DAY if answer.state is State.FOUND else _HOUR
        same = (answer.ecosystem, answer.name) == (question.ecosystem, question.name)
        return answer if same and 0 <= self._now - entry.at <= keep else None

    def keep(self, base: str, question: Question, answer: Answer) -> None:
        if answer.state is State.UNANSWERED:
            return
        data = msgspec.json.encode(_Entry(self._now, answer))
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, part = tempfile.mkstemp(dir=self._folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(part).replace(self._file(base, question))

    def clean(self) -> None:
        """What nobody asked for in two weeks goes."""
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if self._now - path.stat().st_mtime > _OLD:
                    path.unlink(missing_ok=True)

    def _file(self, base: str, question: Question) -> Path:
        named = f"{base}\0{question.ecosystem}\0{question.name}"
        return self._folder / f"{hashlib.sha256(named.encode()).hexdigest()[:40]}.json"
