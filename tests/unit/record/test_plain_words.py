"""A typo in prose is no reason to ask anything again; a new secret in it is."""

from __future__ import annotations

import pytest

from walkdown.record.plain_words import only_words

TEXT = "# Shop\n\nA shop that sells tee, for 12 users.\n\nSet the token in the settings.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tee", "tea"),
        ("tee", "**tea** (and mugs), it's well-known"),
        ("12", "250"),
        ("A shop", "A small shop"),
        ("A shop that sells tee, for 12 users.\n", ""),
        ("Shop", "Магазин"),
        ("\n", "\r\n"),
    ],
)
def test_words_are_harmless(old: str, new: str) -> None:
    assert only_words(TEXT.encode(), TEXT.replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tee", "ghp_x7Kq2LmNpR9sT4vW8yZ1aB3cD5eF6gH0jK2"),
        ("tee", "AKIAIOSFODNN7EXAMPLE"),
        ("tee", "x7Kq2"),
        ("tee", "abcdefghijklmnopqrstuvwxyzabcde"),
        ("tee", "123456"),
        ("tee", "https://example.org"),
        ("tee", "a.b"),
        ("tee", "horse battery staple; the password"),
        ("the settings", "correcthorsebattery"),
        ("the settings", "settings"),
        ("tee", "tea\nPassword:\ncorrecthorse\n"),
        ("tee", "pwd hunter"),
        ("tee", "API-Key hunter"),
        ("12", "1e3"),
    ],
)
def test_anything_else_is_looked_at(old: str, new: str) -> None:
    assert old in TEXT
    assert not only_words(TEXT.encode(), TEXT.replace(old, new).encode())


def test_what_is_no_text_is_looked_at() -> None:
    assert not only_words(b"", b"caf\xe9")
    assert only_words(b"", b"")


def test_a_word_below_what_asks_for_a_secret_is_looked_at() -> None:
    assert not only_words(b"The password is:\n\nasked\n", b"The password is:\n\ncorrecthorse\n")
    assert only_words(b"The answer is:\n\nasked\n", b"The answer is:\n\ncorrecthorse\n")


def test_words_that_stood_there_before_are_no_news() -> None:
    before = b"Run https://example.org/x and mail a.b@example.org\n"
    assert only_words(before, b"Mail a.b@example.org and run https://example.org/x often\n")


@pytest.mark.parametrize("token", ["_*" * 200_000 + "a" + "*_" * 200_000, "a" + "." * 400_000 + "a", "-_" * 400_000])
def test_a_line_of_marks_without_end_takes_no_time(token: str) -> None:
    assert only_words(b"tee\n", f"tee {token}\n".encode()) == ("." not in token)
