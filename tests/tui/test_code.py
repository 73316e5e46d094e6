"""Code beside what is said about it: numbered, marked, masked, and harmless."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from helpers.repos import make_repo
from tui.helpers import SQL, findings, open_review
from walkdown.model import FilePlace, PackagePlace, Rule, Severity
from walkdown.tui.widgets.code import code_content

LANGUAGES = ["a.py", "a.ts", "a.jsx", "a.vue", "a.html", "a.sql", "a.json", "a.yaml", "Dockerfile", ".env", "a.unknown"]


@pytest.mark.parametrize("path", LANGUAGES)
def test_lines_keep_their_numbers_whatever_the_language(path: str) -> None:
    text = code_content(path, 8, "\n\none = 'a'\n\n\n", 10).plain
    assert [line.rstrip() for line in text.split("\n")] == ["   8", "   9", "▸ 10  one = 'a'", "  11", "  12"]


@pytest.mark.parametrize("path", LANGUAGES)
def test_nothing_in_the_code_can_act(path: str) -> None:
    hostile = (
        "\x1b]52;c;eA==\x07 \x9b31m \u202e \ud800 \x00 \x85 \u2028 \x0b [@click=app.quit]x[/] ${{ '\n" + "(" * 100_000
    )
    content = code_content(path, 1, hostile, 1)
    assert len(content.plain.split("\n")) == 2
    assert len(content.plain) < 1000
    assert not [char for char in content.plain if char != "\n" and not char.isprintable()]
    assert not [span for span in content.spans if "click" in str(span.style)]


def test_no_text_shows_nothing() -> None:
    assert not code_content("a.py", 0, "", 0).plain


SECRET_RULE = Rule("kingfisher", "token", "A token", hazard="secret.in-code", family="hardcoded-secret")


def test_the_lines_around_come_masked_and_short(tmp_path: Path) -> None:
    lines = [f"line {number}" for number in range(1, 21)]
    lines[9] = "key = 'Zq8mVt4LwXy2'; " + "x" * 50_000
    lines[11] = "again = 'Zq8mVt4LwXy2'"
    lines[12] = "y" * 11_995 + "Zq8mVt4LwXy2"
    tree = make_repo(tmp_path, {"app.py": "\n".join(lines) + "\n"}, name="repo")
    place = FilePlace("app.py", 10, 8, 10, 20)
    found = msgspec.structs.replace(
        findings(1)[0], rule=SECRET_RULE, severity=Severity.CRITICAL, place=place, secret="k", preview="Zq"
    )
    with open_review(tree, [found]) as session:
        first, text = session.review.code_around(found, before=3, after=4)
        shown = text.split("\n")
        assert (first, len(shown)) == (7, 8)
        assert shown[0] == "line 7"
        assert shown[3].startswith("key = '••••")
        assert "Zq8m" not in text
        assert max(map(len, shown)) <= 1000
        top, head = session.review.code_around(msgspec.structs.replace(found, place=FilePlace("app.py", 2)), 6, 1)
        assert (top, head) == (1, "line 1\nline 2\nline 3")


def test_a_package_is_shown_where_it_is_asked_for(tmp_path: Path) -> None:
    tree = make_repo(tmp_path, {"requirements.txt": "flask==3.0\ninvented==1.0\n"}, name="repo")
    found = msgspec.structs.replace(
        findings(1)[0], place=PackagePlace("PyPI", "invented", "1.0", "requirements.txt", 2)
    )
    with open_review(tree, [found]) as session:
        assert session.review.code_around(found) == (1, "flask==3.0\ninvented==1.0\n")
        assert set(session.review.written_by(found)) == {2}


def test_there_is_no_code_before_it_is_known_what_is_secret(tree: Path, folders: Path) -> None:
    with open_review(tree, scanned=False) as session:
        assert session.review.code_around(findings(1)[0]) == (0, "")


def test_a_file_that_changed_since_is_not_shown(tmp_path: Path) -> None:
    tree = make_repo(tmp_path, {"api/orders.py": "a\nb\nc\n"}, name="repo")
    with open_review(tree) as session:
        (tree / "api/orders.py").write_text("d\ne\nf\n")
        assert session.review.code_around(findings(1)[0])[1] == ""


def test_git_is_asked_who_wrote_a_line(tree: Path, folders: Path) -> None:
    with open_review(tree) as session:
        who, when = session.review.written_by(findings(1)[0])[3]
        assert who
        assert when[:2] == "20"
        nowhere = msgspec.structs.replace(findings(1)[0], rule=SQL, place=FilePlace("not/there.py", 3))
        assert session.review.written_by(nowhere) == {}
