"""The lines of a repository's config that say what it is. Parsed by git as a plain file; none of it takes effect."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from walkdown.errors import GitError
from walkdown.target.git_files import Found
from walkdown.target.names import printable
from walkdown.target.plain_read import read_if_there
from walkdown.target.scratch_git import ScratchGit

CONFIG_MOST = 1024 * 1024
_RUNS = re.compile(
    r"core\.(?:fsmonitor|hookspath|sshcommand|pager|editor|askpass|alternaterefscommand|gitproxy)"
    r"|diff\.external|(?:filter|diff|merge|credential|gpg|browser|man|difftool|mergetool|alias|url|include|includeif)"
    r"\..*?(?:clean|smudge|process|command|textconv|driver|helper|program|cmd|path)"
    r"|credential\.helper|gpg\.program|include\.path|alias\..*|sequence\.editor|uploadpack\.packobjectshook"
)


class GitSettings(msgspec.Struct, frozen=True):
    """`programs`: names of settings that would make git start or read something of the repository's choosing."""

    object_format: str = "sha1"
    reftable: bool = False
    partial: bool = False
    sparse: bool = False
    work_tree: str = ""
    remote: str = ""
    programs: tuple[str, ...] = ()


def read_settings(git: ScratchGit, found: Found) -> GitSettings:
    try:
        data = read_if_there(f"{found.common}/config", CONFIG_MOST)
    except OSError as error:
        raise GitError("The repository's config cannot be read.") from error
    copy = Path(git.spare())
    copy.write_bytes(data or b"")
    listed = git.ask("config", "--file", str(copy), "--no-includes", "--null", "--list")
    if listed.code != 0:
        raise GitError("The repository's config is not one that git understands.")
    pairs: list[tuple[str, str]] = []
    for line in listed.out.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        key, _, value = line.partition("\n")
        pairs.append((key, value))
    return _from_pairs(pairs)


def _from_pairs(pairs: list[tuple[str, str]]) -> GitSettings:
    values = dict(pairs)
    object_format = values.get("extensions.objectformat", "sha1").lower()
    if object_format not in ("sha1", "sha256"):
        raise GitError(f"The repository has an object format walkdown does not know: {printable(object_format)}.")
    remotes = [value for key, value in pairs if key.startswith("remote.") and key.endswith(".url")]
    return GitSettings(
        object_format=object_format,
        reftable=values.get("extensions.refstorage", "files").lower() == "reftable",
        partial="extensions.partialclone" in values or any(key.endswith(".promisor") for key in values),
        sparse=values.get("core.sparsecheckout", "").lower() == "true",
        work_tree=values.get("core.worktree", ""),
        remote=without_credentials(values.get("remote.origin.url") or (remotes[0] if remotes else "")),
        programs=tuple(sorted({printable(key) for key in values if _RUNS.fullmatch(key)})),
    )


def without_credentials(url: str) -> str:
    """Where a remote is, without who one is there: no user, password or token, no query."""
    if "://" in url:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return ""
        return printable(f"{parts.scheme}://{host}{port}{parts.path}")
    before, at, after = url.rpartition("@")
    if at and "/" not in before:
        return printable(after)
    return printable(url)
