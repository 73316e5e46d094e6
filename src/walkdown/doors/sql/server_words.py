"""Columns whose value only a server may decide, going by their names: what somebody owns, may, or has paid."""

from __future__ import annotations

import re

_UNIT = r"(?:_(?:in_)?(?:cents?|minor|amount|remaining|available|left|usd|eur|gbp|brl|total|balance|micros))*$"


def _ends(text: str, unit: str = _UNIT) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_)(?:{text}){unit}", re.IGNORECASE)


HELD = _ends(
    r"balance|credits?|credit_limit|wallet|coins?|reserves?|reserved_(?:cents|funds|balance)|earnings?|saldo|creditos?|"
    r"tokens_(?:remaining|balance)|available_(?:cents|funds|balance|credits?|payout|minor|earnings|amount)|"
    r"pending_(?:cents|payout)|"
    r"(?:loyalty|reward)s?_points|store_credit|bonus_(?:balance|credits?)|withdrawable"
)
SHARE = _ends(
    r"(?:platform|service|application|marketplace|processing)_(?:fee|cut|share|commission)|commission(?:_rate)?|"
    r"(?:seller|vendor|creator|author|host|driver|affiliate|partner|instructor|tutor|merchant|provider|artist|owner|"
    r"revenue|profit|net|platform)_(?:share|cut|payout|commission|earnings?|proceeds)|share|payout|fee_(?:bps|rate|percent)",
    r"(?:_(?:in_)?(?:cents?|minor|amount|usd|eur|gbp|brl|total|bps|percent|percentage|pct|rate|micros))*$",
)  # fmt: skip
ROLE = _ends(
    r"role|user_role|is_admin|is_super_?admin|is_superuser|is_staff|is_moderator|permissions?|access_level|admin_level",
    "$",
)
PLAN = _ends(
    r"(?<![a-z]_)(?:subscription_|current_|billing_|account_)?(?:plan|plan_(?:id|type|name|tier))|(?<![a-z]_)tier|"
    r"subscription_(?:status|tier|plan|type|level)|membership_(?:tier|level)|"
    r"is_paid|has_paid|paid|is_premium|is_pro|premium|is_subscribed|subscribed|premium_until|trial_ends_at|trial_end|"
    r"(?:\w+_)?quota|quota_\w+|\w+_allowance|generations_left|plano",
    "$",
)
STATUS = _ends(
    r"(?:payment|payout|withdrawal|refund|settlement|verification|approval|kyc|kyb|identity|escrow|billing|moderation)_"
    r"(?:status|state)|is_verified|verified|is_approved|approved|(?:verified|approved)_(?:at|by)|paid_(?:at|out|out_at)|"
    r"payout_paid_at|settled_at",
    "$",
)
WATCHED_STATUS = _ends(r"status|state|approved|is_approved|verified|is_verified|paid_at|processed_at", "$")
SETTLED = re.compile(
    # tables whose status is the platform's word about money or about a person
    r"(?:^|_)(?:payout|withdrawal|cash_?out|refund|kyc|verification|approval|settlement|disbursement|escrow)s?"
    r"(?:_(?:request|record|submission|document|entry|entrie)s?)?$|"
    r"(?:^|_)subscription_(?:invoice|payment)s?$|"
    r"(?:^|_)(?:seller|vendor|creator|host|driver|affiliate|partner|instructor|merchant)_(?:application|verification|approval)s?$",
    re.IGNORECASE,
)
TRADED = re.compile(
    r"(?:^|_)(?:sale|purchase|payment|transaction|order|subscription|booking|checkout|charge|enrollment|ticket|deposit|"
    r"donation|tip|payout|withdrawal|earning|commission|license)s?$",
    re.IGNORECASE,
)
PROVIDER = re.compile(
    r"stripe|paypal|razorpay|mercado_?pago|paddle|lemon|adyen|mollie|square_|braintree|paystack|flutterwave|asaas|pagseguro|"
    r"payment_intent|checkout_session|provider_(?:payment|transaction|reference|ref|id)|gateway|payment_(?:id|reference|ref)|"
    r"external_(?:payment|transaction)|tx_hash|txid",
    re.IGNORECASE,
)
PURSE = re.compile(
    # one of these holds what a person has with the platform, not somebody's own book-keeping
    r"(?:^|_)(?:wallet|credit|profile|seller|vendor|creator|merchant|affiliate|host|driver|partner|instructor|member|user|"
    r"perfil|perfi|usuario|subscription|subscriber|plan|quota|usage|balance|reward|loyalty|point)(?:e?s)?(?:_|$)",
    re.IGNORECASE,
)
SOMEBODY = re.compile(
    r"driver|affiliate|partner|salesp|courier|instructor|tutor|referr|influencer|creator", re.IGNORECASE
)
# somebody's business on the platform
TENANT = re.compile(
    r"^(?:store|shop|compan(?:y|ie)|organi[sz]ation|workspace|tenant|agenc(?:y|ie)|restaurant|team|loja|empresa)s?$",
    re.IGNORECASE,
)
PLANS = re.compile(r"plan|tier|subscription", re.IGNORECASE)
# the row belongs to the one who pays, and somebody else gets the money
OTHER_SIDE = re.compile(
    r"^(?:product|listing|seller|vendor|store|shop|restaurant|course|event|property|provider|host|service|creator|plan|"
    r"item|room|class|merchant)_id$",
    re.IGNORECASE,
)
OWN_CUSTOMER = re.compile(r"^(?:customer|client|cliente|patient|guest|tenant|lead|contact)(?:_|$)", re.IGNORECASE)
CHECKED = _ends(
    r"(?:verification|approval|kyc|kyb|moderation|identity)_(?:status|state)|is_verified|verified|is_approved|approved|"
    r"(?:verified|approved)_(?:at|by)",
    "$",
)
TRUSTED = re.compile(
    r"bank|payment_method|payout_account|kyc|fica|identit|licen[cs]e|business|listing|report|limit", re.IGNORECASE
)
BARE_SHARE = re.compile(r"^(?:commission|share|payout|fee_)", re.IGNORECASE)
# who works on the row for somebody else
HELPER = re.compile(r"^(?:driver|courier|entregador|deliver\w*|assigned\w*|assignee|agent|rider)(?:_|$)", re.IGNORECASE)
WORK = re.compile(r"order|deliver|booking|trip|job|ride|ticket|appointment|task|pedido", re.IGNORECASE)
# helpers that ask for one of those who use the platform: `is_seller()`
SELLERS = re.compile(
    r"seller|vendor|creator|host|driver|merchant|instructor|partner|affiliate|artist|customer", re.IGNORECASE
)
STAFF = re.compile(
    r"admin|staff|manager|super|moderat|support|finance|operator|owner|employee|reviewer|internal|service|gerente|"
    r"gestor|dono|master|editor|agent|hr$",
    re.IGNORECASE,
)
# passed by the person alone, or about a thing
PASSED = re.compile(r"mfa|2fa|totp|e?mail|domain|otp|session|webhook", re.IGNORECASE)
# the one who owns the parent pays these people
PAID_BY_PARENT = re.compile(r"payroll|salar|wage|employee|staff|invit|expense|supplier|contractor", re.IGNORECASE)
DRAFT = re.compile(
    r"(?:^|_)(?:push|cart|basket|draft|wishlist|carrinho|todo|task|note|reminder|setting|preference)(?:s|_|$)",
    re.IGNORECASE,
)


def money(column: str) -> bool:
    return HELD.search(column) is not None or SHARE.search(column) is not None


def grave(column: str) -> bool:
    """What somebody owns, or may."""
    return HELD.search(column) is not None or ROLE.search(column) is not None


def decided(column: str) -> bool:
    return any(one.search(column) for one in (HELD, SHARE, ROLE, PLAN, STATUS))
