"""The locks of npm, pnpm, yarn and bun: the same small project locked by each, then what only one of them can hold."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from helpers.manifest_trees import by_name, codes, manifests_of, one
from walkdown.model import Dependency, Manifest, Pin, SkipKind

RECORDED = Path(__file__).parent / "recorded" / "npm_locks"
KINDS = sorted(folder.name for folder in RECORDED.iterdir() if folder.is_dir())


def recorded(kind: str) -> Manifest:
    """A lock as its tool wrote it, beside the package.json that it was made from."""
    (lock,) = (RECORDED / kind).iterdir()
    tree = {"package.json": (RECORDED / "package.json").read_bytes(), lock.name: lock.read_bytes()}
    return manifests_of(tree)[lock.name]


def package_lock(packages: dict[str, object], version: int = 3) -> Manifest:
    return one("package-lock.json", json.dumps({"lockfileVersion": version, "packages": packages}, indent=2))


def told(dependency: Dependency) -> tuple[str, Pin, str, tuple[str, ...]]:
    return dependency.version, dependency.pin, dependency.group, dependency.via


# The same project, locked by every tool


def test_every_kind_is_recorded() -> None:
    assert KINDS == ["berry", "bun", "npm1", "npm2", "npm3", "pnpm7", "pnpm8", "pnpm9", "yarn1"]


@pytest.mark.parametrize("kind", KINDS)
def test_versions_groups_and_ways_are_the_same_from_every_lock(kind: str) -> None:
    lock = recorded(kind)
    assert codes(lock) == []
    assert lock.lock
    exact = {one.name: told(one) for one in lock.dependencies if one.pin is Pin.EXACT}
    assert {name: exact[name] for name in ("is-odd", "is-number", "debug", "ms", "mkdirp", "minimist", "fsevents")} == {
        "is-odd": ("3.0.1", Pin.EXACT, "", ()),
        "is-number": ("6.0.0", Pin.EXACT, "", ("is-odd",)),
        "debug": ("2.6.9", Pin.EXACT, "", ()),
        "ms": ("2.0.0", Pin.EXACT, "", ("debug",)),
        "mkdirp": ("0.5.6", Pin.EXACT, "dev", ()),
        "minimist": ("1.2.8", Pin.EXACT, "dev", ("mkdirp",)),
        "fsevents": ("2.3.3", Pin.EXACT, "optional", ()),
    }
    if kind != "berry":  # which also locks what it would build fsevents with
        assert len(exact) == 7


@pytest.mark.parametrize("kind", KINDS)
def test_a_package_under_another_name_is_the_package(kind: str) -> None:
    lock = recorded(kind)
    (aliased,) = [one for one in lock.dependencies if one.alias]
    assert (aliased.name, aliased.alias) == ("debug", "log")
    assert "log" not in by_name(lock)


@pytest.mark.parametrize("kind", KINDS)
def test_code_of_the_project_is_local(kind: str) -> None:
    ours = by_name(recorded(kind))["ours"]
    assert (ours.pin, ours.version, ours.specifier) == (Pin.LOCAL, "", "ours")


@pytest.mark.parametrize("kind", KINDS)
def test_each_package_has_the_line_where_it_stands(kind: str) -> None:
    (path,) = (RECORDED / kind).iterdir()
    rows = path.read_text().split("\n")
    for dependency in recorded(kind).dependencies:
        row = rows[dependency.line - 1]
        assert (dependency.alias or dependency.name) in row or dependency.name in row, dependency
        assert row.rstrip().endswith((":", "{", ",")), dependency


@pytest.mark.parametrize("kind", KINDS)
def test_hashes_are_seen(kind: str) -> None:
    assert by_name(recorded(kind))["ms"].hashed
    assert not by_name(one("yarn.lock", 'a@1:\n  version "1.0.0"\n'))["a"].hashed


# package-lock.json


def test_copies_of_a_package_are_found_as_node_finds_them() -> None:
    lock = package_lock(
        {
            "": {"dependencies": {"a": "1", "b": "1"}},
            "node_modules/a": {"version": "1.0.0", "dependencies": {"c": "1"}},
            "node_modules/a/node_modules/c": {"version": "1.0.0"},
            "node_modules/b": {"version": "1.0.0", "dependencies": {"c": "2"}},
            "node_modules/c": {"version": "2.0.0"},
        }
    )
    assert {(one.version, one.via) for one in lock.dependencies if one.name == "c"} == {
        ("1.0.0", ("a",)), ("2.0.0", ("b",)),
    }  # fmt: skip


def test_of_two_copies_the_one_that_production_needs_speaks_for_both() -> None:
    lock = package_lock(
        {
            "": {"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}},
            "node_modules/b": {"version": "1.0.0", "dev": True, "dependencies": {"c": "1"}},
            "node_modules/b/node_modules/c": {"version": "1.0.0", "dev": True},
            "node_modules/a": {"version": "1.0.0", "dependencies": {"c": "1"}},
            "node_modules/a/node_modules/c": {"version": "1.0.0"},
        }
    )
    (found,) = [one for one in lock.dependencies if one.name == "c"]
    assert (found.group, found.via) == ("", ("a",))


def test_workspaces_links_and_what_comes_from_elsewhere() -> None:
    lock = package_lock(
        {
            "": {"dependencies": {"git": "x/y"}, "workspaces": ["packages/*"]},
            "packages/ours": {"version": "1.0.0", "dependencies": {"a": "1"}},
            "node_modules/ours": {"resolved": "packages/ours", "link": True},
            "node_modules/outside": {"resolved": "../elsewhere", "link": True},
            "node_modules/a": {"version": "1.0.0", "resolved": "https://host.example/a/-/a-1.0.0.tgz"},
            "node_modules/@s/b": {"version": "1.0.0", "resolved": "https://host.example/@s%2fb/-/b-1.0.0.tgz"},
            "node_modules/git": {"version": "1.0.0", "resolved": "git+ssh://git@host.example/x/y.git#0123"},
            "node_modules/tar": {"version": "1.0.0", "resolved": "https://host.example/anything.tgz"},
            "node_modules/other": {"version": "1.0.0", "resolved": "https://host.example/evil/-/evil-1.0.0.tgz"},
            "node_modules/bundled": {"version": "1.0.0", "inBundle": True},
        }
    )
    assert {one.name: one.pin for one in lock.dependencies} == {
        "ours": Pin.LOCAL, "outside": Pin.URL, "a": Pin.EXACT, "@s/b": Pin.EXACT, "git": Pin.URL, "tar": Pin.URL,
        "other": Pin.URL, "bundled": Pin.EXACT,
    }  # fmt: skip
    packages = by_name(lock)
    assert packages["ours"].specifier == "packages/ours"
    assert packages["a"].via == ()


def test_what_is_listed_for_development_is_asked_for_also_where_production_gets_it_through_others() -> None:
    lock = package_lock(
        {
            "": {"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}},
            "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}},
            "node_modules/b": {"version": "1.0.0", "dependencies": {"c": "1"}},
            "node_modules/c": {"version": "1.0.0"},
        }
    )
    assert {one.name: (one.group, one.via) for one in lock.dependencies} == {
        "a": ("", ()), "b": ("", ()), "c": ("", ("b",)),
    }  # fmt: skip


def test_packages_that_need_each_other_end() -> None:
    lock = package_lock(
        {
            "": {"dependencies": {"a": "1"}},
            "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}},
            "node_modules/b": {"version": "1.0.0", "dependencies": {"a": "1", "b": "1"}},
        }
    )
    assert {one.name: one.via for one in lock.dependencies} == {"a": (), "b": ("a",)}


@pytest.mark.parametrize(
    "key", ["/node_modules/a", "//node_modules/a", "node_modules/node_modules/a", "/x/node_modules/a"]
)
def test_looking_upwards_from_any_folder_ends(key: str) -> None:
    lock = package_lock(
        {"/": {"dependencies": {"none": "1"}}, key: {"version": "1.0.0", "dependencies": {"none": "1"}}}
    )
    assert [one.name for one in lock.dependencies] == ["a"]


def test_npm_says_itself_what_only_developers_need() -> None:
    lock = package_lock(
        {
            "node_modules/a": {"version": "1.0.0", "devOptional": True},
            "node_modules/b": {"version": "1.0.0", "peer": True},
            "node_modules/c": {"version": "1.0.0", "dev": True, "optional": True},
        }
    )
    assert {one.name: one.group for one in lock.dependencies} == {"a": "optional", "b": "peer", "c": "dev"}


def test_entries_without_a_usable_version_are_a_gap() -> None:
    lock = package_lock(
        {"node_modules/a": {}, "node_modules/../b": {"version": "1.0.0"}, "node_modules/c": {"version": "1.0.0"}}
    )
    assert codes(lock) == ["unclear-line"]
    assert [one.name for one in lock.dependencies] == ["c"]


def test_an_optional_package_that_npm_could_not_get_is_a_limit() -> None:
    lock = package_lock(
        {"node_modules/a": {"optional": True}, "node_modules/b": {"version": "1.0.0"}, "node_modules/c": {"dev": True}}
    )
    assert [(skip.kind, skip.code) for skip in lock.skipped] == [
        (SkipKind.LIMIT, "unpinned"), (SkipKind.GAP, "unclear-line"),
    ]  # fmt: skip
    assert "(line 4)" in lock.skipped[0].reason
    assert [one.name for one in lock.dependencies] == ["b"]


def test_what_stands_twice_is_a_gap() -> None:
    entries = '"node_modules/a": {"version": "1.0.0"}, "node_modules/a": {"version": "2.0.0"}'
    lock = one("package-lock.json", f'{{"lockfileVersion": 3, "packages": {{{entries}}}}}')
    assert codes(lock) == ["duplicate-entry"]
    assert by_name(lock)["a"].version == "2.0.0"


def test_npm_says_which_packages_run_a_program_when_installed() -> None:
    lock = package_lock(
        {
            "": {"hasInstallScript": True},
            "node_modules/a": {"version": "1.0.0", "hasInstallScript": True},
            "node_modules/b": {"version": "1.0.0", "hasInstallScript": False},
            "node_modules/c": {"version": "1.0.0"},
        }
    )
    assert {one.name: one.scripts for one in lock.dependencies} == {"a": True, "b": False, "c": False}


@pytest.mark.parametrize(("version", "key"), [("5.4", "/{}/1.0.0"), ("'6.0'", "/{}@1.0.0")])
def test_pnpm_says_it_up_to_version_8_of_what_it_fetched(version: str, key: str) -> None:
    text = f"""\
lockfileVersion: {version}
packages:
  {key.format("a")}:
    requiresBuild: true
    dev: false
  {key.format("b")}:
    requiresBuild: true
    dev: false
    optional: true
  {key.format("c")}:
    dev: false
"""
    lock = one("pnpm-lock.yaml", text)
    assert {one.name: one.scripts for one in lock.dependencies} == {"a": True, "b": False, "c": False}


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_lock_does_not_tell_nothing_is_claimed(kind: str) -> None:
    assert not any(one.scripts for one in recorded(kind).dependencies)


# Bad input, for every kind

_GOOD = {"version": "1.0.0"}
_OLD = '{"lockfileVersion": 1, "dependencies": %s}'
_BUN = '{"lockfileVersion": 1, "workspaces": {}, "packages": %s}'


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("package-lock.json", ""),
        ("package-lock.json", "{}"),
        ("package-lock.json", '{"lockfileVersion": 4, "packages": {}}'),
        ("package-lock.json", '{"lockfileVersion": 3, "packages": {"node_modules/a": 1}}'),
        ("package-lock.json", _OLD % ('{"a": {"dependencies": ' * 3000 + "{}" + "}}" * 3000)),
        ("package-lock.json", json.dumps({"lockfileVersion": 3, "packages": {"node_modules/a/" * 500: _GOOD}})),
        ("package-lock.json", b"\xff\xfe{\0}\0"),
        ("npm-shrinkwrap.json", "[" * 100_000),
        ("pnpm-lock.yaml", ""),
        ("pnpm-lock.yaml", "lockfileVersion: 4\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '10.0'\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: {a@1.0.0: {}}\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: &a\n  b@1.0.0: *a\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  <<: x\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n\ta@1.0.0:\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: x\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n<<<<<<< HEAD\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n" + "".join(" " * depth + "a:\n" for depth in range(1000))),
        ("yarn.lock", "# yarn lockfile v1\n<<<<<<< HEAD\na@1:\n  version 1.0.0\n"),
        ("yarn.lock", "a@1\n"),
        ("yarn.lock", '__metadata:\n  version: 8\n\n"a@npm:1": {version: 1.0.0}\n'),
        ("yarn.lock", "__metadata:\n  version: 8\n\n? a\nb: 1\n"),
        ("bun.lock", "{"),
        ("bun.lock", '{"lockfileVersion": 9, "workspaces": {}, "packages": {}}'),
        ("bun.lock", _BUN % '{"a": ["a@1.0.0", "", {"dependencies": 1}]}'),
        ("bun.lockb", b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\0\0"),
    ],
)  # fmt: skip
def test_what_is_no_lock_is_a_gap_and_nothing_else(path: str, data: str | bytes) -> None:
    lock = one(path, data)
    assert codes(lock) == ["broken-manifest"]
    assert lock.dependencies == ()


@pytest.mark.parametrize("path", ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"])
def test_a_list_made_to_keep_us_busy_is_a_gap(path: str) -> None:
    names = [f"p{number}" for number in range(25_000)]
    text = {
        "package-lock.json": json.dumps({"lockfileVersion": 3, "packages": dict.fromkeys(names, _GOOD)}),
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n" + "".join(f"  {n}@1.0.0:\n" for n in names),
        "yarn.lock": "".join(f'{n}@1:\n  version "1.0.0"\n' for n in names),
        "bun.lock": _BUN % json.dumps({n: [f"{n}@1.0.0", "", {}, ""] for n in names}),
    }[path]  # fmt: skip
    assert codes(one(path, text)) == ["broken-manifest"]


@pytest.mark.parametrize("path", ["pnpm-lock.yaml", "yarn.lock"])
@pytest.mark.parametrize("piece", ["'", '"', "{", "a: ", "? ", "a:b", "\\", ": ", ", "])
def test_lines_made_to_keep_us_busy_end_soon(path: str, piece: str) -> None:
    began = time.perf_counter()
    one(path, "__metadata:\n  version: 8\nlockfileVersion: 9\n" + piece * 15_000 + "\n" + (piece * 3_000 + "\n") * 20)
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_lock_never_ends_in_an_error(kind: str) -> None:
    (path,) = (RECORDED / kind).iterdir()
    whole = path.read_bytes()
    chance = random.Random(kind)  # the same damage in every run
    pieces = (
        b'"',
        b"'",
        b"{",
        b"}",
        b"[",
        b":",
        b"\n",
        b"  ",
        b"@",
        b'"":',
        b"null",
        b"1",
        b"\\",
        b"\xff",
        b"? ",
        b"&",
        b"npm:",
    )
    outcomes = set()
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3, 10))):
            place = chance.randrange(len(data))
            cut = chance.choice((0, 0, 1, 20))
            data[place : place + cut] = chance.choice(pieces)
        outcomes.update(codes(one(path.name, bytes(data))) or ["whole"])
    assert {"whole", "broken-manifest"} <= outcomes


@pytest.mark.parametrize("path", ["package-lock.json", "pnpm-lock.yaml", "bun.lock", "sub/poetry.lock", "Pipfile.lock"])
def test_an_empty_lock_is_called_empty(path: str) -> None:
    (skip,) = one(path, " \n").skipped
    assert (skip.kind, skip.code) == (SkipKind.GAP, "broken-manifest")
    assert "it is empty" in skip.reason


def test_yarn_leaves_an_empty_lock_where_there_are_no_packages() -> None:
    assert one("yarn.lock", "# yarn lockfile v1\n\n\n").skipped == ()
    assert one("yarn.lock", "").skipped == ()


def test_an_empty_name_is_a_gap() -> None:
    assert codes(one("yarn.lock", '"":\n  version "1.0.0"\n')) == ["unclear-line"]


# pnpm


def test_pnpm_keys_with_peers_hosts_and_patches() -> None:
    text = """\
lockfileVersion: '6.0'

dependencies:
  '@s/a':
    specifier: ^1.0.0
    version: 1.0.0(react@18.2.0)(x@1.0.0)

packages:

  /@s/a@1.0.0(react@18.2.0)(x@1.0.0):
    resolution: {integrity: sha512-aa==}
    deprecated: |-
      use: something else
        entirely
    dependencies:
      os: 0.1.1
      b: host.example/b@2.0.0
    dev: false

  /os@0.1.1:
    resolution: {integrity: sha512-aa==}
    dev: false

  host.example/b@2.0.0:
    resolution: {integrity: sha512-aa==, tarball: https://host.example/b.tgz}
    name: b
    version: 2.0.0
    dev: false

  github.com/owner/repo/0123456789abcdef:
    resolution: {tarball: https://codeload.github.com/owner/repo/tar.gz/0123456789abcdef}
    name: from-git
    version: 3.0.0
    dev: true
"""
    assert {one.name: told(one) for one in one("pnpm-lock.yaml", text).dependencies} == {
        "@s/a": ("1.0.0", Pin.EXACT, "", ()),
        "os": ("0.1.1", Pin.EXACT, "", ("@s/a",)),
        "b": ("2.0.0", Pin.EXACT, "", ("@s/a",)),
        "from-git": ("", Pin.URL, "dev", ()),
    }


def test_a_pnpm_package_called_like_a_field_keeps_its_version() -> None:
    text = """\
lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      os:
        specifier: ^0.1.0
        version: 0.1.1
  packages/ours:
    devDependencies:
      time:
        specifier: ^1.0.0
        version: 1.0.0
packages:
  os@0.1.1:
    resolution: {integrity: sha512-aa==}
  time@1.0.0:
    resolution:
      {
        integrity: sha512-aa==,
        tarball: https://host.example/{a}.tgz,
      }
snapshots:
  os@0.1.1: {}
  time@1.0.0: {}
"""
    lock = one("web/pnpm-lock.yaml", text)
    assert codes(lock) == []
    assert {one.name: (one.version, one.group, one.specifier) for one in lock.dependencies} == {
        "os": ("0.1.1", "dev", ""), "time": ("1.0.0", "dev", ""), "": ("", "", "web/packages/ours"),
    }  # fmt: skip


def test_a_pnpm_key_too_long_for_its_line() -> None:
    name = "long-" + "x" * 100
    text = f"lockfileVersion: '9.0'\npackages:\n  ? '{name}@1.0.0'\n  : resolution: {{integrity: sha512-aa==}}\n"
    (found,) = one("pnpm-lock.yaml", text).dependencies
    assert (found.name, found.version, found.hashed) == (name, "1.0.0", True)


def test_pnpm_may_indent_as_it_likes() -> None:
    text = "lockfileVersion: '9.0'\npackages:\n        a@1.0.0:\n           resolution: {integrity: sha512-aa==}\n"
    (found,) = one("pnpm-lock.yaml", text).dependencies
    assert (found.name, found.hashed) == ("a", True)


# bun


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_every_form_of_bun_lock(version: int) -> None:
    text = f"""{{
  "lockfileVersion": {version},
  "configVersion": 1,
  "workspaces": {{ "": {{ "dependencies": {{ "a": "^1.0.0", }}, }}, }},
  "overrides": {{ "b": "2.0.0", "a": {{ ".": "1.0.0", "b": "2.0.0", }}, }},
  "packages": {{
    "a": ["a@1.0.0", "", {{ "dependencies": {{ "b": "^1.0.0" }} }}, "sha512-aa=="],
    "b": ["b@2.0.0", "", {{}}, "sha512-aa=="],
  }}
}}
"""
    lock = one("bun.lock", text)
    assert codes(lock) == []
    assert {one.name: told(one) for one in lock.dependencies} == {
        "a": ("1.0.0", Pin.EXACT, "", ()), "b": ("2.0.0", Pin.EXACT, "", ("a",)),
    }  # fmt: skip


# yarn


def test_yarn_ranges_that_share_a_version_and_places_elsewhere() -> None:
    text = """\
# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@1.x || 2":
  version "1.5.0"
  resolved "https://host.example/@s/a/-/a-1.5.0.tgz#aa"
  dependencies:
    b "^2.0.0"

b@^2.0.0, "b@>= 2":
  version "2.0.0"

"c@git+https://user:password@host.example/c.git":
  version "1.0.0"
  resolved "git+https://user:password@host.example/c.git#0123"
"""
    package = '{"devDependencies": {"@s/a": "1.x || 2"}}'
    lock = manifests_of({"yarn.lock": text, "package.json": package})["yarn.lock"]
    assert {one.name: told(one) for one in lock.dependencies} == {
        "@s/a": ("1.5.0", Pin.EXACT, "dev", ()),
        "b": ("2.0.0", Pin.EXACT, "dev", ("@s/a",)),
        "c": ("", Pin.URL, "", ()),
    }
    assert not any("password" in str(one) for one in lock.dependencies)


def test_without_a_package_json_everything_counts_as_needed() -> None:
    assert {one.group for one in one("yarn.lock", 'a@1:\n  version "1.0.0"\n').dependencies} == {""}


def test_yarn_patches_workspaces_and_packages_under_another_name() -> None:
    text = """\
__metadata:
  version: 8
  cacheKey: 10c0

"log@npm:debug@2.6.9":
  version: 2.6.9
  resolution: "debug@npm:2.6.9"
  dependencies:
    ms: 2.0.0
  checksum: 10c0/aa
  languageName: node
  linkType: hard

"ms@npm:2.0.0":
  version: 2.0.0
  resolution: "ms@npm:2.0.0"
  languageName: node
  linkType: hard

"typed@npm:^1.0.0":
  version: 1.0.0
  resolution: "typed@npm:1.0.0"
  languageName: node
  linkType: hard

"typed@patch:typed@npm%3A^1.0.0#~/fix.patch":
  version: 1.0.0
  resolution: "typed@patch:typed@npm%3A1.0.0#~/fix.patch::version=1.0.0&hash=aa"
  languageName: node
  linkType: hard

"web@workspace:packages/web":
  version: 0.0.0-use.local
  resolution: "web@workspace:packages/web"
  dependencies:
    log: "npm:debug@2.6.9"
    typed: "patch:typed@npm%3A^1.0.0#~/fix.patch"
  languageName: unknown
  linkType: soft
"""
    package = json.dumps(
        {
            "dependencies": {"log": "npm:debug@2.6.9"},
            "devDependencies": {"typed": "patch:typed@npm%3A^1.0.0#~/fix.patch"},
        }
    )
    lock = manifests_of({"yarn.lock": text, "packages/web/package.json": package})["yarn.lock"]
    assert codes(lock) == []
    assert [(one.name, one.alias, *told(one)) for one in lock.dependencies] == [
        ("debug", "log", "2.6.9", Pin.EXACT, "", ()),
        ("ms", "", "2.0.0", Pin.EXACT, "", ("debug",)),
        ("typed", "", "1.0.0", Pin.EXACT, "dev", ("typed",)),
        ("typed", "", "", Pin.LOCAL, "dev", ()),
        ("web", "", "", Pin.LOCAL, "", ()),
    ]


# bun


def test_bun_comments_commas_and_nested_copies() -> None:
    text = """\
{
  // written by hand, /* and not by bun */
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "top", "dependencies": { "a": "^1.0.0", "ours": "workspace:*", }, },
    "packages/ours": { "name": "ours", "devDependencies": { "c": "^2.0.0", }, },
  },
  "packages": {
    "a": ["a@1.0.0", "", { "dependencies": { "c": "^1.0.0", "@s/d": "1" } }, "sha512-aa=="],

    "a/c": ["c@1.0.0", "", {}, "sha512-, }"],

    "@s/d": ["@s/d@1.0.0", "", { "dependencies": { "c": "^3.0.0" } }, "sha512-aa=="],

    "@s/d/c": ["c@3.0.0", "", {}, "sha512-aa=="],

    "c": ["c@2.0.0", "", {}, "sha512-aa=="],

    "ours": ["ours@workspace:packages/ours"],

    "hub": ["hub@github:owner/repo#0123", {}, "owner-repo-0123"],
  },
}
"""
    lock = one("bun.lock", text)
    assert codes(lock) == []
    assert {(one.name, *told(one)) for one in lock.dependencies if one.name} == {
        ("a", "1.0.0", Pin.EXACT, "", ()),
        ("c", "1.0.0", Pin.EXACT, "", ("a",)),
        ("@s/d", "1.0.0", Pin.EXACT, "", ("a",)),
        ("c", "3.0.0", Pin.EXACT, "", ("a", "@s/d")),
        ("c", "2.0.0", Pin.EXACT, "dev", ()),
        ("ours", "", Pin.LOCAL, "", ()),
        ("hub", "", Pin.URL, "", ()),
    }


# package.json


def test_every_list_of_package_json() -> None:
    text = """\
{
  "dependencies": {
    "a": "^1.0.0",
    "alias": "npm:@s/real@2.0.0",
    "b": "npm:^1.0.0",
    "c": "catalog:",
    "d": "user/repo"
  },
  "peerDependencies": { "react": ">=17" },
  "overrides": { "deep": { ".": "1.0.0", "deeper": "2.0.0" }, "a": "$a", "x@^1": "1.1.0" },
  "resolutions": { "up/**/@s/down": "3.0.0" },
  "pnpm": { "overrides": { "one>two@^2": "2.2.2" } }
}
"""
    manifest = one("package.json", text)
    assert [(d.name, d.alias, d.pin, d.version, d.group, d.line) for d in manifest.dependencies] == [
        ("a", "", Pin.RANGE, "", "", 3),
        ("@s/real", "alias", Pin.EXACT, "2.0.0", "", 4),
        ("b", "", Pin.RANGE, "", "", 5),
        ("c", "", Pin.RANGE, "", "", 6),
        ("d", "", Pin.URL, "", "", 7),
        ("react", "", Pin.RANGE, "", "peer", 9),
        ("deep", "", Pin.EXACT, "1.0.0", "overrides", 10),
        ("deeper", "", Pin.EXACT, "2.0.0", "overrides", 10),
        ("x", "", Pin.EXACT, "1.1.0", "overrides", 10),
        ("@s/down", "", Pin.EXACT, "3.0.0", "overrides", 11),
        ("two", "", Pin.EXACT, "2.2.2", "overrides", 12),
    ]


def test_a_hundred_thousand_lines_are_read_at_once() -> None:
    rows = ["lockfileVersion: '9.0'", "packages:"]
    for number in range(8_000):
        rows += [f"  p{number}@1.0.0:", "    resolution: {integrity: sha512-aa==}", "    engines: {node: '>=6'}", ""]
    rows.append("snapshots:")
    for number in range(8_000):
        needs = [f"      p{(number * step + 1) % 8_000}: 1.0.0" for step in range(2, 8)]
        rows += [f"  p{number}@1.0.0:", "    dependencies:", *needs, ""]
    began = time.perf_counter()
    lock = one("pnpm-lock.yaml", "\n".join(rows))
    assert len(rows) > 100_000
    assert len(lock.dependencies) == 8_000
    assert time.perf_counter() - began < 3
