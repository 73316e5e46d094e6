"""How to check a record without walkdown, in words and commands to copy. A record cannot know its own name."""

from __future__ import annotations

from collections.abc import Iterator

from walkdown.record.paper_blocks import Block, Bullets, Code, Line, Loud, Shell, Strong, Title, Words
from walkdown.record.statement import Predicate, RecordSubject

_BY_HAND = """\
sha256sum NAME.json NAME.md
ssh-keygen -Y verify -f ALLOWED_SIGNERS -I MAIL -n walkdown -s NAME.SIGNER.json.sig < NAME.SIGNER.json
gpg --verify NAME.SIGNER.json.asc NAME.SIGNER.json"""

_NAME: Line = (
    Code("NAME"),
    " is the name of this file without its ending. Its second half is how the sum of ",
    Code("NAME.json"),
    " begins.",
)
_SIGNER: Line = (
    Code("SIGNER"),
    " is what stands between ",
    Code("NAME."),
    " and ",
    Code(".json"),
    " in the files beside this one, another for each person. A ",
    Code(".sig"),
    " is for ssh-keygen, an ",
    Code(".asc"),
    " for gpg.",
)
_ALLOWED: Line = (
    Code("ALLOWED_SIGNERS"),
    " is a file of your own that says whom you trust, in lines of: mail, type of key, key. ",
    "Never take it from the tree that you are checking.",
)
_MAIL: Line = (Code("MAIL"), " is the signer's; it stands as ", Code("mail"), " in ", Code("NAME.SIGNER.json"), ".")
_SUMS: Line = (
    "The sum of ",
    Code("NAME.json"),
    " must be the ",
    Code("recordSha256"),
    " in ",
    Code("NAME.SIGNER.json"),
    ", and the sum of this file the ",
    Code("markdownSha256"),
    " in ",
    Code("NAME.json"),
    ".",
)


def how_to_verify(about: RecordSubject, record: Predicate, *, report: bool) -> Iterator[Block]:
    yield Title(2, ("How to verify",))
    if report:
        yield Words(("There is nothing to verify: nobody signed this. ", Code("walkdown sign"), " makes a record."))
        return
    if record.unsigned:
        later = " These commands tell whether somebody has since."
        yield Loud((Strong("Nobody had signed this when it was made.", "bad"), later))
    yield Words(("With walkdown, in a clone of the repository; it also says what changed since:",))
    yield Shell("walkdown verify")
    yield Words(("Without walkdown, in the folder of this file, once for each person who signed:",))
    yield Shell(_BY_HAND)
    yield Bullets((_NAME, _SIGNER, _ALLOWED, _MAIL, _SUMS, *_tree(about)))


def _tree(about: RecordSubject) -> Iterator[Line]:
    """Whether it is about the tree at hand."""
    if about.digest.git_commit:
        same = f"git diff --stat {about.digest.git_commit}"
        yield Code(same), " must name nothing but files under ", Code(".walkdown/signoffs"), "."
