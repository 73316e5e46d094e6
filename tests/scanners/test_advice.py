"""What both audits tell to do about a package with several advisories, and about one that contradicts itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.manifest_trees import manifests_of
from helpers.osv_service import NOW, make_store
from walkdown.advisories.matching import known
from walkdown.advisories.store import Store
from walkdown.scanners.npm_audit.findings import findings_for as npm_findings
from walkdown.scanners.npm_audit.packages import pinned as npm_pinned
from walkdown.scanners.pip_audit.advisories import Vulnerability
from walkdown.scanners.pip_audit.advisories import findings_for as python_findings
from walkdown.scanners.pip_audit.data import judged
from walkdown.scanners.pip_audit.lists import pinned


def advisory(number: int, ecosystem: str, fixed: str, *versions: str) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": fixed}]
    kind = "ECOSYSTEM" if ecosystem == "PyPI" else "SEMVER"
    affected = {
        "package": {"name": "it", "ecosystem": ecosystem},
        "ranges": [{"type": kind, "events": events}],
        "versions": list(versions),
    }
    return {"id": f"GHSA-{number}", "modified": "2026-11-01T00:00:00Z", "affected": [affected]}


def python_fixes(folder: Path, *advisories: dict[str, Any]) -> list[str]:
    """pip-audit repeats what each advisory calls fixed."""
    make_store(folder / "store.sqlite", advisories, as_of=NOW)
    with Store.open(folder / "store.sqlite") as store:
        ((one,), gaps) = judged(store, pinned(tuple(manifests_of({"requirements.txt": "it==1.0.0\n"}).values())))
    assert gaps == ()
    heard = [
        Vulnerability(each["id"], (each["affected"][0]["ranges"][0]["events"][1]["fixed"],)) for each in advisories
    ]
    return [finding.rule.fix for finding in python_findings(one, heard)]


def npm_fixes(folder: Path, *advisories: dict[str, Any]) -> list[str]:
    make_store(folder / "store.sqlite", advisories, as_of=NOW)
    lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/it": {"version": "1.0.0"}}}
    (package,) = npm_pinned(tuple(manifests_of({"package-lock.json": json.dumps(lock)}).values()))
    with Store.open(folder / "store.sqlite") as store:
        told = known(store, "npm", package.name, package.version)
    return [finding.rule.fix for finding in npm_findings(package, told)]


def test_of_an_advisory_that_contradicts_itself_no_fixed_version_is_told(tmp_path: Path) -> None:
    (python,) = python_fixes(tmp_path, advisory(1, "PyPI", "2.0.0", "1.0.0", "2.0.0"))
    (npm,) = npm_fixes(tmp_path, advisory(1, "npm", "2.0.0", "1.0.0", "2.0.0"))
    assert python.startswith("No fixed version of it is known.")
    assert npm.startswith("No fixed version of it is known.")


def test_several_findings_about_a_package_advise_the_same(tmp_path: Path) -> None:
    python = python_fixes(tmp_path, *(advisory(n, "PyPI", f"{n}.0.0") for n in (2, 4, 3)))
    assert [fix.partition(" or ")[0] for fix in python] == ["Upgrade it to 4.0.0"] * 3
    npm = npm_fixes(tmp_path, *(advisory(n, "npm", f"{n}.0.0") for n in (2, 4, 3)))
    assert [fix.partition(" or ")[0] for fix in npm] == ["Upgrade it to 4.0.0"] * 3


def test_nobody_is_told_to_renew_a_lock_that_was_written_by_hand(tmp_path: Path) -> None:
    hashed = "it==1.0.0 --hash=sha256:aa\n"
    make_store(tmp_path / "store.sqlite", [advisory(1, "PyPI", "2.0.0")], as_of=NOW)
    fixes = []
    for beside in ({}, {"requirements.in": "it\n"}):
        with Store.open(tmp_path / "store.sqlite") as store:
            asked, _ = judged(store, pinned(tuple(manifests_of({"requirements.txt": hashed, **beside}).values())))
        fixes += [finding.rule.fix for finding in python_findings(asked[0], [Vulnerability("GHSA-1", ("2.0.0",))])]
    assert ["lock file anew" in fix for fix in fixes] == [False, True]
