"""Addresses of package indexes: which may be asked, and how they are told without a password."""

from __future__ import annotations

import urllib.parse


def without_password(base: str) -> str:
    parts = urllib.parse.urlsplit(base.rstrip("/"))
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def is_usable(base: str) -> bool:
    """HTTPS, or this machine itself: over anything else anybody on the way could answer."""
    try:
        parts = urllib.parse.urlsplit(base)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.query or parts.fragment or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in ("127.0.0.1", "::1", "localhost"))
