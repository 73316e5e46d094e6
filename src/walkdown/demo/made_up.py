"""The demo's secrets: shaped like real ones so that scanners see them, made up by us, and whole only in a made repo.

They are stored in halves. Whole, they would set off a forge's push protection and every scan of walkdown itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{\{([a-z]+(?:-[a-z]+)+)\}\}")

SECRETS: Mapping[str, str] = {
    "jwt-fallback": "b7Qe2mXz" + "9RkT4vLw8NpYc3Hd",
    "stripe-key": "sk_" + "live_" + "51NqTz8Lk3VwRy7Hd" + "Gm2XcPb9QfJs4Ea6UtKoWi",
}


def fill(text: str) -> str:
    """Put the secrets in where the stored file names them, as in {{stripe-key}}. An unknown name is our own mistake."""
    return _PLACEHOLDER.sub(lambda found: SECRETS[found[1]], text)
