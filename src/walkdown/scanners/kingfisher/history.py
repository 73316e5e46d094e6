"""Secrets in the git history: Kingfisher over every version of every file that any branch or tag can reach.

Kingfisher never sees the target's repository. It gets a git directory of ours with one commit whose tree holds the
wanted blobs under their object ids, and the objects themselves through alternates: no name it would leave out, no
hooks, no unreachable rubbish, and what it looked at can be counted blob by blob.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from walkdown.errors import ScannerError
from walkdown.model.finding import Finding
from walkdown.model.outcome import Missing, SkipKind, Skipped
from walkdown.model.place import CommitPlace, Place
from walkdown.model.scanner import Batch, Blob, Command, Job, Parsed, Printed, Sources, Tool, Where
from walkdown.scanners.kingfisher import judge, output

BLOBS_A_JOB = 20_000  # about 1 KB of output each
MOST_PLACES = 20
SHA1 = 40  # letters of an object id; Kingfisher does not read repositories with longer ones
_GIT = "history.git"
_BRANCH = "refs/heads/blobs"
# Kingfisher leaves closed what it takes for an archive; these are zip files by another name.
_ARCHIVE = re.compile(
    r"(?i)\.(?:zip|jar|war|ear|apk|aar|whl|egg|docx|xlsx|pptx|odt|ods|odp|epub|nupkg|vsix|xpi|graffle|gz|tgz|bz2|xz|zst|7z|tar)$"
)


class _Memory(msgspec.Struct, frozen=True):
    key: str
    tips: tuple[str, ...]
    findings: tuple[Finding, ...]


class _Context(msgspec.Struct, frozen=True):
    """A job's part of the history. The first one also brings what was known before, and what the clone lacks."""

    blobs: tuple[Blob, ...]
    known: tuple[Finding, ...] = ()
    missing: int = 0


class KingfisherHistory:
    name = "kingfisher-history"
    title = "Secrets in the history"

    def looks_for(self, paths: Iterable[str]) -> frozenset[str]:  # noqa: ARG002 - it goes by the history
        return frozenset({"secret.history"})

    def find(self, where: Where) -> tuple[Tool, ...] | Missing:
        return output.find(where)

    def key(self, tool: Tool) -> str:
        return output.key(tool)

    def unread(self, sources: Sources) -> Sequence[Skipped]:
        history = sources.history
        if history is None:
            return ()
        skipped = []
        if Path(history.git_dir, "shallow").exists():
            skipped.append(
                _gap("history.shallow", "The clone holds only the newest commits. Try: git fetch --unshallow")
            )
        if any(len(tip) != SHA1 for tip in history.tips):
            skipped.append(_gap("history.format", "The scanner cannot read this kind of git object store."))
        return skipped

    def jobs(self, tool: Tool, sources: Sources, remembered: bytes | None) -> Sequence[Job]:
        history = sources.history
        if history is None or not history.tips or any(len(tip) != SHA1 for tip in history.tips):
            return ()
        memory = _recall(remembered, self.key(tool))
        blobs = history.blobs(memory.tips) if memory else None
        if blobs is None:
            memory, blobs = None, history.blobs(()) or ()
        missing = history.missing_objects(memory.tips if memory else ())
        known = memory.findings if memory else ()
        if memory and not blobs and not missing:
            return [_settled(known)]
        wanted = tuple(blob for blob in blobs if blob.size)
        chunks = [wanted[start : start + BLOBS_A_JOB] for start in range(0, len(wanted), BLOBS_A_JOB)] or [()]
        # What is already known comes along with the first job, so that every scan tells the whole history.
        return [
            _job(history.git_dir, self.key(tool), number, _Context(chunk, *((known, missing) if number == 0 else ())))
            for number, chunk in enumerate(chunks)
        ]

    def argv(self, tool: Tool, job: Job, batch: Batch) -> Command:  # noqa: ARG002 - one job is like another
        target = str(Path(batch.folder, _GIT))
        return output.command(tool, batch, target, "--git-history", "none", "--branch", _BRANCH)

    def parse(self, tool: Tool, job: Job, batch: Batch, printed: Printed) -> Parsed:  # noqa: ARG002 - one version
        context = msgspec.msgpack.decode(job.context, type=_Context)
        blobs = {blob.oid: blob for blob in context.blobs}
        ages = {blob.oid: age for age, blob in enumerate(context.blobs)}
        looked: set[str] = set()
        seen: list[output.Seen] = []
        for item in output.decode(printed.stdout):
            blob = blobs.get(item.finding.path.rpartition("/")[2].partition(".")[0])
            if blob is None:
                raise ScannerError("Kingfisher reports about a version that it was not given.")
            if output.proves_reading(item):
                looked.add(_label(blob))
            elif item.rule.id != output.SEEN:
                seen.append(_locate(blob, item))
        closed = [blob for blob in context.blobs if _label(blob) not in looked and _ARCHIVE.search(blob.path)]
        # Kingfisher tells in an order of its own; the oldest place has to come first.
        seen.sort(key=lambda one: ages[one.text])
        findings = (*context.known, *output.weigh(seen, batch.secret_key, history=True))
        skipped = [Skipped(_label(blob), SkipKind.SCOPE, "archive", "Archives are not opened.") for blob in closed]
        if context.missing:
            lost = f"{context.missing} objects are not in this clone. Try: git fetch --refetch"
            skipped.append(_gap("history.missing-objects", lost))
        return Parsed(tuple(gathered(findings)), looked=frozenset(looked), skipped=tuple(skipped))

    def remember(self, tool: Tool, sources: Sources, findings: Sequence[Finding]) -> bytes | None:
        """Places and keyed hashes only; no value of a secret. Asked for only when no part of the history was missing:
        that part may come under the same tips, and would then never be looked at."""
        if sources.history is None:
            return None
        return msgspec.msgpack.encode(_Memory(self.key(tool), sources.history.tips, tuple(findings)))


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each secret, at the oldest version that holds it and as grave as the worst of them; the other
    versions are its further places. Oldest first."""
    by_secret: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        same = (finding.rule.id, finding.secret or repr(finding.place))
        first = by_secret.get(same)
        if first is None:
            by_secret[same] = finding
            continue
        more = dict.fromkeys((*first.places, finding.place, *finding.places))
        more.pop(first.place, None)
        worst = min(first, finding, key=lambda one: (one.severity.rank, one.confidence.rank))
        by_secret[same] = msgspec.structs.replace(worst, place=first.place, places=tuple(more)[:MOST_PLACES])
    return list(by_secret.values())


def only_in_history(history: Iterable[Finding], tree: Iterable[Finding]) -> list[Finding]:
    """Without the secrets that the tree still shows: those are findings of the tree."""
    present = {finding.secret for finding in tree if finding.secret}
    return [finding for finding in gathered(history) if finding.secret not in present]


def _recall(remembered: bytes | None, key: str) -> _Memory | None:
    """Memory that is unreadable or comes from other rules is no memory; the whole history is read again."""
    if not remembered:
        return None
    try:
        memory = msgspec.msgpack.decode(remembered, type=_Memory)
    except msgspec.MsgspecError:
        return None
    return memory if memory.key == key else None


def _settled(known: tuple[Finding, ...]) -> Job:
    """Nothing came since the last scan, so what it found is the answer."""
    return Job(name="history", key="", asked=(), settled=Parsed(known))


def _job(git_dir: str, key: str, number: int, part: _Context) -> Job:
    blobs, context = part.blobs, msgspec.msgpack.encode(part)
    return Job(
        name=f"history {number + 1}",
        key=hashlib.sha256(key.encode() + b"\0" + context).hexdigest(),
        asked=tuple(_label(blob) for blob in blobs),
        inputs=tuple((f"{_GIT}/{name}", data) for name, data in _git_folder(git_dir, blobs).items()),
        context=context,
    )


def _git_folder(git_dir: str, blobs: Sequence[Blob]) -> dict[str, bytes]:
    """A repository with one commit: the blobs under neutral names, their bytes borrowed from the scratch git dir."""
    tree = b"".join(
        b"100644 " + oid.encode() + b".txt\0" + bytes.fromhex(oid) for oid in sorted({blob.oid for blob in blobs})
    )
    tree_id, tree_file = _loose("tree", tree)
    nobody = "walkdown <walkdown> 0 +0000"
    text = f"tree {tree_id}\nauthor {nobody}\ncommitter {nobody}\n\nblobs\n"
    commit_id, commit_file = _loose("commit", text.encode())
    return {
        "HEAD": f"ref: {_BRANCH}\n".encode(),
        "config": b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
        "packed-refs": f"# pack-refs with: peeled fully-peeled sorted \n{commit_id} {_BRANCH}\n".encode(),
        "refs/README": b"The only branch is in packed-refs.\n",
        "objects/info/alternates": str(Path(git_dir, "objects")).encode("utf-8", "surrogateescape") + b"\n",
        f"objects/{tree_id[:2]}/{tree_id[2:]}": tree_file,
        f"objects/{commit_id[:2]}/{commit_id[2:]}": commit_file,
    }


def _loose(kind: str, body: bytes) -> tuple[str, bytes]:
    raw = f"{kind} {len(body)}\0".encode() + body
    return hashlib.sha1(raw, usedforsecurity=False).hexdigest(), zlib.compress(raw, 1)


def _locate(blob: Blob, item: output.Item) -> output.Seen:
    """Lines only: without the old file's text its byte columns cannot be turned into characters. Judged under every
    name the file ever had: what is harmless in an example is not once it was moved to where it is used."""
    match = item.finding
    last = match.line + match.snippet.count("\n")
    place: Place = CommitPlace(blob.commit, blob.path, match.line, end_line=last)
    sure = match.confidence == "high"
    candidates = [judge.Candidate(item.rule.id, match.snippet, path, sure=sure) for path in (blob.path, *blob.paths)]
    candidate = min(candidates, key=_gravity)
    return output.Seen(candidate, place, (match.line, match.column_start), (last, match.column_end), blob.oid)


def _gravity(candidate: judge.Candidate) -> tuple[bool, int, int]:
    """Sorts the worst to the front."""
    verdict = judge.judge(candidate)
    return verdict.sort is not judge.Sort.SECRET, verdict.severity.rank, verdict.confidence.rank


def _label(blob: Blob) -> str:
    return f"{blob.path} at {blob.commit[:12]}"


def _gap(code: str, reason: str) -> Skipped:
    return Skipped("git history", SkipKind.GAP, code, reason)
