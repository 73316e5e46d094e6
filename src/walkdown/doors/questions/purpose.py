"""What a door is for, by its address and name: strangers, signing in, another service, a timer."""

from __future__ import annotations

import re

from walkdown.model.door import Door, DoorKind

_SPLIT = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_ENTRY = re.compile(
    r"(?:^|-)(?:login|log-in|signin|sign-in|signup|sign-up|register|registration|join|logout|log-out|signout|sign-out|refresh|"
    r"forgot|forget|reset|verify|verification|confirm|confirmation|activate|activation|oauth2?|callback|sso|saml|otp|"
    r"magic|passwordless|authenticate|authentication|authorize|2fa|mfa|totp|captcha|csrf|nextauth|resend|recover|"
    r"recovery|unlock|change-password|jwks|well-known|install)(?:-|$)|(?:^|-)(?:auth|session|sessions|token|tokens|setup)$"
)
_PUBLIC = re.compile(
    r"(?:^|-)(?:health|healthz|healthcheck|status|ping|live|ready|readyz|livez|metrics|version|robots|sitemap|rss|feed|"
    r"manifest|unsubscribe|public|guest|demo|share|shared|embed|widget|preview|invite|invitation|invites|invitations|"
    r"track|tracking|pixel|view|views|click|clicks|csp-report|docs|swagger|openapi|static|assets|favicon|og|opengraph|"
    r"i18n|locales|rsvp|visitor|visitors|visit|visits|report-error|landing|store-front|storefront)(?:-|$)"
)
_FORM = re.compile(
    r"(?:^|-)(?:contact|contacts|contact-us|newsletter|newsletters|subscribe|subscriber|subscribers|subscription|"
    r"waitlist|wait-list|lead|leads|feedback|feedbacks|inquiry|inquiries|enquiry|enquiries|analytics|event|events|log|"
    r"logs|error|errors|search|testimonial|testimonials|apply|application|applications|message|messages|survey|surveys|"
    r"response|responses|submission|submissions|submit|quote|quotes|report|vote|votes|support|demo-request|callback-request|"
    r"consultation|estimate|volunteer|donate|donation|donations|calculate|validate|check|availability|coupon|coupons|"
    r"contact-form|form|forms|request-demo|comment|comments|review|reviews|visit|score|scores|checkout|cart|order|"
    r"orders|booking|bookings|appointment|appointments|reservation|reservations|ticket|tickets|complaint|complaints)(?:-|$)"
)
_HOOK = re.compile(
    r"(?:^|-)(?:webhook|webhooks|hook|hooks|ipn|notify|notification-url|callback-url|stk-callback|mpesa-callback)(?:-|$)"
)
_PAYS = re.compile(
    r"stripe|paypal|razorpay|paystack|mpesa|mollie|lemon|paddle|flutterwave|clerk|svix|github|twilio|khalti|esewa|midtrans|xendit|vnpay|momo|paytm|phonepe|whatsapp|telegram|resend|sendgrid|mailgun"
)
_TIMED = re.compile(r"(?:^|-)(?:cron|crons|scheduled|scheduler|schedule-run|jobs-run|nightly|daily-job)(?:-|$)")
_SEED = re.compile(
    r"(?:^|-)(?:seed|seeds|init|init-db|setup|migrate|reset-db|debug|test|dev|make-admin|create-admin)(?:-|$)"
)


def words(door: Door) -> str:
    """`/api/auth/forgotPassword/:token` as `api-auth-forgot-password`, with the name of the handler where the address
    says nothing (server actions)."""
    path = "/".join(part for part in door.path.split("/") if not part.startswith((":", "*", "{", "[")))
    named = path if door.kind is not DoorKind.ACTION else f"{path} {door.handler}"
    return "-".join(part for part in _SPLIT.split(_CAMEL.sub("-", named).lower()) if part)


def handler_words(door: Door) -> str:
    last = door.handler.rpartition(".")[2]
    return "-".join(part for part in _SPLIT.split(_CAMEL.sub("-", last).lower()) if part)


# What is confirmed, activated or reset there is no account.
_THINGS = re.compile(
    r"(?:^|-)(?:payments?|orders?|tickets?|bookings?|checkout|purchases?|invoices?|coupons?|licen[sc]es?|subscriptions?|stats|"
    r"data|cache|index|feed|reports?|certificates?|products?|stock|appointments?|transactions?|campaigns?|db|database|"
    r"views?|metrics|pagamento|pedido)(?:-|$)"
)


def is_entry(door: Door) -> bool:
    """Part of getting in: whoever uses it cannot be signed in yet."""
    return is_entry_word(door) and not (door.kind is DoorKind.EDGE and _THINGS.search(words(door)))


def is_entry_word(door: Door) -> bool:
    return _ENTRY.search(words(door)) is not None or _ENTRY.search(handler_words(door)) is not None


_SENDS = re.compile(r"(?:^|-)(?:send|resend|create|generate|process|delete|revoke|manage|list|bulk|sync)(?:-|$)")
_INVITE = re.compile(r"(?:^|-)(?:invite|invitation|invites|invitations|share|preview)(?=-|$)")


def is_public(door: Door) -> bool:
    said = words(door)
    if door.kind is DoorKind.EDGE and _SENDS.search(said):
        said = _INVITE.sub("", said)  # it is the inside that sends them
    return _PUBLIC.search(said) is not None


def is_form(door: Door) -> bool:
    """Strangers are meant to send something in: a message, a vote, an order as a guest."""
    return _FORM.search(words(door)) is not None


# It sets webhooks up, or lists them.
_ABOUT_HOOKS = re.compile(
    r"(?:create|register|setup|delete|list|test|simulate|manage)-(?:\w+-)*webhooks?(?:-|$)|"
    r"webhooks?-(?:\w+-)*(?:create|delete|info|list|setup|register|test|simulate|endpoint)(?:-|$)"
)


def is_hook(door: Door) -> bool:
    """Another service is meant to call it."""
    said = words(door)
    if door.kind is DoorKind.EDGE and _ABOUT_HOOKS.search(said):
        return False
    return (
        door.kind is DoorKind.WEBHOOK
        or _HOOK.search(said) is not None
        or ("callback" in said and _PAYS.search(said) is not None)
    )


def is_timed(door: Door) -> bool:
    return _TIMED.search(words(door)) is not None


def is_seed(door: Door) -> bool:
    return _SEED.search(words(door)) is not None
