"""Times as people say them."""

from __future__ import annotations

from datetime import datetime

_STEPS = ((60, "minute"), (3600, "hour"), (86_400, "day"))
_MONTH = 30 * 86_400


def ago(time: str, now: datetime) -> str:
    """From `2026-11-20T09:00:00Z`: "3 days ago", and the day itself when it is long past."""
    try:
        seconds = int((now - datetime.fromisoformat(time.replace("Z", "+00:00"))).total_seconds())
    except (ValueError, TypeError):
        return "at an unknown time"
    if seconds < 60:
        return "just now"
    if seconds >= _MONTH:
        return f"on {time[:10]}"
    size, word = next((step for step in reversed(_STEPS) if seconds >= step[0]), _STEPS[0])
    count = seconds // size
    return f"{count} {word}{'' if count == 1 else 's'} ago"
