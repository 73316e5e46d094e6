"""The sign-off as people read it: Markdown, with all foreign text through the one door."""

from __future__ import annotations

from collections.abc import Sequence

from walkdown.record.statement import Counts, ItemLine, RecordSubject
from walkdown.safetext import for_markdown


def paper(
    subject: RecordSubject, *, made: str, verdict: str, items: Sequence[ItemLine], counts: Counts, gaps: int
) -> str:
    digest = subject.digest
    lines = [
        f"# Sign-off of {for_markdown(subject.name)}",
        "",
        f"**{for_markdown(verdict)}**",
        "",
        f"- Made: {made}",
        f"- Commit: {digest.git_commit or 'none'}",
        f"- Tree: {digest.git_tree or 'none'}",
        f"- Looked at: {digest.looked}",
        f"- Findings: {counts.critical} critical, {counts.high} high, {counts.medium} medium, {counts.low} low",
        f"- Gaps: {gaps}",
        "",
        "| Item | Decision | By | Why |",
        "|---|---|---|---|",
        *(_row(item) for item in items),
        "",
        "## How to verify",
        "",
        "`walkdown verify` in a clone of the repository, or, without walkdown, for each countersignature:",
        "",
        "    ssh-keygen -Y verify -f ALLOWED_SIGNERS -I MAIL -n walkdown -s FILE.json.sig < FILE.json",
        "",
    ]
    return "\n".join(lines)


def _row(item: ItemLine) -> str:
    decision = item.decision
    cells = (
        item.title,
        decision.verdict.value if decision else "undecided",
        item.by.name if item.by else "",
        (decision.reason or decision.note) if decision else f"{item.standpoint} {item.against or ''}",
    )
    return "| " + " | ".join(for_markdown(cell) for cell in cells) + " |"
