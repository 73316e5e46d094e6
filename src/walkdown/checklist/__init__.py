"""The questions a review asks, and what speaks for and against each."""

from walkdown.checklist.evidence import Evidence, Standpoint, gather
from walkdown.checklist.load import Checklist, load_folder, shipped

__all__ = ["Checklist", "Evidence", "Standpoint", "gather", "load_folder", "shipped"]
