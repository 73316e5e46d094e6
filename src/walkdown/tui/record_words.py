"""What the Record screen says of signing: the verdict, who signs with which key, and what to do once it is signed."""

from __future__ import annotations

from textual.content import Content

from walkdown.model import Actor, Decided, Redone, Undone, Verdict
from walkdown.record.statement import Predicate
from walkdown.review import Board
from walkdown.review.summary import verdict_sentence
from walkdown.tui.signing import KeyAtHand, Lying
from walkdown.tui.text import join, plain, quiet, shape

COMMIT, VERIFY = "git add .walkdown && git commit", "walkdown verify"
_NAME_WIDE = 40
_SIGNERS = 6


def head(board: Board, record: Lying | None, trouble: str, *, paper: bool, one_pane: bool) -> Content:
    """The verdict in a sentence, and what the next key does. `trouble`: why the last try to sign came to nothing."""
    said = _signed(record) if record is not None and is_last_word(record, board) else _verdict(board)
    if trouble:
        return join(said, "\n  ", plain(trouble, "$medium", width=170))
    return join(said, "\n", quiet(f"  {_next(board, record, paper=paper, one_pane=one_pane)}"))


def is_last_word(record: Lying, board: Board) -> bool:
    """Nobody decided anything since it was made."""
    statement = record.checked.statement
    made = statement.predicate.made if statement else ""
    deciding = (event for event in board.state.events if isinstance(event.act, Decided | Undone | Redone))
    return all(event.time <= made for event in deciding)


def _verdict(board: Board) -> Content:
    sentence = verdict_sentence(board)
    if board.ready:
        return join(shape(Verdict.PASS), " ", Content.styled(sentence, "bold $good"))
    return join(shape(Verdict.NEEDS_WORK), " ", Content.styled(sentence, "bold"))


def _next(board: Board, record: Lying | None, *, paper: bool, one_pane: bool) -> str:
    if paper:
        return "The paper as it will read. v goes back to what stands in the way."
    if record is not None and is_last_word(record, board):
        return f"Commit it, so that others find it: {COMMIT}"
    if board.ready:
        return "S signs it, with a typed word. v shows the paper first."
    other = "Tab shows what the record will say." if one_pane else "What is settled leaves this list by itself."
    return f"Enter goes to each. {other}"


def _signed(record: Lying) -> Content:
    predicate = record.checked.statement.predicate if record.checked.statement else None
    if not record.files.seals:
        said = Content.styled("Not signed: a record is there, and nobody vouches for it.", "bold $medium")
        return join(shape(None), " ", said)
    exceptions = len(predicate.exceptions) if predicate else 0
    but = f", with {exceptions:,} {'exception' if exceptions == 1 else 'exceptions'}" if exceptions else ""
    mark = shape(Verdict.WAIVED if exceptions else Verdict.PASS)
    return join(mark, " ", Content.styled(f"Signed{but}.", "bold" if exceptions else "bold $good"))


def signer(actor: Actor, role: str, key: KeyAtHand | None) -> Content:
    """Who would sign now, and with what."""
    who = join(plain(actor.name or "nobody", width=_NAME_WIDE), plain(f" <{actor.mail}>", "$quiet", width=_NAME_WIDE))
    if not actor.mail:
        who = plain(actor.name or "nobody", width=_NAME_WIDE)
    if role:
        who = join(who, plain(f", {role}", "$quiet", width=_NAME_WIDE))
    if key is None:
        return join(who, "\n", quiet("your key is being looked for"))
    if key.key is None:
        return join(who, "\n", Content.styled("no key found. ", "$medium"), plain(key.trouble, "$quiet"))
    return join(who, "\n", plain(key.named, "$quiet", width=88), "\n", plain(key.told, "$quiet", width=88))


def record_there(record: Lying | None, actor: Actor, board: Board) -> Content | None:
    """The record of exactly this content: its file, who signed it, and what to do with it."""
    if record is None:
        return None
    lines = [plain(f"{record.files.name}.md", width=88)]
    if not is_last_word(record, board):
        lines.append(Content.styled("before the last decisions here, which it does not know", "$medium"))
    for one in record.checked.signers[:_SIGNERS]:
        role = plain(f", {one.role}", "$quiet", width=_NAME_WIDE) if one.role else Content("")
        known = Content.styled("  trusted", "$good") if one.trusted else quiet("  unknown to you")
        lines.append(join(plain(one.name, width=_NAME_WIDE), role, known))
    if not record.files.seals:
        lines.append(Content.styled("UNSIGNED: nobody vouches for it", "$medium"))
    predicate = record.checked.statement.predicate if record.checked.statement else None
    if predicate is not None and (occasion := _occasion(predicate)):
        lines.append(plain(occasion, "$quiet", width=88))
    lines += [Content.styled(COMMIT, "$accent"), Content.styled(VERIFY, "$accent")]
    lines.append(_second(record, actor))
    return Content("\n").join(lines)


def _occasion(predicate: Predicate) -> str:
    one = predicate.occasion
    words = (("for", one.environment), ("release", one.release), ("ticket", one.ticket))
    return ", ".join(f"{word} {said}" for word, said in words if said)


def _second(record: Lying, actor: Actor) -> Content:
    if record.signed_by(actor):
        return quiet("A second person can sign it, too: P hands over to them, then C.")
    return join(Content.styled("C", "bold $accent"), quiet(" signs it as well, beside who did."))
