"""Codes that are short enough to be tried out: PINs, one-time codes, vouchers; and whether it is one of somebody
higher up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from walkdown.doors.assemble import Followed
from walkdown.doors.questions.behind import snake
from walkdown.doors.questions.purpose import handler_words, words
from walkdown.doors.values import Fact, Source
from walkdown.doors.visits import Did, Spot
from walkdown.model.door import WRITES, Operation, Origin

_SHORT = re.compile(
    r"(?:^|_)(?:pin|pin_?code|pin_?hash|hashed_?pin|otp|otp_?code|otp_?hash|hashed_?otp|passcode|door_?code|gate_?code|"
    r"verification_?code|verify_?code|security_?code|sms_?code|reset_?code|login_?code|confirmation_?pin|reset_?otp|"
    r"verify_?otp|unlock_?code|two_?factor_?code|email_?code|phone_?code|check_?in_?code|pickup_?code|delivery_?code)$"
)
_VOUCHER = re.compile(r"(?:^|_)(?:voucher|coupon|gift_?card|promo|redeem|redemption|gift)_?(?:code|number)?$")
_VOUCHERS = re.compile(r"coupon|voucher|promo|gift|discount_?code", re.IGNORECASE)
_CODES = re.compile(r"otp|verification|pin_?code|passcode|one_?time", re.IGNORECASE)
_HIGHER = re.compile(r"manager|admin|supervisor|staff|owner|override|kiosk|cashier|approve", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Code:
    what: str
    spot: Spot
    short: bool
    higher: bool


def tried(one: Followed, dids: Sequence[Did]) -> Code | None:
    """What is looked up by a code that came in, or compared with one."""
    found = [*_looked_up(dids), *_compared(one)]
    worst = next((code for code in found if code.short), found[0] if found else None)
    if worst is None:
        return None
    said = f"{words(one.door)}-{handler_words(one.door)}"
    higher = worst.higher or _HIGHER.search(said) is not None
    return Code(worst.what, worst.spot, worst.short, higher)


def _looked_up(dids: Sequence[Did]) -> Iterator[Code]:
    for did in dids:
        if did.operation not in WRITES | {Operation.READ}:
            continue
        for name, value in did.filters:
            if name.startswith("not ") or not value.has(Origin.INPUT):
                continue
            last = snake(name.rpartition(".")[2])
            short = _SHORT.search(last) is not None or (last == "code" and _CODES.search(did.table) is not None)
            voucher = _VOUCHER.search(last) is not None or (last == "code" and _VOUCHERS.search(did.table) is not None)
            if short or voucher:
                what = f"a code is looked up in {did.table}"
                yield Code(what, did.spot, short, _HIGHER.search(f"{did.table} {name}") is not None)


def _compared(one: Followed) -> Iterator[Code]:
    for held in one.visit.seen:
        name = _name(held.fact)
        if name:
            yield Code(f"{name} is compared with what came in", held.spot, True, _HIGHER.search(name) is not None)


def _name(fact: Fact) -> str:
    """The column, where what is kept is held against what came in."""
    both = [*fact.left, *fact.right]
    if fact.kind not in ("equal", "password") or not any(source.origin is Origin.INPUT for source in both):
        return ""
    kept = [source for source in both if source.origin in (Origin.ROW, Origin.IDENTITY) and source.path]
    return next((source.path[-1] for source in kept if _is_short(source)), "")


def _is_short(source: Source) -> bool:
    return _SHORT.search(snake(source.path[-1])) is not None
