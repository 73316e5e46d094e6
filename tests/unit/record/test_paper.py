"""The paper as people read it: rendered by a renderer of somebody else's, it shows what the record says and no more."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import walkdown.record.paper
from helpers.hostile import PIECES, SURROGATES, dressed
from helpers.predicates import ADA, BOB, huge_predicate, rewritten, sample_about, sample_predicate
from walkdown.model import Actor, Channel, Decision, Kind, Subject, Verdict
from walkdown.record.paper import blocks, paper
from walkdown.record.paper_blocks import Block, Bullets, Line, Shell, Table, Title
from walkdown.record.statement import ExceptionLine, Predicate, Said
from walkdown.safetext import for_json, for_terminal
from walkdown.target.contents import holds_record

ABOUT, SAMPLE = sample_about(), sample_predicate()
SMALL = msgspec.structs.replace(
    SAMPLE,
    items=SAMPLE.items[5:8],
    findings=SAMPLE.findings[:4],
    gaps=SAMPLE.gaps[2:5],
    exceptions=SAMPLE.exceptions[3:6],
)
GFM = (
    "www.evil.example WWW.EVIL.EXAMPLE/x http://evil.example hTTps://evil.example ftp://e.example",
    "mailto:a@b.example xmpp:a@b.example a.b+c@evil.example <a@b.example> <http://e.example>",
    "@team @org/team #1 org/repo#1 GH-12 :skull: :+1: :100:",
    "[^1] [^1]: x", "[x](javascript:alert(1)) ![i](//e.example/x.png) [[wiki]] [x]: http://e.example",
    "<script>alert(1)</script> <!-- x --> <details><summary>x <img src=x onerror=alert(1)>",
    "&lt;b&gt; &#60;i&#62; &amp; &", "| a | b |", "a\\|b\\\\|c\\", "|", "||", "\\|", "\\\\", "\\", "`|` ``|`` \\`", "`",
    "```\n# x\n```", "~~~\nx", "# x", "x\n===", "x\n---", "---", "***", "+ x", "1. x", "1) x", "> x", "- [x] x", "``",
    "**Signed: nothing stands open** __x__ ~~y~~ ***z", "*", "_", "![", "](x)", "a](", "<", "&#x", "http:", "www", "@",
    "//x", ".www.e.example", "$x$ $$y$$", "\t indented", "a  \nb", "{{ x }}", "==m== ++i++", "\ufeff", ":",
)  # fmt: skip
HOSTILE = (*map(dressed, PIECES.values()), *map(dressed, SURROGATES.values()), *GFM)


def renderer() -> MarkdownIt:
    """All that a forge may do with a page: HTML, tables, strikethrough, and links made of bare addresses and mails."""
    made = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(["table", "strikethrough", "linkify"])
    assert made.linkify is not None
    made.linkify.set({"fuzzy_link": False})  # no forge takes README.md for an address in Moldova
    return made


RENDERER = renderer()


def tokens(text: str) -> list[Token]:
    return [one for token in RENDERER.parse(text) for one in (token, *(token.children or ()))]


def expected(made: Iterable[Block]) -> Counter[str]:
    """How many of each there must be, from the blocks alone."""
    count: Counter[str] = Counter()
    for block in made:
        count["hr"] += block.__class__.__name__ == "FirstPageEnds"
        count["heading_open"] += isinstance(block, Title)
        count["fence"] += isinstance(block, Shell)
        if isinstance(block, Bullets):
            count["list_item_open"] += len(block.lines)
        if isinstance(block, Table):
            count["table_open"] += 1
            count["tr_open"] += 1 + len(block.rows)
            count["th_open"] += len(block.head)
            count["td_open"] += sum(map(len, block.rows))
    return count


STRUCTURE = ("hr", "heading_open", "fence", "list_item_open", "table_open", "tr_open", "th_open", "td_open")
NEVER = {"link_open", "image", "html_block", "html_inline", "em_open", "s_open", "code_block", "ordered_list_open"}


def is_as_it_should_be(predicate: Predicate, *, report: bool = False) -> None:
    text = paper(ABOUT, predicate, report=report)
    made = tuple(blocks(ABOUT, predicate, report=report))
    found = Counter(token.type for token in tokens(text))
    assert {name: found[name] for name in STRUCTURE} == {name: expected(made)[name] for name in STRUCTURE}
    assert not NEVER & set(found)
    told = [words_of(line) for block in made for line in lines_of(block)]
    assert [line for line in rendered_lines(text) if line] == [line for line in told if line]


# What a text reads as, rendered, against what was put in: nothing may be lost, changed or added on the way.


def rendered_lines(text: str) -> list[str]:
    return [
        plain("".join(map(content, token.children or ()))) for token in RENDERER.parse(text) if token.type == "inline"
    ]


def content(token: Token) -> str:
    return token.content if token.type in ("text", "code_inline", "text_special") else ""


def lines_of(block: Block) -> Iterable[Line]:
    match block:
        case Table(head=head, rows=rows):
            return (*((name,) for name in head), *(cell for row in rows for cell in row))
        case Bullets(lines=lines):
            return lines
        case Shell():
            return ()
        case _:
            return (block.line,) if hasattr(block, "line") else ()


def words_of(line: Line) -> str:
    return plain("".join(for_terminal(run if isinstance(run, str) else run.text) for run in line))


def plain(text: str) -> str:
    """Without blanks, and without the break that has no width, which is ours and shows nothing."""
    return "".join(text.replace("\u200b", "").split())


# --- hostile text


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_leaves_its_cell(piece: str) -> None:
    is_as_it_should_be(rewritten(SMALL, lambda _: piece))


@pytest.mark.parametrize("piece", ["www.evil.example", "<b>x</b>", "[x](y)", "a | b", "# x"])
def test_the_renderer_would_show_it(piece: str) -> None:
    """What the tests above rely on: the same text, let in as it is, would have been more than words."""
    loud = paper(ABOUT, SMALL).replace("Signed, with", f"{piece}", 1).replace("| item | ", f"| item | {piece} | ", 1)
    made = Counter(token.type for token in tokens(f"{loud}\n\n{piece}\n"))
    assert made != Counter(token.type for token in tokens(paper(ABOUT, SMALL)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_no_text_whatever_leaves_its_cell(pieces: list[str]) -> None:
    number = iter(range(1_000_000))
    is_as_it_should_be(rewritten(SMALL, lambda _: for_json(pieces[next(number) % len(pieces)])))


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="\\`*_{}[]()#+-.!|<>&;:@~^$=\"' \n\tawx1/", max_size=24))
def test_no_markup_leaves_its_cell(piece: str) -> None:
    is_as_it_should_be(rewritten(SMALL, lambda _: piece))


@pytest.mark.parametrize("piece", GFM)
def test_no_forge_finds_a_mention_an_issue_or_a_picture(piece: str) -> None:
    shown = [token.content for token in tokens(paper(ABOUT, rewritten(SMALL, lambda _: piece))) if token.type == "text"]
    for text in shown:
        assert not re.search(r"@\w|#\w|\bGH-\d|:[\w+-]+:(?!\u200b)|(?i:www\.)|://", text)


def test_a_title_cannot_play_the_verdict() -> None:
    verdict = "Signed: nothing stands open."
    fake = rewritten(SMALL, lambda _: verdict)
    made = tokens(paper(ABOUT, msgspec.structs.replace(fake, verdict=SMALL.verdict)))
    loud = [made[at + 1].content for at, token in enumerate(made) if token.type == "strong_open"]
    assert verdict not in loud


# --- what it shows


def known_words() -> set[str]:
    """The words of our own sentences, out of the sources."""
    folder = Path(walkdown.record.paper.__file__).parent
    nodes = [node for file in folder.glob("paper*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {word.casefold() for text in texts for word in re.findall(r"\w+", text)}


def test_all_that_it_shows_stands_in_the_record() -> None:
    number = iter(range(1_000_000))
    marks: set[str] = set()

    def mark(_: str) -> str:
        marks.add(word := f"q{next(number)}q")
        return word

    marked = rewritten(SAMPLE, mark)
    fixed = set(re.findall(r"\w+", msgspec.json.encode(marked).decode()))
    shown = set(re.findall(r"\w+", paper(rewritten(ABOUT, mark), marked).replace("\\", "").replace("&#8203;", "")))
    strangers = {
        word for word in shown - fixed - marks if word.casefold() not in known_words() and not word.isdecimal()
    }
    # Names of severities come capitalised, and some words in the plural.
    assert {
        word for word in strangers if word.lower() not in fixed and word.removesuffix("s") not in known_words()
    } == set()
    # And of what a person has to see nothing is left out.
    said = [line.said for line in (*marked.items, *marked.findings) if line.said]  # type: ignore[attr-defined]
    must = [*(line.title for line in marked.items), *(line.title for line in marked.findings), marked.verdict]
    must += [*(one.decision.reason for one in said), *(one.by.name for one in said), *(one.at for one in said)]
    must += [
        *(one.origin for one in said),
        *(line.note for line in marked.items),
        *(one.scanner for one in marked.tools),
    ]
    assert {word for word in must if word} <= shown


def test_the_same_record_read_again_makes_the_same_bytes() -> None:
    again = msgspec.json.decode(msgspec.json.encode(SAMPLE), type=Predicate)
    assert again is not SAMPLE
    assert paper(ABOUT, again).encode() == paper(ABOUT, SAMPLE).encode()


def test_no_path_of_a_machine_is_in_it() -> None:
    assert not re.search(r"(?<![\w./])/(?:home|root|tmp|Users|work|usr|var)/", paper(ABOUT, SAMPLE))


def first_line(predicate: Predicate) -> str:
    return paper(ABOUT, predicate).split("\n", 1)[0]


def test_a_machine_says_so_on_the_first_line() -> None:
    machine = msgspec.structs.replace(SAMPLE, by_machine=True)
    assert first_line(machine) == "**Signed by a machine, not by a person.**"
    unsigned = msgspec.structs.replace(machine, unsigned=True)
    assert first_line(unsigned) == "**Written by a machine, not by a person.**"
    assert first_line(SAMPLE) == "# Sign-off of shop-api"


def test_unsigned_is_loud_and_exceptions_are_too() -> None:
    unsigned = paper(ABOUT, msgspec.structs.replace(SAMPLE, unsigned=True, verdict="Not signed, with 13 exceptions"))
    assert unsigned.startswith("# Unsigned record of shop-api\n\n> **Not signed, with 13 exceptions.** Nobody vouches")
    assert "signed over" not in unsigned
    assert "| Written by | Ada Lovelace" in unsigned
    assert f"> **{SAMPLE.verdict}.** Each is named below.\n" in paper(ABOUT, SAMPLE)
    calm = msgspec.structs.replace(SAMPLE, exceptions=(), verdict="Signed: nothing stands open")
    assert "\n**Signed: nothing stands open.**\n" in paper(ABOUT, calm)
    assert "Exceptions" not in paper(ABOUT, calm)


def test_a_report_says_that_nobody_signed_it() -> None:
    text = paper(ABOUT, msgspec.structs.replace(SAMPLE, unsigned=True), report=True)
    assert text.startswith("# Review report of shop-api\n\n> **Not signed: a report of how the review stood.**")
    assert "**13 things stand open.**" in text
    assert "## Open (13)" in text
    assert not re.search(r"Signed by|Written by Ada|ssh-keygen", text.split("## Since")[0])
    is_as_it_should_be(SAMPLE, report=True)


def chapter(title: str, text: str) -> str:
    return text.split(f"## {title}", 1)[1].split("\n## ", 1)[0]


def test_every_exception_stands_on_the_first_page_by_name() -> None:
    first, rest = paper(ABOUT, SAMPLE).split("\n---\n")
    assert rest.startswith("\n## Items (11)")
    rows = [line for line in chapter("Exceptions (13)", first).split("\n") if line.startswith("| ")][1:]
    assert len(rows) == len(SAMPLE.exceptions)
    assert "| item | Failures reach somebody who can act | Errors and resilience | undecided |" in rows
    assert "| finding | SQL is built from what a user sent | `api/orders.py:31` | critical, undecided |" in rows
    assert "| gap | semgrep/rule-timeout | `web/legacy/app.js` | 2 rules took too long on this file. |" in rows
    assert "| tree | Uncommitted changes |  | the tree is not what a commit says |" in rows


def test_many_of_one_rule_are_one_line_with_their_number() -> None:
    huge = huge_predicate(7 * 4 * 70)
    rows = chapter("Exceptions", paper(ABOUT, huge)).split("\n")
    named = [row for row in rows if row.startswith("| finding")]
    assert len(named) == 3
    assert sum(int(row.split("**")[1].removesuffix(" times").replace(",", "")) for row in named) == sum(
        one.kind == "finding" for one in huge.exceptions
    )
    whys = Counter(one.why for one in huge.exceptions)
    told = f"| critical, real and not fixed ({whys['critical, real and not fixed']}); critical, undecided ("
    assert any(told in row for row in named)


def test_sixty_of_one_rule_are_still_named() -> None:
    one = SAMPLE.exceptions[3]
    many = msgspec.structs.replace(SAMPLE, exceptions=(one,) * 60)
    assert chapter("Exceptions", paper(ABOUT, many)).count("| finding |") == 60
    more = msgspec.structs.replace(SAMPLE, exceptions=(one,) * 61)
    assert chapter("Exceptions", paper(ABOUT, more)).count("| finding |") == 1


def test_what_nobody_can_look_up_is_named_as_it_is() -> None:
    stranger = ExceptionLine("finding", "gone", "A finding", "high, undecided", "a.py:1")
    assert "| finding | A finding | `a.py:1` | high, undecided |" in paper(
        ABOUT, msgspec.structs.replace(SAMPLE, exceptions=(stranger,))
    )


def test_a_waiver_says_who_answers_until_when_and_whether_that_is_over() -> None:
    table = chapter("Waived and accepted (12)", paper(ABOUT, SAMPLE))
    assert "| item | SQL has parameters |  | Bob Kahn | 2026-12-31 | The admin search takes trusted staff" in table
    assert "| gap | **3 times** bandit/syntax-error | 3 places, named in the table of gaps below | Bob Kahn |" in table
    later = msgspec.structs.replace(SAMPLE, made="2026-12-20T00:00:00Z")
    assert "| Bob Kahn | 2026-12-15 **over** |" in paper(ABOUT, later)
    assert "2026-12-31 **over**" not in paper(ABOUT, later)


def decided(by: Actor, channel: Channel = Channel.APP, *, disputed: tuple[Actor, ...] = (), origin: str = "") -> Said:
    return Said(Decision(Subject(Kind.ITEM, "x"), Verdict.PASS), by, "2026-11-20T15:04:10Z", channel, origin, disputed)


def with_items(*said: Said | None, **more: object) -> str:
    items = tuple(msgspec.structs.replace(SAMPLE.items[0], said=one, **more) for one in said)
    without = {"findings": (), "gaps": (), "since": None, "exceptions": (), "doors": (), "guards": ()}
    return paper(ABOUT, msgspec.structs.replace(SAMPLE, items=items, **without))


def test_a_decision_names_person_channel_time_origin_and_dispute() -> None:
    text = with_items(decided(ADA, Channel.SCRIPT, disputed=(BOB,), origin="2026-01-01-aa"))
    assert (
        "| ● pass | Ada Lovelace, by a script, 2026-11-20 15:04 UTC, carried from `2026-01-01-aa`."
        " **Disputed** by Bob Kahn |"
    ) in text
    assert "| Ada Lovelace | `ada@example.org` | 1 | 1 by a script |" in text
    assert "| Bob Kahn | `bob@example.org` | 0 |  |" in text


def test_two_people_of_one_name_are_told_apart() -> None:
    text = with_items(decided(ADA), decided(Actor(" ada  LOVELACE", "ada@evil.example")))
    assert "| Ada Lovelace `ada@example.org`, in the app" in text
    assert "ada LOVELACE `ada@evil.example`, in the app" in text.replace("ada  LOVELACE", "ada LOVELACE")
    assert "| Ada Lovelace, in the app" in with_items(decided(ADA))


def test_what_stands_open_says_why() -> None:
    assert "| **○ undecided** |" in with_items(None, open="undecided")
    assert "| ○ undecided |" in with_items(None, open="undecided", blocking=False)
    assert "**Open:** needs work: 4 findings." in with_items(None, open="needs work: 4 findings")
    assert "**Open:** the waiver ended." in with_items(decided(ADA), open="the waiver ended")


def test_evidence_is_counted() -> None:
    assert "| against 2 · for 1 · gaps 3 |" in with_items(None, against=2, speaking_for=1, gaps=3)
    assert "| looked, nothing found |" in with_items(None, speaking_for=0, standpoint="silent")


def test_since_the_last_sign_off() -> None:
    text = chapter("Since the last sign-off", paper(ABOUT, SAMPLE))
    assert text.index("### Guards removed (1)") < text.index("### Changed lines that bear on security (2)")
    assert "| Files | 18 changed, 5 added, 2 removed |" in text
    assert "- Every outbound call has a timeout `errors.timeouts`\n" in text
    first = paper(ABOUT, msgspec.structs.replace(SAMPLE, since=None))
    assert "There is no earlier sign-off with a trusted signature" in first


def test_gaps_come_by_class_and_limits_apart() -> None:
    text = chapter("Gaps (6)", paper(ABOUT, SAMPLE))
    gaps, limits = text.split("### Cannot be known from here (1)")
    classes = re.findall(r"^\| `([^`]+)`", gaps, re.MULTILINE)
    assert classes == sorted(classes)
    assert len(classes) == 6
    assert "| `semgrep/rule-timeout` | `web/legacy/app.js` | 2 rules took too long on this file. | **nobody** |" in gaps
    assert "with its class, until 2026-11-30: Generated by the old build" in gaps
    assert "| `pip-audit/range` | `setup.py` |" in limits


def test_tools_say_how_they_ended_and_how_old_their_data_are() -> None:
    text = chapter("Tools", paper(ABOUT, SAMPLE))
    assert "of 2026-11-17 08:00 UTC, 3 days old |" in text
    assert "**missing**: It is not on this machine." in text


def test_it_prints_the_commands_that_check_it() -> None:
    [_, by_hand] = [token.content for token in tokens(paper(ABOUT, SAMPLE)) if token.type == "fence"]
    assert (
        "ssh-keygen -Y verify -f ALLOWED_SIGNERS -I MAIL -n walkdown -s NAME.SIGNER.json.sig < NAME.SIGNER.json\n"
    ) in by_hand
    assert "sha256sum NAME.json NAME.md\n" in by_hand
    assert "gpg --verify NAME.SIGNER.json.asc NAME.SIGNER.json\n" in by_hand


def test_a_long_text_is_cut_and_says_so() -> None:
    text = paper(ABOUT, rewritten(SMALL, lambda text: text if len(text) < 20 else "word " * 100_000))
    assert len(text) < 500_000
    assert " …" in text


def test_an_empty_record_is_a_paper_too() -> None:
    empty = msgspec.structs.replace(
        SAMPLE, items=(), findings=(), gaps=(), tools=(), exceptions=(), lists=(), since=None, scope=()
    )
    is_as_it_should_be(empty)
    assert "## Findings (0)\n\nNone.\n" in paper(ABOUT, empty)


@pytest.mark.parametrize("by_machine", [False, True])
@pytest.mark.parametrize("unsigned", [False, True])
def test_an_inventory_knows_every_form_of_it_for_a_record(by_machine: bool, unsigned: bool) -> None:
    form = msgspec.structs.replace(SAMPLE, by_machine=by_machine, unsigned=unsigned)
    assert holds_record("2026-11-20-000000000000.md", paper(sample_about(), form).encode())
    assert not holds_record("2026-11-20-000000000000.md", paper(sample_about(), form, report=True).encode())
