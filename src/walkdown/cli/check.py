"""`walkdown check`: the gate for CI and hooks. Says in a few lines whether a sign-off covers this tree, and why not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone

import msgspec

from walkdown import __version__
from walkdown.cli.asked import asked
from walkdown.cli.output import check_output, write_output
from walkdown.cli.root import asked_lists
from walkdown.cli.scan import interruptible, live
from walkdown.cli.walked import wanted_list, with_note
from walkdown.errors import RecordError, UsageError
from walkdown.model import ScanResult
from walkdown.record.gate_forms import check_github, check_json, check_junit, headline, reopened_line, words
from walkdown.record.gate_sarif import check_sarif
from walkdown.record.gate_shape import Gate
from walkdown.record.verification import UNREADABLE, Verification
from walkdown.record.walked_list import judged
from walkdown.review import Review
from walkdown.review.checking import check_record, trust_for
from walkdown.review.gate import Policy, judge

_SHOWN = 5
_MOST_DAYS = 36_500
_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s?([dh]?)")


class CheckFlags(msgspec.Struct, frozen=True):
    path: str
    record: str
    allowed_signers: str
    trust_ref: str
    max_age: str
    require_signers: int
    allow_exceptions: bool
    allow_machine: bool
    rescan: bool
    offline: bool
    form: str
    output: str | None

    @property
    def policy(self) -> Policy:
        return Policy(days_of(self.max_age), self.require_signers, self.allow_exceptions, self.allow_machine)


def run_check(options: Mapping[str, object]) -> int:
    flags = msgspec.convert(options, CheckFlags)
    policy = flags.policy
    check_output(flags.output)
    with Review.open(flags.path, asked(offline=flags.offline)) as review:
        wanted = wanted_list(review) if asked_lists() else None
        verification = _verified(review, flags)
        verification = verification if wanted else with_note(verification, review)
    gate = judge(verification, policy, datetime.now(timezone.utc))
    if wanted is not None:
        gate = judged(gate, verification, wanted)
    write_output(flags.output, [_written(gate, verification, flags.form)])
    return gate.code


def _verified(review: Review, flags: CheckFlags) -> Verification:
    """Where there is no record at all, a report for machines is still due."""
    trust = trust_for(review, flags.allowed_signers, flags.trust_ref)
    try:
        result = _scanned(review) if flags.rescan else None
        return check_record(review, flags.record, trust, rescan=result)
    except RecordError as error:
        return Verification(flags.record, UNREADABLE, error.what)


def _scanned(review: Review) -> ScanResult:
    with live() as listener:
        return interruptible(lambda: review.scan(listener), review)


def _written(gate: Gate, verification: Verification, form: str) -> bytes:
    match form:
        case "json":
            return check_json(gate, verification)
        case "sarif":
            return check_sarif(gate, verification, __version__)
        case "junit":
            return check_junit(gate, verification)
        case "github":
            return check_github(gate, verification)
        case _:
            return "".join(f"{line}\n" for line in _text(gate, verification)).encode("utf-8", "replace")


def _text(gate: Gate, verification: Verification) -> Iterator[str]:
    yield headline(gate, verification)
    if gate.passed:
        yield f"  {words(verification.line)}"
    for reason in gate.reasons:
        yield f"  - {words(reason)}"
    for one in verification.reopened[:_SHOWN]:
        yield f"    {words(reopened_line(one))}"
    more = len(verification.reopened) - _SHOWN
    if more > 0:
        yield f"    and {more} more: walkdown verify"
    for note in verification.notes:
        yield f"  note: {words(note)}"


def days_of(text: str) -> float | None:
    """30d, 12h, or a number of days; None for no limit."""
    if not text:
        return None
    found = _AGE.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(f"{text!r} is no age.", "Say days or hours, as 30d or 12h.")
    days = float(found[1]) / (24 if found[2] == "h" else 1)
    if not math.isfinite(days) or not 0 < days <= _MOST_DAYS:
        raise UsageError(f"{text!r} is no age that a record could have.", "Say days or hours, as 30d or 12h.")
    return days
