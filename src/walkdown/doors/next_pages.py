"""Next's pages router: handlers below `pages/api` by the methods they tell apart, pages with getServerSideProps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from walkdown.doors import exact
from walkdown.doors.entrances import Entrance
from walkdown.doors.follow import Follower
from walkdown.doors.libraries.express import response
from walkdown.doors.libraries.express_exchange import Exchange
from walkdown.doors.libraries.next_connect import Chain, chain_of
from walkdown.doors.libraries.next_request import Asked, bag, request
from walkdown.doors.library import Given
from walkdown.doors.next_gate import Gate
from walkdown.doors.next_places import App, name_of, not_seen, pages_in, parameters, public_of, spot_of
from walkdown.doors.values import Literal, Record, Thing, Value, of
from walkdown.doors.visits import Spot, Visit
from walkdown.model.door import DoorKind, Origin

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_LOADS = "getServerSideProps"
_OTHER = "OTHER"
_REFUSES, _NO_SUCH_METHOD = 400, 405


def _says_something(value: Value) -> bool:
    empty = value.shape is None or (isinstance(value.shape, Record) and not value.shape.entries)
    return bool(value.sources) or not empty


def page_doors(follower: Follower, app: App, gate: Gate | None) -> Iterator[Entrance]:
    roots = app.inside("pages")
    for path, at in pages_in(app, follower.programs):
        if any(path.startswith(root + "/api/") for root in roots):
            yield from _Handler(follower, path, at, gate).entrances()
        elif any(export.name == _LOADS for export in follower.programs[path].exports):
            loads = follower.exported(path, _LOADS)
            if loads is not None and loads.shapes():
                yield _page(follower, path, at, loads, gate)


def _asked(at: str, method: Value) -> Asked:
    named = tuple((name, of(Origin.INPUT, "params", name)) for name in sorted(parameters(at)))
    query = Value(of(Origin.INPUT, "query").sources, Record(named, open=True))
    return Asked(method=method, more={"query": query, "body": of(Origin.INPUT, "body"), "headers": bag("headers")})


def _page(follower: Follower, path: str, at: str, loads: Value, gate: Gate | None) -> Entrance:
    def enter(visit: Visit) -> Value:
        asked = _asked(at, exact.exact("GET"))
        named = tuple((name, of(Origin.INPUT, "params", name)) for name in sorted(parameters(at)))
        params = Value(of(Origin.INPUT, "params").sources, Record(named, open=True))
        query = ("query", asked.more["query"])
        given = (("req", request(asked)), ("res", response(Exchange())), ("params", params), query)
        return follower.invoke(loads, (Given(Value(shape=Record(given, open=True))),), visit, Spot(path, 0))

    return Entrance(
        DoorKind.PAGE, "GET", at, spot_of(follower, loads, path, _LOADS), _LOADS, "next", enter,
        before=gate.before(at) if gate else (), guards=gate.guards(at) if gate else (),
        uncertain=gate.uncertain(at) if gate else (), quiet=True,
    )  # fmt: skip


class _Handler:
    """One file below `pages/api`."""

    def __init__(self, follower: Follower, path: str, at: str, gate: Gate | None) -> None:
        self._follower = follower
        self._path = path
        self._at = at
        self._gate = gate

    def entrances(self) -> Iterator[Entrance]:
        value = self._follower.exported(self._path, "default")
        if value is None or isinstance(value.shape, Literal) or not (value.shapes() or value.sources):
            return
        chain = chain_of(value)
        if chain is not None:
            yield from self._of_chain(chain)
        elif public_of(value):
            for method in ("GET", "POST"):
                yield self._entrance(method, value, self._entering(value, exact.exact(method)))
        else:
            for method in self._methods(value):
                asked = exact.exact(method) if method != "ANY" else exact.exact(_OTHER)
                yield self._entrance(method, value, self._entering(value, asked))

    def _methods(self, value: Value) -> list[str]:
        """Those the handler tells apart, and ANY where it serves others too."""
        words: set[str] = set()
        self._entering(value, exact.wanted(words))(Visit())
        named = [method for method in _METHODS if method in {word.upper() for word in words}]
        if not named:
            return ["GET", "POST"] if self._at.endswith(":nextauth*") else ["ANY"]
        served = [method for method in named if self._serves(value, method)]
        return [*served, *(["ANY"] if self._serves(value, _OTHER) else [])]

    def _serves(self, value: Value, method: str) -> bool:
        visit = Visit()
        self._entering(value, exact.exact(method))(visit)
        if method == _OTHER:  # often it only says, in some way, that there is no such method
            fine = [answer for answer in visit.answers if answer.status < _REFUSES and answer.kind == "body"]
            return any(_says_something(answer.value) for answer in fine)
        return not visit.answers or any(answer.status != _NO_SUCH_METHOD for answer in visit.answers)

    def _entering(self, value: Value, method: Value) -> Callable[[Visit], Value]:
        def enter(visit: Visit) -> Value:
            asked = request(_asked(self._at, method))
            return self._follower.invoke(value, (Given(asked), Given(response(Exchange()))), visit, Spot(self._path, 0))

        return enter

    def _of_chain(self, chain: Chain) -> Iterator[Entrance]:
        for method, run in chain.doors():
            yield self._entrance(method, Value(shape=Thing("chain")), self._along(method, run))

    def _along(self, method: str, run: Callable[[Follower, Value, Visit], Value]) -> Callable[[Visit], Value]:
        return lambda visit: run(self._follower, request(_asked(self._at, exact.exact(method))), visit)

    def _entrance(self, method: str, value: Value, enter: Callable[[Visit], Value]) -> Entrance:
        gate = self._gate
        return Entrance(
            DoorKind.ROUTE, method, self._at, spot_of(self._follower, value, self._path, "default"),
            name_of(self._follower, value) or "default", "next", enter,
            before=gate.before(self._at) if gate else (), guards=gate.guards(self._at) if gate else (),
            uncertain=(*(gate.uncertain(self._at) if gate else ()), *not_seen(value)), public=public_of(value),
        )  # fmt: skip
