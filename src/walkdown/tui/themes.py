"""Our two themes, dark and light: planes instead of boxes, one accent, colour only for severity and verdict."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

from walkdown.errors import UsageError

_WORDS_DARK = {
    "critical": "#ff6b81",
    "high": "#ff9270",
    "medium": "#e6c07b",
    "low": "#8fb8de",
    "info": "#8a94a3",
    "good": "#7fc99a",
    "bad": "#ff7b72",
    "waived": "#c7a6f0",
    "quiet": "#8a94a3",
    "faint": "#7a8491",
}
_WORDS_LIGHT = {
    "critical": "#a8071a",
    "high": "#b4400f",
    "medium": "#8a5a00",
    "low": "#1f5f99",
    "info": "#5b6673",
    "good": "#1b7a3d",
    "bad": "#b3261e",
    "waived": "#6b3fa0",
    "quiet": "#5b6673",
    "faint": "#66707b",
}

# A thin plane in the background of the list, not a bright bar beside it.
_BARS_DARK = {
    "scrollbar-background": "#1a1f26",
    "scrollbar-background-hover": "#1a1f26",
    "scrollbar-background-active": "#1a1f26",
    "scrollbar-corner-color": "#1a1f26",
    "scrollbar": "#39424e",
    "scrollbar-hover": "#4a5563",
    "scrollbar-active": "#4a5563",
}
_BARS_LIGHT = {
    "scrollbar-background": "#f2f0ec",
    "scrollbar-background-hover": "#f2f0ec",
    "scrollbar-background-active": "#f2f0ec",
    "scrollbar-corner-color": "#f2f0ec",
    "scrollbar": "#cfcac0",
    "scrollbar-hover": "#b3ada1",
    "scrollbar-active": "#b3ada1",
}

DARK = Theme(
    name="walkdown-dark",
    primary="#6cb6d9",
    secondary="#8fb8de",
    accent="#6cb6d9",
    warning="#e6c07b",
    error="#ff7b72",
    success="#7fc99a",
    foreground="#d8dee6",
    background="#14181d",
    surface="#1a1f26",
    panel="#212832",
    dark=True,
    variables={**_WORDS_DARK, **_BARS_DARK, "footer-key-foreground": "#6cb6d9", "block-cursor-text-style": "none"},
)
LIGHT = Theme(
    name="walkdown-light",
    primary="#0b6a8f",
    secondary="#1f5f99",
    accent="#0b6a8f",
    warning="#8a5a00",
    error="#b3261e",
    success="#1b7a3d",
    foreground="#1f2730",
    background="#faf9f7",
    surface="#f2f0ec",
    panel="#e8e5df",
    dark=False,
    variables={**_WORDS_LIGHT, **_BARS_LIGHT, "footer-key-foreground": "#0b6a8f", "block-cursor-text-style": "none"},
)
THEMES = (DARK, LIGHT)
WORDS = tuple(_WORDS_DARK)


def with_words(variables: dict[str, str], *, dark: bool) -> dict[str, str]:
    """Textual's own themes know nothing of severities: they get our colours, by whether they are dark."""
    words = _WORDS_DARK if dark else _WORDS_LIGHT
    return {**words, **variables}


def chosen(*names: str) -> str:
    """The first that is named at all; an error where there is no such theme."""
    name = next(filter(None, names), DARK.name)
    known = [*(theme.name for theme in THEMES), *BUILTIN_THEMES]
    if name not in known:
        raise UsageError(f"There is no theme {name}.", f"There are: {', '.join(known)}.")
    return name
