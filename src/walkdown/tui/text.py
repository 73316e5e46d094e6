"""How text gets onto the screen: everything that is not ours goes through `plain`, which lets no control byte past."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from walkdown.checklist import Standpoint
from walkdown.model import Finding, Reach, Severity, Verdict, line_of, path_of
from walkdown.model.place import CommitPlace, PackagePlace, RepoPlace
from walkdown.safetext import columns, for_terminal

if TYPE_CHECKING:
    from walkdown.review import ItemView

_SHAPES = {
    None: "○",
    Verdict.PASS: "●",
    Verdict.NEEDS_WORK: "✗",
    Verdict.WAIVED: "◐",
    Verdict.NOT_APPLICABLE: "\u2013",
    Verdict.REAL: "✗",
    Verdict.FALSE_POSITIVE: "\u2013",
    Verdict.ACCEPTED: "◐",
    Verdict.GUARDED: "●",
    Verdict.PUBLIC: "◇",
}
_ASCII = {
    None: "o",
    Verdict.PASS: "*",
    Verdict.NEEDS_WORK: "x",
    Verdict.WAIVED: "~",
    Verdict.NOT_APPLICABLE: "-",
    Verdict.REAL: "x",
    Verdict.FALSE_POSITIVE: "-",
    Verdict.ACCEPTED: "~",
    Verdict.GUARDED: "*",
    Verdict.PUBLIC: "=",
}
_STYLES = {
    None: "$quiet",
    Verdict.PASS: "$good",
    Verdict.NEEDS_WORK: "$bad",
    Verdict.WAIVED: "$waived",
    Verdict.NOT_APPLICABLE: "$quiet",
    Verdict.REAL: "$bad",
    Verdict.FALSE_POSITIVE: "$quiet",
    Verdict.ACCEPTED: "$waived",
    Verdict.GUARDED: "$good",
    Verdict.PUBLIC: "$good",
}
WORDS = {
    None: "undecided",
    Verdict.PASS: "pass",
    Verdict.NEEDS_WORK: "needs work",
    Verdict.WAIVED: "waived",
    Verdict.NOT_APPLICABLE: "does not apply",
    Verdict.REAL: "real",
    Verdict.FALSE_POSITIVE: "false positive",
    Verdict.ACCEPTED: "accepted",
    Verdict.GUARDED: "guarded as meant",
    Verdict.PUBLIC: "public on purpose",
    Verdict.OWNER_GUARD: "asks whose it is",
    Verdict.ROLE_GUARD: "asks for a role",
    Verdict.LOGIN_GUARD: "asks who is signed in",
    Verdict.SECRET_GUARD: "asks for a secret",
    Verdict.NO_GUARD: "asks nothing",
}
_MOST_SHOWN = 8_000
_SEVERITY_WIDTH = len("critical")


def plain(text: str, style: str = "", *, width: int = 0, lines: bool = False) -> Content:
    """Untrusted text as content: control bytes made visible, never read as markup. `lines` keeps line breaks."""
    if len(text) > _MOST_SHOWN:  # nobody reads on, and wrapping a megabyte takes seconds
        text = text[:_MOST_SHOWN] + "…"
    shown = for_terminal(text, single_line=not lines, **({"width": width} if width else {}))
    return Content.styled(shown, style) if style else Content(shown)


def tail(text: str, width: int) -> str:
    """Untrusted text made safe, its end kept: of a path the end says most."""
    near = text[-_MOST_SHOWN:]
    shown = for_terminal(near)
    if len(near) == len(text) and columns(shown) <= width:
        return shown
    start, room = len(shown), width - 1
    while start and (room := room - columns(shown[start - 1])) >= 0:
        start -= 1
    return f"…{shown[start:]}" if width > 0 else ""


def join(*parts: Content | str) -> Content:
    """Our own words (str) and safe contents, one after the other."""
    return Content.assemble(*(Content(part) if isinstance(part, str) else part for part in parts))


def quiet(text: str) -> Content:
    """Words of our own that matter less."""
    return Content.styled(text, "$quiet")


def severity(level: Severity) -> Content:
    """As a word of fixed width; colour only repeats what it says."""
    return Content.styled(level.value.ljust(_SEVERITY_WIDTH), f"${level.value}")


def shape(verdict: Verdict | None) -> Content:
    shapes = _ASCII if _ascii_only() else _SHAPES
    return Content.styled(shapes.get(verdict, shapes[None]), _STYLES.get(verdict, ""))


def pointer() -> str:
    """Marks the line or row one is at."""
    return ">" if _ascii_only() else "▸"


def swap() -> str:
    """Between two people who take turns."""
    return "<>" if _ascii_only() else "⇄"


def bar(share: float, width: int) -> Content:
    """How much of something is done, thin."""
    full = round(min(1.0, max(0.0, share)) * width)
    done, rest = ("=", "-") if _ascii_only() else ("━", "─")
    return Content.assemble((done * full, "$accent"), (rest * (width - full), "$faint"))


def verdict_word(verdict: Verdict | None) -> Content:
    return Content.styled(WORDS[verdict], _STYLES.get(verdict, ""))


def place_text(finding: Finding) -> str:
    """Where it is, for people: untrusted, so on its way to the screen it still goes through `plain`."""
    place = finding.place
    if isinstance(place, RepoPlace):
        return place.about or "the repository"
    if isinstance(place, PackagePlace):
        where = f" ({place.path}{f':{place.line}' if place.line else ''})" if place.path else ""
        return f"{place.name} {place.version}".strip() + where
    line = line_of(place)
    where = path_of(place) + (f":{line}" if line else "")
    return f"{where} @ {place.commit[:8]}" if isinstance(place, CommitPlace) else where


def tools(finding: Finding) -> str:
    """Every tool that named it."""
    return " + ".join(dict.fromkeys(source.tool for source in finding.sources)) or finding.rule.tool


def machine_view(view: ItemView) -> Content:
    """What the scan says of an item, dimmer than what a person says."""
    evidence = view.evidence
    parts: list[Content] = []
    if evidence.against:
        parts.append(Content.styled(f"against {len(evidence.against)}", "$high"))
    elif evidence.facts:
        parts.append(quiet(f"for {len(evidence.facts)}"))
    elif evidence.standpoint is Standpoint.NOBODY_LOOKS and evidence.item.reach is not Reach.HUMAN:
        parts.append(Content.styled("by eye", "$faint"))
    return _spaced(parts)


def _spaced(parts: Sequence[Content]) -> Content:
    return Content("  ").join(parts) if parts else Content("")


def _ascii_only() -> bool:
    return os.environ.get("WALKDOWN_ASCII", "") not in ("", "0")
