"""Limiters of requests: that one stands at a door, by what it counts, and where it keeps the count."""

from __future__ import annotations

from walkdown.doors.libraries.base import Base
from walkdown.doors.libraries.express import proceed
from walkdown.doors.library import Calling
from walkdown.doors.values import Closure, Literal, Outside, Record, Source, Thing, Value
from walkdown.model.door import Origin

_LIMITER, _STORE = "limiter", "limiter.store"
_MIDDLEWARES = frozenset({
    "express-rate-limit", "express-slow-down", "express-brute", "express-limiter", "ratelimit-middleware",
    "express-bouncer", "@nestjs/throttler", "koa-ratelimit", "hono-rate-limiter", "rate-limit-redis-express",
})  # fmt: skip
_ASKED = frozenset(
    {"rate-limiter-flexible", "@upstash/ratelimit", "limiter", "@arcjet/node", "@arcjet/next", "@vercel/firewall"}
)
_STORES = frozenset({
    "rate-limit-redis", "rate-limit-mongo", "rate-limit-memcached", "@acpr/rate-limit-postgresql",
    "rate-limit-postgresql",    "express-brute-redis", "express-brute-mongo", "precise-memory-rate-limit",
})  # fmt: skip
_ASKS = frozenset(
    {"consume", "limit", "blockUntilReady", "penalty", "removeTokens", "tryRemoveTokens", "protect", "checkRateLimit"}
)
_BY_USER = ("user", "account", "uid", "session", "auth")


class Limiters(Base):
    packages = _MIDDLEWARES | _ASKED | _STORES

    def called(self, outside: Outside, calling: Calling) -> Value | None:
        name = outside.chain[-1] if outside.chain else ""
        if outside.package in _STORES:
            return Value(shape=Thing(_STORE))
        if outside.package in _ASKED and outside.chain[1:] and not calling.new:
            return Value()  # Ratelimit.slidingWindow(10, "10 s")
        if name == "ipKeyGenerator":
            return calling.arg(0)
        if name in ("MemoryStore",):
            return Value(shape=Thing("limiter.memory"))
        options = calling.arg(0)
        if outside.package in _ASKED:
            return Value(shape=Thing(_LIMITER, f"{outside.package} ({_kept(outside, calling)})", "asked"))
        return Value(shape=Thing(_LIMITER, f"{outside.package} ({_by(options, calling)}, {_kept(outside, calling)})"))

    def method(self, thing: Thing, name: str, calling: Calling) -> Value | None:
        if thing.kind != _LIMITER:
            return None
        if name == "" or name in _ASKS or name in ("prevent", "getMiddleware"):
            what = thing.name
            if thing.data == "asked":
                what = what.replace("(", f"({_by_key(calling.arg(0))}, ", 1)
            calling.visit.used.append((f"limiter {what}", calling.spot))
            if name == "":
                proceed(calling)
            return Value(frozenset({Source(Origin.MADE, ("limit",))}))
        if name == "withRule":
            return Value(shape=thing)
        return None


def _by(options: Value | None, calling: Calling) -> str:
    key = options.shape.get("keyGenerator") if options is not None and isinstance(options.shape, Record) else None
    if key is None:
        return "by address"
    if not isinstance(key.shape, Closure):
        return "by a key that is not known"
    function = calling.follower.function(key.shape)
    return "by user" if any(word in repr(function.body).lower() for word in _BY_USER) else "by address"


def _by_key(key: Value | None) -> str:
    if key is None:
        return "for all together"
    if any(source.origin is Origin.IDENTITY for source in key.sources):
        return "by user"
    asked = [source.path[0] for source in key.sources if source.origin is Origin.INPUT and source.path]
    if any(one in ("ip", "ips", "headers", "hostname") for one in asked):
        return "by address"
    if asked:
        return f"by {asked[0]}"
    return "for all together" if isinstance(key.shape, Literal) else "by a key that is not known"


def _kept(outside: Outside, calling: Calling) -> str:
    name = outside.chain[-1] if outside.chain else ""
    if outside.package == "rate-limiter-flexible":
        return "in memory" if name in ("RateLimiterMemory", "RateLimiterCluster", "") else "in a shared store"
    if outside.package in ("@upstash/ratelimit", "@arcjet/node", "@arcjet/next", "@vercel/firewall"):
        return "in a shared store"
    options = calling.arg(0)
    store = options.shape.get("store") if options is not None and isinstance(options.shape, Record) else None
    if store is None or (isinstance(store.shape, Thing) and store.shape.kind == "limiter.memory"):
        return "in memory"
    return "in a shared store"
