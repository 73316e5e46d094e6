"""What people decided, for good: append-only events, and the state that follows from them."""

from walkdown.journal.fold import fold
from walkdown.journal.journal import Journal
from walkdown.journal.undo import to_redo, to_undo
from walkdown.model import State

__all__ = ["Journal", "State", "fold", "to_redo", "to_undo"]
