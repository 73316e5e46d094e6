"""The map of doors as a scanner: which files it is made from, what its answers depend on, and how its children start.

Everything here is light: parsers and the analysis itself are loaded by the children alone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

from walkdown.doors import hazards
from walkdown.doors.files import choose, extension, is_read
from walkdown.doors.wire import SQL, own_modules
from walkdown.model.outcome import Skipped
from walkdown.model.scanner import Chosen, Command, SourceFile, Tool, Where
from walkdown.target.manifests.names import ecosystem_of, kind_of

_HERE = Path(__file__).parent
_PACKAGE = _HERE.parent
_READERS = (_PACKAGE / "syntax", _HERE / "sql", _HERE / "read_child.py")
_ALL = (_HERE, _PACKAGE / "syntax", _PACKAGE / "model", _PACKAGE / "target" / "sides.py")
Read = Callable[[str], bytes]
_GRAMMARS = ("tree-sitter", "tree-sitter-javascript", "tree-sitter-typescript", "tree-sitter-postgres")


class Doors:
    name = "doors"
    title = "Doors"

    def find(self, where: Where) -> tuple[Tool, ...]:
        """It is part of walkdown; its children run in our own interpreter."""
        grammars = " ".join(where.version_of(name) for name in _GRAMMARS)
        program = (str(Path(sys.executable).absolute()), "-I", "-m")
        return (Tool(self.name, where.version_of("walkdown"), program, data=grammars),)

    def wants(self, file: SourceFile) -> bool:
        return is_read(file.path)

    def choose(self, files: Sequence[SourceFile]) -> Chosen:
        return choose(files)

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:
        kinds = {extension(path) == SQL for path in paths if is_read(path)}
        found: frozenset[str] = frozenset()
        if True in kinds:
            found |= hazards.OF_SQL
        if False in kinds:
            found |= hazards.OF_CODE
        return found

    def unread(self, files: Sequence[SourceFile], read: Read) -> tuple[Skipped, ...]:
        """What is seen of the target and not on the map yet, beyond what linking tells of."""
        lists = [file for file in files if _is_python_list(file.path)]
        if not lists:
            return ()
        from walkdown.doors.unread import of_python  # parsers: only where there is a scan
        from walkdown.target.manifests import read_manifests

        return tuple(of_python(read_manifests(lists, read), files, read))

    def key(self, tool: Tool) -> str:
        return f"{tool.version} {tool.data} {_digest(_ALL)}"

    def reading_key(self, tool: Tool) -> str:
        """What was read of a file stays good where only the questions to the map change."""
        return f"{tool.version} {tool.data} {_digest(_READERS)}"

    def reading(self, tool: Tool, request: Path, answers: Path) -> Command:
        return Command((*tool.program, "walkdown.doors.read_child", str(request), str(answers)))

    def linking(self, tool: Tool, request: Path) -> Command:
        return Command((*tool.program, "walkdown.doors.link_child", str(request)))


def _is_python_list(path: str) -> bool:
    kind = kind_of(path)
    return bool(kind) and ecosystem_of(kind) == "PyPI" and not kind.endswith("lock")


@cache
def _digest(folders: Sequence[Path]) -> str:
    """Of our own sources: another analyser must not answer out of what an older one kept."""
    found = hashlib.sha256()
    for path in own_modules(folders):
        found.update(path.name.encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]
