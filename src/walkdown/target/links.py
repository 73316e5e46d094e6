"""What a symbolic link means for the review. Looking up where it leads opens nothing."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

import msgspec

from walkdown.model import SkipKind
from walkdown.target.names import is_read_alike, looks_like_source, may_be_data, printable


class Lead(msgspec.Struct, frozen=True):
    """Where a link leads. `goal`: the printable path below the root, for what is there; else empty."""

    code: str
    text: str
    goal: str = ""
    folder: bool = False


def follow(root: str, path: str, written: str) -> Lead:
    """`path`: the link's, below the root; `written`: what it says."""
    shown = printable(written)
    try:
        real_root = os.path.realpath(root)
        real = os.path.realpath(Path(root, path.rpartition("/")[0], written))
        there = os.path.lexists(real)
    except (OSError, ValueError):
        return Lead("link-broken", f"A link to {shown}, which leads nowhere.")
    start = real_root.rstrip("/") + "/"
    if real != real_root and not real.startswith(start):
        return Lead("link-outside", f"A link that leads out of the folder, to {shown}; not followed.")
    if not there:
        return Lead("link-broken", f"A link to {shown}, which is not there.")
    text = f"A link to {shown}, which counts under its own name."
    return Lead("link", text, printable(real[len(start) :]), Path(real).is_dir())


def judge(shown: str, lead: Lead, read: Container[str], gaps: Container[str]) -> tuple[SkipKind, str, str]:
    """How a link at `shown` is listed. `read`: the files that are looked at; `gaps`: those that should be and are not.

    Whoever runs the project finds the goal under the link's name. If that is a name of code or of a manifest, no
    scanner has seen it unless it has read the goal as the same kind of file."""
    # A goal that is a gap already is told once, there. A folder's files are listed one by one.
    told = lead.code == "link-broken" or lead.folder or lead.goal in gaps
    if told or not looks_like_source(shown) or may_be_data(shown):
        return SkipKind.SCOPE, lead.code, lead.text
    if lead.code == "link-outside":
        return SkipKind.GAP, lead.code, f"{lead.text} Its name says it is read or run: put a copy in its place."
    if lead.goal not in read:
        text = f"A link to {lead.goal}, which is not looked at, under a name that should be."
        return SkipKind.GAP, "link-unread", f"{text} Put a copy in its place."
    if not is_read_alike(shown, lead.goal):
        text = f"A link to {lead.goal}, which is looked at, but not as what the link's name makes of it."
        return SkipKind.GAP, "link-unread", f"{text} Put a copy in its place."
    return SkipKind.SCOPE, lead.code, lead.text
