"""The hooks that other repositories take from here: the commands in them exist and take those flags."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import msgspec
import pytest

from walkdown.cli.main import cli

FILE = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


class Hook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    name: str
    description: str
    entry: str
    args: tuple[str, ...]
    language: str
    stages: tuple[str, ...]
    always_run: bool
    pass_filenames: bool
    require_serial: bool
    verbose: bool = False


HOOKS = {hook.id: hook for hook in msgspec.yaml.decode(FILE.read_bytes(), type=list[Hook])}


def test_which_there_are_and_when_they_run() -> None:
    stages = {name: hook.stages for name, hook in HOOKS.items()}
    assert stages == {"walkdown-check": ("pre-push",), "walkdown-scan": ("pre-commit",)}


@pytest.mark.parametrize("name", HOOKS)
def test_it_runs_whatever_changed_and_takes_no_file_names(name: str) -> None:
    hook = HOOKS[name]
    assert (hook.always_run, hook.pass_filenames, hook.language) == (True, False, "python")


@pytest.mark.parametrize("name", HOOKS)
def test_its_command_exists_and_takes_its_flags(name: str) -> None:
    program, command, *flags = (*shlex.split(HOOKS[name].entry), *HOOKS[name].args)
    assert program == "walkdown"
    found = cli.commands[command]
    with click.Context(found, info_name=command) as context:
        found.parse_args(context, flags)
    assert context.params["offline"] is True
