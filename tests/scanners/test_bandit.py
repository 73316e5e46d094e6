"""Bandit's adapter against what the real tool printed: places, silences, coverage, and nothing of a secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from walkdown.errors import ScannerError
from walkdown.model import (
    Batch,
    BatchFile,
    Confidence,
    FilePlace,
    FileScanner,
    Finding,
    Missing,
    Parsed,
    Printed,
    Severity,
    Silence,
    SkipKind,
    SourceFile,
    Tool,
    path_of,
)
from walkdown.scanners.bandit import Bandit
from walkdown.scanners.bandit import rules as bandit_rules
from walkdown.scanners.bandit.source import Seen, numbered, place, silence

RECORDED = Path(__file__).parent / "recorded" / "bandit"
VALID = ("many.py", "silenced.py", "bidi.py", "latin.py", "tests/x.py")
TOOL = Tool("bandit", "1.9.4", ("/env/bin/python", "-I", "-m", "bandit"), interpreter="3.11")
SECRETS = ("correct-horse-battery-staple", "tr0ub4dor-and-3", "hunter2-default", "swordfish-literal")


def batch_of(names: Sequence[str]) -> Batch:
    files = tuple(BatchFile(f"app/{name}", name, f"id-{number}") for number, name in enumerate(names))
    return Batch("/view", files, "/scratch", "/home")


def parse(name: str, files: Sequence[str]) -> Parsed:
    stderr = RECORDED / f"{name}.stderr"
    printed = Printed((RECORDED / f"{name}.json").read_bytes(), stderr.read_bytes() if stderr.exists() else b"", 1)
    return Bandit().parse(TOOL, batch_of(files), printed)


@pytest.fixture(scope="module")
def valid() -> Parsed:
    return parse("valid", VALID)


def of(parsed: Parsed, check: str, path: str) -> list[Finding]:
    return [one for one in parsed.findings if one.rule.id == check and path_of(one.place) == f"app/{path}"]


def only(parsed: Parsed, check: str, path: str) -> Finding:
    (found,) = of(parsed, check, path)
    return found


def test_is_a_file_scanner() -> None:
    scanner: FileScanner = Bandit()
    assert scanner.name == "bandit"
    assert not scanner.by_path


def test_every_file_was_looked_at(valid: Parsed) -> None:
    assert valid.looked == {f"app/{name}" for name in VALID}
    assert valid.skipped == ()
    assert valid.retry == frozenset()


@pytest.mark.parametrize(
    ("check", "path", "expected"),
    [
        pytest.param("B307", "many.py", (12, 18, 12, 28), id="characters, not bytes, before the call"),
        pytest.param("B307", "latin.py", (2, 14, 2, 21), id="another encoding"),
        pytest.param("B613", "bidi.py", (1, 7, 1, 8), id="a single character"),
        pytest.param("B602", "many.py", (19, 5, 23, 6), id="the whole call, though the argument is blamed"),
        pytest.param("B107", "many.py", (10, 1, 10, 0), id="a function's head, not its body"),
        pytest.param("B108", "many.py", (38, 10, 38, 22), id="a string inside a call"),
        pytest.param("B110", "many.py", (34, 5, 35, 13), id="a handler"),
    ],
)
def test_places(valid: Parsed, check: str, path: str, expected: tuple[int, int, int, int]) -> None:
    assert only(valid, check, path).place == FilePlace(f"app/{path}", *expected)


def test_a_built_query_is_placed_by_its_lines(valid: Parsed) -> None:
    places = [found.place for found in of(valid, "B608", "many.py")]
    assert places == [FilePlace("app/many.py", 24, 17, 24), FilePlace("app/many.py", 26, 9, 29)]


def test_a_string_in_a_larger_expression_is_placed_alone(valid: Parsed) -> None:
    in_dict = of(valid, "B105", "many.py")[1]
    assert in_dict.place == FilePlace("app/many.py", 6, 22, 6, 32)


def test_our_words_and_severity(valid: Parsed) -> None:
    sql = of(valid, "B608", "many.py")[0]
    assert (sql.severity, sql.confidence) == (Severity.MEDIUM, Confidence.LIKELY)
    assert (sql.rule.hazard, sql.rule.family, sql.rule.cwe) == ("input.sql-built", "sql-injection", (89,))
    assert sql.rule is of(valid, "B608", "many.py")[1].rule
    assert [(source.tool, source.rule) for source in sql.sources] == [("bandit", "B608")]


def test_no_secret_leaves_the_adapter(valid: Parsed) -> None:
    recorded = (RECORDED / "valid.json").read_text()
    kept = msgspec.json.encode(valid).decode()
    assert of(valid, "B105", "many.py")
    assert of(valid, "B106", "many.py")
    assert of(valid, "B107", "many.py")
    for secret in SECRETS:
        assert secret in recorded
        assert secret not in kept


@pytest.mark.parametrize(
    ("check", "line"),
    [
        pytest.param("B404", 1, id="plain"),
        pytest.param("B403", 2, id="by id"),
        pytest.param("B102", 18, id="by name"),
        pytest.param("B105", 19, id="with prose behind it"),
        pytest.param("B602", 13, id="one id of several, on the last line of a call"),
        pytest.param("B607", 13, id="the other id"),
    ],
)
def test_nosec_is_shown_not_obeyed(valid: Parsed, check: str, line: int) -> None:
    assert only(valid, check, "silenced.py").silenced == Silence("nosec", line)


def test_nosec_for_another_check_or_inside_a_string_silences_nothing(valid: Parsed) -> None:
    assert only(valid, "B401", "silenced.py").silenced is None
    marks = {(found.place.line, found.silenced) for found in of(valid, "B307", "silenced.py")}  # type: ignore[union-attr]
    assert marks == {(5, Silence("nosec", 7)), (14, None), (17, None)}


def test_what_was_not_looked_at_is_a_gap() -> None:
    parsed = parse("gaps", ("py2.py", "deep.py", "crash.py", "empty.py", "never.py"))
    codes = {skip.path: (skip.kind, skip.code) for skip in parsed.skipped}
    assert codes == {
        "app/py2.py": (SkipKind.GAP, "syntax-error"),
        "app/deep.py": (SkipKind.GAP, "tool-error"),
        "app/crash.py": (SkipKind.GAP, "rule-crash"),
    }
    assert parsed.looked == {"app/empty.py"}
    assert parsed.retry == {"app/py2.py"}
    reasons = {skip.path: skip.reason for skip in parsed.skipped}
    assert "Python 3.11" in reasons["app/py2.py"]
    assert "django_mark_safe" in reasons["app/crash.py"]
    assert "line 3" in reasons["app/crash.py"]


def test_findings_beside_a_crashed_check_are_kept() -> None:
    parsed = parse("gaps", ("py2.py", "deep.py", "crash.py", "empty.py"))
    assert [found.rule.id for found in parsed.findings] == ["B308", "B307"]


def test_crash_report_too_long_to_be_whole_is_an_error() -> None:
    stdout = (RECORDED / "nothing.json").read_bytes()
    with pytest.raises(ScannerError):
        Bandit().parse(TOOL, batch_of(["empty.py"]), Printed(stdout, b"x" * (4 * 1024 * 1024), 0))


def test_odd_file_names_come_back_whole() -> None:
    names = ("a[/b].py", "esc\x1b]52;c;eA==\x07.py", "new\nline.py", "x at line 1: y.py")
    parsed = parse("hostile", names)
    assert {path_of(found.place) for found in parsed.findings} == {f"app/{name}" for name in names}
    # A line break in a name cuts Bandit's crash report; scan never hands out such a name.
    assert {skip.path for skip in parsed.skipped} == {f"app/{name}" for name in names if "\n" not in name}


def change(edit: Callable[[Any], None]) -> bytes:
    data = json.loads((RECORDED / "valid.json").read_bytes())
    edit(data)
    return json.dumps(data).encode()


def test_nothing_found() -> None:
    parsed = parse("nothing", ("empty.py",))
    assert parsed == Parsed(looked=frozenset({"app/empty.py"}))


@pytest.mark.parametrize(
    "stdout",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"Traceback (most recent call last):", id="no JSON"),
        pytest.param((RECORDED / "valid.json").read_bytes()[:5000], id="truncated"),
        pytest.param(b"[]", id="not an object"),
        pytest.param(b'{"results": [], "errors": []}', id="no metrics"),
        pytest.param(b'{"results": [], "errors": [], "metrics": {}} {}', id="two answers"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"results": [], "errors": [], "metrics": {"\xff": 1}}', id="no UTF-8"),
        pytest.param(change(lambda data: data["results"][0].update(line_number=10**400)), id="giant line"),
        pytest.param(change(lambda data: data["results"][0].update(line_range=[-1])), id="negative line"),
        pytest.param(change(lambda data: data["results"][0].update(line_range=["1"])), id="a text for a line"),
        pytest.param(change(lambda data: data["results"][0].update(col_offset=10**12)), id="giant column"),
        pytest.param(change(lambda data: data["results"][0].update(issue_severity="[red]HIGH")), id="no such level"),
        pytest.param(change(lambda data: data["results"][0].update(test_id="B1\x1b[31m")), id="escape in an id"),
        pytest.param(change(lambda data: data["results"][0].update(test_id="B101\n")), id="line break in an id"),
        pytest.param(change(lambda data: data["results"][0].update(filename="/etc/passwd")), id="a file of its own"),
        pytest.param(change(lambda data: data["errors"].append({"filename": "/x", "reason": ""})), id="foreign error"),
        pytest.param(change(lambda data: data.update(results=None)), id="no results"),
    ],
)
def test_garbage_is_an_error_of_ours(stdout: bytes) -> None:
    with pytest.raises(ScannerError):
        Bandit().parse(TOOL, batch_of(VALID), Printed(stdout, b"", 1))


def test_a_file_only_named_in_foreign_metrics_was_not_looked_at() -> None:
    stdout = change(lambda data: data["metrics"].pop("/view/bidi.py"))
    assert "app/bidi.py" not in Bandit().parse(TOOL, batch_of(VALID), Printed(stdout, b"", 1)).looked


def test_a_check_we_do_not_know_speaks_without_bandits_words() -> None:
    def rename(data: Any) -> None:
        data["results"][0].update(test_id="X999", issue_text="the password is swordfish", issue_severity="HIGH")

    parsed = Bandit().parse(TOOL, batch_of(VALID), Printed(change(rename), b"", 1))
    (found,) = [one for one in parsed.findings if one.rule.id == "X999"]
    assert "X999" in found.rule.title
    assert found.severity is Severity.HIGH
    assert "swordfish" not in msgspec.json.encode(found).decode()


def seen(code: str, *, check: str = "B307", line: int = 1, lines: tuple[int, ...] = (1,), end: int = 7) -> Seen:
    return Seen(check, line, lines, 0, end, numbered(code))


def test_source_that_was_not_printed_still_gives_a_place() -> None:
    assert place("a.py", seen("")) == FilePlace("a.py", 1, 1, 1, 8)
    assert silence(seen("")) is None


def test_a_string_whose_end_cannot_be_told_has_no_end() -> None:
    code = '1 password = """abc\n2 def"""\n'
    assert place("a.py", seen(code, check="B105", lines=(1, 2), end=6)) == FilePlace("a.py", 1, 1, 2, 7)
    assert place("a.py", seen("", check="B105", lines=(1, 2), end=6)) == FilePlace("a.py", 1, 1)


def test_nosec_beyond_the_expression_is_no_silence() -> None:
    assert silence(seen("1 eval(x)\n2 y = 1  # nosec\n")) is None


def test_nosec_behind_the_end_of_a_long_string_counts() -> None:
    assert silence(seen('1 """ % eval(x)  # nosec\n')) == Silence("nosec", 1)


def test_argv_cannot_be_led_astray() -> None:
    batch = batch_of(("-r.py", "a,b.py", "tests/x.py"))
    command = Bandit().argv(TOOL, batch)
    options, files = command.argv[: command.argv.index("--")], command.argv[command.argv.index("--") + 1 :]
    assert files == ("/view/-r.py", "/view/a,b.py", "/view/tests/x.py")
    assert {"-q", "--ignore-nosec", "--exclude="} <= set(options)
    assert not {"-r", "--recursive", "-c", "--ini"} & set(options)
    assert command.ok == {0, 1}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("a.py", True), ("a.pyw", True), ("A.PY", True), ("a.pyi", False), ("a.pyc", False), ("py", False)],
)
def test_wants(path: str, wanted: bool) -> None:
    assert Bandit().wants(SourceFile(path, "id", 1)) is wanted


def test_key_changes_with_version_interpreter_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Bandit()
    keys = {
        scanner.key(TOOL),
        scanner.key(msgspec.structs.replace(TOOL, version="1.9.5")),
        scanner.key(msgspec.structs.replace(TOOL, interpreter="3.13")),
    }
    monkeypatch.setattr(bandit_rules, "digest", lambda: "other words")
    assert len({*keys, scanner.key(TOOL)}) == 4


class Machine:
    """A `Where` made of answers."""

    def __init__(self, own: bool, pythons: Sequence[tuple[str, str]] = (), said: bytes | None = b"1.9.0\n") -> None:
        self.own, self.pythons, self.said = own, pythons, said
        self.asked: list[str] = []

    def script(self, name: str) -> str | None:
        return None

    def python_module(self, module: str) -> tuple[str, ...] | None:
        return ("/env/bin/python", "-I", "-m", module) if self.own else None

    def version_of(self, distribution: str) -> str:
        return "1.9.4"

    def other_pythons(self) -> Sequence[tuple[str, str]]:
        return self.pythons

    def ask(self, argv: Sequence[str], seconds: float = 10.0) -> bytes | None:
        self.asked.append(argv[0])
        return self.said


def python_in(folder: Path, version: str, *, bandit: bool) -> tuple[str, str]:
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / f"python{version}"
    program.touch()
    packages = folder / "lib" / f"python{version}" / "site-packages"
    (packages / "bandit" if bandit else packages).mkdir(parents=True)
    return str(program), version


def test_find_asks_only_interpreters_that_have_bandit(tmp_path: Path) -> None:
    newest = python_in(tmp_path / "a", "3.99", bandit=False)
    newer = python_in(tmp_path / "b", "3.98", bandit=True)
    machine = Machine(True, [newest, newer])
    tools = Bandit().find(machine)
    assert isinstance(tools, tuple)
    assert [(tool.program[0], tool.version) for tool in tools] == [("/env/bin/python", "1.9.4"), (newer[0], "1.9.0")]
    assert tools[1].interpreter == "3.98"
    assert all("-I" in tool.program for tool in tools)
    assert machine.asked == [newer[0]]


def test_find_leaves_out_a_bandit_that_does_not_start(tmp_path: Path) -> None:
    tools = Bandit().find(Machine(True, [python_in(tmp_path, "3.99", bandit=True)], said=None))
    assert isinstance(tools, tuple)
    assert len(tools) == 1


def test_find_without_bandit_says_how_to_get_it() -> None:
    missing = Bandit().find(Machine(False))
    assert isinstance(missing, Missing)
    assert "pip install bandit" in missing.how


def test_every_text_is_whole() -> None:
    for check, text in bandit_rules.texts().items():
        rule = bandit_rules.rule(check)
        assert rule.id == check
        assert 8 < len(text.title) <= 70, check
        assert 20 < len(text.message) <= 240, check
        assert text.message.endswith("."), check
        assert text.fix.endswith("."), check
        assert text.cwe, check
        assert text.url.startswith("https://bandit.readthedocs.io/"), check
