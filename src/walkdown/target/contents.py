"""What a file's bytes say of it: whether it is text that the scanners cannot read, whether it is a record of ours."""

from __future__ import annotations

import codecs

TEXT_PROBE = 8192

# The longer marks first: the one of UTF-32 begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_STATEMENT = b'{"_type":"https://in-toto.io/Statement/v1",'
_STATEMENT_KIND = b'"predicateType":"urn:walkdown:signoff:1"'
_COUNTERSIGNATURE = b'{"_type":"urn:walkdown:countersignature:1",'
# With what a sign-off's Markdown begins, in each of its forms; a test holds the papers against it.
_PAPER = (
    b"# Sign-off of ",
    b"# Unsigned record of ",
    b"**Signed by a machine, not by a person.**\n\n# Sign-off of ",
    b"**Written by a machine, not by a person.**\n\n# Unsigned record of ",
)
_ARMOR = {"sig": b"SSH SIGNATURE", "asc": b"PGP SIGNATURE"}


def is_binary(data: bytes) -> bool:
    return data.find(b"\0", 0, TEXT_PROBE) >= 0


def wide_encoding(data: bytes) -> str:
    """The name of the encoding where this is text of two or four bytes a letter, as some Windows tools save it; empty
    for anything else. Scanners take such a file for binary and pass over it."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                data.decode(encoding)
            except UnicodeDecodeError:
                return ""
            return encoding
    return ""


def holds_record(name: str, data: bytes) -> bool:
    """True where a file that is named like a record begins like what walkdown writes. A name alone is not enough:
    anyone can give it to code or to a file full of secrets."""
    kind = name.rpartition(".")[2]
    if kind == "json":
        statement = data.startswith(_STATEMENT) and _STATEMENT_KIND in data
        return statement or data.startswith(_COUNTERSIGNATURE)
    if kind in _ARMOR:
        first, last = (b"-----%s %s-----" % (word, _ARMOR[kind]) for word in (b"BEGIN", b"END"))
        return data.startswith(first) and data.rstrip().endswith(last)
    # An editor may put a mark in front of text; a check of the record says so, and takes it for the same words.
    return kind == "md" and data.removeprefix(codecs.BOM_UTF8).startswith(_PAPER)
