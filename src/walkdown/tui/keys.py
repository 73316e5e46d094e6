"""Every key of the app in one table: what it is called in a user's config, which key it is, and what it does."""

from __future__ import annotations

import msgspec
from textual.binding import Binding, BindingType


class Key(msgspec.Struct, frozen=True):
    """`id` is its name in the config (`[keys]`), `label` stands in the footer, `help` on the help page."""

    id: str
    keys: str
    action: str
    label: str
    help: str
    shown: bool = True


KEYS = (
    Key("mode.walk", "1", "mode('walk')", "Walk", "The checklist, item by item", False),
    Key("mode.findings", "2", "mode('findings')", "Findings", "All findings in one list", False),
    Key("mode.gaps", "3", "mode('gaps')", "Gaps", "What was not looked at, and why", False),
    Key("mode.record", "4", "mode('record')", "Record", "What still stands in the way, and the sign-off", False),
    Key("mode.doors", "5", "mode('doors')", "Doors", "Every entrance, who may come in, and what it reaches", False),
    Key("mode.scan", "s", "mode('scan')", "Scan", "The scanners, live", False),
    Key("mode.start", "0", "mode('start')", "Start", "The first screen", False),
    Key("start.walk", "enter", "walk", "Begin or go on", "Go on with the walk where it was left"),
    Key("start.put-away", "escape", "put_away", "Put the note away", "Do not show the note on what is sent again"),
    Key("move.down", "j,down", "down", "Down", "Move down", False),
    Key("move.up", "k,up", "up", "Up", "Move up", False),
    Key("move.page-down", "pagedown", "page_down", "Page down", "Move down a page", False),
    Key("move.page-up", "pageup", "page_up", "Page up", "Move up a page", False),
    Key("move.first", "home", "first", "First", "To the first", False),
    Key("move.last", "end", "last", "Last", "To the last", False),
    Key("move.open", "enter", "open", "Open", "Open what is selected", False),
    Key("move.back", "escape", "back", "Back", "Back, or close", False),
    Key("move.next-open", "right_square_bracket", "next_open", "Next", "Next undecided"),
    Key("move.last-open", "left_square_bracket", "last_open", "Previous", "Previous undecided", False),
    Key("move.pane", "tab", "other_pane", "Other pane", "From the list to what it shows, and back", False),
    Key("list.filter", "slash", "filter", "Find", "Narrow the list as you type"),
    Key("filter.leave", "enter", "leave", "To the list", "Back to the list, narrowed as typed"),
    Key("filter.down", "down", "leave", "To the list", "Back to the list, narrowed as typed", False),
    Key("filter.clear", "escape", "clear", "Show all", "Take the filter away"),
    Key("list.group", "g", "group", "Group", "Group the list in another way", False),
    Key("list.mark", "space", "mark", "Mark", "Mark several, to decide them at once"),
    Key("list.mark-all", "asterisk", "mark_all", "Mark all", "Mark all undecided that are listed, or none", False),
    Key("item.pass", "p", "pass", "Pass", "This holds"),
    Key("item.needs-work", "x", "needs_work", "Needs work", "This does not hold yet"),
    Key("item.waive", "w", "waive", "Waive", "Let it go for a time: reason, owner, end"),
    Key("item.n-a", "d", "not_applicable", "N/A", "It does not concern this project: reason"),
    Key("item.n-a-all", "D", "all_not_applicable", "All N/A", "Accept all that the machine says does not apply", False),
    Key("finding.open", "o", "evidence", "Open", "Read it; that you did is written down", False),
    Key("finding.real", "x", "real", "Real", "A true flaw, to be fixed"),
    Key("finding.false", "p", "false_positive", "False positive", "No flaw: reason"),
    Key("finding.accept", "w", "accept", "Accept", "A flaw one lives with for a time: reason, owner, end"),
    Key("gap.waive", "w", "waive", "Waive", "Go on without having looked: reason, owner, end"),
    Key("gap.waive-class", "W", "waive_class", "Waive class", "The same for all of its class"),
    Key("door.guarded", "p", "guarded", "Guarded", "It is guarded as it is meant to be"),
    Key("door.public", "d", "public", "Public", "Open to everybody on purpose: reason"),
    Key("door.flaw", "x", "flaw", "Flaw", "Not as it should be"),
    Key("door.guard", "t", "guard_means", "Guard", "Say once what a guard of yours asks: all its doors follow"),
    Key("door.way", "n", "next_way", "Way", "The way to the next thing it reaches"),
    Key("door.open", "o", "evidence", "Open", "Read it; that you did is written down", False),
    Key("door.findings", "a", "to_findings", "Against", "To the worst that was found about it", False),
    Key("item.note", "m", "note", "Note", "Write a remark beside it", False),
    Key("evidence.open", "o", "evidence", "Evidence", "Look at what it rests on"),
    Key("place.editor", "e", "editor", "Editor", "Open the place in your editor", False),
    Key("place.copy", "y", "copy_place", "Copy place", "Copy path and line", False),
    Key("finding.brief", "c", "brief", "Copy brief", "Copy the finding as a task for a coding assistant", False),
    Key("undo", "u", "undo", "Undo", "Take back your last decision"),
    Key("redo", "U", "redo", "Redo", "Bring it back", False),
    Key("scan.again", "r", "scan", "Scan again", "Look at the files as they are now", False),
    Key("scan.stop", "x", "stop", "Stop", "Stop this scanner; what it found stays"),
    Key("pair.switch", "P", "switch_person", "Hand over", "The other person decides now", False),
    Key("sign", "S", "sign", "Sign", "Sign the record, with a typed word"),
    Key("sign.again", "C", "countersign", "Countersign", "Sign the record that is there, beside who signed it before"),
    Key("record.paper", "v", "paper", "Paper", "The paper itself as it will read, and back to what stands in the way"),
    Key("help", "question_mark", "help", "Help", "Explain this screen"),
    Key("palette", "ctrl+p", "command_palette", "All actions", "Everything that can be done here", False),
    Key("quit", "q", "quit", "Leave", "Leave; every decision is kept already", False),
)  # fmt: skip
_BY_ID = {key.id: key for key in KEYS}


def key(key_id: str) -> Key:
    return _BY_ID[key_id]


def bindings(*ids: str, shown: bool | None = None) -> list[BindingType]:
    """For a screen's or widget's BINDINGS. `shown`: here in the footer, or not, whatever the table says."""
    return [
        Binding(keys, action, label, show=usual if shown is None else shown, tooltip=help_, id=id_)
        for id_, keys, action, label, help_, usual in (msgspec.structs.astuple(key(key_id)) for key_id in ids)
    ]
