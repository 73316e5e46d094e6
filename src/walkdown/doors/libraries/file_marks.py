"""What is noted of files while code is followed: that an address was signed by which anybody may store or fetch one."""

from __future__ import annotations

SIGNED_ADDRESS = "signed address "  # and: for an upload or a download; chosen, where which file it is came in
