"""Work beside the screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import WorkType


def start(node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = False) -> None:
    """Given as a function: a coroutine that is superseded before it began would never be awaited."""
    what: WorkType[None] = work
    node.run_worker(what, group=group, exclusive=exclusive)
