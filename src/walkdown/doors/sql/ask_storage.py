"""Questions to stored files, bucket by bucket."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.doors.sql import texts, words
from walkdown.doors.sql.answers import Answers, condition
from walkdown.doors.sql.expressions import Cmp, Col, Lit, both, inside
from walkdown.doors.sql.findings import finding, lower, step, sureness
from walkdown.doors.sql.state import BucketState, PolicyState, Spot, Table
from walkdown.doors.sql.who import Way, Who, narrower
from walkdown.model.finding import Finding
from walkdown.model.severity import Confidence, Severity


def ask(asked: Answers) -> Iterator[Finding]:
    objects = next((one for one in asked.database.tables if one.name == "storage.objects"), None)
    if objects is None:
        return
    for bucket in _buckets(asked, objects):
        yield from _written(asked, objects, bucket)
        yield from _read(asked, objects, bucket)


def _buckets(asked: Answers, objects: Table) -> list[BucketState]:
    """Those that are made in the files, and those only policies speak of (made in the dashboard)."""
    found = {one.id: one for one in asked.database.buckets}
    for held in objects.policies:
        for expr in (held.policy.using, held.policy.check):
            for part in inside(expr) if expr is not None else ():
                if not isinstance(part, Cmp) or not isinstance(part.left, Col) or not isinstance(part.right, Lit):
                    continue
                if part.left.parts[-1] == "bucket_id":
                    found.setdefault(part.right.value, BucketState(part.right.value, held.spot, False))
    return list(found.values())


def bucket_ways(asked: Answers, objects: Table, bucket: str, command: str) -> list[tuple[PolicyState, Way]]:
    """Who may do this with a file of the bucket: the policies that let them, and how."""
    out: list[tuple[PolicyState, Way]] = []
    for held in objects.policies:
        if not held.policy.permissive or held.policy.command not in (command, "all"):
            continue
        said = condition(held, command)
        if said is None:
            continue
        roles = set(held.policy.roles)
        if not roles & {"public", "anon", "authenticated"}:
            continue
        floor = Way(Who.ANYONE if roles & {"public", "anon"} else Who.LOGIN)
        ways = asked.ways(both(said, Cmp("=", Col(("bucket_id",)), Lit("s", bucket))), objects)
        # a file that is found through rows of another table is in a state of its own
        out.extend((held, narrower(way, floor)) for way in ways if not way.via or way.tied)
    return out


def _written(asked: Answers, objects: Table, bucket: BucketState) -> Iterator[Finding]:
    found: list[tuple[PolicyState, Way, str]] = []
    for command in ("update", "delete", "insert"):
        for held, way in bucket_ways(asked, objects, bucket.id, command):
            if way.tied or way.who not in (Who.ANYONE, Who.LOGIN):
                continue
            if way.who is Who.ANYONE or command != "insert":
                found.append((held, way, command))
    if not found:
        return
    everyone = any(way.who is Who.ANYONE for _, way, _ in found)
    held, way, _ = min(found, key=lambda one: one[1].who.rank)
    commands = " and ".join(dict.fromkeys(command for _, _, command in found))
    caller = "anyone with the public key" if everyone else "any signed-in user"
    yield finding(
        texts.BUCKET_WRITE, Severity.HIGH if everyone else Severity.MEDIUM,
        lower(Confidence.LIKELY, sureness(asked.database)), held.spot, f"storage.{bucket.id}",
        step(bucket.spot, f"door: {caller} may {commands} files of the bucket {bucket.id}"),
        *(step(one.spot, f"the policy {one.policy.name!r} does not ask whose file it is") for one, _, _ in found[:3]),
        further=tuple(one.spot for one, _, _ in found[1:]),
    )  # fmt: skip


def _read(asked: Answers, objects: Table, bucket: BucketState) -> Iterator[Finding]:
    if not words.PRIVATE_FILES.search(bucket.id.replace("-", "_")):
        return
    if bucket.public:
        yield finding(
            texts.BUCKET_READ, Severity.HIGH, lower(Confidence.LIKELY, sureness(asked.database)), bucket.spot,
            f"storage.{bucket.id}",
            step(bucket.spot, f"door: anyone who knows or guesses an address may read files of {bucket.id}"),
            step(bucket.spot, "the bucket is public, so that no policy is asked"),
        )  # fmt: skip
        return
    open_to = [(held, way) for held, way in bucket_ways(asked, objects, bucket.id, "select")
               if way.who in (Who.ANYONE, Who.LOGIN) and not way.tied]  # fmt: skip
    if open_to:
        held, way = min(open_to, key=lambda one: one[1].who.rank)
        everyone = way.who is Who.ANYONE
        spot: Spot = held.spot
        yield finding(
            texts.BUCKET_READ, Severity.HIGH if everyone else Severity.MEDIUM,
            lower(Confidence.LIKELY, sureness(asked.database)), spot, f"storage.{bucket.id}",
            step(bucket.spot, f"door: {'anyone' if everyone else 'any signed-in user'} may read files of {bucket.id}"),
            step(spot, f"the policy {held.policy.name!r} does not ask whose file it is"),
        )  # fmt: skip
