"""Advisories in the OSV format, made up, and the files they come in."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from walkdown.advisories.build import Origin, building
from walkdown.advisories.export import export_to
from walkdown.advisories.names import NameIndex
from walkdown.advisories.osv import decode
from walkdown.advisories.packs import Imported, import_from
from walkdown.advisories.store import Store

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.timezone.utc)
DAY = "2026-11-19T08:00:00Z"


def osv(name: str, number: int = 1, *, ecosystem: str = "PyPI", modified: str = DAY, **more: Any) -> dict[str, Any]:
    """An advisory on every version of a package below 1.5."""
    package = {"ecosystem": ecosystem, "name": name}
    kind = "ECOSYSTEM" if ecosystem == "PyPI" else "SEMVER"
    ranges = [{"type": kind, "events": [{"introduced": "0"}, {"fixed": "1.5"}]}]
    affected = [{"package": package, "ranges": ranges, "versions": ["1.0", "1.4"]}]
    return {"id": f"TEST-2026-{number}", "modified": modified, "affected": affected, **more}


def many(count: int, *, ecosystem: str = "PyPI", modified: str = DAY, first: int = 1) -> list[dict[str, Any]]:
    return [osv(f"package-{n}", n, ecosystem=ecosystem, modified=modified) for n in range(first, first + count)]


def packed(path: Path, advisories: Iterable[Mapping[str, Any]], more: Mapping[str, bytes] | None = None) -> Path:
    """An all.zip as osv.dev publishes it: a file an advisory."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in advisories:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return path


def pack_of_all(path: Path, advisories: Iterable[Mapping[str, Any]], *, unread: int = 0) -> Path:
    """A pack of `walkdown db export`, from a machine that has all advisories there are: these."""
    store, newest = path.with_name(f"{path.name}.sqlite"), ""
    with building(store) as builder:
        for one in advisories:
            builder.add(decode(json.dumps(one).encode()))
            newest = max(newest, one["modified"])
        origin = Origin(newest, "osv.dev", unread, whole=True)
        builder.finish(dict.fromkeys(builder.counts(), origin), force=False, now=NOW)
    with Store.open(store) as opened:
        export_to(path, opened, NameIndex.open(path.parent, shipped=None))
    return path


def imported(path: Path, store: Path, *, force: bool = False, now: dt.datetime = NOW) -> Imported:
    done = import_from(path, store, force=force, now=now, shipped=None)
    assert done.about is not None
    return Imported(done.about, done.told)
