"""Dependencies: seconds and memory for taking data in and asking them. `python tests/benchmarks/dependencies.py`

Prints a table with the bound of each figure and whether it holds, and ends with 1 where one does not.

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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from walkdown.advisories.store import Store

REAL = Path(__file__).resolve().parents[3] / "shared" / "advisories" / "pypi-all.zip"
MANY = 200_000
NAMES = 2_000
MANY_NAMES = 4_400_000


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


Figures = dict[str, float]


def take_in(archive: str, store: str) -> Figures:
    from walkdown.advisories.moments import now_utc
    from walkdown.advisories.packs import import_from

    start = time.perf_counter()
    import_from(Path(archive), Path(store), force=True, now=now_utc())
    seconds = time.perf_counter() - start
    return {"s": seconds, "MB of memory": peak_mb(), "MB on disk": Path(store).stat().st_size / 1e6}


def start_up(_archive: str, store: str) -> Figures:
    """What a scan pays before its first question: the modules are there already, as in the app."""
    from walkdown.advisories.store import Store

    start = time.perf_counter()
    Store.open(Path(store)).close()
    return {"ms": (time.perf_counter() - start) * 1000}


def locked(store: Store, ecosystem: str, share: float) -> list[str]:
    """Names of packages, that share of them with advisories on them."""
    known = sorted({json.loads(line)["affected"][0]["package"]["name"] for line in store.lines(ecosystem)})
    names = random.Random(7).sample(known, min(round(NAMES * share), len(known)))
    return names + [f"nothing-known-of-{n}" for n in range(NAMES - len(names))]


def look_up(_archive: str, store: str) -> Figures:
    from walkdown.advisories.store import Store

    with Store.open(Path(store)) as opened:
        ecosystem = opened.about.counts[0][0]
        names = locked(opened, ecosystem, 0.5)
        start = time.perf_counter()
        found = sum(len(opened.affecting(ecosystem, name)) for name in names)
        seconds = time.perf_counter() - start
    return {"s": seconds, "advisories": found}


def match(_archive: str, store: str) -> Figures:
    """What an audit does with a lock file: each advisory is held against the version. In a real lock it is one package
    in ten, at most, that has advisories on it."""
    from walkdown.advisories.matching import known
    from walkdown.advisories.store import Store

    with Store.open(Path(store)) as opened:
        ecosystem = opened.about.counts[0][0]
        names = locked(opened, ecosystem, 0.1)
        start = time.perf_counter()
        found = sum(len(known(opened, ecosystem, name, "1.2.3").affecting) for name in names)
        seconds = time.perf_counter() - start
    return {"s": seconds, "affecting": found}


def read_all(_archive: str, store: str) -> Figures:
    from walkdown.advisories.store import Store

    start = time.perf_counter()
    with Store.open(Path(store)) as opened:
        opened.check()
    return {"s": time.perf_counter() - start, "MB of memory": peak_mb()}


def check_names(_archive: str, folder: str) -> Figures:
    """The snapshot that is shipped: opening it, and a look-up of names that exist and of names that do not."""
    from walkdown.advisories.names import NameIndex
    from walkdown.advisories.popular import popular

    start = time.perf_counter()
    index = NameIndex.open(Path(folder))
    opened = (time.perf_counter() - start) * 1000
    names = [*popular("PyPI"), *(f"nobody-has-this-{n}" for n in range(len(popular("PyPI"))))]
    rounds = []
    for _ in range(20):  # the best of them: on a busy machine the others say how busy it is
        start = time.perf_counter()
        for name in names:
            index.knows("PyPI", name)
        rounds.append(time.perf_counter() - start)
    return {"µs": min(rounds) / len(names) * 1e6, "ms to open": opened}


def make_names(_archive: str, _folder: str) -> Figures:
    """As many names as npm has."""
    from walkdown.advisories.names_store import make

    start = time.perf_counter()
    data = make("npm", (f"package-{n}" for n in range(MANY_NAMES)), "2026-11-20T00:00:00Z", "")
    seconds = time.perf_counter() - start
    return {"s": seconds, "MB of memory": peak_mb(), "bytes a name": len(data) / MANY_NAMES}


PARTS: dict[str, Callable[[str, str], Figures]] = {
    "import": take_in, "import again": take_in, "open": start_up, "2,000 names": look_up, "2,000 versions": match,
    "check all": read_all, "a name": check_names, "4,400,000 names": make_names,
}  # fmt: skip
STORE_PARTS = tuple(PARTS)[:6]
# Of the issue. What has no bound is printed without one.
BOUNDS: dict[tuple[str, str, str], float] = {
    ("real PyPI", "import", "s"): 3,
    ("real PyPI", "import", "MB of memory"): 200,
    ("real PyPI", "2,000 names", "s"): 0.3,
    ("real PyPI", "2,000 versions", "s"): 0.3,
    ("synthetic npm", "import", "MB of memory"): 200,
    ("synthetic npm", "open", "ms"): 20,
    ("synthetic npm", "2,000 names", "s"): 0.3,
    ("synthetic npm", "2,000 versions", "s"): 0.3,
    ("names", "a name", "µs"): 5,
    ("names", "4,400,000 names", "bytes a name"): 1.51,
}


def measure(label: str, part: str, archive: Path, place: Path) -> bool:
    argv = (sys.executable, __file__, part, str(archive), str(place))
    figures: Figures = json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
    held = True
    for unit, figure in figures.items():
        bound = BOUNDS.get((label, part, unit))
        verdict = "" if bound is None else f"<= {bound:<6g} {'holds' if figure <= bound else 'DOES NOT HOLD'}"
        held &= bound is None or figure <= bound
        print(f"{label:<14} {part:<16} {figure:>12,.3f} {unit:<14} {verdict}".rstrip(), flush=True)
    return held


def main() -> int:
    held = True
    with tempfile.TemporaryDirectory() as room:
        made = Path(room, "synthetic.zip")
        synthetic(made, MANY)
        for label, archive in (("real PyPI", REAL), ("synthetic npm", made)):
            if not archive.is_file():
                print(f"{label}: {archive.name} is not here")
                continue
            for part in STORE_PARTS:
                held &= measure(label, part, archive, Path(room, label, "store.sqlite"))
        for part in tuple(PARTS)[6:]:
            held &= measure("names", part, made, Path(room, "names"))
    return 0 if held else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(PARTS[sys.argv[1]](*sys.argv[2:])))
    else:
        sys.exit(main())
