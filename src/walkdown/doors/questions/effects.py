"""What an open door does that is no change of a database of ours: it passes on what came in with the application's own
power, signs addresses of files, stores and deletes them, sends mails to whoever is named, calls paid models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from walkdown.doors.libraries.file_marks import SIGNED_ADDRESS
from walkdown.doors.questions.asker import sent
from walkdown.doors.questions.models import is_message, is_model
from walkdown.doors.values import Record, Source, Value
from walkdown.doors.visits import Did, Visit
from walkdown.model.door import Operation, Origin
from walkdown.model.severity import Severity

_POWER = re.compile(
    r"^convex\.|/functions/v1/|firestore\.googleapis|\.firebaseio\.com|/rest/v1/|api\.airtable|"
    r"^stripe\.(?:(?:webhookEndpoints|refunds|transfers|payouts|coupons|promotionCodes|topups)\.(?:create|update|del)|"
    r"subscriptions\.(?:cancel|del|update)|customers\.del)",
    re.IGNORECASE,
)
_STORES = re.compile(
    r"PutObjectCommand|DeleteObjects?Command|\.putObject$|\.deleteObject$|^blob\.(?:put|del)$|"
    r"(?:^s3|gcs)\.(?:\w+\.)*(?:upload|save|delete)$|cloudinary\.(?:\w+\.)*(?:upload|destroy)"
)
_DELETES = re.compile(r"Delete|\.del$|\.delete|destroy")
_BESIDE = re.compile(r"slack|discord|sentry|posthog|analytics|segment|telemetry|logtail|axiom", re.IGNORECASE)
_MESSAGES = re.compile(
    r"send-?(?:e?mail|sms|push|text|message|notif|whatsapp)|/messages?/|sendText|sendMessage|notif|mail", re.IGNORECASE
)
_TO = frozenset({"to", "email", "recipient", "recipients", "phone", "number", "toemail", "mobile", "bcc", "cc"})
_BUCKET_WRITES = frozenset({"remove", "createSignedUploadUrl", "upload", "update", "move"})
_BUCKET_READS = frozenset({"createSignedUrl", "createSignedUrls", "download"})
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Effect:
    did: Did
    severity: Severity
    last: str


def effects(visit: Visit, dids: Sequence[Did]) -> Iterator[Effect]:
    """Where nobody was asked who they are."""
    yield from _addresses(visit)
    for did in dids:
        if did.operation is Operation.HTTP and _STORES.search(did.table):
            if _DELETES.search(did.table) and has_input(did):
                yield Effect(did, Severity.HIGH, "deletes a file by a name that came in, nobody is asked who they are")
            elif has_input(did):
                yield Effect(did, Severity.MEDIUM, "stores a file, nobody is asked who they are")
        elif did.operation is Operation.FILE and did.library == "supabase" and did.key == "service":
            yield from _in_bucket(did)
        elif did.operation is Operation.HTTP and has_input(did):
            if is_message(did) and _goes_to(did):
                yield Effect(did, Severity.MEDIUM, "sends a message to an address that came in, nobody is asked")
            elif _POWER.search(did.table) and not is_model(did):
                severity = Severity.MEDIUM if is_sending(did) else Severity.HIGH
                yield Effect(did, severity, f"passes on what came in to {_short(did)}, nobody is asked")


def _addresses(visit: Visit) -> Iterator[Effect]:
    for what, spot in visit.used:
        if not what.startswith(SIGNED_ADDRESS):
            continue
        upload = what.startswith(f"{SIGNED_ADDRESS}upload")
        if upload or what.endswith("chosen"):
            did = Did("(file)", Operation.FILE, spot, "storage")
            last = f"signs an address for {'an upload' if upload else 'a file that came in'}, nobody is asked"
            yield Effect(did, Severity.HIGH, last)


def _in_bucket(did: Did) -> Iterator[Effect]:
    chosen = any(value.has(Origin.INPUT) for _, value in did.filters)
    if chosen and did.columns[:1] and did.columns[0] in _BUCKET_READS:
        yield Effect(did, Severity.HIGH, f"gives out files of {did.table} by a name that came in, nobody is asked")
    elif chosen and did.columns[:1] and did.columns[0] in _BUCKET_WRITES - {"upload"}:
        yield Effect(did, Severity.HIGH, f"changes files of {did.table} by a name that came in, nobody is asked")


def forwards(dids: Sequence[Did]) -> Did | None:
    """What came in is handed to another service, so that it is taken for true there."""
    return next(
        (
            did for did in dids
            if did.operation is Operation.HTTP
            and has_input(did)
            and not is_message(did)
            and not is_model(did)
            and not _BESIDE.search(did.table)
        ),
        None,
    )  # fmt: skip


def is_sending(did: Did) -> bool:
    return is_message(did) or _MESSAGES.search(did.table) is not None


def only_looks(did: Did) -> bool:
    return did.table.rpartition(".")[2] in ("retrieve", "list", "get", "search")


def shown_by_model(visit: Visit, dids: Sequence[tuple[int, Did]]) -> frozenset[int]:
    """Rows that are put into a question to a model whose answer is sent back: whoever asks is told what is in them."""
    if not any(source.origin is Origin.UNKNOWN and source.path[:1] == ("answer",) for source in sent(visit)):
        return frozenset()
    asked = [value for _, did in dids if is_model(did) for value in _bodies(did)]
    return frozenset(source.row for value in asked for source in deep(value) if source.origin is Origin.ROW)


def has_input(did: Did) -> bool:
    values = [*_bodies(did), *(value for _, value in did.filters)]
    return any(source.origin is Origin.INPUT for value in values for source in deep(value))


def _bodies(did: Did) -> list[Value]:
    return [*([did.given] if did.given is not None else []), *(value for _, value in did.sets)]


def deep(value: Value) -> frozenset[Source]:
    """All sources of it, however deep they lie in it."""
    visit = Visit()
    visit.exits.append((value, ()))
    return sent(visit)


def _goes_to(did: Did) -> bool:
    """Whom it is sent to came in; where what is sent is one text, anything in it may be that."""
    bodies = _bodies(did)
    named = [entry for value in bodies if isinstance(value.shape, Record) for entry in value.shape.entries]
    if not named:
        return True
    return any(name.lower() in _TO and any(one.origin is Origin.INPUT for one in deep(entry)) for name, entry in named)


def _short(did: Did) -> str:
    return did.table[:_LONGEST]
