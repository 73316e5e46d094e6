"""Whether pip-audit hears the same from our service as from a plain one that hands out whole advisories.

`python tests/benchmarks/same_answers.py [OSV.zip] [PINS]` takes the archive beside the checkout where none is given,
picks pinned versions out of it, asks both with the real pip-audit, and compares its two outputs: ids, aliases and
fixed versions. Ends with 1 where they differ.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from packaging.version import InvalidVersion, Version

from helpers.osv_service import upstream
from walkdown.advisories.moments import now_utc
from walkdown.advisories.packs import import_from
from walkdown.model import Tool
from walkdown.scanners.pip_audit import PipAudit
from walkdown.scanners.programs import Programs

REAL = Path(__file__).resolve().parents[3] / "shared" / "advisories" / "pypi-all.zip"


def main(archive: Path, count: int) -> int:
    listed = by_version(archive)
    known = sorted({name for name, _ in listed})
    chosen = random.Random(7).sample(known, min(count, len(known)))
    pins = [f"{name}=={version}" for name in chosen if (version := pick(name, listed))]
    with tempfile.TemporaryDirectory() as folder:
        store, list_ = Path(folder, "store.sqlite"), Path(folder, "requirements.txt")
        import_from(archive, store, force=True, now=now_utc())
        list_.write_text("\n".join(pins) + "\n")
        with upstream(lambda name, version: listed.get((name, version), ())) as url:
            plain = asked(list_, url)
        scanner = PipAudit(store)
        tool = scanner.find(Programs(folder))
        assert isinstance(tool, tuple)
        assert isinstance(tool[0], Tool)
        with scanner.service(tool[0]) as url:
            ours = asked(list_, url)
    vulnerable = sum(bool(flaws) for flaws in plain.values())
    flaws = sum(len(one) for one in plain.values())
    apart = sorted(name for name in {*plain, *ours} if plain.get(name) != ours.get(name))
    print(f"{len(pins)} pinned packages, {vulnerable} with {flaws} advisories, {len(apart)} answered differently")
    for name in apart:
        one, other = set(plain.get(name, ())), set(ours.get(name, ()))
        print(f"  {name}: only plain {sorted(one - other)[:3]}, only ours {sorted(other - one)[:3]}")
    return 1 if apart or not flaws else 0


def by_version(archive: Path) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """An advisory speaks of the versions it lists: that is told without any code of ours. Packages with an advisory
    that gives only ranges are left out, and names are spelled as the index spells them."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    only_ranges: set[str] = set()
    with zipfile.ZipFile(archive) as packed:
        for one in (json.loads(packed.read(name)) for name in packed.namelist()):
            if one.get("withdrawn"):
                continue
            for moment in ("published", "modified"):  # osv.dev writes them so when it is asked, and pip-audit insists
                one[moment] = one.get(moment, "2024-01-01T00:00:00Z")[:19] + "Z"
            keys: set[tuple[str, str]] = set()
            for affected in one.get("affected", ()):
                package = affected["package"]
                if package["ecosystem"] == "PyPI":
                    package["name"] = re.sub(r"[-_.]+", "-", package["name"]).lower()
                    keys |= {(package["name"], version) for version in affected.get("versions", ())}
                    only_ranges |= {package["name"]} if not affected.get("versions") else set()
            for key in keys:
                found[key].append(one)
    return {key: value for key, value in found.items() if key[0] not in only_ranges}


def pick(name: str, listed: Mapping[tuple[str, str], object]) -> str:
    versions = sorted(version for one, version in listed if one == name and usable(version))
    return random.Random(name).choice(versions) if versions else ""


def usable(version: str) -> bool:
    """The archive lists versions of long ago that no requirement may name today. Pre-releases lie within ranges and in
    no list, so the plain service cannot know them."""
    try:
        return str(Version(version)) == version and not Version(version).is_prerelease
    except InvalidVersion:
        return False


def asked(requirements: Path, url: str) -> dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
    command = (sys.executable, "-m", "pip_audit", "-r", str(requirements), "-s", "osv", "--osv-url", url)
    quiet = ("--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off", "--aliases", "on")
    done = subprocess.run((*command, *quiet), capture_output=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        sys.exit(done.stderr.decode("utf-8", "replace")[-2000:])
    told = json.loads(done.stdout)
    return {
        f"{one['name']} {one['version']}": sorted(
            (flaw["id"], tuple(sorted(flaw["fix_versions"])), tuple(sorted(flaw["aliases"]))) for flaw in one["vulns"]
        )
        for one in told["dependencies"]
    }


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(Path(given[0]) if given else REAL, int(given[1]) if len(given) > 1 else 150))
