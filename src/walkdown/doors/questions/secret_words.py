"""Which columns nobody but the server has a use for, and which hold what is sold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from walkdown.doors.questions.behind import snake
from walkdown.doors.tables import Table

# Known to somebody else it opens an account.
_ACCOUNT = re.compile(
    r"^(?:(?:hashed|encrypted|user)_?)?pass(?:word|wd|code|phrase)?(?:_?(?:hash|hashed|digest|salt|encrypted))?$|^pwd$|"
    r"^password_?\w*hash$|^salt$|^otp(?:_?(?:code|secret|hash))?$|^pin(?:_?(?:code|hash))?$|"
    r"^(?:two_?factor|2fa|totp|mfa)_?\w*secret$|^recovery_?codes?$|reset_?\w*token$|^reset_?password_?code$|"
    r"^(?:hashed_?)?refresh_?token(?:_?hash)?$|verification_?(?:token|code)$|^private_?key$|^secret_?key$|"
    r"^client_?secret$|^access_?token$|^webhook_?secret$",
    re.IGNORECASE,
)
# Known to somebody else it opens an account of the shop at another service.
_SERVICE = re.compile(
    r"^(?!.*(?:public|publish|anon|site_key|_id$|_at$|hint|masked|last_?four|prefix|_name$|_url$|type|count|enabled))"
    r"(?:\w+_)?(?:api_key|api_secret|api_token|secret_key|private_key|client_secret|access_token|auth_token|bot_token|"
    r"webhook_secret|signing_secret|consumer_secret|app_secret|encryption_key|service_role_key|smtp_pass(?:word)?|"
    r"gateway_token|gateway_key|access_key|secret_access_key|credentials|passkey|api_credentials|"
    r"(?:stripe|iugu|asaas|paypal|razorpay|mercadopago|mercado_pago|pagarme|twilio|sendgrid|openai|whatsapp|telegram|"
    r"smtp|mpesa)_(?:key|token|secret|password|sid_token))(?:_encrypted)?$"
)
_SOLD = re.compile(
    r"^(?:file|download|content|video|drive|pdf|ebook|zip|course|access|stream|material|lesson|source|members?|"
    r"delivery|product_file|digital_file|private|video_hls|audio)_?(?:url|link|path|file_path|file_url)$|"
    r"^(?:licen[sc]e|serial|activation|product)_?(?:key|code|number)s?$|^download_?(?:url|link)s?$|^account_(?:login|password)$"
)
_GOODS = re.compile(
    r"product|course|lesson|module|ebook|(?:^|_)book(?:s$)|digital|template|download|material|licen[sc]e|offer|video"
)
_PRICED = re.compile(r"price|amount|is_?paid|is_?free|premium|cost|requires_purchase")


def secrets_of(table: Table) -> list[str]:
    """A `pin_code` beside a city is that of the post."""
    found = [one.name for one in table.columns if is_secret(one.name) and not one.refers]
    if any(_POST.search(name) for name in found) and any(_PLACE.search(snake(one.name)) for one in table.columns):
        return [name for name in found if not _POST.search(name)]
    return found


_PLACE = re.compile(r"^(?:\w+_)?(?:city|address\w*|state|district|country|street|region|area|locality)(?:_\w+)?$")
_POST = re.compile(r"^pin_?code$", re.IGNORECASE)


@lru_cache(maxsize=10_000)
def is_secret(name: str) -> bool:
    return _ACCOUNT.search(name) is not None or is_credential(name)


def is_credential(name: str) -> bool:
    """Of the shop itself at another service: that is worth more than one account."""
    return _SERVICE.search(snake(name)) is not None


def weighs(table: Table, secrets: Iterable[str]) -> bool:
    """Credentials, or the password of an account: one with which somebody signs in."""
    if any(is_credential(name) for name in secrets):
        return True
    if _PEOPLE.search(snake(table.name)) is not None:
        return True
    return any(_SIGNS_IN.search(snake(one.name)) for one in table.columns)


_PEOPLE = re.compile(
    r"user|account|member|customer|admin|profile|employee|staff|auth|people|person|seller|vendor|student|driver|patient"
)
_SIGNS_IN = re.compile(r"^(?:\w+_)?(?:email|username|user_name|login|phone|mobile|phone_number|mobile_number)$")


def sold(table: Table) -> list[str]:
    """Columns that hold what people pay for."""
    goods = _GOODS.search(snake(table.name)) is not None
    if not goods and not any(_PRICED.search(snake(one.name)) for one in table.columns):
        return []
    return [one.name for one in table.columns if _SOLD.search(snake(one.name))]


def asked(columns: Iterable[str]) -> set[str]:
    """The columns a query names; none where it asks for all, though it may name tables that it joins."""
    return {one for one in columns if "(" not in one and not one.startswith(("+", "-"))}
