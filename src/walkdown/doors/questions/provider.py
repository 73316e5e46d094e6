"""Payments that are set going at a provider, and what tells one of them from its repetition."""

from __future__ import annotations

import re
from typing import Any

from walkdown.doors.questions.code import Code
from walkdown.doors.questions.code_parts import statements, values, within
from walkdown.doors.visits import Did
from walkdown.model.door import Operation
from walkdown.syntax.program import Entry, Member, Name, Text

CHARGE, PAYOUT, REFUND, INTENT = "charge", "payout", "refund", "intent"
_SDK = re.compile(
    r"^(?:stripe|razorpay|square|paypal|mercadopago|asaas|mollie|adyen|flutterwave|paystack|braintree)\.(?:.*\.)?"
    r"(?:(?P<intent>paymentIntents|orders|invoices|invoiceItems|subscriptions|payment|payments)|(?P<charge>charges)|"
    r"(?P<refund>refunds)|(?P<payout>transfers|payouts))\.(?:create|pay|post|send)$"
)
_PATHS = re.compile(
    r"/(?:(?P<payout>payouts?|transfers?|disbursements?|b2c/v\d/paymentrequest|withdrawals?)|(?P<refund>refunds?)|"
    r"(?P<charge>charges?|charge|stkpush/v\d/processrequest|processrequest)|"
    r"(?P<intent>payments?|payment_intents|invoices?|orders|pix/cob|cob|transaction/initialize|transactions?))"
    r"/?(?:\?.*)?$",
    re.IGNORECASE,
)
_HOSTS = re.compile(
    r"stripe|iugu|pagar\.?me|mercadopago|mercado_?pago|asaas|paypal|razorpay|safaricom|mpesa|daraja|flutterwave|paystack|"
    r"squareup|adyen|mollie|pagseguro|pagbank|cielo|gerencianet|efi(?:pay)?\b|braintree|wise|payfast|paddle|xendit|midtrans|"
    r"coinbase|openpix|woovi|efibank|abacatepay|kirvano|hotmart|stripe|payment|payout|gateway|checkout",
    re.IGNORECASE,
)
_SENDS = frozenset({"POST", "PUT"})
_KEY = re.compile(r"idempoten|request-?id$", re.IGNORECASE)
_REFERENCE = re.compile(
    r"^(?:external_?reference|externalReference|reference|tx_?ref|merchant_?reference|receipt|txid|sender_batch_id|"
    r"referenceId|reference_id|external_id|OriginatorConversationID)$"
)


def pays(code: Code, did: Did) -> str:
    """What it makes at a provider of payments; empty where it makes nothing there, or only looks."""
    if did.operation is not Operation.HTTP:
        return ""
    found = _SDK.search(did.table)
    if found is None and not did.table.startswith("stripe."):
        at = _PATHS.search(did.table)
        there = at is not None and _HOSTS.search(did.table) and _is_outside(did.table)
        found = at if there and _posts(code, did) else None
    if found is None:
        return ""
    return next((kind for kind in (PAYOUT, REFUND, CHARGE, INTENT) if found.groupdict().get(kind)), "")


def _is_outside(address: str) -> bool:
    return "/functions/v1/" not in address and not address.startswith("/api/")


def _posts(code: Code, did: Did) -> bool:
    site = code.site(did.spot)
    if site is None:
        return False
    for one in within(site.call):
        if isinstance(one, Entry) and one.key.lower() == "method":
            return isinstance(one.value, Text) and one.value.value.upper() in _SENDS
    name = getattr(site.call.callee, "name", "")
    return name in ("post", "put") or any(getattr(one, "name", "") == "post" for one in within(site.call.callee))


def is_keyed(code: Code, did: Did) -> bool:
    """The provider can tell that it was asked for the same thing before."""
    return has_key(code, did) or names_itself(code, did)


def has_key(code: Code, did: Did) -> bool:
    """In the call itself, or in what was put together for it in the functions that lead there."""
    site = code.site(did.spot)
    if site is None or any(isinstance(part, Entry) and _KEY.search(part.key) for part in within(site.call)):
        return True
    spots = (did.spot, *(frame.spot for frame in did.way[-2:]))
    return any(code.once(spot.path, at, _says_key) for spot in spots for at in code.around(spot)[:2])


def _says_key(one: Any) -> bool:
    if isinstance(one, (Name, Member)):
        return _KEY.search(one.name) is not None
    if isinstance(one, Entry):
        return _KEY.search(one.key) is not None
    return isinstance(one, Text) and _KEY.search(one.value) is not None


def names_itself(code: Code, did: Did) -> bool:
    """An own reference that stays the same: the provider takes each only once."""
    site = code.site(did.spot)
    return site is not None and any(
        isinstance(one, Entry) and _REFERENCE.search(one.key) and isinstance(one.value, (Name, Member))
        for at in code.around(did.spot)[:1]
        for stmt in statements(code.function(did.spot.path, at).body)
        for one in values(stmt)
    )
