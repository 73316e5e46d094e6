"""What a function's body does: what it reads and writes, what had to hold before it came there, what it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from walkdown.doors.sql.acts import Read, expression, in_rows, read_act, reads_of, replaced
from walkdown.doors.sql.expressions import (
    TRUE,
    Call,
    Col,
    Exists,
    Expr,
    Huh,
    Mix,
    Select,
    Sub,
    Target,
    both,
    inside,
    negated,
)  # fmt: skip
from walkdown.doors.sql.holes import fixed, read_fixed
from walkdown.doors.sql.lexer import cut, uncommented
from walkdown.doors.sql.statements import Act, Answered, Body, Run
from walkdown.doors.sql.tree import LONGEST, child, every, parse, text_of, words

_MOST = 4_000  # nodes of an expression after its variables were put in
MUST = "must "  # before the name of a function that was called: it came back, so it did not fail
_DEEPEST = 40
_LEVELS = frozenset({"debug", "log", "info", "notice", "warning"})
_QUERY = re.compile(r"\s*\(*\s*(?:select|with|values)\b", re.IGNORECASE)


def read_sql_body(text: str, line: int) -> Body:
    """A function in plain SQL answers with its last select."""
    acts: list[Act] = []
    returns: list[Answered] = []
    calls: list[tuple[Call, int, Expr]] = []
    wrong = False
    chunks = cut(text).chunks[:200]
    for at, chunk in enumerate(chunks):
        read = read_act(chunk.text, line + chunk.line - 1, TRUE)
        acts.extend(read.acts)
        wrong = wrong or read.wrong
        if read.select is not None:
            made = (target.expr for target in read.select.targets)
            calls.extend((one, line + chunk.line - 1, TRUE) for one in made if isinstance(one, Call))
        if at == len(chunks) - 1 and read.select is not None and not any(a.command != "select" for a in read.acts):
            returns.append(Answered(TRUE, Sub(read.select)))
    return _body(acts, returns, [], [], [], wrong, calls=calls)


def read_plpgsql_body(text: str, line: int) -> Body:
    if len(text) > LONGEST:
        return Body(wrong=True)
    tree = parse(uncommented(text), plpgsql=True)
    walker = _Walker(line)
    for block in tree.root_node.children:
        if block.type == "pl_block":
            walker.block(block, [], 0)
    wrong = walker.wrong or tree.root_node.has_error
    return _body(
        walker.acts, walker.returns, walker.asked, walker.watched, walker.dynamic, wrong,
        both(*walker.must) if walker.must else None, walker.calls,
    )  # fmt: skip


def _body(  # noqa: PLR0917 - the parts of a body
    acts: list[Act], returns: list[Answered], asked: list[tuple[str, int, Expr]], watched: list[str],
    dynamic: list[Run], wrong: bool, must: Expr | None = None, calls: Sequence[tuple[Call, int, Expr]] = (),
) -> Body:  # fmt: skip
    called = list(asked)
    for act in acts:
        called.extend((name, act.line, act.guard) for name in _called(Sub(act.rows)))
        called.extend((name, act.line, act.guard) for _, value in act.sets for name in _called(value))
    for answer in returns:
        called.extend((name, 0, answer.guard) for name in _called(answer.value))
    unique = {name: (name, line, guard) for name, line, guard in reversed(called)}
    return Body(
        tuple(acts[:300]), tuple(returns[:60]), tuple(unique.values())[:100], tuple(dict.fromkeys(watched)),
        tuple(dynamic[:50]), wrong, must, tuple(calls[:60]),
    )  # fmt: skip


def _called(expr: Expr) -> list[str]:
    return [one.name for one in inside(expr) if isinstance(one, Call)]


class _Walker:
    """Walks PL/pgSQL in order, keeps what variables stand for and what must hold at each place."""

    def __init__(self, line: int) -> None:
        self.acts: list[Act] = []
        self.returns: list[Answered] = []
        self.asked: list[tuple[str, int, Expr]] = []
        self.watched: list[str] = []
        self.dynamic: list[Run] = []
        self.calls: list[tuple[Call, int, Expr]] = []
        self.wrong = False
        self.must: list[Expr] = []
        self._branches = 0
        self._first = line
        self._known: dict[str, Expr] = {}

    def line(self, node: Node) -> int:
        return self._first + node.start_point[0]

    def value(self, node: Node | None) -> Expr:
        if node is None:
            return Huh("nothing there")
        return self._put(expression(text_of(node)))

    def _put(self, expr: Expr) -> Expr:
        made = replaced(expr, self._variable)
        large = next((True for at, _ in enumerate(inside(made)) if at > _MOST), False)
        return Huh("too large") if large else made

    def _variable(self, parts: tuple[str, ...]) -> Expr | None:
        if len(parts) == 1:
            return self._known.get(parts[0])
        held = self._known.get(parts[0]) if len(parts) == 2 else None
        if isinstance(held, Sub):
            rows = held.select
            return Sub(Select((Target(Col((parts[1],))),), rows.sources, rows.where, rows.others))
        return None

    # -- blocks --------------------------------------------------------------------------------------------------------

    def block(self, node: Node, guard: list[Expr], depth: int) -> bool:
        """True where nothing after it is ever reached."""
        leaves = False
        for part in node.children:
            if part.type == "decl_sect":
                self._declare(part)
            elif part.type == "proc_sect":
                leaves = self._section(part, guard, depth)
            elif part.type == "exception_sect":
                for section in _sections(part):
                    self._section(section, [*guard, Huh("only after a failure")], depth + 1)
        return leaves

    def _declare(self, node: Node) -> None:
        for one in every(node, "decl_statement"):
            name, given = child(one, "decl_varname"), child(one, "decl_defval")
            held = next(every(given, "sql_expression"), None) if given is not None else None
            if name is not None and held is not None:
                self._known[text_of(name).strip().strip('"').lower()] = self.value(held)

    def _section(self, node: Node, guard: list[Expr], depth: int) -> bool:
        leaves = False
        if depth > _DEEPEST:
            self.wrong = True
            return False
        todo, statements = [node], []
        while todo:  # the grammar nests long lists to the left
            one = todo.pop()
            for part in one.children:
                if part.type == "proc_sect":
                    todo.append(part)
                elif part.type == "proc_stmt":
                    statements.append(part)
                elif part.type == "ERROR":
                    self.wrong = True
        for one in sorted(statements, key=lambda found: found.start_byte):
            leaves = self._statement(one.children[0], guard, depth) or leaves
        return leaves

    def _statement(self, node: Node, guard: list[Expr], depth: int) -> bool:
        what = node.type
        if what == "stmt_if":
            return self._if(node, guard, depth)
        if what == "stmt_return":
            return self._return(node, guard)
        if what == "stmt_raise":
            level = child(node, "raise_level")
            return level is None or not (_LEVELS & set(words(level)))
        if what == "pl_block":
            return self.block(node, guard, depth + 1)
        if what == "stmt_assign":
            self._assign(node, guard)
        elif what in ("stmt_execsql", "stmt_perform", "stmt_call"):
            self._sql(node, guard, what)
        elif what == "stmt_dynexecute":
            self._run(node, guard)
        elif what == "stmt_assert":
            guard.append(self.value(next(every(node, "sql_expression"), None)))
        else:
            self._other(node, guard, depth)
        return False

    def _if(self, node: Node, guard: list[Expr], depth: int) -> bool:
        """`if not allowed then raise` means that what follows is allowed."""
        before: list[Expr] = []
        left: list[Expr] = []
        otherwise, leaves = False, True
        for one in [node, *(part for part in node.children if part.type in ("elsif_clause", "else_clause"))]:
            section = child(one, "proc_sect")
            condition = self.value(child(one, "sql_expression")) if one.type != "else_clause" else TRUE
            otherwise = otherwise or one.type == "else_clause"
            inner = [*guard, *before, condition]
            before_known = dict(self._known)
            self._branches += 1
            gone = section is not None and self._section(section, inner, depth + 1)
            self._branches -= 1
            self._merge(before_known)
            if gone:
                left.append(negated(condition))
                if not self._branches and section is not None and next(every(section, "stmt_raise"), None):
                    self.must.append(negated(condition))
                self._watch(condition)
            leaves = leaves and gone
            before.append(negated(condition))
        guard.extend(left)
        return leaves and otherwise

    def _merge(self, before: dict[str, Expr]) -> None:
        """What a branch put into a variable may hold afterwards, or what was there before."""
        for name, value in list(self._known.items()):
            if before.get(name) is not value:
                self._known[name] = Mix("either", (before[name], value)) if name in before else value

    def _watch(self, condition: Expr) -> None:
        for one in inside(condition):
            if isinstance(one, Col) and len(one.parts) == 2 and one.parts[0] == "new":
                self.watched.append(one.parts[1])

    def _return(self, node: Node, guard: list[Expr]) -> bool:
        said = words(node)
        held = child(node, "sql_expression")
        if "query" in said and "execute" not in said and held is not None:
            read = read_act(text_of(held), self.line(node), both(*guard))
            self._keep(read)
            if read.select is not None:
                self.returns.append(Answered(both(*guard), Sub(in_rows(read.select, self._variable))))
            return False
        if "execute" in said:
            self._run(node, guard)
            return False
        if held is not None and len(self.returns) < 60:
            value = self.value(held)
            self._call(value, node, guard)
            self.returns.append(Answered(both(*guard), value))
            self._reads(value, node, guard)
        return "next" not in said

    def _assign(self, node: Node, guard: list[Expr]) -> None:
        sides = [one for one in node.children if one.type == "sql_expression"]
        if len(sides) != 2:
            return
        target = text_of(sides[0]).strip().lower().replace('"', "")
        if target.startswith("new."):
            self.watched.append(target[4:])
            return
        value = self.value(sides[1])
        self._call(value, node, guard)
        self._reads(value, node, [])
        self._must(value, guard)
        if target.isidentifier():
            self._known[target] = value

    def _sql(self, node: Node, guard: list[Expr], what: str) -> None:
        held = next(every(node, "sql_expression"), None)
        if held is None:
            return
        text = text_of(held) if what == "stmt_execsql" else f"SELECT {text_of(held)}"
        read = read_act(text, self.line(node), self._put(both(*guard)))
        self._keep(read)
        if read.select is None:
            return
        select = in_rows(read.select, self._variable)
        for target in select.targets:
            self._call(target.expr, node, guard)
            for name in _called(target.expr):
                self.asked.append((name, self.line(node), both(*guard)))
            if not select.sources:
                self._must(target.expr, guard)
        self._known["found"] = Exists(Select((), select.sources, select.where)) if select.sources else Huh("found")
        for at, name in enumerate(read.into):
            whole = len(read.into) == 1 and len(select.targets) != 1
            star = (
                bool(select.targets)
                and isinstance(select.targets[0].expr, Col)
                and select.targets[0].expr.parts[-1] == "*"
            )
            if whole or star or at >= len(select.targets):
                self._known[name] = Sub(select)
            else:
                self._known[name] = Sub(Select((select.targets[at],), select.sources, select.where, select.others))

    def _run(self, node: Node, guard: list[Expr]) -> None:
        given = [one for one in node.children if one.type == "sql_expression"]
        held = self.value(given[0] if given else None)
        self.dynamic.append(Run(self.line(node), held, both(*guard)))
        written = fixed(held, [self.value(one) for one in given[1:]])
        if written is not None:
            self._keep(read_fixed(*written, self.line(node), self._put(both(*guard))))

    def _call(self, value: Expr, node: Node, guard: list[Expr]) -> None:
        if isinstance(value, Call) and not value.name.startswith("auth."):
            self.calls.append((value, self.line(node), self._put(both(*guard))))

    def _must(self, value: Expr, guard: list[Expr]) -> None:
        """A helper that fails for who may not: what comes after it has passed it."""
        if isinstance(value, Call) and not value.name.startswith(("auth.", MUST)) and len(guard) < 60:
            guard.append(Call(f"{MUST}{value.name}", value.args))

    def _keep(self, read: Read) -> None:
        self.wrong = self.wrong or read.wrong
        for act in read.acts:
            if len(self.acts) < 300:
                sets = tuple((name, self._put(value)) for name, value in act.sets)
                self.acts.append(
                    Act(act.command, act.table, act.line, act.guard, in_rows(act.rows, self._variable), sets)
                )

    def _reads(self, value: Expr, node: Node, guard: list[Expr]) -> None:
        for one in inside(value):
            if isinstance(one, (Sub, Exists)) and len(self.acts) < 300:
                self.acts.extend(reads_of(one.select, self.line(node), both(*guard)))

    def _other(self, node: Node, guard: list[Expr], depth: int) -> None:
        """Loops and cases: the variable of a loop stands for a row of its query."""
        variable, query = child(node, "for_variable"), child(node, "for_query")
        held = next(every(query, "sql_expression"), None) if query is not None else None
        if variable is not None and held is not None and _QUERY.match(text_of(held)):
            read = read_act(text_of(held), self.line(node), self._put(both(*guard)))
            self._keep(read)
            if read.select is not None:
                self._known[text_of(variable).strip().lower()] = Sub(in_rows(read.select, self._variable))
        elif variable is not None and node.type == "stmt_foreach_a":
            self._known[text_of(variable).strip().lower()] = self.value(child(node, "sql_expression"))
        for section in _sections(node):
            self._section(
                section, [*guard, Huh("in a loop or case")] if node.type == "stmt_case" else list(guard), depth + 1
            )


def _sections(node: Node) -> list[Node]:
    """The sections directly below, not those inside them."""
    out: list[Node] = []
    todo = list(node.children)
    while todo:
        one = todo.pop(0)
        if one.type == "proc_sect":
            out.append(one)
        elif one.type != "proc_stmt":
            todo.extend(one.children)
    return out
