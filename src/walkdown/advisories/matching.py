"""Which advisories of the store speak of a package in one version, and which of them cannot be compared with it."""

from __future__ import annotations

import msgspec

from walkdown.advisories.osv import Advisory
from walkdown.advisories.store import Store
from walkdown.advisories.versions import affects
from walkdown.errors import AdvisoryError


class Known(msgspec.Struct, frozen=True):
    """`unclear`: ids of advisories about the package whose versions nobody can put in order. Neither yes nor no.
    `about`: all of them, those that speak of other versions as well."""

    affecting: tuple[Advisory, ...]
    unclear: tuple[str, ...]
    about: tuple[Advisory, ...] = ()


def known(store: Store, ecosystem: str, name: str, version: str) -> Known:
    affecting: list[Advisory] = []
    unclear: list[str] = []
    about = store.affecting(ecosystem, name)
    for advisory in about:
        try:
            if affects(advisory, ecosystem, name, version):
                affecting.append(advisory)
        except AdvisoryError:
            unclear.append(advisory.id)
    return Known(tuple(affecting), tuple(unclear), about)
