"""The repository under review, read-only: its facts, its files by content, its history through a git folder of ours."""

from walkdown.target.compare import Blame
from walkdown.target.git_files import Layout
from walkdown.target.history import GitHistory
from walkdown.target.inventory import HUGE_BYTES, Inventory, Wanted, content_id
from walkdown.target.names import content_suffix, is_record, printable
from walkdown.target.opened import Facts, Note, Reading, State, Target, open_target
from walkdown.target.stack import StackFact

__all__ = [
    "HUGE_BYTES",
    "Blame",
    "Facts",
    "GitHistory",
    "Inventory",
    "Layout",
    "Note",
    "Reading",
    "StackFact",
    "State",
    "Target",
    "Wanted",
    "content_id",
    "content_suffix",
    "is_record",
    "open_target",
    "printable",
]
