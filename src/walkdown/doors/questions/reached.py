"""By what an operation finds its rows: what came in, a secret somebody was sent, something that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable

from walkdown.doors.questions.ties import Ties
from walkdown.doors.rows import CREDENTIALS
from walkdown.doors.tables import looks_secret, points_to_owner
from walkdown.doors.values import Source, Value
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation, Origin

SERVICE = "service"
SCOPED = "scoped"  # the client adds to every query what nobody sees at the call: often the tenant
_COUNTS = re.compile(
    r"count|view|click|like|rating|average|avg|total|score|helpful|impression|download|share|vote|last_?(?:seen|used|active)",
    re.IGNORECASE,
)
_TIMES = frozenset({"updatedat", "updated_at", "updatedAt"})
_SECRETS = (
    "token",
    "code",
    "otp",
    "hash",
    "secret",
    "nonce",
    "signature",
    "apikey",
    "api_key",
    "uuid_token",
    "hwid",
    "licensekey",
    "license_key",
    "licence_key",
)
_KNOWN_CODES = ("countrycode", "postalcode", "zipcode", "currencycode", "productcode", "accountcode", "itemcode")
_GUEST = re.compile(
    r"session|visitor|guest|cart|wish|basket|verification|otp|waitlist|newsletter|anonymous|rate_?limit|page_?view",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"passw|pwd|hash", re.IGNORECASE)
_DEEPEST = 5


def came_in(did: Did, visit: Visit, ties: Ties, deep: int = _DEEPEST) -> list[str]:
    """The filters whose values the asker chose, directly or by a row that was found by them."""
    return [
        name
        for name, value in did.filters
        if not name.startswith("not ") and any(_is_chosen(source, visit, ties, deep) for source in value.sources)
    ]


def _is_chosen(source: Source, visit: Visit, ties: Ties, deep: int) -> bool:
    if source.origin is Origin.INPUT:
        return not source.path or source.path[0] not in CREDENTIALS
    if source.origin is not Origin.ROW or not 0 <= source.row < len(visit.did) or source.row in ties.rows or not deep:
        return False
    above = visit.did[source.row]
    return any(
        _is_chosen(inner, visit, ties, deep - 1)
        for name, value in above.filters
        if not name.startswith("not ") and not is_secret_name(name)
        for inner in value.sources
    )


def is_secret_name(name: str) -> bool:
    last = name.rpartition(".")[2]
    return looks_secret(last) or last.lower().endswith(_SECRETS)


def is_by_secret(did: Did) -> bool:
    """Whoever knows the code that was sent to them may: it is asked for by that."""
    return any(
        is_secret_name(name) and value.has(Origin.INPUT) and not _is_number_of(name, did) for name, value in did.filters
    )


def _is_number_of(name: str, did: Did) -> bool:
    """The code of an account in the books, of a country, of an article: everybody knows it."""
    last = name.rpartition(".")[2].lower().replace("_", "")
    if last.endswith(_KNOWN_CODES):
        return True
    return (
        last == "code"
        and re.search(r"account|ledger|countr|currenc|product|item|sku|tax|department", did.table, re.I) is not None
    )


def is_by_asker(did: Did) -> bool:
    return any(value.has(Origin.IDENTITY) for name, value in did.filters if not name.startswith("not "))


def is_policed(did: Did) -> bool:
    """Asked with the rights of whoever is asking: the policies of the database are the guard."""
    return did.library in ("supabase", "postgres") and did.key != SERVICE


def unknown_filter(did: Did, owners: Iterable[str]) -> bool:
    """A filter of which nobody knows what it asks, or by whom."""
    names = frozenset(owners)
    return any(
        (name in ("*", "") or name in names or points_to_owner(name.rpartition(".")[2]) or is_nothing_known(value))
        and is_not_known(value)
        for name, value in did.filters
    )


def is_not_known(value: Value) -> bool:
    return value.has(Origin.UNKNOWN) or is_nothing_known(value)


def is_nothing_known(value: Value) -> bool:
    return not value.sources and value.text is None


def only_counts(did: Did) -> bool:
    """Views, likes, ratings worked out from others: whoever calls it changes no more than a number."""
    names = [name for name, _ in did.sets if name not in _TIMES]
    return bool(names) and did.given is None and all(_COUNTS.search(name) for name in names)


def is_session_like(table: str) -> bool:
    """What a visitor has before anyone knows who they are."""
    return _GUEST.search(table) is not None


def is_asked_for(did: Did) -> bool:
    """Something that came in is written: it is no default that the server puts there by itself."""
    values = [value for _, value in did.sets] + ([did.given] if did.given is not None else [])
    return any(value.has(Origin.INPUT) or value.has(Origin.UNKNOWN) or not value.sources for value in values)


def makes_account(did: Did) -> bool:
    """A sign-up: somebody who is not known yet chooses a password."""
    return did.operation is Operation.INSERT and any(_PASSWORD.search(name) for name, _ in did.sets)


def only_worked_out(did: Did) -> bool:
    """All that is written was worked out by the server or told by another service, as where a guest begins to pay."""
    values = [value for name, value in did.sets if name not in _TIMES]
    told = (Origin.INPUT, Origin.CONSTANT, Origin.ROW)
    return bool(values) and did.given is None and not any(value.has(origin) for value in values for origin in told)
