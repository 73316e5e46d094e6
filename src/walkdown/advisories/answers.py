"""What the service says about one package: the advisories that speak of it, in the shape that pip-audit reads.

pip-audit compares names as they are, takes its fixed versions from the last entry about the package and there from the
first range, and breaks down over a version or a time that it cannot read. So each advisory goes out as one entry with
one range, which holds every fixed version that can be read, and nothing that is not needed.
"""

from __future__ import annotations

import msgspec
from packaging.version import InvalidVersion, Version

from walkdown.advisories.matching import known
from walkdown.advisories.osv import PYPI, Advisory, normal_name
from walkdown.advisories.store import Store

_SCHEMA = "1.6.0"
_EARLIER_THAN_ALL = "0"


class _Event(msgspec.Struct, frozen=True, omit_defaults=True):
    introduced: str = ""
    fixed: str = ""


class _Range(msgspec.Struct, frozen=True):
    type: str
    events: tuple[_Event, ...]


class _Package(msgspec.Struct, frozen=True):
    name: str
    ecosystem: str


class _Affected(msgspec.Struct, frozen=True):
    package: _Package
    ranges: tuple[_Range, ...]


class _Vulnerability(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    schema_version: str
    modified: str
    aliases: tuple[str, ...]
    affected: tuple[_Affected, ...]
    published: str = ""


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    vulns: tuple[_Vulnerability, ...] = ()


def answer(store: Store, name: str, version: str) -> bytes:
    name = normal_name(PYPI, name)
    found = known(store, PYPI, name, version).affecting
    return msgspec.json.encode(_Answer(tuple(_vulnerability(one, name) for one in found)))


def _vulnerability(advisory: Advisory, name: str) -> _Vulnerability:
    events = (_Event(introduced=_EARLIER_THAN_ALL), *(_Event(fixed=version) for version in _fixed(advisory, name)))
    return _Vulnerability(
        id=advisory.id,
        schema_version=_SCHEMA,
        modified=advisory.modified,
        aliases=advisory.aliases,
        affected=(_Affected(_Package(name, PYPI), (_Range("ECOSYSTEM", events),)),),
        published=advisory.published,
    )


def _fixed(advisory: Advisory, name: str) -> list[str]:
    """In the order of the advisory, each once."""
    fixed: dict[str, None] = {}
    for affected in advisory.affected:
        if (affected.ecosystem, affected.name) == (PYPI, name):
            events = (event for one in affected.ranges for event in one.events)
            fixed.update((event.fixed, None) for event in events if event.fixed and _is_version(event.fixed))
    return list(fixed)


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
