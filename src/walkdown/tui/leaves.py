"""What leaves this machine, by which tool, and how to stop it: told on the first run until a person puts it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from walkdown.tui.text import plain, quiet

if TYPE_CHECKING:
    from walkdown.tui.app import WalkdownApp

LEAVES = (
    "Your code stays here. One tool asks somebody: pip-audit sends the names and versions of your Python packages to"
    " the advisory service of PyPI."
)
INDEXES = " The names of your packages go to the package indexes as well: you allowed it with ask-indexes."
NO_MORE = " Nothing else is sent, no statistics and no version checks."
STOP = "Start with --offline, or put `offline = true` into your config, and not even that is sent."
OFFLINE = "You are offline by choice: nothing leaves this machine, name lookups included."
HELD = "Nothing was sent yet: pip-audit waits until you have read this. All else is looked at already."
READ = "read, do not show again"
AFTER = "read, let it ask; do not show again"
OWN = "What scanners of your own (from your config) send is for them to say: "


class LeavesNote(Static):
    DEFAULT_CSS = """
    LeavesNote { height: auto; padding: 1 2; margin: 0 0 1 0; background: $surface; max-width: 105; }
    """

    def show(self, app: WalkdownApp) -> None:
        self.display = not app.memory.told and app.session is not None
        if app.session is None:
            return
        settings = app.session.review.settings
        lines = [Content.styled("What leaves this machine", "bold")]
        leaves = [Content(LEAVES + (INDEXES if settings.ask_indexes else "") + NO_MORE), Content(STOP)]
        if app.held.back:
            lines += [*leaves, Content(HELD)]
        else:
            lines += [Content(OFFLINE)] if settings.offline else leaves
        if settings.external:
            lines.append(plain(OWN + ", ".join(one.name for one in settings.external)))
        self.update(Content("\n").join([*lines, quiet(f"esc  {AFTER if app.held.back else READ}")]))
