"""Files read in a child: an answer for each, in order, whole before the next is begun."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.show_program import show
from walkdown.syntax.extract import Answer, Wanted, answers, decode_program, extract, request


def test_a_child_answers_file_by_file(tmp_path: Path) -> None:
    good, broken, other = tmp_path / "0.ts", tmp_path / "1.js", tmp_path / "2.css"
    good.write_text("f()")
    broken.write_text("const = ;")
    other.write_text("a {}")
    gone = tmp_path / "gone.ts"
    wanted = [Wanted(str(path), path.suffix[1:]) for path in (good, gone, broken, other)]
    asked = tmp_path / "request"
    asked.write_bytes(request(wanted))
    done = subprocess.run(
        [sys.executable, "-I", "-m", "walkdown.syntax.extract", str(asked)], capture_output=True, check=True, timeout=60
    )
    first, lost, second, unknown = answers(done.stdout)
    assert done.stderr == b""
    assert (first.copy, show(decode_program(first.program))) == (str(good), "1: f()")
    assert decode_program(second.program).broken == (1,)
    assert (lost.program, lost.why) == (b"", "Its copy could not be read: No such file or directory.")
    assert (unknown.program, unknown.why) == (b"", "No reader knows this kind of file.")


def test_each_answer_is_out_before_the_next_file_is_opened(tmp_path: Path) -> None:
    class Watched(io.BytesIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed = len(self.getvalue())
            (tmp_path / "second.ts").write_text("late()")  # only there once the first has been answered

    (tmp_path / "first.ts").write_text("early()")
    out = Watched()
    extract([Wanted(str(tmp_path / "first.ts"), "ts"), Wanted(str(tmp_path / "second.ts"), "ts")], out)
    assert [show(decode_program(one.program)) for one in answers(out.getvalue())] == ["1: early()", "1: late()"]
    assert out.flushed == len(out.getvalue())


def test_a_stream_that_ends_in_the_middle_keeps_what_was_whole(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text("f()")
    out = io.BytesIO()
    extract([Wanted(str(tmp_path / "a.ts"), "ts")] * 2, out)
    whole = out.getvalue()
    assert len(list(answers(whole))) == 2
    for end in (len(whole) - 1, len(whole) // 2 + 2, len(whole) // 2):
        assert len(list(answers(whole[:end]))) == 1
    assert list(answers(b"")) == []


def test_a_file_that_a_reader_trips_over_does_not_end_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from walkdown.syntax import script_program

    def stumble(data: bytes, extension: str) -> object:
        if data == b"bad":
            raise RecursionError
        return real(data, extension)

    real = script_program.read_program
    (tmp_path / "bad.ts").write_text("bad")
    (tmp_path / "good.ts").write_text("good")
    monkeypatch.setattr(script_program, "read_program", stumble)
    out = io.BytesIO()
    extract([Wanted(str(tmp_path / "bad.ts"), "ts"), Wanted(str(tmp_path / "good.ts"), "ts")], out)
    bad, good = answers(out.getvalue())
    assert bad == Answer(str(tmp_path / "bad.ts"), why="Its reader stumbled over it (RecursionError).")
    assert show(decode_program(good.program)) == "1: good"
