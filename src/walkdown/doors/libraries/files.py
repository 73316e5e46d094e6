"""Files of the server: node's fs and what is built on it; uploads that multer and its like take in."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.shared import has, record_of
from walkdown.doors.libraries.web import address_of
from walkdown.doors.library import Calling, Given
from walkdown.doors.values import UNKNOWN, Closure, Items, Literal, Outside, Thing, Value, bounded, constant, of
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation, Origin

_UPLOAD, _TAKES = "upload", "upload.middleware"
MADE_AT = "made at "  # among the columns of an upload: where it was set up
_FS = frozenset({"fs", "node:fs", "fs/promises", "node:fs/promises", "fs-extra", "graceful-fs", "mz/fs"})
_PATHS = frozenset({"path", "node:path", "path/posix"})
_JOINS = frozenset({"join", "resolve", "normalize"})
_MULTER = frozenset({"multer", "express-fileupload", "formidable", "busboy", "connect-busboy"})
_READS = frozenset({
    "readFile", "readFileSync", "createReadStream", "readdir", "readdirSync", "readJson", "readJSON",
    "readJsonSync", "open", "opendir",
})  # fmt: skip
_WRITES = frozenset({
    "writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream", "mkdir", "mkdirSync",
    "copyFile", "copyFileSync",
    "rename", "renameSync", "copy", "move", "outputFile", "writeJson", "outputJson", "ensureDir", "writeJsonSync",
    "cp", "symlink",
    "ensureDirSync", "mkdirp",
})  # fmt: skip
_DELETES = frozenset({"unlink", "unlinkSync", "rm", "rmSync", "rmdir", "rmdirSync", "remove", "removeSync", "emptyDir"})
_LOOKS = frozenset({"existsSync", "exists", "stat", "statSync", "access", "accessSync", "lstat", "pathExists"})


class Files(Base):
    """The operation's `key` says what is done: read, write, delete, upload."""

    packages = frozenset(_FS | _MULTER | _PATHS)

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        last = outside.chain[-1] if outside.chain else ""
        if outside.package in _FS:
            return self._on_file(last, calling)
        if outside.package in _PATHS:
            return _path(last, calling)
        if outside.package == "express-fileupload":
            return Value(shape=Thing(_TAKES, "express-fileupload", _limits(calling)))
        if outside.package == "multer" and last in ("", "default"):
            return Value(shape=Thing(_UPLOAD, "multer", _limits(calling)))
        if outside.package == "multer" and last in ("diskStorage", "memoryStorage"):
            return Value(shape=Thing("upload.storage", last))
        return None

    def _on_file(self, name: str, calling: Calling) -> Value | None:
        key = "read" if name in _READS else "write" if name in _WRITES else "delete" if name in _DELETES else ""
        path = calling.arg(0) or UNKNOWN
        if name in _LOOKS:
            return Value(path.sources)
        if not key:
            return None
        told = any(source.origin is not Origin.CONSTANT for source in path.sources)
        body = calling.arg(1) if name.startswith(("write", "append", "output")) else None
        did = Did(
            address_of(path) or "(file)", Operation.FILE, calling.spot, "fs", filters=(("path", path),) if told else (),
            sets=(("content", body),) if body is not None else (), key=key,
        )  # fmt: skip
        calling.visit.do(did)
        answer = of(Origin.UNKNOWN, "file")
        back = calling.args[-1].value if calling.args else UNKNOWN
        if isinstance(back.shape, Closure):
            calling.follower.invoke(
                back, (Given(Value(shape=Literal(None), maybe=True)), Given(answer)), calling.visit, calling.spot
            )
        return answer

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _UPLOAD and name in ("single", "array", "fields", "any", "none"):
            return Value(shape=Thing(_TAKES, f"multer.{name}", thing.data))
        if thing.kind == _TAKES and name == "" and not thing.name.endswith(".none"):
            self._take(thing, calling)
            return Value()
        return None

    def _take(self, thing: Thing, calling: Calling) -> None:
        """Runs before a handler: takes the file, and goes on."""
        limits = thing.data if isinstance(thing.data, tuple) else ()
        file = of(Origin.INPUT, "file")
        did = Did(
            "(upload)", Operation.FILE, calling.spot, "multer", sets=(("content", file),), columns=limits, key="upload"
        )
        calling.visit.do(did)
        going_on = calling.arg(2)
        if going_on is not None:
            calling.follower.invoke(going_on, (), calling.visit, calling.spot)


def _path(name: str, calling: Calling) -> Value | None:
    """`path.join(folder, name)`. What is left of a path by its last part leads out of no folder."""
    if name in ("basename", "extname"):
        return of(Origin.MADE, "name")
    if name not in _JOINS:
        return None
    parts: list[Value] = []
    for one in calling.args:
        parts.extend((constant("/"), one.value) if parts else (one.value,))
    return Value(bounded(frozenset(source for one in parts for source in one.sources)), Items(tuple(parts)))


def _limits(calling: Calling) -> tuple[str, ...]:
    """Which of them the upload has: a limit of size, a filter of types."""
    options = record_of(calling.arg(0))
    found = ["limits"] if has(options, "limits", "limitHandler") or options.open else []
    if has(options, "fileFilter") or options.open:
        found.append("filter")
    return (*found, f"{MADE_AT}{calling.spot.path}:{calling.spot.line}")
