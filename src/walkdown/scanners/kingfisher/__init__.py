"""Secrets through Kingfisher: in the tree, and in every version the history holds."""

from walkdown.scanners.kingfisher.history import KingfisherHistory
from walkdown.scanners.kingfisher.tree import Kingfisher

__all__ = ["Kingfisher", "KingfisherHistory"]
