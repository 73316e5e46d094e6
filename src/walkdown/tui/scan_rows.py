"""A scanner's row in words: how it stands, what it has done, and what to do where it could not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from textual.content import Content

from walkdown.model import Cancelled, Failed, Finding, Missing, NothingToScan, Outcome, Report, TimedOut
from walkdown.tui.scanning import Row
from walkdown.tui.text import bar, join, plain, quiet

_NAME_WIDE, _VERSION_WIDE, _STATE_WIDE, _BAR_WIDE = 18, 9, 13, 12
_REASON_WIDE = 88
_ENDS = {
    NothingToScan: ("nothing to do", "$quiet"),
    Missing: ("missing", "$bad"),
    Failed: ("failed", "$bad"),
    TimedOut: ("timed out", "$bad"),
    Cancelled: ("stopped", "$medium"),
}


def state_of(row: Row) -> tuple[str, str]:
    """The word, and its style."""
    if row.report is not None:
        ended = _ENDS.get(type(row.report.outcome))
        if ended is not None:
            return ended
        return ("done", "$good") if row.report.complete else ("partial", "$medium")
    if not row.since:
        return "waiting", "$quiet"
    return (f"running {row.done / row.asked:.0%}" if row.asked else "running"), "$accent"


def is_running(row: Row) -> bool:
    return row.report is None


def row_text(row: Row, now: float, width: int) -> Content:
    """One line, two on a narrow screen; more where something has to be said."""
    word, style = state_of(row)
    head = join(
        plain(row.scanner.ljust(_NAME_WIDE), "bold", width=_NAME_WIDE),
        " ",
        plain(row.version.ljust(_VERSION_WIDE), "$quiet", width=_VERSION_WIDE),
        " ",
        Content.styled(word.ljust(_STATE_WIDE), style),
    )
    counts = quiet(" · ").join(_counts(row))
    time = quiet(_clock(row.seconds(now)).rjust(6)) if row.since or row.report else Content("")
    work = join(bar(row.done / row.asked, _BAR_WIDE), "  ", counts) if row.report is None and row.asked else counts
    lines = [join(head, time, "   ", work)] if width >= 100 else [join(head, time), join("      ", work)]
    lines += [join("      ", line) for line in _reasons(row)]
    return Content("\n").join(line.rstrip() for line in lines if line.plain.strip())


def of_reports(reports: Iterable[Report], findings: Iterable[Finding]) -> tuple[Row, ...]:
    """Rows of a scan of earlier, from what was kept of it."""
    found = Counter(tool for finding in findings for tool in {source.tool for source in finding.sources})
    return tuple(
        Row(
            one.scanner,
            one.version,
            asked=one.coverage.asked,
            done=one.coverage.files,
            cached=one.cached_files,
            found=found[one.scanner],
            report=one,
        )
        for one in reports
    )


def _counts(row: Row) -> list[Content]:
    done, asked = (row.report.coverage.files, row.report.coverage.asked) if row.report else (row.done, row.asked)
    cached = row.report.cached_files if row.report else row.cached
    parts: list[Content] = []
    if asked:
        parts.append(Content(f"{done:,} of {asked:,}" if done != asked else f"{asked:,} looked at"))
    if cached:
        parts.append(quiet(f"{cached:,} from the cache"))
    if row.since or (row.report and asked):
        parts.append(Content.styled(f"{row.found:,} found", "bold" if row.found else "$quiet"))
    return parts


def _reasons(row: Row) -> list[Content]:
    """What it says for itself. A tool's last words are untrusted."""
    if row.report is None:
        return []
    outcome = row.report.outcome
    if isinstance(outcome, Missing):
        return [_told(outcome.what), join(quiet("get it   "), plain(outcome.how, "$accent", width=_REASON_WIDE))]
    ending = _ending(outcome)
    if ending:
        return [_told(ending)]
    gaps = len(row.report.coverage.gaps)
    missed = [_told(f"{gaps} could not be looked at; see Gaps (3)")] if gaps else []
    return missed + [_told(note) for note in row.report.notes]


def _ending(outcome: Outcome) -> str:
    if isinstance(outcome, Failed):
        return outcome.error
    if isinstance(outcome, TimedOut):
        return f"It was given {outcome.seconds:g} seconds and did not end. r tries again."
    if isinstance(outcome, Cancelled):
        return "You stopped it; what it found stays. r goes on where it was."
    return outcome.why if isinstance(outcome, NothingToScan) else ""


def _told(text: str) -> Content:
    return plain(text, "$quiet", width=_REASON_WIDE)


def _clock(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{int(seconds) // 60}:{int(seconds) % 60:02}"
