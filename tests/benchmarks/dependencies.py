"""Dependencies: seconds and memory for taking advisories in and asking them. `python tests/benchmarks/dependencies.py`

Each figure comes from a process of its own, so that its memory is its own too. The real archive is measured only where
it lies beside the checkout (../shared/advisories/pypi-all.zip).
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

REAL = Path(__file__).resolve().parents[3] / "shared" / "advisories" / "pypi-all.zip"
MANY = 200_000
NAMES = 2_000


def peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says includes the parent, as it was when it forked
        high = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(high.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)


def synthetic(path: Path, count: int) -> None:
    """Mostly short reports of malicious npm packages, as the real ones are, and some advisories with long lists."""
    dice = random.Random(5)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for n in range(count):
            known = n % 20 == 0
            name = f"package-{dice.randrange(count) if known else n}"
            one = {
                "id": f"GHSA-{n:07d}" if known else f"MAL-2026-{n}",
                "modified": f"2026-{n % 10 + 1:02d}-{n % 28 + 1:02d}T{n % 24:02d}:00:00Z",
                "published": "2026-01-01T00:00:00Z",
                "summary": f"Something about {name}",
                "details": "It runs a stranger's code. " * 20,
                "affected": [
                    {
                        "package": {"ecosystem": "npm", "name": name, "purl": f"pkg:npm/{name}"},
                        "ranges": [
                            {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": f"{n % 9}.{n % 7}.1"}]}
                        ],
                        "versions": [f"{n % 9}.{m}.0" for m in range(40 if known else 1)],
                    }
                ],
                "references": [{"type": "WEB", "url": f"https://example.org/{n}"}],
            }
            if known:
                one["severity"] = [
                    {"type": "CVSS_V3", "score": f"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:{'HLN'[n % 3]}/I:N/A:H"}
                ]
            archive.writestr(f"{one['id']}.json", json.dumps(one))


def take_in(archive: str, store: str) -> str:
    from walkdown.advisories.moments import now_utc
    from walkdown.advisories.packs import import_from

    start = time.perf_counter()
    done = import_from(Path(archive), Path(store), force=True, now=now_utc())
    seconds = time.perf_counter() - start
    counts = ", ".join(f"{count:,} {name}" for name, count in done.about.counts)
    return (
        f"{seconds:7.2f} s   {peak_mb():6.1f} MB peak   {Path(store).stat().st_size / 1e6:6.1f} MB on disk   {counts}"
    )


def start_up(_archive: str, store: str) -> str:
    """What a scan pays before its first question: the modules are there already, as in the app."""
    from walkdown.advisories.store import Store

    start = time.perf_counter()
    Store.open(Path(store)).close()
    return f"{(time.perf_counter() - start) * 1000:7.2f} ms  {peak_mb():6.1f} MB peak"


def look_up(_archive: str, store: str) -> str:
    from walkdown.advisories.store import Store

    with Store.open(Path(store)) as opened:
        ecosystem = opened.about.counts[0][0]
        known = sorted({json.loads(line)["affected"][0]["package"]["name"] for line in opened.lines(ecosystem)})
        dice = random.Random(7)
        names = dice.sample(known, min(NAMES // 2, len(known)))
        names += [f"nothing-known-of-{n}" for n in range(NAMES - len(names))]
        start = time.perf_counter()
        found = sum(len(opened.affecting(ecosystem, name)) for name in names)
        seconds = time.perf_counter() - start
    return f"{seconds:7.3f} s   {found:,} advisories on {len(names):,} names"


def read_all(_archive: str, store: str) -> str:
    from walkdown.advisories.store import Store

    start = time.perf_counter()
    with Store.open(Path(store)) as opened:
        opened.check()
    return f"{time.perf_counter() - start:7.2f} s   {peak_mb():6.1f} MB peak"


PARTS: dict[str, Callable[[str, str], str]] = {
    "import": take_in, "import again": take_in, "open": start_up, "2,000 names": look_up, "check all": read_all,
}  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as room:
        made = Path(room, "synthetic.zip")
        synthetic(made, MANY)
        for label, archive in (("real PyPI", REAL), ("synthetic npm", made)):
            if not archive.is_file():
                print(f"{label}: {archive.name} is not here")
                continue
            print(f"{label}, {archive.stat().st_size / 1e6:.1f} MB")
            for part in PARTS:
                argv = (sys.executable, __file__, part, str(archive), str(Path(room, label, "store.sqlite")))
                print(f"  {part:<14}{subprocess.run(argv, check=True, capture_output=True, text=True).stdout}", end="")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(PARTS[sys.argv[1]](*sys.argv[2:]))
    else:
        main()
