"""Locks that no longer fit their manifest, for npm and Python."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.manifest_trees import manifests_of
from walkdown.advisories.out_of_step import out_of_step

PACKAGES = {
    "": {"dependencies": {"left": "1"}},
    "node_modules/left": {"version": "1.4.0", "dependencies": {"right": "1"}},
    "node_modules/right": {"version": "2.0.0"},
    "node_modules/left/node_modules/right": {"version": "1.0.0"},
    "node_modules/hub": {"version": "1.0.0", "resolved": "git+ssh://git@host.example/hub.git"},
}


def npm_steps(package: dict[str, Any], packages: dict[str, Any] = PACKAGES) -> list[tuple[str, tuple[str, ...]]]:
    lock = json.dumps({"lockfileVersion": 3, "packages": packages})
    found = manifests_of({"package.json": json.dumps(package), "package-lock.json": lock})
    return [(one.asked.name, one.locked) for one in out_of_step(found["package.json"], found["package-lock.json"])]


def python_steps(manifest: tuple[str, str], lock: tuple[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    found = manifests_of(dict((manifest, lock)))
    return [(one.asked.name, one.locked) for one in out_of_step(found[manifest[0]], found[lock[0]])]


@pytest.mark.parametrize("asked", ["^1.2.0", "1.4.0", "*", "latest", "1.x || 3", "npm:left@~1.4", ""])
def test_a_range_that_the_lock_fits(asked: str) -> None:
    assert npm_steps({"dependencies": {"left": asked}}) == []


@pytest.mark.parametrize("asked", ["^1.5.0", "1.4.1", "~1.3", ">1.4.0"])
def test_a_range_that_the_lock_does_not_fit(asked: str) -> None:
    assert npm_steps({"devDependencies": {"left": asked}}) == [("left", ("1.4.0",))]


def test_a_package_that_is_not_in_the_lock() -> None:
    assert npm_steps({"dependencies": {"new": "^1.0.0"}, "peerDependencies": {"host": "1"}}) == [("new", ())]


def test_a_version_that_only_somebody_else_needs_is_no_answer() -> None:
    direct = {**PACKAGES, "": {"dependencies": {"left": "1", "right": "2"}}}
    assert npm_steps({"dependencies": {"right": "^1.0.0"}}, direct) == [("right", ("2.0.0",))]


def test_what_is_forced_or_comes_from_elsewhere_is_no_claim() -> None:
    assert npm_steps({"dependencies": {"left": "^9.0.0"}, "overrides": {"left": "1.4.0"}}) == []
    assert npm_steps({"dependencies": {"hub": "^9.0.0", "near": "file:../near", "far": "user/repo"}}) == []
    lock = json.dumps({"lockfileVersion": 3, "packages": PACKAGES})
    found = manifests_of({"package.json": '{"dependencies": {"left": "9"}}', "package-lock.json": lock})
    assert out_of_step(found["package.json"], found["package-lock.json"], forced={"left"}) == ()


def test_a_lock_that_was_not_read_whole_is_no_claim() -> None:
    assert npm_steps({"dependencies": {"new": "^1.0.0"}}, {**PACKAGES, "node_modules/odd": {}}) == []


UV = ("uv.lock", '[[package]]\nname = "left"\nversion = "1.4.0"\nsource = { registry = "x" }\n')


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("left>=1.2,<2", []),
        ("Left==1.4", []),
        ("left~=1.3", []),
        ("left", []),
        ("left>=1.5", [("left", ("1.4.0",))]),
        ("left==1.4.1", [("left", ("1.4.0",))]),
        ("new; python_version < '3'", [("new", ())]),
    ],
)
def test_python_ranges(asked: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    text = f'[project]\nname = "x"\ndependencies = ["{asked}"]\n'
    assert python_steps(("pyproject.toml", text), UV) == expected


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("^1.2", True), ("^1.5", False), ("^0.9", False), ("^2", False), ("~1.4", True), ("~1.3", False), ("~1", True),
        ("^1.4.0", True), ("1.*", True), ("^1.2 || ^3", True), (">=1,<2", True), ("1.3.0", False),
    ],
)  # fmt: skip
def test_the_ranges_of_poetry(asked: str, fits: bool) -> None:
    text = f'[tool.poetry.dependencies]\npython = "^3.10"\nleft = "{asked}"\n'
    lock = '[[package]]\nname = "left"\nversion = "1.4.0"\noptional = false\n'
    assert python_steps(("pyproject.toml", text), ("poetry.lock", lock)) == ([] if fits else [("left", ("1.4.0",))])


def test_a_lock_for_one_platform_may_lack_what_others_need() -> None:
    lock = ("Pipfile.lock", '{"_meta": {}, "default": {"left": {"version": "==1.4.0"}}, "develop": {}}')
    text = '[packages]\nleft = "*"\nother = {version = "*", markers = "os_name == \'nt\'"}\nnew = "*"\n'
    assert python_steps(("Pipfile", text), lock) == [("new", ())]
