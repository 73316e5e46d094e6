"""What people decided, for good: append-only events, and the state that follows from them."""

from walkdown.journal.fold import State, fold
from walkdown.journal.journal import Journal

__all__ = ["Journal", "State", "fold"]
