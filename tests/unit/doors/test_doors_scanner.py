"""What the map of doors is made from, what it says that it looks for, and which of its children answers anew when."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import walkdown.doors
from walkdown.doors import hazards, scanner
from walkdown.doors.files import choose, is_aside, is_read
from walkdown.doors.scanner import Doors
from walkdown.doors.wire import own_modules
from walkdown.model import MapScanner, Rule, SourceFile, Tool
from walkdown.model.hazards import HAZARDS
from walkdown.syntax.script_program import EXTENSIONS


def rules(value: object, deep: int = 0) -> Iterator[Rule]:
    if isinstance(value, Rule):
        yield value
    elif deep < 4 and isinstance(value, dict | tuple | list | frozenset | set):
        for one in value.values() if isinstance(value, dict) else value:
            yield from rules(one, deep + 1)


def all_rules() -> set[Rule]:
    modules = pkgutil.walk_packages(walkdown.doors.__path__, "walkdown.doors.")
    return {
        rule for one in modules for value in vars(importlib.import_module(one.name)).values() for rule in rules(value)
    }


def test_it_says_that_it_looks_for_exactly_what_its_questions_speak_of() -> None:
    spoken = {rule.hazard for rule in all_rules()}
    assert spoken == hazards.OF_CODE | hazards.OF_SQL, "doors/hazards.py tells it without loading the questions"
    assert spoken <= set(HAZARDS)


def test_every_rule_is_the_maps_own_and_has_a_name_of_its_own() -> None:
    found = all_rules()
    assert {rule.tool for rule in found} == {"doors"}
    assert len({rule.id for rule in found}) == len(found)


def test_it_looks_for_what_the_kinds_of_files_can_show() -> None:
    doors = Doors()
    assert isinstance(doors, MapScanner)
    assert doors.looks_for(["db/schema.sql"]) == {"auth.rls"}
    assert "auth.object-level" in doors.looks_for(["src/app.ts"])
    assert doors.looks_for(["app.py", "README.md", "types.d.ts"]) == frozenset()


@pytest.mark.parametrize(
    "path",
    [
        "src/app.ts", "app/api/test/route.ts", "src/tests/tests.controller.ts", "src/vendors/vendors.service.ts",
        "app/coverage/page.tsx", "index.js", "supabase/functions/pay/index.ts", "pages/api/build.js", "server.mjs",
        "supabase/migrations/0001_init.sql", "src/fixtures/fixtures.controller.ts",
    ],
)  # fmt: skip
def test_application_code_is_read(path: str) -> None:
    assert is_read(path)


@pytest.mark.parametrize(
    "path",
    [
        "node_modules/x/index.js", "dist/main.js", "apps/web/.next/server/page.js", "src/app.test.ts", "e2e/login.ts",
        "test/app.e2e-spec.ts", "src/__tests__/helpers.ts", "public/jquery.min.js", "src/button.stories.tsx",
        "types.d.ts", "packages/a/build/index.js", "vendor/lib.js", "src/types.d.mts", "jest.config.ts", "app.py",
        "supabase/tests/rls.sql", "package.json",
    ],
)  # fmt: skip
def test_tests_and_what_was_built_or_taken_over_make_no_doors(path: str) -> None:
    assert not is_read(path)


def test_the_extensions_are_those_that_have_a_reader() -> None:
    assert {path.rpartition(".")[2] for path in (f"a.{one}" for one in EXTENSIONS) if is_read(path)} == EXTENSIONS


def test_configs_go_along_and_what_is_left_out_is_counted() -> None:
    names = [
        "package.json", "tsconfig.base.json", "supabase/config.toml", "prisma/schema.prisma", "deno.json", "app.ts",
        "db.sql", "dist/app.js", "dist/db.sql", "data/big.json", "node_modules/x/package.json", "README.md",
        "packages/tsconfig/base.json", "functions/import_map.json", ".env",
    ]  # fmt: skip
    chosen = choose([SourceFile(name, name, 10) for name in names])
    assert [file.path for file in chosen.read] == ["app.ts", "db.sql"]
    assert sorted(file.path for file in chosen.beside) == [
        "deno.json", "functions/import_map.json", "package.json", "packages/tsconfig/base.json", "prisma/schema.prisma",
        "supabase/config.toml", "tsconfig.base.json",
    ]  # fmt: skip
    assert set(names) - set(chosen.paths) == {"dist/app.js", "dist/db.sql", "node_modules/x/package.json"}
    (left,) = chosen.skipped
    assert (left.kind.value, left.reason[:7]) == ("scope", "2 files")
    assert choose([SourceFile("app.ts", "1", 1)]).skipped == ()
    assert is_aside("dist/app.js")


def test_its_keys_change_with_our_own_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reads").mkdir()
    (tmp_path / "asks").mkdir()
    for name in ("reads/a.py", "asks/b.py"):
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(scanner, "_READERS", (tmp_path / "reads",))
    monkeypatch.setattr(scanner, "_ALL", (tmp_path / "reads", tmp_path / "asks"))

    def keys() -> tuple[str, str]:
        scanner._digest.cache_clear()
        doors, tool = Doors(), Tool("doors", "1", ())
        return doors.key(tool), doors.reading_key(tool)

    first = keys()
    assert first == keys()
    (tmp_path / "asks/b.py").write_text("two")
    asked = keys()
    assert (asked[0] != first[0], asked[1] == first[1]) == (True, True), "what was read stays good"
    (tmp_path / "reads/a.py").write_text("two")
    assert keys()[0] != asked[0]
    assert keys()[1] != first[1]
    scanner._digest.cache_clear()


def test_the_digest_covers_every_source_of_the_room() -> None:
    covered = set(own_modules(scanner._ALL))
    here = Path(walkdown.doors.__path__[0])
    assert {here / "link.py", here / "sql" / "play.py", here / "questions" / "ask.py"} <= covered
    assert here.parent / "syntax" / "script_program.py" in covered
