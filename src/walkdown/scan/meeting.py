"""Where a pattern rule says what the map of doors says better: the same hazard, at the same statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from walkdown.model.finding import Finding
from walkdown.model.place import FilePlace, Place, line_of

MAP = "doors"
_NEAR = 2  # lines: a rule may flag the call where the map means the statement it stands in
_FAR_RIGHT = 1 << 30
_Near = tuple[int, tuple[object, ...]]


def meet(findings: Iterable[Finding]) -> tuple[list[Finding], Mapping[int, Sequence[Finding]]]:
    """The findings that go on by themselves; and, by the `id` of a finding of the map, those that are told with it. Of
    each rule only the nearest: its next hit two lines on is another flaw, and code the map did not reach stays told."""
    findings = list(findings)
    of_map: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for one in findings:
        if one.rule.tool == MAP and one.rule.hazard and isinstance(one.place, FilePlace):
            of_map[one.place.path, one.rule.hazard].append(one)
    if not of_map:
        return findings, {}
    wishes: dict[tuple[int, str, str], list[tuple[_Near, Finding]]] = defaultdict(list)
    for one in findings:
        if one.rule.tool != MAP and isinstance(one.place, FilePlace):
            told = of_map.get((one.place.path, one.rule.hazard), ())
            nearest = min(told, key=lambda other: (_apart(one, other), _order(other)), default=None)
            if nearest is not None and (far := _apart(one, nearest)) <= _NEAR:
                wishes[id(nearest), one.rule.tool, one.rule.id].append(((far, _order(one)), one))
    met: dict[int, list[Finding]] = defaultdict(list)
    for (nearest_id, _, _), found in wishes.items():
        met[nearest_id].append(min(found, key=lambda wish: wish[0])[1])
    joined = {id(one) for together in met.values() for one in together}
    return [one for one in findings if id(one) not in joined], met


def _apart(one: Finding, other: Finding) -> int:
    """In lines; nothing where one lies in the other."""
    (start, end), (first, last) = lines_of(one.place), lines_of(other.place)
    return 0 if start <= last and first <= end else abs(line_of(one.place) - line_of(other.place))


def _order(one: Finding) -> tuple[object, ...]:
    return (lines_of(one.place), one.rule.tool, one.rule.id, one.fingerprint)


def lines_of(place: Place) -> tuple[tuple[int, int], tuple[int, int]]:
    """From where to where, as lines and columns. Unknown ends reach to the end of the line, so that a tool without
    columns meets one with them."""
    if not isinstance(place, FilePlace):
        return (line_of(place), 0), (line_of(place), _FAR_RIGHT)
    start = (place.line, place.column)
    end = (place.end_line or place.line, place.end_column or _FAR_RIGHT)
    return start, max(start, end)
