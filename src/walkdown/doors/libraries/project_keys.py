"""The public key of a Supabase project is a token itself, signed with the project's own secret: a check that looks at
nothing but that signature lets everybody in who has opened the page."""

from __future__ import annotations

import re

from walkdown.doors.values import Record, Value, of
from walkdown.model.door import Origin

_SECRET = re.compile(r"^(?:SUPABASE|SUPA|SB|PROJECT)_\w*JWT|JWT_\w*SUPABASE", re.IGNORECASE)


def signs_the_public_key(key: Value | None) -> bool:
    """By the name of the secret. Any other may be one of the application's own."""
    return key is not None and any(
        source.origin is Origin.ENVIRONMENT and bool(source.path) and _SECRET.search(source.path[-1]) is not None
        for source in key.sources
    )


def said_by_token(*, wrapped: bool = False) -> Value:
    """What is written in it is true; only a token of a person has a `sub`, so that asking for that is a login."""
    token = of(Origin.IDENTITY, "token")
    return Value(token.sources, Record((("payload", token),), open=True)) if wrapped else token
