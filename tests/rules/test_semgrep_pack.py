"""The Semgrep pack, by the real Semgrep, over flawed cases and their fixed twins: only what is marked is found.

A case file carries marks: `# ruleid: a, b` means that these rules report the next line of code, `# ok: a` that this
rule does not. Lines without a mark must be silent for every rule.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import pytest

import walkdown.rules
from walkdown.model import Confidence, Severity
from walkdown.process import Limits, clean_environment, run_now

PACK = Path(next(iter(walkdown.rules.__path__))) / "semgrep"
CASES = Path(__file__).parent / "semgrep"
MARK = re.compile(r"\s*(?:#|//) (ruleid|ok): (.+)")

# A regex in two halves: a whole name, and how it stands in a file (see the README of the pack).
TWO_HALVES = re.compile(r"regex: \(\\A\(?(?P<whole>.+?)\)?\\z\)\|(?P<text>.+)")
NAMES = re.compile(r"\\?\$?\w+(\|\\?\$?\w+)*")

# Nothing in here is a source or a sink of any rule, though it looks like much code that has some.
PLAIN = {
    "plain.py": """
class Cart:
    def __init__(self, items: list, owner: str = "nobody"):
        self.items, self.owner = items, owner

    @mock.patch("shop.tax.rate")
    def total(self, name: str, rate: dict) -> str:
        requested = [item for item in self.items if item.name == name]
        if not requested or self.owner in BLOCKED:
            return f"<b>{name}</b> of '{self.owner}'"
        return "select " + RATES[name] + ", ".join(item.get("price") % rate for item in requested)
""",
    "plain.tsx": """
export function Total({ items, owner }: Props) {
  const params = useParams();
  const [input, setInput] = useState("");
  const required = items.filter((item) => item.token === owner && item.url !== input);
  if (required.length > 0 && params.tab) return <b>{`Ask ${owner} or ${params.tab}`}</b>;
  return <p onClick={() => mutate("select " + owner)}>{response.end + required[0].body}</p>;
}
""",
}

# What this pack undertakes to look for. An id that is not here is a slip of the pen, or belongs to another detector.
HAZARDS = frozenset(
    {"auth.timing", "error.no-timeout", "secret.frontend", "web.cors", "web.headers"}
    | {f"input.{name}" for name in ("command", "deserialize", "host", "mass-assign", "path", "redirect", "sql-built")}
    | {f"input.{name}" for name in ("ssrf", "template", "unvalidated", "upload", "xss")}
)

Sentence = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][^$]*\.$")]  # static text: a rule's words never carry code


class Ours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["hazard", "evidence"]
    hazard: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+\.[a-z]+(-[a-z]+)*$")]
    family: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(-[a-z]+)*$")]
    title: Annotated[str, msgspec.Meta(pattern=r"^[A-Z][^$]*[^.$]$", max_length=72)]
    severity: Severity
    confidence: Confidence
    fix: Sentence


class Metadata(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cwe: Annotated[list[int], msgspec.Meta(min_length=1)]
    walkdown: Ours


class Rule(msgspec.Struct, frozen=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^(py|js)-[a-z]+(-[a-z]+)*$")]
    languages: list[str]
    severity: Literal["ERROR", "WARNING", "INFO"]
    message: Sentence
    metadata: Metadata
    paths: Any = None


class RuleFile(msgspec.Struct, frozen=True):
    rules: list[Rule]


class Position(msgspec.Struct, frozen=True):
    line: int


class Result(msgspec.Struct, frozen=True):
    check_id: str
    path: str
    start: Position


class Paths(msgspec.Struct, frozen=True):
    scanned: list[str]


class Prefiltering(msgspec.Struct, frozen=True):
    rules_selected_ratio: float


class Time(msgspec.Struct, frozen=True):
    prefiltering: Prefiltering


class Report(msgspec.Struct, frozen=True):
    results: list[Result]
    errors: list[dict[str, Any]]
    paths: Paths
    time: Time


class Hit(NamedTuple):
    path: str
    line: int
    rule: str


class Marks(NamedTuple):
    found: Counter[Hit]
    silent: frozenset[Hit]


def _rules() -> dict[str, tuple[Rule, Path]]:
    rules = {}
    for file in sorted(PACK.glob("*.yaml")):
        for rule in msgspec.yaml.decode(file.read_bytes(), type=RuleFile).rules:
            assert rule.id not in rules, f"{rule.id} stands twice"
            rules[rule.id] = rule, file
    return rules


def _case_files() -> list[str]:
    return sorted(file.relative_to(CASES).as_posix() for file in CASES.rglob("*") if file.is_file())


def _marks() -> Marks:
    found: Counter[Hit] = Counter()
    silent: set[Hit] = set()
    for path in _case_files():
        waiting: list[tuple[str, str]] = []
        for number, line in enumerate((CASES / path).read_text().splitlines(), start=1):
            if mark := MARK.fullmatch(line):
                waiting += [(mark[1], rule.strip()) for rule in mark[2].split(",")]
                continue
            found.update(Hit(path, number, rule) for kind, rule in waiting if kind == "ruleid")
            silent.update(Hit(path, number, rule) for kind, rule in waiting if kind == "ok")
            waiting = []
        assert not waiting, f"{path} ends on a mark"
    return Marks(found, frozenset(silent))


def _scan(folder: Path, files: list[str], home: Path) -> Report:
    argv = [
        str(Path(sys.executable).parent / "semgrep"), "scan", "--experimental", "--metrics", "off",
        "--disable-version-check", "--json", "--no-git-ignore", "--disable-nosem", "--max-target-bytes", "0", "--time",
        "--config", str(PACK), *files,
    ]  # fmt: skip
    done = run_now(argv, cwd=str(folder), env=clean_environment(str(home), str(home)), limits=Limits(seconds=240))
    assert done.code in {0, 1}, done.stderr.decode()
    return msgspec.json.decode(done.stdout, type=Report)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return _scan(CASES, _case_files(), tmp_path_factory.mktemp("home"))


def test_every_rule_is_complete_and_says_only_static_sentences() -> None:
    for rule, file in _rules().values():
        ours = rule.metadata.walkdown
        assert ours.hazard == file.stem, f"{rule.id} is in {file.name}"
        assert ours.hazard in HAZARDS, rule.id
        assert (ours.kind == "evidence") == (ours.severity is Severity.INFO), rule.id
        assert rule.languages == (["python"] if rule.id.startswith("py-") else ["javascript", "typescript"]), rule.id
        assert rule.paths is None, f"{rule.id} looks at paths, which the cache would have to know"


def test_every_hazard_of_the_pack_has_a_rule() -> None:
    assert {rule.metadata.walkdown.hazard for rule, _ in _rules().values()} == HAZARDS


def test_every_rule_has_a_flawed_case_and_a_fixed_one() -> None:
    marks, rules = _marks(), set(_rules())
    assert {hit.rule for hit in marks.found} == rules
    assert {hit.rule for hit in marks.silent} == rules


def test_semgrep_reads_every_rule_and_every_case(report: Report) -> None:
    assert report.errors == []
    assert sorted(report.paths.scanned) == _case_files()


def test_what_is_marked_is_found_and_nothing_else(report: Report) -> None:
    # A rule from a folder comes back with the folder in front of its id in the default front end.
    hits = Counter(Hit(r.path, r.start.line, r.check_id.rpartition(".")[2]) for r in report.results)
    wanted = _marks().found
    assert sorted((wanted - hits).elements()) == [], "missed"
    assert sorted((hits - wanted).elements()) == [], "reported without a mark"


def test_both_halves_of_a_regex_hold_the_same_names() -> None:
    halves = [(file.name, m) for _, file in _rules().values() for m in TWO_HALVES.finditer(file.read_text())]
    assert halves
    for file, half in halves:
        text = half["text"]
        assert text[-2:] in {r"\b", r"\("} or text.endswith(r"\`"), f"Semgrep does not filter with {text} in {file}"
        if NAMES.fullmatch(half["whole"]):
            names = half["whole"].split("|")
            words = text.replace(r"\b", " ").replace(r"\s", " ")
            assert [n for n in names if not re.search(rf"(?<!\w){re.escape(n)}(?!\w)", words)] == [], file


def test_a_loop_over_the_file_starts_at_its_start_and_never_turns_back() -> None:
    """One that may start anywhere, or take back what it took, costs minutes on a large file (see the README)."""
    regexes = [
        (file.name, regex) for _, file in _rules().values() for regex in re.findall(r"regex: (.+)", file.read_text())
    ]
    loops = [(file, regex) for file, regex in regexes if re.search(r"\(\?:\[\^.\]\+", regex)]
    assert loops
    for file, regex in loops:
        starts = [found.start() for found in re.finditer(r"\(\?:\[\^.\]\+", regex)]
        assert regex.startswith("("), f"Semgrep takes a leading \\A away in {file}: {regex}"
        assert all(regex[:start].endswith(r"\A") for start in starts), f"not from the start in {file}: {regex}"
        assert all(re.match(r"\(\?:\[\^.\]\+\+\|", regex[start:]) for start in starts), f"turns back in {file}: {regex}"


def test_a_file_with_nothing_to_find_is_not_read_for_any_rule(tmp_path: Path) -> None:
    for name, text in PLAIN.items():
        (tmp_path / name).write_text(text * 3)  # some filters let every small file in
    seen = _scan(tmp_path, sorted(PLAIN), tmp_path)
    assert sorted(seen.paths.scanned) == sorted(PLAIN)
    assert seen.results == []
    assert seen.time.prefiltering.rules_selected_ratio == 0
