"""The record's files in the target: `.walkdown/signoffs/`, the only thing walkdown ever writes there but fixes."""

from __future__ import annotations

import os
import re
from pathlib import Path

from walkdown.errors import RecordError
from walkdown.record.statement import Countersignature, Statement, canonical, sha256
from walkdown.target.names import ATTRIBUTES, ATTRIBUTES_PATH

FOLDER = Path(".walkdown", "signoffs")


def write_record(root: Path, statement: Statement, markdown: str) -> Path:
    """Both files, or none; gives the path of the JSON."""
    data = canonical(statement)
    name = f"{statement.predicate.made[:10]}-{sha256(data)[:12]}"
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        attributes = root / ATTRIBUTES_PATH
        if not attributes.exists():
            attributes.write_bytes(ATTRIBUTES)
        _write(folder / f"{name}.md", markdown.encode())
        return _write(folder / f"{name}.json", data)
    except OSError as error:
        raise RecordError(
            f"The record cannot be written to {folder}: {error.strerror}.", "Nothing was signed."
        ) from error


def write_countersignature(record: Path, signer: Countersignature) -> Path:
    short = re.sub(r"[^a-z0-9]+", "-", (signer.mail or signer.name).lower()).strip("-") or "signer"
    return _write(record.with_name(f"{record.stem}.{short}.json"), canonical(signer))


def newest_record(root: Path) -> Path:
    found = sorted(path for path in (root / FOLDER).glob("*.json") if path.name.count(".") == 1)
    if not found:
        raise RecordError(f"There is no record in {FOLDER}.", "Make one: walkdown sign")
    return found[-1]


def countersignatures(record: Path) -> list[Path]:
    return sorted(path for path in record.parent.glob(f"{record.stem}.*.json") if path != record)


def _write(path: Path, data: bytes) -> Path:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path
