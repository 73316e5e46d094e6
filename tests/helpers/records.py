"""Signed records for tests, made straight from the statement's types and ssh-keygen: nothing of what makes them for
people takes part, so that a check cannot agree with its own mistakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from walkdown.model import Actor, Channel, Decision, FilePlace, Kind, Severity, Subject, Verdict
from walkdown.process import clean_environment, run_now
from walkdown.record.files import RecordFiles, Seal
from walkdown.record.statement import (
    COUNTERSIGNATURE_TYPE,
    Countersignature,
    Counts,
    Digest,
    FindingLine,
    GapLine,
    ItemLine,
    ListLine,
    Occasion,
    Predicate,
    RecordSubject,
    Repo,
    Said,
    Signer,
    Statement,
    canonical,
    canonical_json,
    sha256,
)
from walkdown.record.tree import Tree
from walkdown.record.trust import Allowed, Trust
from walkdown.target import open_target

MADE = "2026-11-20T09:00:00Z"
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=timezone.utc)
NAME, MAIL = "Ada Tester", "ada@example.org"
PAPER = "# Sign-off of shop\n\n**Signed: nothing stands open**\n\n| Item | Decision |\n|---|---|\n| Doors | pass |\n"
FOLDER = Path(".walkdown", "signoffs")


def said(kind: Kind, id_: str, verdict: Verdict, *, until: str = "", at: str = MADE, owner: str = "") -> Said:
    decision = Decision(Subject(kind, id_), verdict, reason="looked at it", owner=owner, until=until)
    return Said(decision, Actor(NAME, MAIL), at, Channel.TERMINAL)


def item(
    id_: str, *topics: str, verdict: Verdict | None = Verdict.PASS, until: str = "", at: str = MADE,
    max_age_days: int | None = None, looked: bool = True, owner: str = "", open_: str = "",
) -> ItemLine:  # fmt: skip
    return ItemLine(
        id_, f"About {id_}", "section", "q" * 64, "informs", True, "for", "d" * 64,
        topics=tuple(sorted(topics)), looked=looked, max_age_days=max_age_days, opened=True, open=open_,
        said=None if verdict is None else said(Kind.ITEM, id_, verdict, until=until, at=at, owner=owner),
    )  # fmt: skip


ITEMS = (
    item("doors", "access", "entrance"),
    item("queries", "query"),
    item("timeouts", "outbound"),
    item("secrets", "text"),
    item("shape", "code", looked=False),
    item("backup", max_age_days=90, looked=False),
)


def finding(id_: str, path: str, content: str, *, verdict: Verdict | None = None, until: str = "") -> FindingLine:
    return FindingLine(
        id_, "A value is printed", "semgrep", "secret.logged", "secret.logged", Severity.HIGH, "likely",
        FilePlace(path, 1), file=content, family="secret.logged", fingerprint="f" * 32, context="c-c-c-c",
        said=None if verdict is None else said(Kind.FINDING, id_, verdict, until=until),
    )  # fmt: skip


def statement_for(
    repo: Path,
    *,
    items: Sequence[ItemLine] = ITEMS,
    findings: Sequence[FindingLine] = (),
    gaps: Sequence[GapLine] = (),
    made: str = MADE,
    unsigned: bool = False,
    more: Mapping[str, object] | None = None,
) -> Statement:
    """What a sign-off of the tree as it lies there would say. `more`: further fields of the predicate."""
    with open_target(repo) as target:
        tree = Tree(target)
        facts = target.facts
        about = RecordSubject(facts.name, Digest(facts.head, target.tree, target.looked))
        predicate = Predicate(
            walkdown="0.1.0", made=made, verdict="Signed: nothing stands open", by_machine=False,
            signer=Signer(NAME, MAIL, "reviewer"), unsigned=unsigned,
            repo=Repo(tree.roots.commits, tree.roots.prefix, facts.branch), occasion=Occasion(), dirty=target.dirty,
            threshold=Severity.HIGH, offline=False, settings_digest="", scanned=made, files=len(target.files),
            lists=(ListLine("last-mile", "The last mile", "1", "e" * 64),), exceptions=(), items=tuple(items),
            findings=tuple(findings), counts=Counts(high=len(findings)), gaps=tuple(gaps), tools=(),
            topics=tree.topics, markdown_sha256=sha256(PAPER.encode()),
        )  # fmt: skip
    return Statement((about,), msgspec.structs.replace(predicate, **(more or {})))


def files_of(statement: Statement, paper: str = PAPER) -> RecordFiles:
    data = canonical(statement)
    return RecordFiles(f"{statement.predicate.made[:10]}-{sha256(data)[:12]}", data, paper.encode())


def make_key(folder: Path, name: str) -> Path:
    """An SSH key without a passphrase; its public half lies beside it."""
    key = folder / name
    _ssh_keygen(folder, "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key))
    return key


def allow(folder: Path, *people: tuple[str, Path], name: str = "allowed") -> Path:
    """An allowed-signers file that names these mails with their keys."""
    file = folder / name
    public = ((mail, key.with_suffix(".pub").read_text().split()) for mail, key in people)
    file.write_text("".join(f'{mail} namespaces="walkdown" {words[0]} {words[1]}\n' for mail, words in public))
    return file


def trust_of(allowed: Path) -> Trust:
    return Trust((Allowed(allowed.read_bytes(), f"--allowed-signers {allowed.name}"),), gpg=False)


def countersignature(files: RecordFiles, name: str = NAME, mail: str = MAIL, time: str = MADE) -> Countersignature:
    return Countersignature(sha256(files.json), files.name, name, mail, "reviewer", time)


def bytes_of(statement: Countersignature) -> bytes:
    return canonical_json({**msgspec.to_builtins(statement), "_type": COUNTERSIGNATURE_TYPE})


def seal(statement: Countersignature, key: Path, *, namespace: str = "walkdown") -> Seal:
    return seal_bytes(bytes_of(statement), key, statement.mail.replace("@", "-").replace(".", "-"), namespace=namespace)


def seal_bytes(data: bytes, key: Path, slug: str, *, namespace: str = "walkdown") -> Seal:
    file = key.parent / f"{slug}.signing"
    file.write_bytes(data)
    signature = Path(f"{file}.sig")
    signature.unlink(missing_ok=True)
    _ssh_keygen(key.parent, "-q", "-Y", "sign", "-n", namespace, "-f", str(key), str(file))
    return Seal(slug, data, signature.read_bytes())


def sealed(files: RecordFiles, *seals: Seal) -> RecordFiles:
    return msgspec.structs.replace(files, seals=seals)


def put(repo: Path, files: RecordFiles) -> Path:
    """Into the folder for records; gives the path of the JSON."""
    folder = repo / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (repo / ".walkdown" / ".gitattributes").write_bytes(b"signoffs/* -text\n")
    if files.markdown is not None:
        (folder / f"{files.name}.md").write_bytes(files.markdown)
    for one in files.seals:
        place = folder / f"{files.name}.{one.slug}.json"
        place.write_bytes(one.statement)
        if one.signature is not None:
            Path(f"{place}{one.suffix}").write_bytes(one.signature)
    place = folder / f"{files.name}.json"
    place.write_bytes(files.json)
    return place


def _ssh_keygen(folder: Path, *arguments: str) -> None:
    done = run_now(("ssh-keygen", *arguments), cwd=str(folder), env=clean_environment(str(folder), str(folder)))
    assert done.code == 0, done.stderr.decode("utf-8", "replace")
