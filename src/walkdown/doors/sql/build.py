"""From the grammar's tree of an expression or a select to ours."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.doors.sql.expressions import (
    FALSE,
    TRUE,
    AnyOf,
    Call,
    Case,
    Cmp,
    Col,
    Exists,
    Expr,
    From,
    Get,
    Huh,
    In,
    Lit,
    Mix,
    Null,
    Or,
    Param,
    Row,
    Select,
    Sub,
    Target,
    Within,
    both,
    negated,
)  # fmt: skip
from walkdown.doors.sql.tree import after, child, dotted, every, flat, fold, kind, name_of, string, text_of

_DEEPEST = 60
_COMPARES = frozenset({"=", "<", ">", "<=", ">=", "<>", "!=", "less_equals", "greater_equals", "not_equals"})
_GETS = frozenset({"->", "->>", "#>", "#>>"})
_SPECIAL = ("current_user", "session_user", "user", "current_role")


class Builder:
    """`wrong` turns true when a part of the text was not understood by the grammar."""

    def __init__(self) -> None:
        self.wrong = False
        self._ctes: dict[str, Select] = {}

    def expr(self, node: Node | None, depth: int = 0) -> Expr:
        if node is None:
            return Huh("nothing there")
        while node.child_count == 1 and node.children[0].is_named and node.type not in ("ERROR", "columnref"):
            node = node.children[0]
        if depth > _DEEPEST:
            return Huh("nested too deep")
        if node.type == "ERROR" or node.is_missing:
            self.wrong = True
            return Huh("syntax")
        if node.type in ("a_expr", "b_expr", "a_expr_prec", "b_expr_prec"):
            return self._operation(node, depth)
        if node.type == "c_expr":
            return self._brackets(node, depth)
        return self._leaf(node, depth)

    # -- operations ----------------------------------------------------------------------------------------------------

    def _operation(self, node: Node, depth: int) -> Expr:  # noqa: PLR0911 - one line for each form
        parts = [one for one in node.children if one.type != "ERROR"]
        if len(parts) != len(node.children):
            self.wrong = True
            return Huh("syntax")
        kinds = [kind(one) for one in parts]
        if "or" in kinds or ("and" in kinds and "between" not in kinds):
            return self._chain(node, "or" if "or" in kinds else "and", depth)
        if kinds[0] in ("not", "not_la") and len(parts) == 2:
            return negated(self.expr(parts[1], depth + 1))
        if "is" in kinds or kinds[-1] in ("isnull", "notnull"):
            return self._is(parts, kinds, depth)
        if "in" in kinds or "in_la" in kinds:
            return self._in(parts, kinds, depth)
        if "::" in kinds or "collate" in kinds or "at" in kinds:
            return self.expr(parts[0], depth)
        if len(parts) == 3 and (kinds[1] in _COMPARES or kinds[1] == "qual_Op" or not parts[1].is_named):
            return self._binary(text_of(parts[1]).strip(), parts[0], parts[2], depth)
        if "sub_type" in kinds or any(one in ("any", "some", "all") for one in kinds):
            over = self.expr(after(node, "(") or parts[-2], depth + 1)
            return AnyOf(text_of(parts[1]).strip(), self.expr(parts[0], depth + 1), over)
        plain = [self.expr(one, depth + 1) for one, what in zip(parts, kinds, strict=True) if what in _EXPRESSIONS]
        what = " ".join(one for one in kinds if one not in _EXPRESSIONS)
        return Mix(what[:40], tuple(plain))

    def _chain(self, node: Node, word: str, depth: int) -> Expr:
        """`a or b or c` nests to the left as deep as it is long: walked, not recursed into."""
        items: list[Expr] = []
        current: Node | None = node
        while current is not None:
            while current.child_count == 1 and current.children[0].type in ("a_expr", "a_expr_prec"):
                current = current.children[0]
            parts = current.children
            if current.type == "a_expr" and len(parts) == 3 and parts[1].type == f"kw_{word}":
                items.append(self.expr(parts[2], depth + 1))
                current = parts[0]
            else:
                items.append(self.expr(current, depth + 1))
                current = None
        items.reverse()
        if word == "or":
            return Or(tuple(items)) if len(items) > 1 else items[0]
        return both(*items)

    def _binary(self, op: str, left: Node, right: Node, depth: int) -> Expr:
        """The grammar binds `x ->> 'a' = 'b'` as `x ->> ('a' = 'b')`: put right here, unless brackets asked for it."""
        one, two = self.expr(left, depth + 1), self.expr(right, depth + 1)
        if op not in _COMPARES:
            if isinstance(two, Cmp) and not _bracketed(right):
                return Cmp(two.op, _join(op, one, two.left), two.right)
            if isinstance(one, Cmp) and not _bracketed(left):
                return Cmp(one.op, one.left, _join(op, one.right, two))
            return _join(op, one, two)
        op = "<>" if op == "!=" else op
        call = two if isinstance(two, Call) else None
        if call is not None and call.name in ("any", "some", "all") and len(call.args) == 1:
            return AnyOf(op if call.name != "all" else f"{op} all", one, call.args[0])
        return Cmp(op, one, two)

    def _is(self, parts: list[Node], kinds: list[str], depth: int) -> Expr:
        item, no = self.expr(parts[0], depth + 1), "not" in kinds or kinds[-1] == "notnull"
        if kinds[-1] in ("null", "isnull", "notnull", "null_p", "unknown"):
            found: Expr = Null(item)
        elif "distinct" in kinds:
            # null-safe `<>`; negated it is `=`
            return Cmp("=" if no else "<>", item, self.expr(parts[-1], depth + 1))
        elif kinds[-1] in ("true", "false", "true_p", "false_p"):
            found = item if kinds[-1].startswith("true") else negated(item)
        else:
            found = Mix("is", (item,))
        return negated(found) if no else found

    def _in(self, parts: list[Node], kinds: list[str], depth: int) -> Expr:
        item = self.expr(parts[0], depth + 1)
        if kinds[-1] in ("select_with_parens", "in_expr") and (select := _select_in(parts[-1])):
            found: Expr = Within(item, self.select(select, depth + 1))
        else:
            lists = [one for part in parts[1:] for one in ([part] if part.type == "expr_list" else part.children)]
            members = next((flat(one) for one in lists if one.type == "expr_list"), [])
            found = In(item, tuple(self.expr(one, depth + 1) for one in members[:200]))
        return negated(found) if "not" in kinds or "not_la" in kinds else found

    # -- what stands alone ---------------------------------------------------------------------------------------------

    def _brackets(self, node: Node, depth: int) -> Expr:
        kinds = [kind(one) for one in node.children]
        if "exists" in kinds and (select := _select_in(node.children[-1])):
            return Exists(self.select(select, depth + 1))
        if kinds[0] == "array":
            return self._array(node, depth)
        first = next((one for one in node.children if one.is_named), None)
        if first is None:
            return Huh("syntax")
        inner = self.expr(first, depth + 1)
        key = child(node, "opt_indirection", "indirection")
        return inner if key is None else Get(inner, text_of(key).strip("[]. ")[:80])

    def _array(self, node: Node, depth: int) -> Expr:
        if select := next(every(node, "select_with_parens"), None):
            found = _select_in(select)
            return Sub(self.select(found, depth + 1)) if found else Huh("syntax")
        listed = next(every(node, "expr_list"), None)
        return Row(tuple(self.expr(one, depth + 1) for one in flat(listed)[:200]))

    def _leaf(self, node: Node, depth: int) -> Expr:  # noqa: PLR0911, PLR0912 - one line for each kind
        what = kind(node)
        if what == "columnref" or node.type in ("identifier", "quoted_identifier"):
            return Col(name_of(node))
        if what in ("string_literal", "dollar_quoted_string"):
            return Lit("s", string(text_of(node))[:4000])
        if what in ("true", "false", "true_p", "false_p"):
            return TRUE if what.startswith("true") else FALSE
        if what in ("null", "null_p"):
            return Lit("0", "null")
        if what in ("integer_literal", "float_literal", "numeric_literal"):
            return Lit("n", text_of(node)[:40])
        if what == "AexprConst":
            texts = [string(text_of(one)) for one in every(node, "string_literal")]
            return Lit("s", texts[0][:200]) if texts else Mix("constant")
        if what in ("select_with_parens", "SelectStmt", "select_no_parens", "simple_select"):
            select = _select_in(node) if what == "select_with_parens" else node
            return Sub(self.select(select, depth + 1)) if select is not None else Huh("syntax")
        if what == "case_expr":
            return self._case(node, depth)
        if what in ("func_application", "func_expr", "func_expr_windowless"):
            return self._call(node, depth)
        if what == "func_expr_common_subexpr":
            return self._common(node, depth)
        if what in ("implicit_row", "explicit_row", "row"):
            found = [one for group in every(node, "expr_list") for one in flat(group)]
            rest = [one for one in node.children if one.type == "a_expr"]
            return Row(tuple(self.expr(one, depth + 1) for one in [*found, *rest][:50]))
        if what in ("array_expr",):
            return self._array(node, depth)
        if what == "param" or text_of(node)[:1] == "$":
            digits = text_of(node).lstrip("$")
            return Param("", int(digits[:4]) - 1) if digits.isdigit() else Huh("parameter")
        if what in _SPECIAL:
            return Call(what)
        return Col(name_of(node)) if node.type.startswith("kw_") and node.child_count == 0 else Mix(what[:40])

    def _case(self, node: Node, depth: int) -> Expr:
        arg = child(node, "case_arg")
        subject = self.expr(arg, depth + 1) if arg is not None else None
        whens: list[tuple[Expr, Expr]] = []
        for when in every(node, "when_clause"):
            found = [self.expr(one, depth + 1) for one in when.children if one.type == "a_expr"]
            if len(found) == 2:
                whens.append((found[0] if subject is None else Cmp("=", subject, found[0]), found[1]))
        default = child(node, "case_default")
        return Case(tuple(whens), self.expr(after(default, "else"), depth + 1) if default else Lit("0", "null"))

    def _call(self, node: Node, depth: int) -> Expr:
        inner = child(node, "func_application") or node
        if child(inner, "ERROR") is not None:
            self.wrong = True
            return Huh("syntax")
        name = dotted(child(inner, "func_name"))
        args: list[Expr] = []
        for one in flat(child(inner, "func_arg_list")):
            value = [part for part in one.children if part.type == "a_expr"] if one.type == "func_arg_expr" else [one]
            args.append(self.expr(value[-1] if value else one, depth + 1))
        return Call(name, tuple(args[:50]))

    def _common(self, node: Node, depth: int) -> Expr:
        what = kind(node.children[0])
        items = [one for one in node.children if one.type == "a_expr"]
        items += [one for group in node.children if group.type == "expr_list" for one in flat(group)]
        built = tuple(self.expr(one, depth + 1) for one in items[:50])
        if what in ("cast", "treat") and built:
            return built[0]
        return Call(what, built)

    # -- selects -------------------------------------------------------------------------------------------------------

    def select(self, node: Node, depth: int = 0) -> Select:
        """A select statement; of several in a union the first, with the others beside it."""
        if depth > _DEEPEST:
            return Select(where=Huh("nested too deep"))
        self._with(node, depth)
        simple = self._simple(node)
        if not simple:
            self.wrong = self.wrong or any(True for _ in every(node, "ERROR"))
            return Select(where=Huh("select"))
        made = [self._one(one, depth) for one in simple[:20]]
        first = made[0]
        return Select(first.targets, first.sources, first.where, tuple(made[1:])) if len(made) > 1 else first

    def select_from(self, clause: Node) -> Select:
        """The tables of a `from` or `using` that belongs to a write."""
        sources: list[From] = []
        joined: list[Expr] = []
        for table in flat(child(clause, "from_list")):
            self._from(table, sources, joined, 0)
        return Select((), tuple(sources[:40]), both(*joined) if joined else None)

    def _with(self, node: Node, depth: int) -> None:
        while node.type == "SelectStmt" and node.children:
            node = node.children[0]
        for clause in [one for one in node.children if one.type == "with_clause"][:1]:
            for cte in every(clause, "common_table_expr"):
                name = dotted(child(cte, "name"))
                inner = next((one for one in every(cte, "SelectStmt")), None)
                if name and inner is not None and len(self._ctes) < 50:
                    self._ctes[name] = self.select(inner, depth + 1)

    def _simple(self, node: Node) -> list[Node]:
        """The simple selects of a union, in order, without those in brackets or in `from`."""
        out: list[Node] = []
        todo = [node]
        while todo:
            one = todo.pop()
            if one.type == "simple_select" and any(kind(part) in ("select", "values_clause") for part in one.children):
                out.append(one)
            elif one.type in _SELECTS:
                todo.extend(reversed([part for part in one.children if part.type in _SELECTS]))
        return out

    def _one(self, node: Node, depth: int) -> Select:
        targets = tuple(
            self._target(one, depth) for one in flat(_first(node, "opt_target_list", "target_list"))[:60]
        )  # fmt: skip
        sources: list[From] = []
        joined: list[Expr] = []
        clause = child(node, "from_clause")
        if clause is not None:
            for table in flat(child(clause, "from_list")):
                self._from(table, sources, joined, depth)
        where = child(node, "where_clause")
        if where is not None:
            joined.append(self.expr(after(where, "where"), depth + 1))
        return Select(targets, tuple(sources[:40]), both(*joined) if joined else None)

    def _target(self, node: Node, depth: int) -> Target:
        if node.type != "target_el":
            return Target(self.expr(node, depth + 1), "")
        value = node.children[0] if node.children else None
        if value is None or text_of(value) == "*":
            return Target(Col(("*",)))
        if value.type == "a_expr" and text_of(node).endswith(".*"):
            return Target(Col((*name_of(value), "*")))
        alias = [one for one in node.children[1:] if one.type in ("ColLabel", "BareColLabel", "identifier")]
        return Target(self.expr(value, depth + 1), fold(text_of(alias[0])) if alias else "")

    def _from(self, node: Node, sources: list[From], joined: list[Expr], depth: int) -> None:
        todo = [node]
        while todo:
            one = todo.pop()
            while one.child_count == 1 and one.children[0].is_named and one.type in ("table_ref", "from_list"):
                one = one.children[0]
            if one.type == "joined_table" or (one.type == "table_ref" and child(one, "joined_table")):
                todo.extend(reversed([part for part in one.children if part.type in ("table_ref", "joined_table")]))
                joined.extend(self._join_on(part, one, depth) for part in one.children if part.type == "join_qual")
            else:
                sources.append(self._source(one, depth))

    def _join_on(self, qual: Node, whole: Node, depth: int) -> Expr:
        if (on := after(qual, "on")) is not None:
            return self.expr(on, depth + 1)
        tables = [dotted(one).rpartition(".")[2] for one in every(whole, "qualified_name")]
        columns = [name_of(one)[-1] for one in every(qual, "name") if name_of(one)]
        if len(tables) < 2:
            return TRUE
        return both(*(Cmp("=", Col((tables[0], one)), Col((tables[-1], one))) for one in columns))

    def _source(self, node: Node, depth: int) -> From:
        alias_node = next(every(node, "alias_clause"), None) if node.child_count > 1 else None
        if alias_node is not None and _select_in(node) is not None:
            alias_node = child(node, "opt_alias_clause", "alias_clause")
        alias = next((part for part in name_of(child(alias_node, "ColId", "identifier") or alias_node)
                      if part != "as"), "") if alias_node is not None else ""  # fmt: skip
        if select := child(node, "select_with_parens") or (node if node.type == "select_with_parens" else None):
            inner = _select_in(select)
            return From("", alias, self.select(inner, depth + 1) if inner is not None else None)
        function = next(every(node, "func_table", "func_expr_windowless"), None)
        if function is not None:
            applied = next(every(function, "func_application"), None)
            call = self._call(applied, depth) if applied is not None else None
            return From("", alias or (call.name if isinstance(call, Call) else ""), None,
                        call if isinstance(call, Call) else None)  # fmt: skip
        table = dotted(next(every(node, "qualified_name"), None) or node)
        if table in self._ctes:
            return From("", alias or table, self._ctes[table])
        return From(table, alias)


_SELECTS = frozenset({
    "SelectStmt", "select_no_parens", "simple_select", "select_clause", "select_with_parens", "PreparableStmt",
})  # fmt: skip
_EXPRESSIONS = frozenset({"a_expr", "b_expr", "c_expr", "a_expr_prec", "b_expr_prec", "select_with_parens"})


def _join(op: str, left: Expr, right: Expr) -> Expr:
    if op in _GETS:
        return Get(left, right.value if isinstance(right, Lit) else "?")
    return Mix(op[:40], (left, right))


def _bracketed(node: Node) -> bool:
    while node.child_count == 1:
        node = node.children[0]
    return node.type == "c_expr"


def _first(node: Node, *types: str) -> Node | None:
    found = child(node, *types)
    if found is not None and found.type == "opt_target_list":
        return child(found, "target_list") or found
    return found


def _select_in(node: Node) -> Node | None:
    """The select inside brackets, however many brackets there are."""
    while node.type in ("select_with_parens", "in_expr", "table_ref", "c_expr"):
        inner = child(node, "select_with_parens", "select_no_parens", "SelectStmt")
        if inner is None:
            return None
        node = inner
    return node if node.type in _SELECTS else None
