"""The use-cases: open a repo, scan it, decide, sign. What the commands and the app call, and all they call."""

from walkdown.review.review import Review, identity_of, project_config, tools_at_hand
from walkdown.review.signoff import Terms, make_record, sign_record, verify_record
from walkdown.review.walk import Walk, actor_of, open_walk

__all__ = [
    "Review",
    "Terms",
    "Walk",
    "actor_of",
    "identity_of",
    "make_record",
    "open_walk",
    "project_config",
    "sign_record",
    "tools_at_hand",
    "verify_record",
]
