"""The key screens as they read at three sizes, and that every word of them can be read in both of our themes.

Text is compared, not pictures: it is the same on every machine, and a change can be read in a diff. After a change that
is meant: `WALKDOWN_SNAPSHOTS=write python -m pytest tests/tui/test_snapshots.py`, and read what git shows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from textual.pilot import Pilot
from textual.widgets import Button

from tui.helpers import HUGE, NARROW, WIDE, app_on, shown, shows, to_mode
from walkdown.review import Session
from walkdown.tui.app import WalkdownApp

KEPT = Path(__file__).parent / "snapshots"
READABLE = 3.0
"""What the accessibility guidelines ask of large text and of marks; plain text here is well over it."""
_LETTER = re.compile(r"[^\W_]")
_TIMES = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ| \d\d:\d\d UTC)?")
STANDS = {
    "start": "Made of", "walk": "o opens the evidence", "findings": "undecided · by file", "gaps": "Gaps 1",
    "record": "Not ready", "waive": "nothing written", "sign": "nothing signed",
}  # fmt: skip


async def to_screen(pilot: Pilot[int], app: WalkdownApp, name: str) -> None:
    mode = {"waive": "walk", "sign": "record"}.get(name, name)
    if mode == "walk":
        app.go_to_item("error.timeouts")
    else:
        await to_mode(pilot, mode)
    await shows(pilot, app, STANDS[mode])
    if mode == "record":
        await app.workers.wait_for_complete()  # it looks for the key
    if mode == "findings" and app.size.width >= WIDE[0]:
        await shows(pilot, app, "by Ada Tester")  # git is asked once the cursor rests
    if name != mode:
        await pilot.press("w" if name == "waive" else "S")
        await shows(pilot, app, STANDS[name])
    await pilot.pause()


@pytest.fixture(autouse=True)
def keyless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a key; these pictures show how it is without."""
    (tmp_path / "gitconfig").write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("start", NARROW), ("walk", NARROW), ("walk", WIDE), ("walk", HUGE), ("findings", NARROW), ("findings", WIDE),
        ("findings", HUGE), ("gaps", NARROW), ("gaps", WIDE), ("record", NARROW), ("record", WIDE), ("waive", NARROW),
        ("sign", NARROW), ("sign", WIDE),
    ],
)  # fmt: skip
async def test_a_screen_reads_as_it_did(review: Session, name: str, size: tuple[int, int]) -> None:
    app = app_on(review)
    async with app.run_test(size=size) as pilot:
        await to_screen(pilot, app, name)
        text = _TIMES.sub("(then)", shown(app)) + "\n"
    kept = KEPT / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("WALKDOWN_SNAPSHOTS") == "write":
        kept.write_text(text, encoding="utf-8")
    assert text == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", ["walkdown-dark", "walkdown-light"])
async def test_every_word_stands_out_from_what_is_behind_it(review: Session, theme: str) -> None:
    app = app_on(review, theme=theme)
    async with app.run_test(size=WIDE) as pilot:
        for name in STANDS:
            await to_screen(pilot, app, name)
            for button in app.screen.query(Button):
                button.disabled = False  # what cannot be pressed yet may be faint
            await pilot.pause()
            faint = {
                (name, segment.text.strip(), round(ratio, 1)) for segment, ratio in worded(app) if ratio < READABLE
            }
            assert faint == set()


def worded(app: WalkdownApp) -> Iterator[tuple[Segment, float]]:
    """Every piece of text with a word in it, and its contrast."""
    dialog = next(iter(app.screen.query("#dialog")), app.screen).region  # what it stands before is dimmed on purpose
    strips = app.screen._compositor.render_strips(app.screen.size)
    for strip in strips[dialog.y : dialog.bottom]:
        for segment in strip.crop(dialog.x, dialog.right):
            style = segment.style
            if not _LETTER.search(segment.text) or style is None or style.color is None or style.bgcolor is None:
                continue
            front, back = style.color.triplet, style.bgcolor.triplet
            if front is not None and back is not None:
                yield segment, contrast(front, back)


def contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


def brightness(colour: ColorTriplet) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
