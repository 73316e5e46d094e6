"""Versions that nothing holds still: no lock, a lock that does not fit, ranges left open, branches, install scripts."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from walkdown.advisories.out_of_step import Step, out_of_step
from walkdown.errors import WalkdownError
from walkdown.model.dependency import Dependency, Manifest, Pin
from walkdown.model.finding import Finding, Rule, Source
from walkdown.model.place import FilePlace, PackagePlace, Place, RepoPlace
from walkdown.model.scanner import Sources
from walkdown.model.severity import Confidence, Severity
from walkdown.scanners.packages import texts
from walkdown.scanners.packages.addresses import BRANCH, FIXED, held_by
from walkdown.scanners.packages.applications import (
    Knows,
    beside_the_application,
    has_members,
    is_application,
    is_judged,
    is_list_of_library,
    is_member,
    is_stray,
)
from walkdown.scanners.packages.places import is_fixture
from walkdown.target.manifests import floating
from walkdown.target.manifests.names import is_development
from walkdown.target.manifests.npm_graph import OVERRIDES, PEER

MOST_PLACES = 20
_SHOWN = 12
_LOCKS_OF = {
    "package-json": frozenset({"package-lock", "pnpm-lock", "yarn-lock", "bun-lock"}),
    "pyproject": frozenset({"poetry-lock", "uv-lock", "pdm-lock", "pylock"}),
    "pipfile": frozenset({"pipfile-lock"}),
}
_LOCKED_BY = {
    "package-json": "package-lock.json, pnpm-lock.yaml, yarn.lock or bun.lock",
    "pyproject": "uv.lock, poetry.lock or pdm.lock",
    "pipfile": "Pipfile.lock",
    "setup-cfg": "a compiled requirements.txt",
}
_UPPER = re.compile(r"<|~=|==|\^|~")
_PNPM_OVERRIDES = re.compile(r"^overrides:\n((?:[ \t]+.*\n)+)", re.MULTILINE)
_FEW = 4  # less than one in so many: nearly all are held
_HARMLESS = frozenset({"fsevents"})  # builds itself from its own archive, on a Mac alone, and is in nearly every lock
_MAY_MISS = 0.5  # of a list that lacks this much of its own lock, the lock belongs to something else


class Pinning:
    def __init__(self, manifests: Sequence[Manifest], sources: Sources, knows: Knows) -> None:
        self._manifests = manifests
        self._sources = sources
        self._knows = knows
        self._locks = [one for one in manifests if one.lock and not is_fixture(one.path)]

    def findings(self) -> Iterator[Finding]:
        judged = [one for one in self._manifests if is_judged(one)]
        loose = [(manifest, left) for manifest in judged if (left := self._left_open(manifest))]
        roots = [posixpath.dirname(one.path) for one, _ in loose if has_members(one, self._sources)]
        listed = {posixpath.dirname(one.path) for one, _ in loose if one.kind == "requirements"} | self._frozen()
        built = {posixpath.dirname(one.path) for one, _ in loose if one.kind == "pyproject"}
        for manifest, left in loose:
            folder = posixpath.dirname(manifest.path)
            if manifest.kind == "requirements":
                yield _open_versions(manifest, left)
            elif manifest.kind == "setup-cfg" and folder in built:
                continue
            elif not (manifest.ecosystem == "PyPI" and folder in listed) and not _below(folder, roots):
                yield _no_lock(manifest, left)
        for manifest in judged:
            yield from self._out_of_step(manifest)
        yield from self._addresses(judged)
        for lock in self._locks:
            scripts = [one for one in lock.dependencies if one.scripts and one.name not in _HARMLESS]
            if scripts and not beside_the_application(lock.path):
                yield _install_scripts(lock, scripts)

    def _left_open(self, manifest: Manifest) -> tuple[Dependency, ...]:
        """What production needs of an application, and no lock and no version of its own fixes."""
        if manifest.kind not in (*_LOCKED_BY, "requirements"):
            return ()
        left, locks = floating(manifest, self._manifests)
        open_now = tuple(one for one in left if not one.group)
        if not open_now or locks or not is_application(manifest, self._sources, self._knows):
            return ()
        if manifest.kind == "requirements" and (
            self._is_compiled(manifest) or is_list_of_library(manifest, self._manifests, self._sources, self._knows)
        ):
            return ()
        return open_now

    def _is_compiled(self, manifest: Manifest) -> bool:
        """`requirements.in`, where `requirements.txt` beside it has the versions."""
        stem, suffix = posixpath.splitext(manifest.path)
        return suffix == ".in" and any(one.path == f"{stem}.txt" for one in self._manifests)

    def _frozen(self) -> set[str]:
        """Folders with a list in which every version is fixed: it stands in for the lock."""
        return {
            posixpath.dirname(one.path)
            for one in self._manifests
            if one.kind == "requirements" and one.dependencies and all(d.pin is Pin.EXACT for d in one.dependencies)
        }

    def _out_of_step(self, manifest: Manifest) -> Iterator[Finding]:
        _, locks = floating(manifest, self._manifests)
        fitting = [lock for lock in locks if lock in self._locks and lock.kind in _LOCKS_OF.get(manifest.kind, ())]
        deepest = max((len(lock.covers) for lock in fitting), default=0)
        for lock in fitting:
            if len(lock.covers) < deepest or not lock.dependencies or not is_member(manifest, lock, self._sources):
                continue
            steps = out_of_step(manifest, lock, self._forced(lock))
            missing = sum(not step.locked for step in steps)
            if steps and missing <= _MAY_MISS * len(manifest.dependencies):
                yield _does_not_fit(manifest, lock, steps, stray=is_stray(lock, self._sources))

    def _forced(self, lock: Manifest) -> set[str]:
        """Packages on which something else than this manifest has the say: a root's overrides, pnpm's settings."""
        forced = {
            one.name
            for manifest in self._manifests
            if not manifest.lock and manifest.ecosystem == lock.ecosystem
            for one in manifest.dependencies
            if one.group == OVERRIDES
        }
        if lock.kind == "pnpm-lock":
            try:
                text = self._sources.read(lock.path).decode("utf-8", "replace")
            except (OSError, WalkdownError):
                return forced
            for block in _PNPM_OVERRIDES.findall(text):
                keys = re.findall(r"^\s+[\"']?(?:.*>)?(@?[^@\"':>\s]+)", block, re.MULTILINE)
                forced.update(keys)
        return forced

    def _addresses(self, judged: Sequence[Manifest]) -> Iterator[Finding]:
        """A lock notes the commit or the hash, so there only what has none is left."""
        found: dict[tuple[str, str, str], list[Dependency]] = defaultdict(list)
        for manifest in judged:
            _, locks = floating(manifest, self._manifests)
            if any(lock.kind in _LOCKS_OF.get(manifest.kind, ()) for lock in locks):
                continue
            for one in manifest.dependencies:
                held = FIXED
                if one.pin is Pin.URL and one.group not in (OVERRIDES, PEER):
                    held = held_by(one, self._sources)
                if held != FIXED:
                    found[held, one.ecosystem, one.name or f"{one.path}:{one.line}"].append(one)
        for (held, _, _), wanted in found.items():
            if held == BRANCH:
                yield _from_elsewhere(texts.FROM_BRANCH, wanted, "comes from a branch, not from a commit")
            else:
                yield _from_elsewhere(texts.FROM_ADDRESS, wanted, "comes from an address, without a hash")


def _below(folder: str, roots: Sequence[str]) -> bool:
    """In a workspace, whose one lock is missing at its top."""
    return any(folder != root and (not root or folder.startswith(f"{root}/")) for root in roots)


def _no_lock(manifest: Manifest, left: Sequence[Dependency]) -> Finding:
    title = f"{manifest.path} has no lock file"
    hint = f" Beside it would be {_LOCKED_BY[manifest.kind]}. {_count(left)} open: {_listed(left)}."
    place = FilePlace(manifest.path, left[0].line)
    return _about(texts.NO_LOCK, title, hint, f"lock of {manifest.path}", [place], Severity.MEDIUM)


def _open_versions(manifest: Manifest, left: Sequence[Dependency]) -> Finding:
    title = f"{manifest.path} leaves {_count(left)} open"
    hint = f" Open are: {_listed(left)}."
    # A range with an end, such as `~=5.1`, moves a little; one without takes in the next rewrite.
    bounded = all(one.pin is Pin.RANGE and _UPPER.search(one.specifier) for one in left)
    few = len(left) * _FEW < len(manifest.dependencies)
    severity = Severity.LOW if bounded or few else Severity.MEDIUM
    places = [FilePlace(one.path, one.line) for one in left]
    return _about(texts.OPEN, title, hint, f"open versions of {manifest.path}", places, severity)


def _does_not_fit(manifest: Manifest, lock: Manifest, steps: Sequence[Step], *, stray: bool) -> Finding:
    title = f"{lock.path} does not fit {manifest.path}"
    told = [_step(step) for step in steps[:_SHOWN]]
    more = f"; and {len(steps) - _SHOWN} more" if len(steps) > _SHOWN else ""
    running = any(not step.asked.group or not is_development(step.asked.group) for step in steps)
    places = [FilePlace(manifest.path, step.asked.line) for step in steps]
    about = f"lock {lock.path} against {manifest.path}"
    severity = Severity.MEDIUM if running and not stray else Severity.LOW
    return _about(texts.OUT_OF_STEP, title, f" {'; '.join(told)}{more}.", about, places, severity)


def _step(step: Step) -> str:
    asked = step.asked.specifier or step.asked.version or "any version"
    if not step.locked:
        return f"{step.asked.name} is not in the lock"
    return f"{step.asked.name} is asked for as {asked}, and locked as {', '.join(step.locked[:3])}"


def _from_elsewhere(rule: Rule, wanted: Sequence[Dependency], what: str) -> Finding:
    one = wanted[0]
    title = f"{one.name or 'A package'} {what}"
    places = [_place(each) for each in wanted[: MOST_PLACES + 1]]
    severity = Severity.LOW if all(is_development(each.group) for each in wanted) else Severity.MEDIUM
    told = msgspec.structs.replace(rule, title=title)
    return Finding(
        told, severity, Confidence.SURE, places[0], sources=(Source(texts.TOOL, rule.id),), places=tuple(places[1:])
    )  # fmt: skip


def _place(one: Dependency) -> Place:
    if one.name:
        return PackagePlace(one.ecosystem, one.name, "", one.path, one.line)
    return FilePlace(one.path, one.line)


def _install_scripts(lock: Manifest, scripts: Sequence[Dependency]) -> Finding:
    names = {one.name: one for one in sorted(scripts, key=lambda one: (bool(one.group), one.name))}
    title = f"{_count(tuple(names.values()))} in {lock.path} run{'s' * (len(names) == 1)} a program on install"
    places = [FilePlace(one.path, one.line) for one in names.values()]
    hint = f" They are: {_listed(tuple(names.values()), MOST_PLACES)}."
    return _about(texts.SCRIPTS, title, hint, f"install scripts of {lock.path}", places, Severity.INFO)


def _about(  # noqa: PLR0917 - the parts of a finding
    rule: Rule, title: str, hint: str, about: str, places: Sequence[FilePlace], severity: Severity
) -> Finding:
    told = msgspec.structs.replace(rule, title=title, message=rule.message + hint)
    return Finding(
        told, severity, Confidence.LIKELY, RepoPlace(about), sources=(Source(texts.TOOL, rule.id),),
        places=tuple(places[:MOST_PLACES]),
    )  # fmt: skip


def _count(of: Sequence[Dependency]) -> str:
    many = len({one.name for one in of})
    return f"{many} packages" if many != 1 else "1 package"


def _listed(of: Sequence[Dependency], most: int = _SHOWN) -> str:
    names = list(dict.fromkeys(one.name for one in of))
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
