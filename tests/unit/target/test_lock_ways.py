"""By which packages a package of a Python lock comes in, and for whom, where the lock leaves that to be worked out."""

from __future__ import annotations

import time

import pytest

from helpers.manifest_trees import by_name, codes, manifests_of, one
from walkdown.model import Manifest

_PYPROJECT = """\
[project]
name = "app"
dependencies = ["Top>=1", "other"]

[dependency-groups]
dev = ["tester"]
"""

_POETRY = """\
[[package]]
name = "top"
version = "1.0"

[package.dependencies]
Mid_Dle = ">=1"
shared = {version = ">=1", optional = true}

[[package]]
name = "mid-dle"
version = "1.0"

[package.dependencies]
deep = [{version = "1.0", markers = "python_version < '3.11'"}, {version = "2.0", optional = true}]

[[package]]
name = "deep"
version = "1.0"

[[package]]
name = "deep"
version = "2.0"

[[package]]
name = "other"
version = "1.0"

[package.dependencies]
tester = "*"
base = "*"

[[package]]
name = "base"
version = "1.0"

[package.dependencies]
shared = "*"

[[package]]
name = "shared"
version = "1.0"

[[package]]
name = "tester"
version = "1.0"

[package.dependencies]
only-tests = "*"

[[package]]
name = "only-tests"
version = "1.0"

[[package]]
name = "unasked"
version = "1.0"
"""

_PDM = """\
[metadata]
lock_version = "4.5.0"

[[package]]
name = "top"
version = "1.0"
groups = ["default"]
dependencies = ["mid.dle>=1; python_version < '4'", "-broken"]

[[package]]
name = "top"
version = "1.0"
extras = ["fast"]
groups = ["default"]
dependencies = ["top==1.0", "speed[x]"]

[[package]]
name = "mid-dle"
version = "1.0"
groups = ["default"]

[[package]]
name = "speed"
version = "1.0"
groups = ["default"]

[[package]]
name = "tester"
version = "1.0"
groups = ["dev"]
dependencies = ["mid-dle", "only-tests"]

[[package]]
name = "only-tests"
version = "1.0"
groups = ["dev"]
"""

_UV = """\
version = 1

[[package]]
name = "app"
source = { virtual = "." }
dependencies = [
    { name = "old-user" },
    { name = "new-user" },
    { name = "member" },
]

[package.dev-dependencies]
dev = [{ name = "tester" }]

[[package]]
name = "member"
source = { editable = "packages/member" }
dependencies = [{ name = "from-member" }]

[[package]]
name = "from-member"
version = "1.0"

[[package]]
name = "old-user"
version = "1.0"
dependencies = [{ name = "two", version = "1.0", source = { registry = "https://pypi.org/simple" } }]

[[package]]
name = "new-user"
version = "1.0"
dependencies = [{ name = "two", version = "2.0", source = { registry = "https://pypi.org/simple" } }]

[package.optional-dependencies]
fast = [{ name = "speed" }]

[[package]]
name = "two"
version = "1.0"

[[package]]
name = "two"
version = "2.0"

[[package]]
name = "speed"
version = "1.0"

[[package]]
name = "tester"
version = "1.0"
dependencies = [{ name = "old-user" }, { name = "only-tests" }]

[[package]]
name = "only-tests"
version = "1.0"
dependencies = [{ name = "tester" }]
"""

_PYLOCK = """\
lock-version = "1.0"

[[packages]]
name = "top"
version = "1.0"
dependencies = [{name = "mid-dle"}]

[[packages]]
name = "mid-dle"
version = "1.0"

[[packages]]
name = "tester"
version = "1.0"
"""


def told(lock: Manifest) -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    return {(one.name, one.version): (one.group, one.via) for one in lock.dependencies}


def test_poetry_follows_what_pyproject_asks_for() -> None:
    lock = manifests_of({"pyproject.toml": _PYPROJECT, "poetry.lock": _POETRY})["poetry.lock"]
    assert codes(lock) == []
    assert told(lock) == {
        ("top", "1.0"): ("", ()),
        ("mid-dle", "1.0"): ("", ("top",)),
        # Which of two versions a package gets the lock does not say.
        ("deep", "1.0"): ("", ("top", "mid-dle")),
        ("deep", "2.0"): ("", ("top", "mid-dle")),
        ("other", "1.0"): ("", ()),
        ("base", "1.0"): ("", ("other",)),
        # An extra of top could bring it, base surely does.
        ("shared", "1.0"): ("", ("other", "base")),
        # Listed for development, and production gets it through other: it is asked for all the same.
        ("tester", "1.0"): ("", ()),
        ("only-tests", "1.0"): ("", ("tester",)),
        ("unasked", "1.0"): ("", ()),
    }


def test_a_poetry_lock_without_groups_gets_them_from_pyproject() -> None:
    text = _POETRY.replace('tester = "*"\n', "")
    found = told(manifests_of({"pyproject.toml": _PYPROJECT, "poetry.lock": text})["poetry.lock"])
    assert found["tester", "1.0"] == ("dev", ())
    assert found["only-tests", "1.0"] == ("dev", ("tester",))
    assert found["unasked", "1.0"] == ("", ())


def test_the_group_that_a_lock_says_stays() -> None:
    text = _POETRY.replace('name = "deep"\nversion = "1.0"\n', 'name = "deep"\nversion = "1.0"\ngroups = ["docs"]\n')
    found = told(manifests_of({"pyproject.toml": _PYPROJECT, "poetry.lock": text})["poetry.lock"])
    assert found["deep", "1.0"] == ("docs", ("top", "mid-dle"))


def test_pdm() -> None:
    lock = manifests_of({"pyproject.toml": _PYPROJECT, "pdm.lock": _PDM})["pdm.lock"]
    assert told(lock) == {
        ("top", "1.0"): ("", ()),
        ("mid-dle", "1.0"): ("", ("top",)),
        ("speed", "1.0"): ("", ("top",)),
        ("tester", "1.0"): ("dev", ()),
        ("only-tests", "1.0"): ("dev", ("tester",)),
    }


def test_uv_says_itself_what_the_project_asks_for() -> None:
    lock = one("uv.lock", _UV)
    assert told(lock) == {
        ("app", ""): ("", ()),
        ("member", ""): ("", ()),
        ("from-member", "1.0"): ("", ()),
        ("old-user", "1.0"): ("", ()),
        ("new-user", "1.0"): ("", ()),
        ("two", "1.0"): ("", ("old-user",)),
        ("two", "2.0"): ("", ("new-user",)),
        ("speed", "1.0"): ("", ("new-user",)),
        ("tester", "1.0"): ("dev", ()),
        ("only-tests", "1.0"): ("dev", ("tester",)),
    }


def test_pylock_follows_pyproject_where_it_says_who_needs_whom() -> None:
    tree = {"pyproject.toml": _PYPROJECT, "pylock.toml": _PYLOCK}
    assert told(manifests_of(tree)["pylock.toml"]) == {
        ("top", "1.0"): ("", ()), ("mid-dle", "1.0"): ("", ("top",)), ("tester", "1.0"): ("dev", ()),
    }  # fmt: skip


def test_a_pylock_that_does_not_say_it_leaves_nothing_to_developers_alone() -> None:
    flat = _PYLOCK.replace('dependencies = [{name = "mid-dle"}]\n', "")
    lock = manifests_of({"pyproject.toml": _PYPROJECT, "pylock.toml": flat})["pylock.toml"]
    assert {one.group for one in lock.dependencies} == {""}


@pytest.mark.parametrize(("path", "text"), [("poetry.lock", _POETRY), ("pdm.lock", _PDM), ("pylock.toml", _PYLOCK)])
def test_without_pyproject_no_way_is_made_up(path: str, text: str) -> None:
    elsewhere = {"elsewhere/pyproject.toml": _PYPROJECT, path: text}
    assert {one.via for one in manifests_of(elsewhere)[path].dependencies} == {()}


_PIP_COMPILE = """\
#
# This file is autogenerated by pip-compile with Python 3.12
#
certifi==2024.1
    # via
    #   requests
    #   top
django[argon2]==4.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   -c constraints.txt
    #   -r requirements.in
requests==2.31  # via top
top==1.0
    # via app (pyproject.toml)
# via
#   a remark that stands alone
unsaid==1.0
"""

_UV_EXPORT = """\
# This file was autogenerated by uv via the following command:
#    uv export
certifi==2024.1 \\
    --hash=sha256:aa
    # via requests
requests[socks]==2.31
    # via app
"""


def test_lists_of_pip_compile_and_uv_say_it_in_remarks() -> None:
    assert told(one("requirements.txt", _PIP_COMPILE)) == {
        ("certifi", "2024.1"): ("", ("top",)),
        ("django", "4.2"): ("", ()),
        ("requests", "2.31"): ("", ("top",)),
        ("top", "1.0"): ("", ()),
        ("unsaid", "1.0"): ("", ()),
    }
    assert told(one("requirements.txt", _UV_EXPORT)) == {
        ("certifi", "2024.1"): ("", ("requests",)), ("requests", "2.31"): ("", ()),
    }  # fmt: skip


def test_remarks_in_a_list_that_no_tool_wrote_are_remarks() -> None:
    text = "a==1.0\n    # via b\nb==1.0\n    # via -r requirements.in\nc>=1\n"
    assert {one.via for one in one("requirements.txt", text).dependencies} == {()}


@pytest.mark.parametrize(
    "remark", ["# via \x1b[2J", "# via " + "a, " * 5_000, "# via a" + " " * 8_000 + "(", "# via ,,"]
)
def test_remarks_of_any_kind_do_no_harm(remark: str) -> None:
    text = f"# autogenerated by uv\na==1.0\n    # via -r x.in\nb==1.0\n    {remark}\n" * 50
    assert {one.via for one in one("requirements.txt", text).dependencies} <= {(), ("a",)}


def test_packages_in_a_circle_end() -> None:
    text = _POETRY.replace('shared = "*"', 'shared = "*"\nbase = "*"\nother = "*"')
    found = by_name(manifests_of({"pyproject.toml": _PYPROJECT, "poetry.lock": text})["poetry.lock"])
    assert found["shared"].via == ("other", "base")


@pytest.mark.parametrize("names", [["p"] * 6_000, [f"p{number}" for number in range(6_000)]])
def test_a_lock_made_to_keep_us_busy_ends_soon(names: list[str]) -> None:
    needs = "".join(f'{{name = "{name}"}},' for name in names[:200])
    text = "".join(
        f'[[packages]]\nname = "{name}"\nversion = "{number}"\n'
        f'dependencies = [{needs if number < 200 else ""} {{name = "{names[number - 1]}"}}]\n'
        for number, name in enumerate(names)
    )
    began = time.perf_counter()
    lock = manifests_of({"pyproject.toml": f'[project]\ndependencies = ["{names[0]}"]', "pylock.toml": text})
    assert len(lock["pylock.toml"].dependencies) == 6_000
    assert max(len(one.via) for one in lock["pylock.toml"].dependencies) <= 12
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pdm.lock", '[[package]]\nname = "a"\nversion = "1.0"\ngroups = ["dev", "postgres"]\n'),
        ("poetry.lock", '[[package]]\nname = "a"\nversion = "1.0"\ngroups = ["dev", "postgres"]\n'),
        (
            "uv.lock",
            """\
[[package]]
name = "app"
source = { virtual = "." }
[package.optional-dependencies]
postgres = [{ name = "a" }]
[package.dev-dependencies]
dev = [{ name = "a" }]
[[package]]
name = "a"
version = "1.0"
""",
        ),
    ],
)
def test_an_extra_that_may_be_deployed_weighs_more_than_development(path: str, text: str) -> None:
    assert by_name(one(path, text))["a"].group == "postgres"
