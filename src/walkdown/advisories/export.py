"""The pack: advisories and package names of this machine as one file, for a machine without a network."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import msgspec

from walkdown.advisories import bloom
from walkdown.advisories.names import NameIndex, file_name
from walkdown.advisories.osv import ECOSYSTEMS
from walkdown.advisories.store import About, Store, about_of
from walkdown.advisories.zips import read_entry
from walkdown.errors import AdvisoryError

MANIFEST = "walkdown-advisories.json"
_FORM = "walkdown-advisories/2"
_MOST_MANIFEST = 1024 * 1024


class Manifest(msgspec.Struct, frozen=True):
    """`names`: the indexes of package names that are in there too."""

    form: str
    about: About
    names: tuple[bloom.Header, ...] = ()


def member_of(ecosystem: str) -> str:
    return f"{ecosystem}.jsonl"


def export_to(path: Path, store: Store, index: NameIndex) -> None:
    """Write all of a checked store, and the indexes of names in use, to `path`: whole, or not at all."""
    store.check()
    if path.is_dir() or not path.parent.is_dir():
        raise AdvisoryError(f"{path} cannot be written: it is a folder, or its folder is not there.", "Name a file.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            _write(zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6), store, index)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise AdvisoryError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
    finally:
        part.unlink(missing_ok=True)


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """What a pack says of itself, as far as it adds up."""
    try:
        manifest = msgspec.json.decode(read_entry(archive, archive.getinfo(MANIFEST), _MOST_MANIFEST), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AdvisoryError(f"The pack is damaged: {str(error)[:120]}.", "Copy the pack anew.") from error
    if manifest.form != _FORM:
        raise AdvisoryError("The pack was made by another version of walkdown.", "Make it anew with this version.")
    names = [part.ecosystem for part in manifest.about.parts]
    if not names or len(set(names)) != len(names) or not set(names) <= set(ECOSYSTEMS):
        raise AdvisoryError("The pack names ecosystems that it cannot hold.", "Copy the pack anew.")
    indexes = [header.ecosystem for header in manifest.names]
    if len(set(indexes)) != len(indexes) or not set(indexes) <= set(ECOSYSTEMS):
        raise AdvisoryError("The pack names indexes that it cannot hold.", "Copy the pack anew.")
    if about_of(manifest.about.parts) != manifest.about:
        raise AdvisoryError("The pack is damaged: its parts do not add up to its digest.", "Copy the pack anew.")
    return manifest


def _write(archive: zipfile.ZipFile, store: Store, index: NameIndex) -> None:
    """With one fixed date inside: the same advisories make the same file."""
    with archive:
        entry = zipfile.ZipInfo(MANIFEST)
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, msgspec.json.encode(Manifest(_FORM, store.about, index.headers)))
        for header in index.headers:  # they cannot be made smaller
            archive.writestr(zipfile.ZipInfo(file_name(header.ecosystem)), _index_data(index, header))
        for part in store.about.parts:
            entry = zipfile.ZipInfo(member_of(part.ecosystem))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as stream:
                for line in store.lines(part.ecosystem):
                    stream.write(line + b"\n")


def _index_data(index: NameIndex, header: bloom.Header) -> bytes:
    path = index.path(header.ecosystem)
    data = path.read_bytes() if path else b""
    if bloom.decode(data, path or Path(file_name(header.ecosystem))).header != header:
        raise AdvisoryError(f"The index of {header.ecosystem} names changed while it was read.", "Run it again.")
    return data
