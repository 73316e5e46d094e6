"""The child that asks the package indexes: `python -m walkdown.scanners.indexes.asking QUESTIONS KEPT`.

A process of its own, because a connection can hang where no timeout of Python reaches, and a thread that hangs could
not be ended: walkdown would wait for it when a person leaves. It prints what it knows when its time is up, and should
even that not come about, the system ends it.
"""

from __future__ import annotations

import functools
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from walkdown.scanners.indexes import npm, pypi
from walkdown.scanners.indexes.fetching import Index, NoAnswerError, NotThereError
from walkdown.scanners.indexes.kept import Kept
from walkdown.scanners.indexes.wire import NPM, PYPI, Answer, Known, Question, State, Why, Work

_AT_ONCE = 8
_IN_VAIN = 8  # questions in a row without any answer, after which an index is left alone
_SECONDS_EACH = 20.0
_SECONDS_TO_END = 15.0

Ask = Callable[[str, float], Known]


class Line:
    """One index, asked until it proves to be out of reach."""

    def __init__(self, base: str, ask: Ask) -> None:
        self.base = base
        self._ask = ask
        self._lock = threading.Lock()
        self._answered = False
        self._in_vain = 0
        self._why = Why.UNREACHABLE

    def answer(self, question: Question) -> Answer:
        with self._lock:
            if self._in_vain >= _IN_VAIN:
                return _unanswered(question, self._why)
        answer = self._once(question)
        if answer.why is Why.UNREACHABLE and self._answered:
            answer = self._once(question)  # a single connection lost
        with self._lock:
            if answer.state is State.UNANSWERED:
                self._in_vain, self._why = self._in_vain + 1, answer.why
            else:
                self._answered, self._in_vain = True, 0
        return answer

    def _once(self, question: Question) -> Answer:
        try:
            known = self._ask(question.name, _SECONDS_EACH)
        except NotThereError:
            return Answer(question.ecosystem, question.name, State.UNKNOWN)
        except NoAnswerError as error:
            return _unanswered(question, error.why)
        return Answer(question.ecosystem, question.name, State.FOUND, known=known)


def ask_all(questions: tuple[Question, ...], lines: Mapping[str, Line], kept: Kept, seconds: float) -> list[Answer]:
    """One answer to each question, in their order, at the latest when the time is up."""
    answers: dict[Question, Answer] = {}
    waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()
    asked = 0
    for question in questions:
        held = kept.recall(lines[question.ecosystem].base, question)
        if held is not None:
            answers[question] = held
        else:
            waiting.put(question)
            asked += 1
    done: queue.SimpleQueue[tuple[Question, Answer]] = queue.SimpleQueue()
    for _ in range(min(_AT_ONCE, asked)):
        # Daemons: one that hangs holds nobody.
        threading.Thread(target=_work, args=(waiting, done, lines), daemon=True).start()
    until = time.monotonic() + seconds
    for _ in range(asked):
        try:
            question, answer = done.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        answers[question] = answer
        kept.keep(lines[question.ecosystem].base, question, answer)
    return [answers.get(question) or _unanswered(question, Why.TOO_SLOW) for question in questions]


def _work(
    waiting: queue.SimpleQueue[Question], done: queue.SimpleQueue[tuple[Question, Answer]], lines: Mapping[str, Line]
) -> None:
    while True:
        try:
            question = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            answer = lines[question.ecosystem].answer(question)
        except Exception:  # noqa: BLE001 - a fault of ours with one answer is that one's gap; the rest must be asked
            answer = _unanswered(question, Why.NO_INDEX)
        done.put((question, answer))


def _unanswered(question: Question, why: Why) -> Answer:
    return Answer(question.ecosystem, question.name, State.UNANSWERED, why)


def main(questions: str, folder: str) -> None:
    work = msgspec.json.decode(Path(questions).read_bytes(), type=Work)
    signal.setitimer(signal.ITIMER_REAL, work.seconds + _SECONDS_TO_END)
    kept = Kept(Path(folder), time.time())
    kept.clean()
    python, node = Index(work.pypi), Index(work.npm)
    lines = {
        PYPI: Line(python.base, functools.partial(pypi.ask, python)),
        NPM: Line(node.base, functools.partial(npm.ask, node)),
    }
    answers = ask_all(work.questions, lines, kept, work.seconds)
    sys.stdout.buffer.write(msgspec.json.encode(answers))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
    os._exit(0)  # threads that still hang are not waited for
