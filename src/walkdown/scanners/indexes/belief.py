"""Which answers are not believed: a proxy, a mirror with holes or a wrong address also says "no such package", and one
false alarm of that kind would cost more trust than ten missed ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import msgspec

from walkdown.advisories.script_names import package_of
from walkdown.scanners.indexes.wanted import Wanted
from walkdown.scanners.indexes.wire import NPM, Answer, State, Why

_FEW = 3  # that many invented names, and nothing else, may stand in a project

Answers = dict[tuple[str, str], Answer]


def believed(answers: Mapping[tuple[str, str], Answer], wanted: Sequence[Wanted], *, own: Collection[str]) -> Answers:
    """What is not believed counts as not answered. `own`: ecosystems for which a mirror is asked; it need not have
    everything that there is."""
    whole = _denied_whole(answers)
    found = dict(answers)
    for one in wanted:
        key = (one.ecosystem, one.name)
        exists = one.well_used or (one.ecosystem in own and one.listed is True)
        denied = answers[key].state is State.UNKNOWN and (exists or one.ecosystem in whole)
        if denied or (one.well_used and _emptied(answers[key])):
            found[key] = msgspec.structs.replace(answers[key], state=State.UNANSWERED, why=Why.DOUBTFUL)
    return found


def _denied_whole(answers: Mapping[tuple[str, str], Answer]) -> frozenset[str]:
    """The ecosystems of which not one name is said to exist, and there are more than a few."""
    states: dict[str, list[State]] = defaultdict(list)
    for (ecosystem, _), answer in answers.items():
        states[ecosystem].append(answer.state)
    return frozenset(
        ecosystem for ecosystem, said in states.items() if State.FOUND not in said and said.count(State.UNKNOWN) > _FEW
    )


def _emptied(answer: Answer) -> bool:
    """Nothing to install where so many install something. What npm itself holds has a version that says so, and the
    names of Node's own parts are empty on purpose."""
    known = answer.known
    builtin = answer.ecosystem == NPM and not package_of(answer.name)
    return known.empty and known.status != "quarantined" and not known.latest and not builtin
