"""What the run goes by: flags over environment over the user's config over the project's, once a person accepted it.

The project's own config lies in the tree under review: whoever wrote the code wrote it too. It is read only when its
digest was accepted by a person on this machine, and it can say less than the user's.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import platformdirs

from walkdown.errors import SettingsError
from walkdown.model.severity import Severity

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT_CONFIG = ".walkdown/config.toml"
MIB = 1024 * 1024
MOST_JOBS = 256
MOST_SECONDS = 86_400.0
MOST_FILE_MB = 1024.0
MOST_DAYS = 3650
INDEX_DAYS = 90
_PROJECT_BYTES = 64 * 1024

_Jobs = Annotated[int, msgspec.Meta(ge=1, le=MOST_JOBS)]
_Seconds = Annotated[float, msgspec.Meta(ge=1, le=MOST_SECONDS)]
_Days = Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)]
_FileMb = Annotated[float, msgspec.Meta(ge=0.01, le=MOST_FILE_MB)]
# It names a folder and stands in reports.
_Name = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9_-]{0,30}\Z")]
_Command = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Folders(msgspec.Struct, frozen=True):
    """Where walkdown keeps its own things; never inside a target."""

    config: Path
    cache: Path
    state: Path

    @classmethod
    def of_user(cls, environment: Mapping[str, str] = os.environ) -> Folders:
        def pick(variable: str, usual: str) -> Path:
            return Path(environment.get(variable) or usual)

        return cls(
            config=pick("WALKDOWN_CONFIG_DIR", platformdirs.user_config_dir("walkdown")),
            cache=pick("WALKDOWN_CACHE_DIR", platformdirs.user_cache_dir("walkdown")),
            state=pick("WALKDOWN_STATE_DIR", platformdirs.user_state_dir("walkdown")),
        )


class External(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scanner of the user's own: a command that prints SARIF. `{target}` stands for the folder under review."""

    name: _Name
    command: _Command


class ProjectConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What a project may say about itself."""

    exclude: tuple[str, ...] = ()
    fail_on: Severity | None = None
    checklists: tuple[str, ...] = ()


class UserConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    exclude: tuple[str, ...] = ()
    fail_on: Severity | None = None
    skip: tuple[str, ...] = ()
    offline: bool = False
    jobs: _Jobs | None = None
    timeout: _Seconds | None = None
    max_file_mb: _FileMb | None = None
    advisory_days: _Days | None = None
    index_days: _Days | None = None
    ask_indexes: bool = False
    pypi_index: str = ""
    npm_registry: str = ""
    installed: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    scanners: tuple[External, ...] = ()
    checklists: tuple[str, ...] = ()
    allowed_signers: str = ""
    theme: str = ""
    keys: dict[str, str] = {}

    # theme, keys: of the app; it knows their names and checks them.


class Settings(msgspec.Struct, frozen=True):
    """Everything a scan goes by. `advisory_days`: how old advisories may be; None: it depends on whether newer ones can
    be had, see advisories.store. `index_days`: the same of package names. `ask_indexes`: a person
    allowed it to send the names of packages to their indexes, or to the mirrors given. `installed`: environments or
    node_modules that lie elsewhere. `notes` tell the person where a surprising value came from."""

    folders: Folders
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    fail_on: Severity = Severity.HIGH
    allow_incomplete: bool = False
    offline: bool = False
    cache: bool = True
    jobs: int = 2
    timeout: float = 3600.0
    scanner_timeout: float = 900.0
    max_file_bytes: int = 5 * MIB
    advisory_days: int | None = None
    index_days: int = INDEX_DAYS
    ask_indexes: bool = False
    pypi_index: str = ""
    npm_registry: str = ""
    installed: tuple[str, ...] = ()
    include_ignored: bool = False
    blame: bool = False
    changed_since: str = ""
    rules: tuple[str, ...] = ()
    sarif: tuple[str, ...] = ()
    external: tuple[External, ...] = ()
    checklists: tuple[str, ...] = ()
    allowed_signers: str = ""
    project_digest: str = ""
    notes: tuple[str, ...] = ()


Config = TypeVar("Config", UserConfig, ProjectConfig)


def load(
    folders: Folders, project: bytes | None, identity: str = "", environment: Mapping[str, str] = os.environ
) -> Settings:
    """Settings before flags. `project` is the text of the project's config, where it has one; `identity` says which
    project that is, for what was accepted for one counts in no other."""
    user = read_user_config(folders)
    settings = Settings(
        folders=folders,
        exclude=user.exclude,
        skip=user.skip,
        fail_on=user.fail_on or Severity.HIGH,
        offline=user.offline or environment.get("WALKDOWN_OFFLINE", "") not in ("", "0"),
        jobs=user.jobs or default_jobs(),
        timeout=user.timeout or 3600.0,
        max_file_bytes=int((user.max_file_mb or 5) * MIB),
        advisory_days=user.advisory_days,
        index_days=user.index_days or INDEX_DAYS,
        ask_indexes=user.ask_indexes,
        pypi_index=user.pypi_index,
        npm_registry=user.npm_registry,
        installed=tuple(_own_path(folders, one) for one in user.installed),
        rules=user.rules,
        external=user.scanners,
        checklists=user.checklists,
        allowed_signers=_own_path(folders, user.allowed_signers),
    )
    return settings if project is None else _with_project(settings, user, project, identity)


def _own_path(folders: Folders, text: str) -> str:
    """A path in the user's config, which may start at their home; otherwise it starts at the config's folder."""
    return str(folders.config.absolute() / Path(text).expanduser()) if text else ""


def read_user_config(folders: Folders) -> UserConfig:
    path = folders.config / "config.toml"
    try:
        return decode(path.read_bytes(), UserConfig, str(path))
    except FileNotFoundError:
        return UserConfig()
    except OSError as error:
        what = f"{path} cannot be read: {error.strerror}."
        raise SettingsError(what, "Mend its permissions or move it away.") from error


def decode(data: bytes, kind: type[Config], name: str) -> Config:
    """One clear sentence for a broken file: which file, which key, what was expected."""
    try:
        return msgspec.convert(tomllib.loads(data.decode()), kind)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name} is not UTF-8.", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name} is not valid TOML: {error}.", "Mend that line.") from error
    except msgspec.ValidationError as error:
        known = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
        raise SettingsError(f"{name}: {error}.", f"Keys that exist: {known}.") from error


def default_jobs() -> int:
    """The cores we may use, not the cores the machine has."""
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def accept_project(folders: Folders, data: bytes, identity: str) -> str:
    """A person read the project's config and takes it: this text, for this project."""
    decode(data, ProjectConfig, PROJECT_CONFIG)
    digest = digest_of(data)
    path = _accepted_file(folders)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            file.write(f"{identity}:{digest}\n")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.", "Set WALKDOWN_STATE_DIR.") from error
    return digest


def _with_project(settings: Settings, user: UserConfig, data: bytes, identity: str) -> Settings:
    digest = digest_of(data)
    if f"{identity}:{digest}" not in _accepted(settings.folders):
        note = f"The project's {PROJECT_CONFIG} is not used: nobody accepted it. Read it, then: walkdown config accept"
        return msgspec.structs.replace(settings, notes=(*settings.notes, note))
    project = decode(data, ProjectConfig, PROJECT_CONFIG)
    return msgspec.structs.replace(
        settings,
        exclude=(*settings.exclude, *project.exclude),
        fail_on=user.fail_on or project.fail_on or settings.fail_on,
        checklists=user.checklists or project.checklists,
        project_digest=digest,
        notes=(*settings.notes, f"The project's own {PROJECT_CONFIG} counts here (accepted, sha256 {digest[:16]}…)."),
    )


def read_project(root: Path) -> bytes | None:
    """The project's own config as bytes, None where there is none; whether it counts is for a person to say."""
    file = root / PROJECT_CONFIG
    try:
        # A link would show, and let count, a file that is not the project's.
        if file.parent.is_symlink() or file.is_symlink() or not file.is_file():
            return None
        with file.open("rb") as opened:
            data = opened.read(_PROJECT_BYTES + 1)
    except (OSError, ValueError):
        return None  # opening the target says what is wrong with the path
    if len(data) > _PROJECT_BYTES:
        raise SettingsError(f"{PROJECT_CONFIG} of the project is larger than 64 KB.", "Make it smaller.")
    return data


def _accepted(folders: Folders) -> frozenset[str]:
    try:
        return frozenset(_accepted_file(folders).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        path = _accepted_file(folders)
        raise SettingsError(f"{path} cannot be read: {error}.", "Delete it and accept the config again.") from error


def _accepted_file(folders: Folders) -> Path:
    return folders.state / "accepted-configs"
