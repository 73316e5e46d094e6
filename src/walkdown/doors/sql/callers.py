"""What Supabase and Postgres say of who asks: the functions and settings that name the caller."""

from __future__ import annotations

from walkdown.doors.sql.expressions import Call, Lit
from walkdown.doors.sql.terms import Caller, Claim, Term

_METADATA = {"user_metadata": "user", "raw_user_meta_data": "user", "app_metadata": "app", "raw_app_meta_data": "app"}
_PLAIN: dict[str, Term] = {
    "auth.uid": Caller(),
    "auth.email": Caller("email"),
    "auth.role": Claim("role"),
    "auth.jwt": Claim("token"),
    "current_user": Claim("database"),
    "session_user": Claim("database"),
    "user": Claim("database"),
    "current_role": Claim("database"),
}


def well_known(call: Call) -> Term | None:
    if call.name in _PLAIN:
        return _PLAIN[call.name]
    if call.name == "current_setting" and call.args and isinstance(call.args[0], Lit):
        setting = call.args[0].value.lower()
        if setting == "request.jwt.claims":
            return Claim("token")
        if setting.startswith("request.jwt.claim."):
            return part_of(Claim("token"), setting.rpartition(".")[2])
        return Claim("role") if setting == "role" else Caller(f"setting {setting}")
    return None


def part_of(term: Term, key: str) -> Term:
    """A part of the token; of anything else the whole, which is enough to know whose it is."""
    if not isinstance(term, Claim):
        return term
    key = key.strip("'{}\" ").lower()
    if term.kind != "token":
        return Claim(term.kind, key)
    first, _, rest = key.partition(",")
    if first in _METADATA:
        return Claim(_METADATA[first], rest)
    known: dict[str, Term] = {"sub": Caller(), "email": Caller("email"), "role": Claim("role")}
    return known.get(key, Claim("other", key))
