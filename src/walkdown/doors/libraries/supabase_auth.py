"""supabase.auth: who is asking, as far as it was verified; accounts that are made, changed and deleted."""

from __future__ import annotations

from walkdown.doors.libraries.prisma import sets_of
from walkdown.doors.libraries.supabase_client import Client, answer, failed
from walkdown.doors.library import Calling
from walkdown.doors.rows import row_of
from walkdown.doors.values import Fact, Items, Record, Source, Thing, Value, of, replace
from walkdown.doors.visits import Did
from walkdown.model.door import Operation, Origin

_TABLE, _LIBRARY = "auth.users", "supabase"
_NOTED = {
    "signInWithPassword": "sign-in", "signInWithOtp": "sign-in code", "verifyOtp": "code check",
    "resetPasswordForEmail": "password reset", "exchangeCodeForSession": "sign-in", "signInWithOAuth": "sign-in",
    "resend": "sign-in code", "signInWithIdToken": "sign-in", "refreshSession": "refresh", "setSession": "refresh",
}  # fmt: skip
_ADMIN = {
    "createUser": Operation.INSERT, "inviteUserByEmail": Operation.INSERT, "generateLink": Operation.UPDATE,
    "updateUserById": Operation.UPDATE, "deleteUser": Operation.DELETE, "getUserById": Operation.READ,
    "listUsers": Operation.READ,
}  # fmt: skip
SESSION_TRUSTED = "session read from the cookie, not verified"


def auth_method(  # noqa: PLR0911 - one line for each question
    thing: Thing, name: str, calling: Calling
) -> Value | None:
    if not isinstance(thing.data, Client):
        return None
    if name in ("getUser", "getClaims"):
        return _verified("claims" if name == "getClaims" else "user", calling)
    if name == "getSession":
        return _session(thing.data, calling)
    if name == "signUp":
        return _signed_up(thing.data, calling)
    if name == "updateUser":
        return _own_changed(thing.data, calling)
    if name in _NOTED:
        calling.visit.used.append((_NOTED[name], calling.spot))
        # Whoever knows the password is asking; but that is what is being found out here, no guard before it.
        user = _named("user", Fact("signed in", _user().sources))
        return answer(_record(("user", user), ("session", user)), failed(), calling.spot)
    if name == "onAuthStateChange":
        return None
    return answer(of(Origin.UNKNOWN, "auth"), failed(), calling.spot)


def _user() -> Value:
    return of(Origin.IDENTITY, "user")


def _named(name: str, fact: Fact) -> Value:
    return Value(of(Origin.IDENTITY, name).sources, maybe=True, if_true=(fact,))


def _record(*entries: tuple[str, Value]) -> Value:
    return Value(frozenset(s for _, value in entries for s in value.sources), Record(entries, open=True))


def _verified(what: str, calling: Calling) -> Value:
    """The server of Supabase was asked, or the signature was checked."""
    fact = Fact("verified", _user().sources, detail="login")
    user = _named("user", fact)
    return answer(_record((what, user), ("user", user)), failed(fact), calling.spot)


def _session(client: Client, calling: Calling) -> Value:
    """On a server what the cookie says is believed as it is; the database still checks the token in it."""
    if client.browser:
        user = _named("user", Fact("verified", _user().sources, detail="login"))
        session = _record(("user", user), ("access_token", of(Origin.IDENTITY, "token")))
        return answer(_record(("session", session)), failed(), calling.spot)
    calling.visit.used.append((SESSION_TRUSTED, calling.spot))
    session = Value(frozenset({Source(Origin.INPUT, ("session",))}), maybe=True)
    return answer(_record(("session", session)), failed(), calling.spot)


def _signed_up(client: Client, calling: Calling) -> Value:
    calling.visit.used.append(("sign-up", calling.spot))
    sets, given = sets_of(calling.arg(0))
    did = Did(_TABLE, Operation.INSERT, calling.spot, _LIBRARY, sets=sets, given=given, key=client.key)
    row = row_of(calling.visit, did)
    return answer(_record(("user", row), ("session", row)), failed(), calling.spot)


def _own_changed(client: Client, calling: Calling) -> Value:
    sets, given = sets_of(calling.arg(0))
    who = (("id", of(Origin.IDENTITY, "user", "id")),)
    did = Did(_TABLE, Operation.UPDATE, calling.spot, _LIBRARY, filters=who, sets=sets, given=given, key=client.key)
    return answer(_record(("user", row_of(calling.visit, did))), failed(), calling.spot)


def admin_method(thing: Thing, name: str, calling: Calling) -> Value | None:
    """Needs the service key, and then reaches every account."""
    if name not in _ADMIN or not isinstance(thing.data, Client):
        return answer(of(Origin.UNKNOWN, "auth"), failed(), calling.spot)
    operation, first = _ADMIN[name], calling.arg(0)
    by_id = name in ("updateUserById", "deleteUser", "getUserById")
    told = calling.arg(1) if name in ("updateUserById", "inviteUserByEmail") else first
    sets, given = sets_of(told) if operation in (Operation.INSERT, Operation.UPDATE) else ((), None)
    # One that is missing is an error there, not everybody.
    filters: tuple[tuple[str, Value], ...] = ()
    if by_id and first is not None:
        filters = (("id", replace(first, maybe=False)),)
    if name == "generateLink":
        filters, sets = tuple(one for one in sets if one[0] == "email"), ()
    if name == "inviteUserByEmail" and first is not None:
        sets = (("email", first), *sets)
    did = Did(_TABLE, operation, calling.spot, _LIBRARY, filters=filters, sets=sets, given=given, key=thing.data.key)
    row = row_of(calling.visit, did)
    if name == "listUsers":
        users = Value(row.sources, Items(each=Value(row.sources)))
        return answer(_record(("users", users)), failed(), calling.spot)
    return answer(_record(("user", row), ("properties", row)), failed(Fact("there", row.sources)), calling.spot)
