"""Text that wants to act on a terminal, on the app's own markup, or on who reads it; and how to see that it did not."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode

HEAD, TAIL = "Mal", "lam"
"""Around every piece: where one of them can be read, a hostile text got that far."""

PIECES = {
    # What a terminal obeys.
    "colour": "\x1b[31;5mred\x1b[0m",
    "clear": "\x1b[2J\x1b[H\x1b[3J",
    "cursor": "\x1b[99;99H\x1b[1A\x1b[2K",
    "leave-screen": "\x1b[?1049l\x1b[?25h\x1bc",
    "mouse-off": "\x1b[?1000l\x1b[?2004l",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8K\x07",
    "clipboard-st": "\x1b]52;c;cm0gLXJmIC8K\x1b\\",
    "title": "\x1b]0;owned\x07\x1b]2;owned\x1b\\",
    "link": "\x1b]8;;https://evil.example/\x1b\\here\x1b]8;;\x1b\\",
    "notice": "\x1b]9;owned\x07\x1b]777;notify;a;b\x07",
    "answer": '\x1bP$q"p\x1b\\\x1b[c\x1b[6n\x1b[21t\x1bP+q544e\x1b\\',
    "strings": "\x1b^private\x1b\\\x1b_app\x1b\\\x1bXstart\x1b\\",
    "unended": "\x1b]52;c;",
    "paste-end": "\x1b[201~q\r",
    "c1": "\x9b31m\x9b2J\x9d0;owned\x9c\x90q\x9c\x85\x8d",
    "c0": "a\x00b\x07c\x08\x08d\x0be\x0cf\x0eg\x0fh\x11i\x13j\x18k\x1al\x7fm",
    "return": "harmless\rEVIL\r\nEVIL\nEVIL",
    "breaks": "a\u2028b\u2029c\u0085d\x1ce\x1df\x1eg",
    # What deceives the one who reads.
    "bidi": "a\u202egnp.exe\u202c \u2066b\u2069 \u200fc\u061c",
    "zero-width": "pa\u200bss\u200cwo\u200drd\ufeff\u2060\u180e\u00ad\u034f\u115f\u3164\u2800",
    "tags": "a\U000e0041\U000e0042\ufe00\U000e0100b",
    "stacked": "Z" + "\u0300\u0301\u0302\u0489" * 40,
    "marks-first": "\u0301\u0302\u20dd start",
    "wide": "漢字" * 30 + "👩\u200d👩\u200d👧 \ufe0f",
    # What our own layer might read as its own.
    "click": "[@click=app.quit]x[/] [@click=app.quit()]y[/]",
    "closing": "src/a[/]b.py [/bold] [//]",
    "style": "[bold red on blue link='https://evil.example']x[/]",
    "rich": "[link=https://evil.example]x[/link] :skull: [not a tag",
    "substitute": "$accent $text ${app} {0} {app} %s %(a)s",
    "escaped": "\\[@click=app.quit]x\\[/] \\\\[b]",
    "markdown": "# x\n[a](javascript:alert(1)) ![i](http://evil.example/i.png) <script>alert(1)</script>\n```",
    "path": "../../../../etc/passwd --help -rf `id` $(id) ;id",
}
SURROGATES = {"surrogates": "a\ud800b\udc9bc\udcff", "zero": "dir/\x00/x"}
"""No file of ours can hold these, but a tool's output may come with them."""

LONG = "x" * 1_000_000
LONG_WIDE = "漢\x1b" * 500_000

_NEVER = ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")
_SHOWS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u2800\u3164\uffa0\ufe00\ufe0f\U000e0100")


def dressed(piece: str) -> str:
    return f"{HEAD}{piece}{TAIL}"


def carries(text: str) -> bool:
    return HEAD in text or TAIL in text


def bad_characters(text: str) -> list[str]:
    """What no cell of a screen may hold: controls, formats, surrogates, separators, and what shows nothing."""
    bad = {char for char in text if unicodedata.category(char) in _NEVER or char in _SHOWS_NOTHING}
    return sorted(f"U+{ord(char):04X}" for char in bad)


# All that Textual has to say to a terminal, and nothing more: colours, the cursor's place, and updates in one go.
_OURS = re.compile(
    r"\x1b\[[0-9;:]*m"
    r"|\x1b\[\d{1,4};\d{1,4}H"
    r"|\x1b\[\?(?:1|7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>\d*u|\x1b\[<u|\x1b\[>4;\d?m|\x1b\[=\d+;\d+u"
    r"|\x1b\]22;[a-z-]*\x07"
    r"|\x1b7|\x1b8"
)
_COPY = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def copied(written: str) -> list[str]:
    """What was put on the clipboard."""
    return [b64decode(one).decode() for one in _COPY.findall(written)]


def unknown_bytes(written: str, *, breaks: str = "\n") -> str:
    """What a terminal was sent that is neither a sequence of Textual's own nor plain text, with what is around."""
    rest = _OURS.sub("", _COPY.sub("", written))
    for number, char in enumerate(rest):
        if char not in breaks and bad_characters(char):
            return ascii(rest[max(0, number - 60) : number + 60])
    return ""
