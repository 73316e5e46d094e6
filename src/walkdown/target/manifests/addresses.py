"""What a package is probably called that a list names by its address alone. Only that name is kept: an address may hold
a password."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from walkdown.target.manifests.reading import normalised

_ARCHIVE = re.compile(r"\.(?:git|whl|zip|tar|tgz|tar\.(?:gz|bz2|xz)|gz|egg)$", re.IGNORECASE)
# `name-1.2`, `name-v1`, `name-latest`: what stands behind the name of an archive.
_RELEASE = re.compile(r"[-_](?:v?\d.*|latest|main|master|head|snapshot|nightly)$", re.IGNORECASE)
# What a forge puts behind the repository where it packs one of its states.
_PACKED = frozenset({"-", "archive", "tarball", "zipball", "tar.gz", "zip", "releases", "raw", "get", "tree", "blob"})
_SUBFOLDER = re.compile(r"[#&]subdirectory=([^&\s]+)")
_NO_NAME = frozenset({
    "", "src", "source", "python", "py", "lib", "pkg", "package", "packages", "dist", "main", "master", "latest",
    "head", "snapshot", "nightly", "download", "downloads", "dl", "file", "files", "archive", "get",
})  # fmt: skip
_NUMBER = re.compile(r"[0-9a-f]{12,}|[^a-z]*")  # a commit, or the number of a snippet
_LONGEST = 2_000


def from_address(text: str) -> tuple[str, ...]:
    """The repository, or the file, and the folder in it that holds the package. Empty where no part tells a name."""
    address = re.sub(r"^(?:git|hg|svn|bzr)\+", "", text.strip()[:_LONGEST])
    path = _path(address.partition("#")[0])
    inner = _SUBFOLDER.search(text[:_LONGEST])
    return _names((inner.group(1).rpartition("/")[2] if inner else "", _told_by(path)))


def from_folder(path: str) -> tuple[str, ...]:
    """`./libs/name`, or an archive there under a name of its own."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..", "~")]
    return _names((parts[-1],)) if parts else ()


def _path(address: str) -> list[str]:
    """The parts of the path, without the branch that may stand behind an `@`."""
    try:
        split = urlsplit(address)
    except ValueError:
        return []
    written = split.path if split.scheme else address.partition(":")[2]
    parts = [part for part in unquote(written).split("/") if part]
    for number, part in enumerate(parts):
        name, at, _ = part.partition("@")
        if at and name:  # a branch may have a slash in it
            return [*parts[:number], name]
    return parts


def _told_by(parts: list[str]) -> str:
    """The repository that a forge packed, else the last part."""
    packed = next((number for number, part in enumerate(parts) if number > 1 and part in _PACKED), 0)
    if packed and not _is_release(parts[-1]):
        return parts[packed - 1]
    return parts[-1] if parts else ""


def _is_release(name: str) -> bool:
    """A file that its owner gave a name: `name-1.2.tar.gz`, where `v1.2.tar.gz` only says which state it is."""
    bare = _ARCHIVE.sub("", name)
    return bool(_RELEASE.search(bare)) and bare != name


def _names(written: tuple[str, ...]) -> tuple[str, ...]:
    names = (normalised(_RELEASE.sub("", _bare(one))) for one in written)
    return tuple(dict.fromkeys(name for name in names if name not in _NO_NAME and not _NUMBER.fullmatch(name)))


def _bare(name: str) -> str:
    while (shorter := _ARCHIVE.sub("", name)) != name:
        name = shorter
    return name
