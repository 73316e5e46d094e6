"""One file of SQL: which statements it holds, and what could not be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from walkdown.doors.sql import read_access as access
from walkdown.doors.sql import read_functions as functions
from walkdown.doors.sql import read_objects as objects
from walkdown.doors.sql import read_tables as tables
from walkdown.doors.sql.acts import usual
from walkdown.doors.sql.dynamic import read_do
from walkdown.doors.sql.lexer import Chunk, cut
from walkdown.doors.sql.statements import Opaque, SqlFacts, Statement, Trouble
from walkdown.doors.sql.tree import LONGEST, parse, statement
from walkdown.syntax.text import decode

_LARGEST = 24_000_000  # bytes of one file
_WRONG = 400_000  # bytes of statements the grammar stumbles over; it is slow there
_MOST = 40_000
_MATTERS = re.compile(
    r"\s*(?:create|alter|drop|grant|revoke|do|set|(?:insert\s+into|update|delete\s+from)\s+\"?storage\"?\.)\b",
    re.IGNORECASE,
)
_BUCKETS = re.compile(r"\bstorage\"?\s*\.\s*\"?buckets", re.IGNORECASE)
_ACCESS = re.compile(
    r"\b(?:policy|grant|revoke|row\s+level\s+security|security\s+(?:definer|invoker))\b", re.IGNORECASE
)
_NAMES = re.compile(r"[A-Za-z_][\w$]*(?:\s*\.\s*\"?[A-Za-z_][\w$]*)?")
_MYSQL = re.compile(
    r"\bengine\s*=\s*\w+|\bauto_increment\b|(?:table|into|update|index)\s+(?:if\s+(?:not\s+)?exists\s+)?`|\bcode\s+sql|\bmergetree\b",
    re.IGNORECASE,
)
_SQLITE = re.compile(
    r"\bautoincrement\b|^\s*pragma\s|create\s+table\s+(?:if\s+not\s+exists\s+)?`", re.IGNORECASE | re.MULTILINE
)
_TSQL = re.compile(r"^\s*go\s*$|\bnvarchar\b|\[dbo\]", re.IGNORECASE | re.MULTILINE)
_TURN = re.compile(r"\s*--\s*(?:\+goose|migrate:|\+migrate)\s*(up|down)\b", re.IGNORECASE)
_DOWN = re.compile(r"^\s*--\s*(?:\+goose|migrate:|\+migrate)\s*down\b", re.IGNORECASE | re.MULTILINE)
_SUPABASE = re.compile(
    r"\bauth\s*\.\s*(?:uid|role|jwt|users|email)\b|\bstorage\s*\.\s*(?:buckets|objects)\b|\bsupabase|"
    r"\b(?:to|from)\s+[\w\s,\"]{0,80}\b(?:anon|authenticated|service_role)\b",
    re.IGNORECASE,
)


def read_sql(data: bytes) -> SqlFacts:
    """Never raises on what a file holds. What is not understood and may matter is kept as opaque, or as trouble."""
    text = decode(data[:_LARGEST])
    other = _dialect(text[:400_000])
    if other:
        return SqlFacts(dialect=other, cut=len(data) > _LARGEST)
    parted = cut(_without_downs(text))
    found: list[Statement] = []
    broken = [Trouble(line, "a quote that is never closed") for line in parted.unbalanced[:20]]
    wrong = 0
    full = len(data) > _LARGEST
    for chunk in parted.chunks:
        if not _MATTERS.match(chunk.text):
            _lost(chunk, found)
            continue
        if len(found) > _MOST:
            full = True
            break
        if len(chunk.text) > LONGEST or wrong > _WRONG:
            broken.append(Trouble(chunk.line, "too long to be read"))
            found.append(_opaque(chunk, "too long to be read"))
            continue
        right = _read(chunk, found)
        if not right:
            wrong += len(chunk.text)
            if len(broken) < 200:
                broken.append(Trouble(chunk.line, "a statement that was not understood"))
    return SqlFacts(tuple(found), tuple(broken), "postgres", full, _SUPABASE.search(text) is not None)


def _without_downs(text: str) -> str:
    """Some tools keep the way back in the same file. Its lines are emptied, so that the others keep their numbers."""
    if not _DOWN.search(text):
        return text
    kept: list[str] = []
    down = False
    for line in text.split("\n"):
        marked = _TURN.match(line)
        down = marked[1].lower() == "down" if marked else down
        kept.append("" if down else line)
    return "\n".join(kept)


def _dialect(text: str) -> str:
    for name, pattern in (("mysql", _MYSQL), ("sqlite", _SQLITE), ("tsql", _TSQL)):
        if pattern.search(text):
            return name
    return ""


def _lost(chunk: Chunk, found: list[Statement]) -> None:
    """A statement that does not begin like one may still hold a piece of access, where its start was garbage."""
    head = chunk.text[:2_000]
    if chunk.text[:6].lower() not in ("select", "insert", "commen", "update", "delete") and _ACCESS.search(head):
        found.append(_opaque(chunk, "not understood"))


def _opaque(chunk: Chunk, why: str) -> Opaque:
    words = chunk.text[:60].split()
    names = dict.fromkeys(
        re.sub(r"[\s\"]", "", one).lower() for one in _NAMES.findall(chunk.text[:4_000].replace('"', ""))
    )
    return Opaque(chunk.line, " ".join(words[:2]).lower()[:40], why, tuple(names)[:40])


def _read(chunk: Chunk, found: list[Statement]) -> bool:
    """True where the statement was understood, or can be left aside."""
    tree = parse(usual(chunk.text) + ";")
    node = statement(tree)
    if node is None or (node.has_error and node.type not in _PARTLY):
        again = _repaired(chunk.text)
        if again is not None:
            tree = parse(again + ";")
            node = statement(tree)
    if node is None:
        if _ACCESS.search(chunk.text) or _KNOWN.match(chunk.text):
            found.append(_opaque(chunk, "not understood"))
        return False
    made = list(_statements(node, chunk))
    found.extend(made)
    if tree.root_node.has_error and (not made or node.type not in _WHOLE):
        found.append(_opaque(chunk, "partly understood"))
        return False
    return True


_KNOWN = re.compile(
    r"\s*(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:table|policy|function|view|materialized)\b", re.IGNORECASE
)
_PARTLY = frozenset({"CreatePolicyStmt"})
# A policy carries its own mark; in a function only the body counts, which is read by itself.
_WHOLE = frozenset({"CreatePolicyStmt", "CreateFunctionStmt", "IndexStmt", "InsertStmt", "DoStmt"})
_HARMLESS = re.compile(
    r"(?<=policy)\s+IF\s+NOT\s+EXISTS\b|\s+(?:NO\s+INHERIT|USING\s+heap)\b|\bTABLESPACE\s+\w+", re.IGNORECASE
)


def _repaired(text: str) -> str | None:
    """What the grammar does not know and nothing depends on is taken out, letter for letter, so that lines stay."""
    again = _HARMLESS.sub(lambda found: " " * len(found[0]), text)
    return again if again != text else None


def _statements(node: Node, chunk: Chunk) -> Iterator[Statement]:
    if node.type == "DoStmt":
        yield from read_do(node, chunk.line, inner)
        return
    if node.type in ("InsertStmt", "UpdateStmt", "DeleteStmt"):
        if not _BUCKETS.search(chunk.text):
            return
        made = {"InsertStmt": objects.insert, "UpdateStmt": objects.update, "DeleteStmt": objects.delete}[node.type](
            node, chunk.line
        )
    elif node.type == "RenameStmt" and "FUNCTION" in chunk.text[:40].upper():
        made = functions.rename_function(node, chunk.line)
    else:
        reader = _READERS.get(node.type)
        made = reader(node, chunk.line) if reader is not None else None
    if made is not None:
        yield made


def inner(text: str, line: int) -> list[Statement]:
    """Statements that stand in a `do` block or in a string it runs."""
    found: list[Statement] = []
    for chunk in cut(text).chunks[:400]:
        if _MATTERS.match(chunk.text) and len(chunk.text) <= LONGEST:
            _read(Chunk(chunk.text, line + chunk.line - 1), found)
    return found


_READERS: dict[str, Callable[[Node, int], Statement | None]] = {
    "CreateStmt": tables.create_table,
    "CreateForeignTableStmt": tables.create_table,
    "CreateAsStmt": tables.create_table_as,
    "AlterTableStmt": tables.alter_table,
    "RenameStmt": tables.rename,
    "AlterObjectSchemaStmt": tables.move,
    "DropStmt": tables.drop,
    "CreatePolicyStmt": access.create_policy,
    "AlterPolicyStmt": access.alter_policy,
    "GrantStmt": access.grant,
    "RevokeStmt": access.grant,
    "AlterDefaultPrivilegesStmt": access.default_grant,
    "CreateFunctionStmt": functions.create_function,
    "AlterFunctionStmt": functions.alter_function,
    "RemoveFuncStmt": functions.drop_function,
    "ViewStmt": objects.create_view,
    "CreateMatViewStmt": objects.create_view,
    "CreateTrigStmt": objects.create_trigger,
    "AlterPublicationStmt": objects.publication,
    "CreatePublicationStmt": objects.publication,
    "DefineStmt": objects.define_type,
    "IndexStmt": objects.create_index,
    "VariableSetStmt": objects.set_variable,
    "CreateSchemaStmt": objects.made,
    "CreateExtensionStmt": objects.made,
    "CreateRoleStmt": objects.made,
    "CreateUserStmt": objects.made,
}
