"""requirements.txt: what pip would install, read without pip, and nothing opened that is not part of the target."""

from __future__ import annotations

import pytest

from helpers.manifest_trees import by_name, codes, manifests_of, one
from walkdown.model import Pin, SkipKind


def test_pins_ranges_markers_extras_and_lines() -> None:
    text = (
        "# what we run\n"
        "Django==4.2.1  # the long-term one\n"
        "requests[socks, security]>=2,<3 ; python_version < '3.12'\n"
        "\n"
        "zope.interface\n"
        "numpy==1.26.*\n"
        "uvicorn === 0.30.0\n"
    )
    found = by_name(one("requirements.txt", text))
    assert [(d.name, d.version, d.pin, d.line) for d in found.values()] == [
        ("django", "4.2.1", Pin.EXACT, 2),
        ("requests", "", Pin.RANGE, 3),
        ("zope-interface", "", Pin.ANY, 5),
        ("numpy", "", Pin.RANGE, 6),
        ("uvicorn", "0.30.0", Pin.EXACT, 7),
    ]
    assert found["requests"].extras == ("security", "socks")
    assert found["requests"].marker == 'python_version < "3.12"'


def test_continuations_and_hashes_count_from_their_first_line() -> None:
    text = "flask==3.0.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n# note\nclick==8.1.7 --hash sha256:cc\n"
    manifest = one("requirements.txt", text)
    assert [(d.name, d.line, d.hashed) for d in manifest.dependencies] == [("flask", 1, True), ("click", 5, True)]
    assert manifest.lock


@pytest.mark.parametrize(
    "data",
    [
        "flask==3.0.0\r\nclick==8.1.7\r\n".encode("utf-8-sig"),
        "flask==3.0.0\r\nclick==8.1.7\r\n".encode("utf-16"),
        "flask==3.0.0\nclick==8.1.7 # caf\u00e9\n".encode("latin-1"),
        "# -*- coding: cp1252 -*-\nflask==3.0.0\nclick==8.1.7 # \u20ac\n".encode("cp1252"),
    ],
)
def test_encodings_that_editors_and_shells_leave_behind(data: bytes) -> None:
    manifest = one("requirements.txt", data)
    assert [d.name for d in manifest.dependencies] == ["flask", "click"]
    assert manifest.skipped == ()


def test_a_line_cannot_hide_behind_a_comment() -> None:
    """pip ends a line at a form feed or a line separator as well; an editor may not."""
    manifest = one("requirements.txt", "# harmless\u2028evil==1.0\n# quiet\x0cworse==2.0\nflask==3.0.0\n")
    assert [(d.name, d.line) for d in manifest.dependencies] == [("evil", 1), ("worse", 2), ("flask", 3)]


def test_nested_files_are_read_once_relative_to_who_names_them() -> None:
    tree = {
        "deploy/requirements.txt": "-r ../common/base.list\n-rmore.txt\nflask==3.0.0\n",
        "deploy/more.txt": "--requirement=requirements.txt\nclick==8.1.7\n",
        "common/base.list": "attrs==23.1.0\n",
        "common/other.list": "never==1.0\n",
    }
    opened: list[str] = []
    found = manifests_of(tree, opened=opened)
    assert sorted(found) == ["common/base.list", "deploy/more.txt", "deploy/requirements.txt"]
    assert sorted(opened) == sorted(found)
    assert all(manifest.skipped == () for manifest in found.values())


@pytest.mark.parametrize(
    "target",
    ["/etc/passwd", "../../etc/passwd", "https://example.org/r.txt", "file:///etc/passwd", "~/r.txt", "${HOME}/r.txt"],
)
@pytest.mark.parametrize("option", ["-r ", "-c ", "--requirement=", "--constraint "])
def test_nothing_outside_the_target_is_opened(option: str, target: str) -> None:
    opened: list[str] = []
    manifest = manifests_of({"requirements.txt": f"{option}{target}\n"}, opened=opened)["requirements.txt"]
    assert opened == ["requirements.txt"]
    assert [(skip.kind, skip.code) for skip in manifest.skipped] == [(SkipKind.GAP, "outside")]


def test_a_nested_file_that_is_not_there_is_a_gap() -> None:
    manifest = one("requirements.txt", "flask==3.0.0\n-r base.txt\n")
    assert codes(manifest) == ["not-found"]
    assert "Line 2" in manifest.skipped[0].reason
    assert "base.txt" in manifest.skipped[0].reason


def test_constraints_fix_what_a_requirement_leaves_open() -> None:
    tree = {
        "requirements.txt": "-c build/limits.txt\n-r extra.txt\nflask\ndjango>=4\nrich\n",
        "extra.txt": "attrs\n",
        "build/limits.txt": "flask==3.0.0\ndjango<5\nattrs==23.1.0\nunused==1.0\n",
        "other/requirements.txt": "flask\n",
    }
    found = manifests_of(tree)
    versions = {name: d.version for name, d in by_name(found["requirements.txt"]).items()}
    assert versions == {"flask": "3.0.0", "django": "", "rich": ""}
    assert by_name(found["extra.txt"])["attrs"].version == "23.1.0"
    assert by_name(found["other/requirements.txt"])["flask"].version == ""
    assert found["build/limits.txt"].kind == "constraints"


def test_options_of_pip_are_no_packages() -> None:
    text = (
        "--index-url https://user:secret@example.org/simple\n-i https://example.org\n--pre\n"
        "--no-binary :all:\n"
        "--find-links ./wheels\n--require-hashes\n--trusted-host example.org\n--prefer-binary --no-index\n"
        "flask==3.0.0\n"
    )
    manifest = one("requirements.txt", text)
    assert [d.name for d in manifest.dependencies] == ["flask"]
    assert manifest.skipped == ()


@pytest.mark.parametrize(
    ("line", "name", "pin", "version"),
    [
        ("git+https://token:x@example.org/a/b.git@main#egg=thing", "thing", Pin.URL, ""),
        ("thing @ git+ssh://git@example.org/a/b.git", "thing", Pin.URL, ""),
        ("-e git+https://example.org/a.git#egg=thing", "thing", Pin.URL, ""),
        ("https://example.org/f/thing-1.2-py3-none-any.whl", "thing", Pin.EXACT, "1.2"),
        ("thing @ https://example.org/f/thing-1.2-py3-none-any.whl", "thing", Pin.EXACT, "1.2"),
        ("./wheels/thing-1.2-py3-none-any.whl", "thing", Pin.EXACT, "1.2"),
        ("thing @ file:///tmp/build/thing", "thing", Pin.URL, ""),
        ("-e .[dev]", "", Pin.LOCAL, ""),
        ("./libs/thing", "", Pin.LOCAL, ""),
        ("-e ../../elsewhere", "", Pin.URL, ""),
    ],
)
def test_addresses_and_folders(line: str, name: str, pin: Pin, version: str) -> None:
    manifest = one("app/requirements.txt", line + "\n")
    (found,) = manifest.dependencies
    assert (found.name, found.pin, found.version) == (name, pin, version)
    assert "token" not in repr(found)


def test_lines_that_are_no_requirements_are_one_gap() -> None:
    text = "flask==3.0.0\nif you read this\n{{ cookiecutter.name }}\npackage=1.0=py36_0\n--unknown-option x\n"
    manifest = one("requirements.txt", text)
    assert codes(manifest) == ["unclear-line"]
    assert manifest.skipped[0].reason == "4 lines could not be read as a requirement: 2, 3, 4, 5."


def test_a_file_of_other_requirements_is_no_list_of_packages() -> None:
    other = one("mac/app-requirements.txt", 'designated => anchor apple generic and leaf = "x"\n')
    assert [(skip.kind, skip.code) for skip in other.skipped] == [(SkipKind.SCOPE, "no-list")]
    listed = one("mac/app-requirements.txt", "designated => anchor\nflask==3.0.0\n")
    assert codes(listed) == ["unclear-line"]
    assert codes(one("requirements-mac.txt", "designated => anchor\n")) == ["unclear-line"]


@pytest.mark.parametrize(
    "line",
    ["a" * 100_000, "x; " + "(" * 3_000 + "os_name == 'a'", "x==1\\\n" * 50_000, "-r " + '"' * 9, "\x00\x1b[31m"],
)
def test_hostile_lines_end_in_a_gap(line: str) -> None:
    manifest = one("requirements.txt", f"{line}\n\nflask==3.0.0\n")
    assert "unclear-line" in codes(manifest)
    assert by_name(manifest)["flask"].version == "3.0.0"


def test_a_strange_encoding_is_a_gap() -> None:
    assert codes(one("requirements.txt", "# coding: utf-7\nflask==3.0.0\n")) == ["broken-manifest"]


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("requirements.txt", ""),
        ("requirements/production.txt", ""),
        ("requirements-dev.txt", "dev"),
        ("requirements/test.txt", "test"),
        ("docs/requirements.txt", "docs"),
        ("services/quality/requirements.txt", ""),
    ],
)
def test_files_that_are_not_deployed_are_told_by_their_names(path: str, group: str) -> None:
    assert one(path, "flask==3.0.0\n").dependencies[0].group == group


def test_a_compiled_list_is_a_lock_and_a_list_of_wishes_is_not() -> None:
    header = "#\n# This file is autogenerated by pip-compile with Python 3.11\n#\n"
    assert one("requirements.txt", header + "flask==3.0.0\n").lock
    assert not one("requirements.txt", "flask==3.0.0\n").lock
    assert not one("requirements.txt", header + "flask\n").lock


HASHED = "flask==3.0.0 --hash=sha256:aa\nclick==8.1.7 --hash=sha256:bb\n"


@pytest.mark.parametrize(
    ("beside", "by_hand"),
    [
        ({}, True),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 100\n"}, True),
        ({"pyproject.toml": '[dependency-groups]\ndev = ["pytest"]\n'}, True),
        ({"requirements-dev.txt": "-r requirements.txt\npytest==8.0.0\n"}, True),
        ({"other/requirements.in": "flask\n"}, True),
        ({"setup.py": "from setuptools import setup\nsetup(install_requires=open('requirements.txt'))\n"}, True),
        ({"requirements.in": "flask\n"}, False),
        ({"pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask>=3"]\n'}, False),
        ({"Pipfile": '[packages]\nflask = "*"\n'}, False),
        ({"setup.cfg": "[options]\ninstall_requires =\n  flask\n"}, False),
    ],
)
def test_a_list_with_hashes_and_nothing_to_make_it_from_is_the_manifest_itself(
    beside: dict[str, str], by_hand: bool
) -> None:
    found = manifests_of({"requirements.txt": HASHED, **beside})["requirements.txt"]
    assert (found.lock, found.by_hand) == (True, by_hand)


def test_a_list_in_a_folder_of_lists_may_be_made_from_what_lies_above() -> None:
    project = {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask"]\n'}
    assert not manifests_of({"requirements/base.txt": HASHED, **project})["requirements/base.txt"].by_hand
    assert manifests_of({"deploy/requirements.txt": HASHED, **project})["deploy/requirements.txt"].by_hand


@pytest.mark.parametrize(
    "text",
    [
        f"# This file is autogenerated by pip-compile with Python 3.12\n{HASHED}",
        f"# This file was autogenerated by uv via the following command:\n#    uv pip compile\n{HASHED}",
        HASHED.replace("aa\n", "aa\n    # via -r requirements.in\n"),
    ],
)
def test_what_a_tool_marked_as_its_own_was_not_written_by_hand(text: str) -> None:
    manifest = one("requirements.txt", text)
    assert (manifest.lock, manifest.by_hand) == (True, False)
