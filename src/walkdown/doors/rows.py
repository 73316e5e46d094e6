"""What comes back from the data: rows that remember which operation read them, and by what they were asked for."""

from __future__ import annotations

import re

from walkdown.doors.values import Items, Source, Value
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Origin

# Parts of a request that only tell who is asking: what is looked up by them is the asker.
CREDENTIALS = frozenset({"cookies", "headers", "authorization", "cookie"})


def row_of(visit: Visit, did: Did, *, many: bool = False, maybe: bool = True) -> Value:
    """Keeps the operation, and gives what it reads."""
    return read_by(visit.do(did), did, many=many, maybe=maybe)


def read_by(number: int, did: Did, *, many: bool = False, maybe: bool = True) -> Value:
    """What an operation that is kept already reads."""
    sources = frozenset({Source(_origin(did), (did.table,), number)})
    value = Value(sources, maybe=maybe and not many)
    return Value(sources, Items(each=Value(sources))) if many else value


def _origin(did: Did) -> Origin:
    for _, value in did.filters:
        told = [source.path for source in value.sources if source.origin is Origin.INPUT]
        known = [_is_credential(path) for path in told]
        if any(known) and all(sure or _is_token(path) for sure, path in zip(known, told, strict=True)):
            return Origin.IDENTITY
    return Origin.IDENTITY if _is_the_asker(did) else Origin.ROW


def _is_the_asker(did: Did) -> bool:
    """The row of who is asking: looked up by who they are, and by nothing else."""
    if len(did.filters) != 1:
        return False
    name, value = did.filters[0]
    if not value.sources or any(one.origin is not Origin.IDENTITY for one in value.sources):
        return False
    of_user = name.lower().replace("_", "") in _OF_USER and _USERS.search(did.table) is not None
    return of_user or name.lower() in _KEYS


_KEYS = frozenset({"id", "_id", "uid", "email", "sub", "clerkid", "auth_id", "firebase_uid", "firebaseuid"})
_OF_USER = frozenset({"userid", "authid", "authuserid", "username", "clerkuserid", "accountid", "uuid", "openid"})
_USERS = re.compile(r"user|account|profile|member|customer|admin|employee|person|people|staff", re.IGNORECASE)


def _is_token(path: tuple[str, ...]) -> bool:
    """Where it may come in a header it may come elsewhere, too: `req.body.token || req.headers["x-token"]`."""
    return path != () and any(word in path[-1].lower() for word in ("token", "session", "apikey", "api_key"))


def _is_credential(path: tuple[str, ...]) -> bool:
    """What a token says of its owner is none: nobody has checked who wrote it."""
    return path[:1] != () and path[0] in CREDENTIALS and not (len(path) > 2 and path[-1] in _SAYS_WHO)


_SAYS_WHO = frozenset({"sub", "id", "user_id", "userId", "email", "uid"})
