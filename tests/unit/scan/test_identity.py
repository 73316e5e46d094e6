"""An id stays with its flaw, and never moves to other code."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from walkdown.model import Confidence, FilePlace, Finding, PackagePlace, Rule, Severity
from walkdown.scan.describe import describe, describe_placeless
from walkdown.scan.identity import Known, assign, likeness

RULE = Rule("semgrep", "r", "t", family="f")
SECRET = Rule("kingfisher", "s", "t", family="hardcoded-secret")


def _one(line: int, context: str = "a-b-c-d", path: str = "a.py", symbol: str = "f", fingerprint: str = "x") -> Finding:
    place = FilePlace(path, line, 1, line, 9, symbol)
    return Finding(RULE, Severity.LOW, Confidence.SURE, place, fingerprint=fingerprint, context=context)


def _ids(findings: list[Finding]) -> list[str]:
    return [finding.id for finding in findings]


def test_new_ids_are_short_stable_and_derived_from_what_is_found() -> None:
    first, _ = assign([_one(3), _one(9)], [], {})
    again, _ = assign([_one(3), _one(9)], [], {})
    assert _ids(first) == _ids(again)
    assert len(set(_ids(first))) == 2
    assert all(len(id_) == 12 and id_.startswith("W-") for id_ in _ids(first))


def test_lines_do_not_matter() -> None:
    first, known = assign([_one(3)], [], {})
    assert _ids(assign([_one(300)], known, {})[0]) == _ids(first)


def test_a_pasted_twin_is_new_though_it_sorts_first() -> None:
    first, known = assign([_one(9, "a-b-c-d")], [], {})
    after, _ = assign([_one(3, "^-^-q-r"), _one(10, "a-b-c-d")], known, {})
    assert after[1].id == first[0].id
    assert after[0].id != first[0].id


def test_of_twins_with_changed_neighbours_the_liker_one_keeps_the_id() -> None:
    first, known = assign([_one(9, "a-b-c-d")], [], {})
    after, _ = assign([_one(3, "p-q-r-s"), _one(10, "n-b-c-d")], known, {})
    assert after[1].id == first[0].id


def test_indistinguishable_twins_yield_exactly_one_new_id() -> None:
    first, known = assign([_one(9)], [], {})
    after, _ = assign([_one(9), _one(10)], known, {})
    assert Counter(id_ in _ids(first) for id_ in _ids(after)) == {True: 1, False: 1}


def test_equally_many_twins_keep_their_order_where_nothing_else_tells() -> None:
    first, known = assign([_one(3), _one(9)], [], {})
    assert _ids(assign([_one(13, "n-n-n-n"), _one(19, "m-m-m-m")], known, {})[0]) == _ids(first)


def test_when_one_of_two_alike_is_gone_nobody_guesses_which() -> None:
    first, known = assign([_one(3), _one(9)], [], {})
    (left,), _ = assign([_one(9, "z-z-z-z")], known, {})
    assert left.id not in _ids(first)


def test_when_one_of_two_is_gone_its_neighbours_tell_which_stayed() -> None:
    first, known = assign([_one(3, "a-b-c-d"), _one(9, "e-f-g-h")], [], {})
    (left,), _ = assign([_one(7, "e-f-g-z")], known, {})
    assert left.id == first[1].id


def test_a_rename_that_git_reports_is_followed() -> None:
    first, known = assign([_one(3), _one(9)], [], {})
    after, _ = assign([_one(3, path="b.py"), _one(9, path="b.py")], known, {"a.py": "b.py"})
    assert _ids(after) == _ids(first)


def test_a_move_nobody_reports_is_followed_where_only_one_fits() -> None:
    first, known = assign([_one(3)], [], {})
    assert _ids(assign([_one(5, "z-b-z-z", path="b.py")], known, {})[0]) == _ids(first)
    two, _ = assign([_one(5, "y-b-y-y", path="b.py"), _one(5, "z-b-z-z", path="c.py")], known, {})
    assert not {first[0].id} & set(_ids(two))


def test_the_same_words_among_other_code_are_new_though_the_old_file_is_gone() -> None:
    first, known = assign([_one(3, path="devtool.py")], [], {})
    elsewhere, _ = assign([_one(5, "p-q-r-s", path="api/views.py")], known, {})
    assert _ids(elsewhere) != _ids(first)
    moved, _ = assign([_one(5, "p-q-r-s", path="api/devtool.py")], known, {})
    assert _ids(moved) == _ids(first), "a file of that name in another folder is the file"
    told, _ = assign([_one(5, "p-q-r-s", path="api/views.py")], known, {"devtool.py": "api/views.py"})
    assert _ids(told) == _ids(first)


@pytest.mark.parametrize(("old", "new"), [("^-^-$-$", "^-q-$-$"), ("^-b-$-$", "^-q-$-$"), ("^-b-c-$", "^-q-r-$")])
def test_that_a_block_begins_or_ends_there_is_no_company(old: str, new: str) -> None:
    first, known = assign([_one(3, old, path="devtool.py")], [], {})
    assert _ids(assign([_one(5, new, path="api/views.py")], known, {})[0]) != _ids(first)


@pytest.mark.parametrize("new", ["^-b-r-s", "b-q-r-s", "p-q-c-$", "p-q-r-c"])
def test_a_statement_that_came_between_or_went_is_company_all_the_same(new: str) -> None:
    first, known = assign([_one(3, path="old.py")], [], {})
    assert _ids(assign([_one(5, new, path="new.py")], known, {})[0]) == _ids(first)


def test_real_code_with_the_same_words_and_other_neighbours_is_new() -> None:
    def told(path: str, source: str) -> Finding:
        at = source[: source.index("os.system")].count("\n") + 1
        place = FilePlace(path, at, 5, at, 19)
        return describe([Finding(RULE, Severity.LOW, Confidence.SURE, place)], source.encode())[0]

    tool = "import os\n\ndef main():\n    cmd = input()\n    os.system(cmd)\n"
    view = "import os\n\ndef main():\n    cmd = request.args['run']\n    os.system(cmd)\n"
    moved = "import os\nimport sys\n\ndef main():\n    cmd = input()\n    os.system(cmd)\n    sys.exit(0)\n"
    [first], known = assign([told("devtool.py", tool)], [], {})
    assert assign([told("api/views.py", view)], known, {})[0][0].id != first.id
    assert assign([told("tool/__main__.py", moved)], known, {})[0][0].id == first.id


def test_a_guessed_rename_takes_along_what_has_lost_its_company() -> None:
    before = [_one(3), _one(5, "e-f-g-h", fingerprint="y"), _one(9, "i-j-k-l", fingerprint="z")]
    first, known = assign(before, [], {})
    now = [
        _one(3, "a-b-c-d", "new.py", fingerprint="x"),
        _one(5, "e-f-n-n", "new.py", fingerprint="y"),
        _one(9, "q-q-q-q", "new.py", fingerprint="z"),
    ]
    assert _ids(assign(now, known, {})[0]) == _ids(first)


def test_files_that_share_the_words_of_several_findings_may_be_strangers() -> None:
    first, known = assign([_one(3, fingerprint="x"), _one(5, "e-f-g-h", fingerprint="y")], [], {})
    now = [_one(3, "n-b-n-n", "new.py", fingerprint="x"), _one(5, "m-m-m-m", "new.py", fingerprint="y")]
    after, _ = assign(now, known, {})
    assert after[1].id != first[1].id, "one import in common makes no moved file"


def test_a_package_in_another_projects_manifest_is_another_flaw() -> None:
    def flaw(path: str) -> Finding:
        place = PackagePlace("pypi", "jinja2", "1.0", path, 3)
        return describe_placeless([Finding(Rule("pip-audit", "CVE-1", "t"), Severity.HIGH, Confidence.SURE, place)])[0]

    [first], known = assign([flaw("one/requirements.txt")], [], {})
    assert assign([flaw("two/pylock.toml")], known, {})[0][0].id != first.id
    assert assign([flaw("two/pylock.toml")], known, {"one/requirements.txt": "two/pylock.toml"})[0][0].id == first.id
    assert assign([flaw("requirements.txt")], known, {})[0][0].id == first.id


def test_what_was_not_looked_at_is_a_candidate_for_its_own_place_alone() -> None:
    first, known = assign([_one(3, path="a.py")], [], {})

    def stays(one: Known) -> bool:
        return one.path == "a.py"

    copied, _ = assign([_one(3, path="b.py")], known, {}, stays=stays)
    assert _ids(copied) != _ids(first)
    for path, renames in (("a.py", {}), ("c.py", {"a.py": "c.py"})):
        assert _ids(assign([_one(7, "z-z-z-z", path=path)], known, renames, stays=stays)[0]) == _ids(first)


def test_a_copy_in_a_file_that_sorts_first_is_new() -> None:
    first, known = assign([_one(3, path="m.py")], [], {})
    after, _ = assign([_one(3, path="a.py"), _one(3, path="m.py")], known, {})
    assert after[1].id == first[0].id
    assert after[0].id != first[0].id


def test_another_fingerprint_is_new_whatever_else_is_equal() -> None:
    first, known = assign([_one(3)], [], {})
    assert assign([_one(3, fingerprint="y")], known, {})[0][0].id != first[0].id


def test_ids_that_were_once_given_are_not_given_again() -> None:
    first, _ = assign([_one(3)], [], {})
    again, _ = assign([_one(3)], [], {}, taken=_ids(first))
    assert again[0].id != first[0].id


_FINDINGS = st.lists(
    st.builds(
        _one,
        line=st.integers(1, 40),
        context=st.sampled_from(["a-b-c-d", "a-b-e-f", "g-h-c-d", ""]),
        path=st.sampled_from(["a.py", "b.py", "c.py"]),
        symbol=st.sampled_from(["f", "g"]),
        fingerprint=st.sampled_from(["x", "y"]),
    ),
    max_size=12,
)


@given(_FINDINGS, _FINDINGS)
def test_ids_are_unique_and_never_move_to_another_fingerprint(before: list[Finding], now: list[Finding]) -> None:
    _, known = assign(before, [], {})
    after, remembered = assign(now, known, {"a.py": "c.py"})
    assert len(set(_ids(after))) == len(now)
    old = {one.id: one.fingerprint for one in known}
    assert all(old.get(finding.id, finding.fingerprint) == finding.fingerprint for finding in after)
    assert [one.id for one in remembered] == _ids(after)


@given(_FINDINGS, _FINDINGS)
def test_at_most_as_many_keep_an_id_as_there_were(before: list[Finding], now: list[Finding]) -> None:
    _, known = assign(before, [], {})
    after, _ = assign(now, known, {})
    were = Counter(finding.fingerprint for finding in before)
    old = {one.id for one in known}
    kept = Counter(finding.fingerprint for finding in after if finding.id in old)
    assert all(kept[fingerprint] <= were[fingerprint] for fingerprint in kept)


@given(_FINDINGS)
def test_nothing_changed_means_the_same_ids(before: list[Finding]) -> None:
    first, known = assign(before, [], {})
    assert Counter(_ids(assign(before, known, {})[0])) == Counter(_ids(first))


def test_neighbours_right_beside_count_more() -> None:
    assert likeness("a-b-c-d", "z-b-c-z") > likeness("a-b-c-d", "a-z-z-d") > likeness("a-b-c-d", "z-z-z-z") == 0


# -- describe ------------------------------------------------------------------------------------------------------


def _at(source: str, place: tuple[int, int, int, int], rule: Rule = RULE, **more: str) -> Finding:
    finding = Finding(rule, Severity.LOW, Confidence.SURE, FilePlace("a.py", *place), **more)  # type: ignore[arg-type]
    return describe([finding], source.encode())[0]


def test_a_flagged_function_is_its_header() -> None:
    source = "import os\n\ndef f(a='x'):\n    g()\n    h()\n"
    finding = _at(source, (3, 1, 5, 8))
    assert finding.place == FilePlace("a.py", 3, 1, 3, 14, "f")
    assert finding.fingerprint == _at(source.replace("h()", "i()"), (3, 1, 5, 8)).fingerprint


def test_a_place_with_no_end_is_the_expression_that_starts_there() -> None:
    finding = _at('def f():\n    run("a" % b, c)\n', (2, 9, 2, 0))
    assert finding.place == FilePlace("a.py", 2, 9, 2, 16, "f")


def test_a_secrets_value_enters_no_fingerprint_and_yet_another_value_is_another_flaw() -> None:
    one = _at('password = "hunter2"\n', (1, 13, 1, 20), SECRET, secret="k1")
    other = _at('password = "other"\n', (1, 13, 1, 18), SECRET, secret="k2")
    assert one.fingerprint == other.fingerprint
    [first], known = assign([one], [], {})
    [again], _ = assign([one], known, {})
    [changed], _ = assign([other], known, {})
    assert again.id == first.id != changed.id


def test_a_string_bound_to_a_secrets_name_stays_out_of_other_findings_too() -> None:
    call = 'login(host="h", password="{}")\n'
    one, other = (_at(call.format(word), (1, 1, 1, 30)) for word in ("hunter2", "hunter3"))
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != _at(call.replace('"h"', '"i"'), (1, 1, 1, 30)).fingerprint


def test_with_a_key_another_literal_is_another_flaw() -> None:
    def told(word: str, key: bytes) -> Finding:
        place = FilePlace("a.py", 1, 8, 1, 10 + len(word))
        finding = Finding(Rule("bandit", "B105", "t"), Severity.LOW, Confidence.SURE, place)
        return describe([finding], f'token = "{word}"\n'.encode(), key=key)[0]

    assert told("one", b"k").fingerprint == told("two", b"k").fingerprint == told("one", b"other").fingerprint
    [first], known = assign([told("one", b"k")], [], {})
    assert assign([told("one", b"k")], known, {})[0][0].id == first.id
    assert assign([told("two", b"k")], known, {})[0][0].id != first.id
    assert told("one", b"").keyed == ""


def test_a_package_keeps_its_fingerprint_through_a_version() -> None:
    def flaw(version: str) -> Finding:
        place = PackagePlace("pypi", "jinja2", version, "requirements.txt", 3)
        return Finding(Rule("pip-audit", "CVE-1", "t"), Severity.HIGH, Confidence.SURE, place)

    first, second = describe_placeless([flaw("1.0"), flaw("1.1")])
    assert first.fingerprint == second.fingerprint != ""
