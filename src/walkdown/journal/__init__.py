"""What people decided, for good: append-only events, and the state that follows from them."""

from walkdown.journal.fold import fold
from walkdown.journal.journal import Journal
from walkdown.model import State

__all__ = ["Journal", "State", "fold"]
