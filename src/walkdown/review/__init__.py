"""The use-cases: open a repo, scan it, decide, sign. What the commands and the app call, and all they call."""

from walkdown.review.actor import actor_of
from walkdown.review.board import Board, ItemView, Looked
from walkdown.review.review import Review, identity_of, project_config, tools_at_hand
from walkdown.review.session import Session
from walkdown.review.signoff import How, make_record, sign_record, verify_record
from walkdown.review.terms import Terms

__all__ = [
    "Board",
    "How",
    "ItemView",
    "Looked",
    "Review",
    "Session",
    "Terms",
    "actor_of",
    "identity_of",
    "make_record",
    "project_config",
    "sign_record",
    "tools_at_hand",
    "verify_record",
]
