"""Which fields only the server may decide, by what they are called: what somebody may do, whose it is, its price."""

from __future__ import annotations

import re

from walkdown.doors.questions.behind import snake

_POWER = re.compile(
    r"^(?:user_?|account_?|member_?|access_?)?(?:roles?|role_id|role_ids|role_name|permissions?|privileges?|access_level|"
    r"user_type|account_type|is_?(?:super_?)?(?:admin|staff|superuser|moderator|owner)|(?:super_?)?admin|superuser|"
    r"admin_level)$"
)
_OWNER = re.compile(
    r"^(?:user|owner|author|creator|created_by|owned_by|posted_by|uploaded_by|submitted_by|sender|from_user|requester|"
    r"account_owner)(?:_?(?:id|uuid))?$"
)
_PRICE = re.compile(
    r"^(?:sub_?|grand_?|order_?|cart_?|final_?|net_?|gross_?|unit_?|item_?|line_?|product_?|total_?|original_?|sale_?|"
    r"discounted_?|shipping_?|delivery_?|service_?|tax_?|booking_?)*"
    r"(?:price|prices|total|totals|amount|cost|discount|fee|tax|charge|amount_paid|amount_total)(?:_?(?:cents|amount|"
    r"price|total|usd|eur|percent|percentage))?$"
)
_STANDING = re.compile(
    r"^(?:(?:is|was|has)_?(?:paid|verified|approved|premium|pro|subscribed|email_verified|phone_verified|activated)|paid|"
    r"payment_status|paid_at|verified|email_verified|kyc_status|kyc_verified|subscription_(?:status|tier|plan)|"
    r"credits?|credit_balance|balance|wallet_balance|points|loyalty_points|reward_points|tokens_balance)$"
)
_USERS = re.compile(
    r"user|account|profile|member|admin|employee|staff|customer|person|people|vendor|seller", re.IGNORECASE
)
_ROLES = re.compile(r"(?:user_?)?roles?$|permission", re.IGNORECASE)
_BOUGHT = re.compile(
    r"order|cart|booking|checkout|purchase|reservation|basket|enrol|subscription|rental|payment|invoice|sale",
    re.IGNORECASE,
)
_RECORDED = re.compile(
    r"payment|invoice|sale|purchase|transaction|expense|income|budget|quote|estimate|receipt|bill", re.IGNORECASE
)
_AIMED_AT = re.compile(
    r"member|team|invit|participant|assign|role|follow|friend|block|permission|share|collaborat|notif|admin|staff|"
    r"employee|attend|enrol|grant|access|recipient|message|mention|session|token|log|audit|event|subscri|device",
    re.IGNORECASE,
)
_OWN_CHOICE = re.compile(
    r"donat|tip(?:s|_|$)|top_?up|deposit|contribut|wallet|fund|withdraw|(?:^|[_/. ])bid|offer|pledge|gift",
    re.IGNORECASE,
)
ADMINS = frozenset({"admin", "administrator", "superadmin", "super_admin", "root", "owner", "staff", "superuser"})


def is_power(field: str) -> bool:
    return _POWER.search(_last(field)) is not None


def is_owner(field: str) -> bool:
    return _OWNER.search(_last(field)) is not None


def is_price(field: str) -> bool:
    return _PRICE.search(_last(field)) is not None


def is_standing(field: str) -> bool:
    return _STANDING.search(_last(field)) is not None


def is_users(table: str) -> bool:
    return _USERS.search(table) is not None


def is_roles(table: str) -> bool:
    return _ROLES.search(table) is not None


def is_bought(table: str) -> bool:
    """What somebody buys there: its price is the server's to say."""
    return _BOUGHT.search(snake(table)) is not None


def is_recorded(table: str) -> bool:
    """Amounts that people write down: their own books, bills to others."""
    return _RECORDED.search(snake(table)) is not None


def is_aimed_at(table: str) -> bool:
    """Its user is somebody else on purpose: a member that is added, a person that is told."""
    return _AIMED_AT.search(snake(table)) is not None


def is_own_choice(text: str) -> bool:
    """How much is given is up to who gives it."""
    return _OWN_CHOICE.search(snake(text)) is not None


def _last(field: str) -> str:
    return snake(field.rpartition(".")[2])
