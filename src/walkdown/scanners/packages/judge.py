"""Holds every name a project uses against the index, the project's lists, and what it could be mistaken for."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Sequence

import msgspec

from walkdown.advisories.imports import PYTHON, SCRIPT
from walkdown.advisories.lookalike import Slip, slip
from walkdown.advisories.module_names import comes_with, is_in_table, namespaced, packages_of
from walkdown.advisories.names import NameIndex, is_name
from walkdown.advisories.popular import is_well_used
from walkdown.model.dependency import Manifest
from walkdown.model.finding import Finding, Rule, Source
from walkdown.model.outcome import SkipKind, Skipped
from walkdown.model.place import FilePlace, PackagePlace, RepoPlace
from walkdown.model.scanner import Sources
from walkdown.model.severity import Confidence, Severity
from walkdown.scanners.packages import texts
from walkdown.scanners.packages.about_lists import MOST_PLACES, about_list, borrowed, listed, never_mentioned
from walkdown.scanners.packages.applications import beside_the_application
from walkdown.scanners.packages.declared import by_folder, nameless, names_of, together
from walkdown.scanners.packages.likeness import may_give, usual_names
from walkdown.scanners.packages.locked_names import Unknown, unknown
from walkdown.scanners.packages.places import extension, is_fixture
from walkdown.scanners.packages.project import Project
from walkdown.scanners.packages.unused import unused
from walkdown.scanners.packages.uses import Read, Use, folders_above, real_name

_SHOWN = 5
_FEW = 20  # times as much code of the other kind: then a helper script is not what is deployed
_BROUGHT_BY = {"@jest/globals": "jest"}  # which says itself to import it so
_TYPED = frozenset({"ts", "tsx", "mts", "cts", "vue", "svelte"})


class Judge:
    """`asked_of`: the ecosystems whose index had to be asked."""

    def __init__(
        self, index: NameIndex, project: Project, manifests: Sequence[Manifest], read: Read, sources: Sources
    ) -> None:
        self._index = index
        self._project = project
        self._read = read
        self._sources = sources
        self._manifests = [one for one in manifests if not is_fixture(one.path)]
        self._declared = names_of(one for one in manifests if not one.lock or one.by_hand)
        self._locked = names_of(one for one in manifests if one.lock)
        self._by_folder = by_folder(manifests, project)
        self._nameless = nameless(self._manifests, project)
        self._private: dict[str, set[str]] = defaultdict(set)
        self._borrowed: dict[str, list[list[Use]]] = defaultdict(list)
        self._aliases: set[str] = set()
        # What a container file or a script installs is there as well, whichever list it is on.
        self._installed = {one.name for one in (*read.installed_at, *read.other_index) if one.ecosystem == "PyPI"}
        self._fetched = {
            (posixpath.dirname(one.path), one.name)
            for one in read.installed_at
            if one.ecosystem == "npm" and one.beside
        }
        self._held: set[tuple[str, str]] = set()
        self.asked_of: set[str] = set()
        self.looked = set(read.looked) | {one.path for one in self._manifests if not one.skipped}
        self.skipped: list[Skipped] = list(read.skipped)

    def findings(self) -> list[Finding]:
        in_locks, doubtful = self._in_locks()
        needed = self._needed() + in_locks
        strange = [finding for uses in together(needed) if (finding := self._strange(uses))] + doubtful
        told = {(one.place.ecosystem, one.place.name) for one in strange if isinstance(one.place, PackagePlace)}
        imports = [uses for uses in together(self._read.imported) if (uses[0].ecosystem, uses[0].name) not in told]
        found = strange + self._imports(imports)
        told |= {(one.place.ecosystem, one.place.name) for one in found if isinstance(one.place, PackagePlace)}
        found += [borrowed(ecosystem, uses) for ecosystem, uses in sorted(self._borrowed.items())]
        found += self._unused(told)
        self._say_private()
        return found

    # -- names that somebody is told to install ---------------------------------------------------------------------

    def _needed(self) -> list[Use]:
        uses = [
            Use(dependency.ecosystem, name, dependency.path, dependency.line)
            for manifest in self._manifests
            if not manifest.lock and manifest.kind != "constraints"
            for dependency in manifest.dependencies
            if (name := real_name(dependency))
        ]
        for use in self._read.other_index:
            self._note_private(use.ecosystem, use.name)
        return uses + self._read.installed_at

    def _in_locks(self) -> tuple[list[Use], list[Finding]]:
        """Names in a lock that no index has. One with a hash was downloaded once, so it is not invented; the others
        are judged like what a person wrote."""
        uses: list[Use] = []
        findings: list[Finding] = []
        locks = [one for one in self._manifests if one.lock]
        for lock, found in unknown(locks, self._sources, self._project, self._knows):
            gone = [one for one in found if one.hashed and not one.private]
            for one in found:
                if one.private:
                    self._note_private(lock.ecosystem, one.name)
                if one.private or one.hashed:
                    self._held.add((lock.ecosystem, one.name))
                else:
                    uses.append(Use(lock.ecosystem, one.name, lock.path, one.dependency.line))
            if gone and lock.ecosystem == "npm":
                self._say_gone(lock, gone)
            elif gone:
                findings.append(self._gone(lock, gone))
        return uses, findings

    def _gone(self, lock: Manifest, gone: Sequence[Unknown]) -> Finding:
        names = [one.name for one in gone]
        day = self._index.dated(lock.ecosystem)[:10]
        many = f"{len(names)} packages that are" if len(names) > 1 else f"{names[0]}, which is"
        title = f"{lock.path} has {many} unknown to the {lock.ecosystem} index of {day}"
        uses = [Use(lock.ecosystem, one.name, lock.path, one.dependency.line) for one in gone]
        about = f"locked packages of {lock.path} unknown to the index"
        return about_list(texts.LOCKED_UNKNOWN, title, f" They are: {listed(names)}.", about, uses, Severity.MEDIUM)

    def _say_gone(self, lock: Manifest, gone: Sequence[Unknown]) -> None:
        """npm keeps the names of what it takes down, so that such a name says more of the list than of the package."""
        shown = listed(sorted(one.name for one in gone), _SHOWN)
        reason = f"Downloaded once, by their hashes, and not in the list of npm names: {shown}."
        self.skipped.append(Skipped(lock.path, SkipKind.LIMIT, "locked-unknown-npm", reason))

    def _strange(self, uses: list[Use]) -> Finding | None:
        """A phantom, or a look-alike of a popular package."""
        first = uses[0]
        if self._project.is_own(first.ecosystem, first.name):
            return None
        known = self._knows(first.ecosystem, first.name)
        if known is False:
            if (first.ecosystem, first.name) in self._held:
                return None
            if self._is_private(first) or self._is_program_of_another(uses) or self._is_of_other_language(uses):
                return None
            return self._phantom(uses, Confidence.LIKELY if all(use.beside for use in uses) else Confidence.SURE)
        return self._lookalike(uses) if known else None

    def _is_program_of_another(self, uses: list[Use]) -> bool:
        """`npx tool` in a script of package.json runs what an installed package brings, whatever that is called."""
        if not all(use.beside for use in uses):
            return False
        word = uses[0].name.rpartition("/")[2]
        return any(word in name for name in self._declared["npm"] | self._locked["npm"])

    def _is_of_other_language(self, uses: list[Use]) -> bool:
        other = "npm" if uses[0].ecosystem == "PyPI" else "PyPI"
        return all(use.either for use in uses) and self._knows(other, uses[0].name) is not False

    def _phantom(self, uses: list[Use], confidence: Confidence) -> Finding:
        first = uses[0]
        day = self._index.dated(first.ecosystem)[:10]
        title = f"{first.name} is unknown to the {first.ecosystem} index of {day}"
        meant = slip(first.ecosystem, first.name)
        hint = f" It is one slip from {meant.popular}: it differs by {meant.how}." if meant else ""
        # What a list or a command names, the next install fetches. An import may be met by something that we cannot
        # see: a host program, a bundler, a package of another name. All that were wrong in real projects were imports.
        grades = {Confidence.SURE: Severity.CRITICAL, Confidence.LIKELY: Severity.HIGH}
        severity = grades.get(confidence, Severity.MEDIUM)
        return self._finding(texts.PHANTOM, uses, severity, confidence, title, hint)

    def _lookalike(self, uses: list[Use]) -> Finding | None:
        first = uses[0]
        found: Slip | None = slip(first.ecosystem, first.name)
        if found is None or not found.near or self._is_private(first) or _same_owner(first.name, found.popular):
            return None
        title = f"{first.name} looks like {found.popular}"
        hint = f" It differs from {found.popular} by {found.how}."
        return self._finding(texts.LOOKALIKE, uses, Severity.HIGH, Confidence.LIKELY, title, hint)

    # -- names that code imports ------------------------------------------------------------------------------------

    def _imports(self, together: list[list[Use]]) -> list[Finding]:
        found: list[Finding] = []
        for ecosystem in ("PyPI", "npm"):
            of_it = [uses for uses in together if uses[0].ecosystem == ecosystem]
            if of_it and not self._by_folder[ecosystem]:
                found += self._without_list(ecosystem, of_it)
                continue
            found += [finding for uses in of_it if (finding := self._one_import(uses))]
        return found

    def _without_list(self, ecosystem: str, together: list[list[Use]]) -> list[Finding]:
        phantoms = [self._phantom(uses, Confidence.LIKELY) for uses in together if self._is_unheard_of(uses[0])]
        if self._is_by_the_way(ecosystem):
            return phantoms
        names = sorted({uses[0].name for uses in together})
        shown = listed(names, _SHOWN)
        rule = msgspec.structs.replace(texts.NO_LIST, message=f"{texts.NO_LIST.message} Imported are: {shown}.")
        place = RepoPlace(f"packages of {ecosystem}")
        shown_at = tuple(FilePlace(uses[0].path, uses[0].line) for uses in together[:MOST_PLACES])
        whole = Finding(
            rule, Severity.MEDIUM, Confidence.LIKELY, place, sources=(Source(texts.TOOL, rule.id),), places=shown_at
        )  # fmt: skip
        return [*phantoms, whole]

    def _is_by_the_way(self, ecosystem: str) -> bool:
        python = sum(extension(path) in PYTHON for path in self._read.looked)
        script = sum(extension(path) in SCRIPT for path in self._read.looked)
        few, many = (python, script) if ecosystem == "PyPI" else (script, python)
        return few * _FEW < many

    def _one_import(self, uses: list[Use]) -> Finding | None:
        open_uses = [use for use in uses if not self._is_declared(use)]
        if not open_uses or self._is_alias(open_uses[0]):
            return None
        first = open_uses[0]
        if first.ecosystem == "PyPI" and self._nameless.untold and not self._supplies(first, self._locked["PyPI"]):
            return self._perhaps_nameless(open_uses)
        if self._is_unheard_of(first):
            # What a program that loads this code brings along is imported late, where it is known to be there.
            late = all(use.late for use in open_uses)
            doubtful = late or bool(self._perhaps(first)) or (first.ecosystem == "PyPI" and self._nameless.guessed)
            return self._phantom(open_uses, Confidence.UNSURE if doubtful else Confidence.LIKELY)
        name = first.name if first.ecosystem == "npm" else self._package_of(first)
        open_uses = [msgspec.structs.replace(use, name=name) for use in open_uses]
        if self._index.knows(first.ecosystem, name) and (alike := self._lookalike(open_uses)):
            return alike
        if self._supplies(first, self._locked[first.ecosystem]) or self._is_beside(first):
            self._borrowed[first.ecosystem].append(open_uses)
            return None
        return self._undeclared(open_uses)

    def _undeclared(self, uses: list[Use]) -> Finding:
        """Where no lock says what an install brings along, another package may well bring this one."""
        first = uses[0]
        locked = self._has_lock(first)
        rule = texts.UNDECLARED if locked else texts.UNDECLARED_NO_LOCK
        if first.ecosystem == "PyPI" and not is_in_table(first.module) and not is_well_used("PyPI", first.name):
            rule = msgspec.structs.replace(rule, fix=texts.GUESSED_FIX)
        # What only a helper script imports, or a function, stops no server when it starts.
        aside = all(use.late or beside_the_application(use.path) for use in uses)
        severity = Severity.MEDIUM if locked and not aside else Severity.LOW
        title = f"{first.name} is imported and declared nowhere"
        return self._finding(rule, uses, severity, Confidence.LIKELY, title)

    def _perhaps_nameless(self, uses: list[Use]) -> Finding:
        """Of what no list names, anything may come from the package whose name nobody can tell."""
        message = texts.NAMELESS.format(place=self._nameless.untold)
        rule = msgspec.structs.replace(texts.UNDECLARED_NO_LOCK, message=message, fix=texts.GUESSED_FIX)
        uses = [msgspec.structs.replace(use, name=self._package_of(use)) for use in uses]
        title = f"{uses[0].name} is imported and no list names it"
        return self._finding(rule, uses, Severity.LOW, Confidence.UNSURE, title)

    def _has_lock(self, use: Use) -> bool:
        if use.ecosystem == "PyPI":
            return bool(self._locked["PyPI"])
        folders = set(folders_above(use.path))
        return any(one.lock and one.ecosystem == "npm" and one.covers in folders for one in self._manifests)

    def _is_beside(self, use: Use) -> bool:
        """Another package of the same workspace declares it, so an install of the whole puts it within reach."""
        return use.ecosystem == "npm" and any(use.name in names for names in self._by_folder["npm"].values())

    def _is_declared(self, use: Use) -> bool:
        if use.ecosystem == "PyPI":
            declared = self._declared["PyPI"] | self._project.loose | self._project.own["PyPI"] | self._installed
            return self._supplies(use, declared) or self._supplies(use, self._nameless.names, sure=False)
        above = [folder for folder in folders_above(use.path) if folder in self._by_folder["npm"]]
        # Code under no package.json is run by something else (Deno, a browser), which has its own way to find packages.
        names = {use.name, _BROUGHT_BY.get(use.name, use.name), *_types_of(use)}
        fetched = any((folder, use.name) in self._fetched for folder in above)
        return not above or fetched or any(names & self._by_folder["npm"][folder] for folder in above)

    def _supplies(self, use: Use, names: Collection[str], *, sure: bool = True) -> bool:
        """Not `sure`: the names are those of repositories and files, which no index need have."""
        if use.ecosystem == "npm":
            return any(name in names for name in (use.name, *_types_of(use)))
        wanted = {*packages_of(use.module), *namespaced(use.module), use.name}
        known = any(is_well_used("PyPI", name) for name in wanted)
        passed_on = {other for name in names for other in comes_with().get(name, ())}
        return (
            any(name in names for name in wanted)
            or not wanted.isdisjoint(passed_on)
            or any(may_give(name, use.name, known=known) and (not sure or self._is_real(name)) for name in names)
        )

    def _is_real(self, name: str) -> bool:
        """An invented package gives nothing, whatever it is like."""
        own = self._project.is_own("PyPI", name) or self._project.is_private("PyPI", name)
        return own or self._knows("PyPI", name) is not False

    def _is_alias(self, use: Use) -> bool:
        stand_in = self._is_stand_in(use)
        if stand_in:
            self._aliases.add(use.name)
        return stand_in

    def _is_stand_in(self, use: Use) -> bool:
        """Unknown to npm, and more like what a bundler or a host program puts there: a scope, a file of the project,
        or a name in a form that npm has long refused or nobody invents."""
        if use.ecosystem != "npm" or self._knows("npm", use.name) is not False:
            return False
        odd = use.name.startswith("@") or re.search(r"[A-Z]|\.(?!js$)", use.name)
        return bool(odd) or use.name in self._project.scripts

    def _is_unheard_of(self, use: Use) -> bool:
        """No index has the package, nothing the project installs could give it, and we know no other name for it."""
        if not is_name(use.ecosystem, use.name) or self._supplies(use, self._locked[use.ecosystem]):
            return False
        if use.name.startswith("@"):
            return False  # a bundler's alias more often than a package; and a scope has one owner
        if use.ecosystem == "PyPI" and (is_in_table(use.module) or self._other_names(use)):
            return False
        return self._knows(use.ecosystem, use.name) is False and not self._is_private(use)

    def _other_names(self, use: Use) -> list[str]:
        """Only what many install: to be told to install a little-known name that merely might fit is how one gets what
        an attacker left there."""
        return [name for name in (*namespaced(use.module), *usual_names(use.name)) if is_well_used("PyPI", name)]

    def _perhaps(self, use: Use) -> list[str]:
        """Little-known packages that might give the module: no advice, and a reason to be less sure."""
        return [name for name in usual_names(use.name) if use.ecosystem == "PyPI" and self._knows("PyPI", name)]

    def _package_of(self, use: Use) -> str:
        held = self._locked["PyPI"] | self._declared["PyPI"]
        if inner := next((name for name in namespaced(use.module) if name in held), ""):
            return inner
        name = packages_of(use.module)[0]
        if is_in_table(use.module) or is_well_used("PyPI", name):
            return name
        return next(iter(self._other_names(use)), name)

    def _unused(self, told: set[tuple[str, str]]) -> list[Finding]:
        """One finding for each list: that a name is never mentioned is worth a look, not a decision each."""
        by_list: dict[str, list[Use]] = defaultdict(list)
        for use in unused(self._manifests, self._read, self._project, self._sources):
            if (use.ecosystem, use.name) not in told:
                by_list[use.path].append(use)
        return [never_mentioned(path, uses) for path, uses in sorted(by_list.items())]

    # -- what was said ----------------------------------------------------------------------------------------------

    def _knows(self, ecosystem: str, name: str) -> bool | None:
        self.asked_of.add(ecosystem)
        return is_well_used(ecosystem, name) or self._index.knows(ecosystem, name)

    def _is_private(self, use: Use) -> bool:
        private = self._project.is_private(use.ecosystem, use.name)
        if private:
            self._note_private(use.ecosystem, use.name)
        return private

    def _note_private(self, ecosystem: str, name: str) -> None:
        """A name that the public index has too needs no word: `--no-index`, or a mirror, fetches the same."""
        if self._knows(ecosystem, name) is not True:
            self._private[ecosystem].add(name)

    def _say_private(self) -> None:
        for ecosystem, names in sorted(self._private.items()):
            shown = listed(sorted(names), _SHOWN)
            reason = f"Not on the public {ecosystem} index, and perhaps on the project's own: {shown}."
            self.skipped.append(Skipped("", SkipKind.LIMIT, f"private-index-{ecosystem.lower()}", reason))
        if self._aliases:
            shown = listed(sorted(self._aliases), _SHOWN)
            reason = f"Imported, unknown to the npm index and perhaps only a bundler's alias: {shown}."
            self.skipped.append(Skipped("", SkipKind.LIMIT, "alias", reason))

    @staticmethod
    def _finding(  # noqa: PLR0917 - the parts of a finding
        rule: Rule, uses: list[Use], severity: Severity, confidence: Confidence, title: str, hint: str = ""
    ) -> Finding:
        places = list(dict.fromkeys(PackagePlace(use.ecosystem, use.name, "", use.path, use.line) for use in uses))
        told = msgspec.structs.replace(rule, title=title, message=rule.message + hint)
        return Finding(
            told, severity, confidence, places[0], sources=(Source(texts.TOOL, rule.id),),
            places=tuple(places[1 : MOST_PLACES + 1]),
        )  # fmt: skip


def _same_owner(name: str, other: str) -> bool:
    """In one scope, into which nobody else can publish."""
    return name.startswith("@") and name.partition("/")[0] == other.partition("/")[0]


def _types_of(use: Use) -> tuple[str, ...]:
    """Where only the types of a package are there, mostly only its types are imported."""
    typed = use.ecosystem == "npm" and extension(use.path) in _TYPED
    return (f"@types/{use.name.removeprefix('@').replace('/', '__')}",) if typed else ()
