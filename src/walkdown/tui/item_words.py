"""What is said of a checklist item, in words: the machine's view, what was looked at, the decision, the next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timezone

from textual.content import Content

from walkdown.checklist import Standpoint, is_over
from walkdown.checklist.readiness import is_stale, is_too_old
from walkdown.model import (
    Channel,
    Coverage,
    Decided,
    Event,
    Item,
    Kind,
    Missing,
    NothingToScan,
    Reach,
    Report,
    Standing,
    State,
    Subject,
    Verdict,
    is_whole,
)
from walkdown.review import Board, ItemView
from walkdown.tui.origin_words import carried, offered
from walkdown.tui.text import WORDS, join, plain, quiet, shape, verdict_word

_CHANNELS = {Channel.APP: "in the app", Channel.TERMINAL: "at the terminal", Channel.SCRIPT: "by a script"}
_FACTS_SHOWN = 4
_NAME_WIDTH, _HOW_WIDTH = 32, 80
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def is_open(view: ItemView, today: date) -> bool:
    """A person should look at it now: nobody decided, or what was decided no longer rests on today's evidence."""
    standing = view.standing
    if standing is None or standing.disputed:
        return True
    if standing.decision.verdict is Verdict.NEEDS_WORK:
        return is_stale(view.evidence, standing)
    return bool(view.why) or is_too_old(view.evidence, standing, today)


def is_settled(view: ItemView) -> bool:
    """Decided, and nothing of it stands in the way."""
    return view.standing is not None and not view.why


def about(item: Item) -> Content:
    """Under its title: where it belongs, and who may answer."""
    parts = [plain(item.section, "$quiet")]
    if not item.blocking:
        parts.append(quiet("does not block the sign-off"))
    if item.reach is Reach.HUMAN:
        again = f", again every {count(item.max_age_days, 'day')}" if item.max_age_days else ""
        parts.append(Content.styled(f"only a person can answer this{again}", "$accent"))
    return Content(" · ").join(parts)


def machine_says(view: ItemView, board: Board, *, scanning: bool) -> Content:
    """Its view in a sentence, dim: it never is the decision."""
    if board.looked is None:
        return quiet("still looking…" if scanning else "has not looked yet")
    item = view.evidence.item
    if view.proposal is Verdict.NOT_APPLICABLE:
        return join(quiet("would say: does not apply. It is about "), _stack(item), quiet(", and none was seen here."))
    return quiet(_says(view))


def _says(view: ItemView) -> str:
    evidence = view.evidence
    many = count(len(evidence.against), "finding")
    if view.proposal is Verdict.NEEDS_WORK:
        return f"would say: needs work, because of {many}."
    if evidence.standpoint is Standpoint.AGAINST:
        return f"points at {many}. What it means is for you."
    if evidence.item.reach is Reach.HUMAN:
        return "has nothing to say. What it cannot see is what counts here."
    if evidence.standpoint is Standpoint.NOBODY_LOOKS:
        return "cannot see this: none of its rules look for it in code like this. It is for your own eyes."
    seen = "found something for it and nothing against it" if evidence.facts else "found nothing against it"
    if evidence.standpoint is Standpoint.COULD_NOT_LOOK:
        return f"{seen}, but could not look everywhere."
    return f"{seen}." if evidence.facts else "found nothing, for or against."


def _stack(item: Item) -> Content:
    names = [plain(name, "$quiet") for name in item.applies[:3]]
    return join(Content(", ").join(names), quiet(" and others" if len(item.applies) > 3 else ""))


def proposed_not_applicable(board: Board) -> list[ItemView]:
    """What the machine would call not applicable, and nobody decided."""
    return [one for one in board.items if one.proposal is Verdict.NOT_APPLICABLE and one.standing is None]


def against(view: ItemView) -> Content:
    """How much speaks against it, before the list of it."""
    found = view.evidence.against
    files = len({getattr(one.place, "path", "") for one in found} - {""})
    text = count(len(found), "finding") + (f" in {count(files, 'file')}" if files > 1 else "")
    levels = sorted(Counter(one.severity for one in found).items(), key=lambda pair: pair[0].rank)
    parts = [f"{number} {level.value}" for level, number in levels[:2]]
    lower = sum(number for _, number in levels[2:])
    parts += [f"{lower} lower"] if lower else []
    return join(text, quiet(f": {', '.join(parts)}" if len(found) > 1 else ""))


def dismissed(view: ItemView, state: State) -> Content | None:
    """Found as well, and set aside by a person; nothing goes away silently."""
    aside = view.evidence.dismissed
    if not aside:
        return None
    said = Counter(
        state.decisions[subject].decision.verdict
        for one in aside
        if (subject := Subject(Kind.FINDING, one.id)) in state.decisions
    )
    return quiet(f"{len(aside)} more set aside by a person: " + ", ".join(f"{n} {WORDS[v]}" for v, n in said.items()))


def facts(view: ItemView) -> Content | None:
    found = view.evidence.facts
    if not found:
        return None
    lines = []
    for fact in found[:_FACTS_SHOWN]:
        path, line = getattr(fact.place, "path", ""), getattr(fact.place, "line", 0)
        where = f"{path}:{line}" if line else path
        lines.append(join(plain(fact.rule.title), "  ", plain(where, "$quiet")))
    if len(found) > _FACTS_SHOWN:
        lines.append(quiet(f"and {len(found) - _FACTS_SHOWN} more"))
    return Content("\n").join(lines)


def coverage(board: Board) -> Content | None:
    """Which scanner looked at how much, and how much nobody looked at."""
    if board.looked is None:
        return None
    parts = [part for report in board.looked.result.reports if (part := _looked(report))]
    lines = [Content(" · ").join(parts) if parts else quiet("no scanner had anything to look at")]
    open_gaps = sum(board.waived(gap) is None for gap in board.gaps)
    waived = len(board.gaps) - open_gaps
    told = [f"{count(open_gaps, 'gap')} nobody looked at"] if open_gaps else []
    told += [f"{count(waived, 'gap')} waived"] if waived else []
    if told:
        lines.append(
            join(Content.styled(", ".join(told), "$medium" if open_gaps else "$waived"), quiet(" · 3 shows them"))
        )
    if not board.looked.fresh:
        lines.append(Content.styled("This is what the last scan saw, not the files as they are now.", "$medium"))
    return Content("\n").join(lines)


def _looked(report: Report) -> Content | None:
    if isinstance(report.outcome, NothingToScan):
        return None
    name = plain(report.scanner, "$quiet")
    if isinstance(report.outcome, Missing):
        return join(name, Content.styled(" missing", "$medium"))
    if not is_whole(report.outcome):
        return join(name, Content.styled(" did not end", "$medium"))
    return join(name, quiet(f" {_share(report.coverage)}"))


def _share(seen: Coverage) -> str:
    if not seen.asked:
        return "ran, " + count(len(seen.gaps), "gap") if seen.gaps else "ran"
    return f"all {seen.asked}" if seen.files >= seen.asked else f"{seen.files} of {seen.asked}"


def note(view: ItemView, now: datetime) -> Content | None:
    if view.note is None or not view.note.text.strip():
        return None
    event = view.note.event
    who = join(plain(event.actor.name, "$quiet", width=_NAME_WIDTH), quiet(f", {ago(event.time, now)}"))
    return join(plain(view.note.text, lines=True), "\n", who)


def decision(view: ItemView, board: Board, now: datetime) -> Content:
    """What people said, and under which conditions; or that nobody did."""
    standing = view.standing
    if standing is None:
        none = join(quiet("none yet"), quiet(_opened(view, board.state)))
        offer = offered(view.offer)
        return join(none, "\n", offer) if offer else none
    lines = [join(_said(standing.event, now, standing.origin), quiet(_opened(view, board.state)))]
    lines += [line for line in (_reason(standing), _terms(standing, board.today)) if line]
    lines += [join(Content.styled("At the same time: ", "$medium"), _said(event, now)) for event in standing.disputed]
    if standing.disputed:
        lines.append(Content.styled("They disagree. Whoever decides now, having seen both, settles it.", "$medium"))
    elif doubt := _doubt(view, standing, board.today):
        lines.append(Content.styled(doubt, "$medium"))
    return Content("\n").join(lines)


def _said(event: Event, now: datetime, origin: str = "") -> Content:
    verdict = event.act.decision.verdict if isinstance(event.act, Decided) else None
    seconds = event.act.decision.seconds if isinstance(event.act, Decided) else 0
    looked = f", after {lasted(seconds)}" if seconds else ""
    how = carried(origin) or f", {ago(event.time, now)}, {_CHANNELS[event.channel]}{looked}"
    who = plain(event.actor.name, width=_NAME_WIDTH)
    return join(shape(verdict), " ", verdict_word(verdict), " by ", who, plain(how, "$quiet", width=_HOW_WIDTH))


def _reason(standing: Standing) -> Content | None:
    reason = standing.decision.reason.strip()
    return plain(f"“{reason}”") if reason else None


def _terms(standing: Standing, today: date) -> Content | None:
    decided = standing.decision
    if not decided.until:
        return None
    over = is_over(standing, today)  # also where nobody can read the day
    left = 0 if over else (date.fromisoformat(decided.until) - today).days
    when = "that day has gone by" if over else "today is its last day" if left == 0 else f"{count(left, 'day')} left"
    return join(
        "Owner ", plain(decided.owner, width=_NAME_WIDTH), ", until ", plain(decided.until),
        Content.styled(f", {when}", "$medium" if over else "$quiet"),
    )  # fmt: skip


def _doubt(view: ItemView, standing: Standing, today: date) -> str:
    """Why what was decided should be looked at again."""
    if is_over(standing, today):
        return "The waiver has ended: decide again."
    if is_too_old(view.evidence, standing, today):
        return f"Decided more than {view.evidence.item.max_age_days} days ago: look again."
    return "Decided on other evidence than today's: look again." if is_stale(view.evidence, standing) else ""


def _opened(view: ItemView, state: State) -> str:
    found = view.evidence.against
    if not found:
        return " · opened" if view.opened else ""
    seen = sum(state.has_opened(Subject(Kind.FINDING, one.id), one.fingerprint) for one in found)
    return f" · opened {seen} of {len(found)}" if view.opened or seen else " · evidence not opened"


def next_step(view: ItemView, board: Board, *, scanning: bool) -> Content:
    """What the next key does, for somebody who has never read a manual."""
    if board.looked is None:
        return quiet("The scan has not ended. Read and prepare; it can be passed when it has." if scanning else "")
    left = sum(is_open(one, board.today) for one in board.items)
    if is_open(view, board.today):
        if view.needs_opening:
            return join(Content.styled("o", "bold $accent"), quiet(" opens the evidence; it can be passed after that"))
        return quiet("yours to decide" + (f" · {left - 1} more undecided" if left > 1 else ", the last one"))
    if left:
        return join(Content.styled("]", "bold $accent"), quiet(f" goes to the next undecided, {left} left"))
    return join(quiet("Every item is decided. "), Content.styled("4", "bold $accent"), quiet(" shows what is left"))


def flow(text: str) -> str:
    """Paragraphs that wrap where the screen ends, however the file broke its lines."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def lasted(seconds: int) -> str:
    return f"{seconds} s" if seconds < 2 * _MINUTE else f"{seconds // _MINUTE} min"


def ago(time: str, now: datetime) -> str:
    """How long since an event, as one would say it."""
    try:
        then = datetime.fromisoformat(time.replace("Z", "+00:00"))
    except ValueError:
        return "some time ago"
    seconds = (now - then).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    for size, word in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            return f"{count(int(seconds // size), word)} ago"
    return "just now"


def now() -> datetime:
    return datetime.now(timezone.utc)


def sections(views: Sequence[ItemView]) -> list[tuple[str, list[ItemView]]]:
    """In the order in which the checklist first names them."""
    found: dict[str, list[ItemView]] = {}
    for view in views:
        found.setdefault(view.evidence.item.section, []).append(view)
    return list(found.items())
