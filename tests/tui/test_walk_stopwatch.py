"""The time that goes into a decision: on the screen, and somebody there."""

from __future__ import annotations

from walkdown.tui.stopwatch import AWAY_SECONDS, Stopwatch


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_visits_add_up_and_what_is_not_seen_does_not_count() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    watch.look_at("a")
    clock.now += 10
    watch.look_at("b")
    clock.now += 5
    watch.look_at("a")
    clock.now += 7
    watch.look_at("")
    clock.now += 100
    assert (watch.seconds("a"), watch.seconds("b")) == (17, 5)


def test_nobody_is_there_after_a_while_without_a_key() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    watch.look_at("a")
    clock.now += AWAY_SECONDS - 1
    watch.touch()
    clock.now += 3600
    assert watch.seconds("a") == AWAY_SECONDS - 1 + AWAY_SECONDS
    watch.touch()
    clock.now += 3
    assert watch.seconds("a") == AWAY_SECONDS - 1 + AWAY_SECONDS + 3


def test_after_a_decision_it_starts_from_nothing() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    watch.look_at("a")
    clock.now += 30
    watch.start_again("a")
    clock.now += 4
    assert watch.seconds("a") == 4
