"""Signatures of messages from other services: Stripe, Svix, Clerk, GitHub, Twilio, and those worked out by hand."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.library import Calling
from walkdown.doors.values import Fact, Outside, Source, Thing, Value, of
from walkdown.doors.visits import Visit
from walkdown.model.door import Origin

_STRIPE, _HOOK, _HMAC = "stripe", "webhook", "webhook.hmac"
_NODE = frozenset({"crypto", "node:crypto"})
_CRYPTO_JS = frozenset({"crypto-js", "crypto-js/hmac-sha256", "crypto-js/sha256"})
_HOOKS = frozenset({
    "svix", "standardwebhooks", "@octokit/webhooks", "@octokit/webhooks-methods", "@lemonsqueezy/lemonsqueezy.js",
    "@paddle/paddle-node-sdk", "@polar-sh/sdk/webhooks", "@upstash/qstash", "@upstash/qstash/nextjs",
})  # fmt: skip
_SAYS = frozenset({"validateRequest", "validateRequestWithBody", "validateWebhookSignature", "validateExpressRequest"})
# They throw where the signature is not right.
_THROWS = frozenset(
    {
        "verify",
        "constructEvent",
        "constructEventAsync",
        "verifyWebhook",
        "unmarshal",
        "validateEvent",
        "verifyAndReceive",
    }
)
_CLERK = frozenset({"@clerk/backend/webhooks", "@clerk/express/webhooks", "@clerk/nextjs/webhooks"})


class Webhooks(Base):
    packages = (
        _HOOKS | _CLERK | _NODE | _CRYPTO_JS | {"stripe", "twilio", "razorpay", "razorpay/dist/utils/razorpay-utils"}
    )

    def called(self, outside: Outside, calling: Calling) -> Value | None:  # noqa: PLR0911 - each shape has an answer of its own
        name = outside.chain[-1] if outside.chain else ""
        package = outside.package
        if package in _NODE:
            return _crypto(name, calling)
        if package in _CRYPTO_JS:
            return _keyed(calling) if "hmac" in f"{package} {name}".lower() else None
        if package == "stripe" and (calling.new or not outside.chain):
            return Value(shape=Thing(_STRIPE))
        if name in _SAYS:
            return _said(calling)
        if package == "@octokit/webhooks-methods" and name == "verify":
            return _said(calling)
        if name in _THROWS and not calling.new:
            return _checked(calling)
        return Value(shape=Thing(_HOOK, package)) if package in _HOOKS and calling.new else None

    def member(self, thing: Thing, name: str, visit: Visit) -> Value | None:  # noqa: ARG002
        if thing.kind == _STRIPE and name == "webhooks":
            return Value(shape=Thing(_STRIPE, "webhooks"))
        if thing.kind == _HOOK and name == "webhooks":
            return Value(shape=thing)
        return None

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind == _HOOK and thing.name == "@octokit/webhooks" and name == "verify":
            return _said(calling)
        if (thing.kind == _HOOK or (thing.kind == _STRIPE and thing.name == "webhooks")) and name in _THROWS:
            return _checked(calling)
        if thing.kind == _HMAC and name in ("update", "setEncoding", "write", "end"):
            return Value(shape=Thing(_HMAC, data=_named(thing) | _shown(calling)))
        if thing.kind == _HMAC and name in ("digest", "toString", "read"):
            return Value(frozenset({Source(Origin.ENVIRONMENT, ("signature",))}) | _named(thing))
        return None


def _named(thing: Thing) -> frozenset[Source]:
    return thing.data if isinstance(thing.data, frozenset) else frozenset()


def _shown(calling: Calling) -> frozenset[Source]:
    """What the asker shows to be let in, where both sides of a comparison are hashed before."""
    given = frozenset(source for one in calling.args for source in one.value.sources)
    return frozenset(one for one in given if one.origin is Origin.INPUT and one.path[:1] in (("headers",), ("query",)))


def _checked(calling: Calling) -> Value:
    """What comes out was written by the service that signed it, not by whoever asks."""
    given = frozenset(source for one in calling.args for source in one.value.sources if source.origin is Origin.INPUT)
    calling.visit.hold((Fact("verified", given or frozenset({Source(Origin.INPUT)}), detail="secret"),), calling.spot)
    calling.visit.used.append(("signature", calling.spot))
    return of(Origin.MADE, "webhook")


def _said(calling: Calling) -> Value:
    given = frozenset(source for one in calling.args for source in one.value.sources)
    calling.visit.used.append(("signature", calling.spot))
    asked = frozenset(source for source in given if source.origin is Origin.INPUT) or given
    return Value(given, if_true=(Fact("verified", asked, detail="secret"),))


def _keyed(calling: Calling) -> Value:
    calling.visit.used.append(("signature", calling.spot))
    return Value(frozenset({Source(Origin.ENVIRONMENT, ("signature",))}), Thing(_HMAC))


def _crypto(name: str, calling: Calling) -> Value | None:
    if name == "createHmac":
        return _keyed(calling)
    if name in ("randomBytes", "randomUUID", "randomInt", "generateKeySync"):
        return of(Origin.MADE)
    return None
