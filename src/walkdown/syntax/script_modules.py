"""What a JavaScript or TypeScript file takes from others and gives to them: ES modules and CommonJS alike."""

from __future__ import annotations

from tree_sitter import Node

from walkdown.syntax.program import Bound, ClassValue, Export, Expr, Func, Import, Let, Name, Stmt
from walkdown.syntax.script_declarations import read_class_statement
from walkdown.syntax.script_expressions import exported_name
from walkdown.syntax.script_reader import CLASSES, FUNCTIONS, Reader, line_of
from walkdown.syntax.script_statements import read_declarator
from walkdown.syntax.script_texts import read_key, read_text

_DECLARED = frozenset({"lexical_declaration", "variable_declaration"})
# What compilers put around a `require` so that it looks like an ES module.
_INTEROP = ("importDefault", "importStar", "interopRequireDefault", "interopRequireWildcard", "toESM")


def top_statement(reader: Reader, node: Node, into: list[Stmt]) -> None:
    """A statement at the top of a file; everything else goes on to the statements."""
    kind = node.type
    if kind == "import_statement":
        _import(reader, node)
    elif kind == "export_statement":
        _export(reader, node, into)
    elif kind in _DECLARED:
        for child in reader.named(node):
            if child.type == "variable_declarator":
                _declarator(reader, child, into)
    elif not (kind == "expression_statement" and _common_export(reader, node, into)):
        reader.statement(node, into)


# -- import -----------------------------------------------------------------------------------------------------------


def _import(reader: Reader, node: Node) -> None:
    line = line_of(node)
    types = any(child.type in ("type", "typeof") for child in node.children[:2])
    module = _module(reader, node)
    clauses = [child for child in reader.named(node) if child.type in ("import_clause", "import_require_clause")]
    if not clauses:
        reader.imports.append(Import(module, "", "", line))
    for clause in clauses:
        if clause.type == "import_require_clause":
            named = reader.text(next(iter(reader.named(clause)), None))
            reader.imports.append(Import(_module(reader, clause), "=", named, line, types))
            continue
        for child in reader.named(clause):
            _clause(reader, child, module, types)


def _clause(reader: Reader, node: Node, module: str, types: bool) -> None:
    line = line_of(node)
    if node.type == "identifier":
        reader.imports.append(Import(module, "default", reader.text(node), line, types))
    elif node.type == "namespace_import":
        reader.imports.append(Import(module, "*", reader.text(next(iter(reader.named(node)), None)), line, types))
    for one in reader.named(node) if node.type == "named_imports" else ():
        if one.type == "import_specifier":
            name = _specified(reader, one.child_by_field_name("name"))
            alias = reader.text(one.child_by_field_name("alias")) or name
            only = types or any(child.type in ("type", "typeof") for child in one.children[:-1])
            reader.imports.append(Import(module, name, alias, line_of(one), only))


def _module(reader: Reader, node: Node) -> str:
    source = node.child_by_field_name("source")
    return read_text(reader, source).value if source is not None else ""


def _specified(reader: Reader, node: Node | None) -> str:
    return read_key(reader, node)[0]


def _declarator(reader: Reader, node: Node, into: list[Stmt]) -> None:
    """`const a = require("b")` at the top of a file is an import, and `const a = module.exports = b` an export."""
    pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if pattern is not None and value is not None:
        if _required(reader, pattern, reader.bare(value)):
            return
        targets, last = _assigned(reader, value)
        if pattern.type == "identifier" and targets and last is not None and all(map(_is_export, targets)):
            name = reader.text(pattern)
            into.append(Let((Bound(name),), reader.value_named(last, name), line_of(node)))
            reader.exports.extend(Export(one, line_of(node), local=name) for one in _names(targets))
            return
    into.append(read_declarator(reader, node))


def _required(reader: Reader, pattern: Node, value: Node) -> bool:
    line = line_of(pattern)
    taken, member = "=", None
    if value.type == "member_expression":
        member = reader.text(value.child_by_field_name("property"))
        value = reader.bare(value.child_by_field_name("object") or value)
    if value.type == "call_expression" and member is None:
        callee, given = value.child_by_field_name("function"), value.child_by_field_name("arguments")
        inner = reader.named(given) if given is not None else []
        if len(inner) == 1 and reader.text(callee).endswith(_INTEROP):
            value, taken = reader.bare(inner[0]), "*"
    module = _required_module(reader, value)
    if module is None:
        return False
    if pattern.type == "identifier":
        reader.imports.append(Import(module, member or taken, reader.text(pattern), line))
        return True
    if pattern.type != "object_pattern" or member is not None:
        return False
    found = []
    for child in reader.named(pattern):
        name = child if child.type == "shorthand_property_identifier_pattern" else child.child_by_field_name("key")
        alias = name if name is child else child.child_by_field_name("value")
        if name is None or alias is None or alias.type not in ("identifier", "shorthand_property_identifier_pattern"):
            return False  # a default, a rest, or a pattern in the pattern: it stays a Let of the call
        found.append(Import(module, _specified(reader, name), reader.text(alias), line_of(child)))
    reader.imports.extend(found)
    return True


def _required_module(reader: Reader, value: Node) -> str | None:
    if value.type != "call_expression" or reader.text(value.child_by_field_name("function")) != "require":
        return None
    given = value.child_by_field_name("arguments")
    inner = reader.named(given) if given is not None else []
    return read_text(reader, inner[0]).value if len(inner) == 1 and inner[0].type == "string" else None


# -- export -----------------------------------------------------------------------------------------------------------


def _export(reader: Reader, node: Node, into: list[Stmt]) -> None:
    line = line_of(node)
    words = {child.type for child in node.children if not child.is_named}
    declared, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    if declared is not None:
        before = [child for child in node.named_children if child.type == "decorator"]
        _declared(reader, declared, before, into, is_default="default" in words)
    elif value is not None:
        reader.exports.append(_valued(reader, value, "default", line))
    elif "=" in words:
        inner = reader.named(node)
        if inner:
            reader.exports.append(_valued(reader, inner[0], "=", line))
    elif "type" not in words and "namespace" not in words:
        _passed_on(reader, node)


def _passed_on(reader: Reader, node: Node) -> None:
    module = _module(reader, node)
    clauses = [child for child in reader.named(node) if child.type in ("export_clause", "namespace_export")]
    if not clauses and module:
        reader.exports.append(Export("*", line_of(node), module=module))
    for clause in clauses:
        if clause.type == "namespace_export":
            name = _specified(reader, next(iter(reader.named(clause)), None))
            reader.exports.append(Export(name, line_of(clause), "*", module=module))
            continue
        for one in reader.named(clause):
            if one.type == "export_specifier" and not any(child.type == "type" for child in one.children[:-1]):
                local = _specified(reader, one.child_by_field_name("name"))
                name = _specified(reader, one.child_by_field_name("alias")) or local
                reader.exports.append(Export(name, line_of(one), local, module=module))


def _declared(reader: Reader, node: Node, before: list[Node], into: list[Stmt], *, is_default: bool) -> None:
    line = line_of(node)
    names: list[str] = []
    if node.type in CLASSES and node.child_by_field_name("name") is not None:
        names = [read_class_statement(reader, node, before, into)]
    elif (node.type in CLASSES or node.type in FUNCTIONS) and node.child_by_field_name("name") is None:
        reader.exports.append(_valued(reader, node, "default", line))
    else:
        at, taken = len(into), len(reader.imports)
        top_statement(reader, node, into)
        names = [one.name for let in into[at:] if isinstance(let, Let) for one in let.names]
        names.extend(one.alias for one in reader.imports[taken:] if one.alias)
        if node.type in ("internal_module", "module"):
            names = names[-1:]  # its own name comes after what stands in it
    for name in names:
        reader.exports.append(Export("default" if is_default else name, line, local=name))


def _valued(reader: Reader, node: Node, name: str, line: int) -> Export:
    module = _required_module(reader, reader.bare(node)) if name == "=" else None
    if module is not None:
        return Export(name, line, "=", module=module)
    value = reader.value_named(node, "" if name == "=" else name)
    return Export(name, line, value.name) if isinstance(value, Name) else Export(name, line, value=value)


# -- module.exports ---------------------------------------------------------------------------------------------------


def _common_export(reader: Reader, node: Node, into: list[Stmt]) -> bool:
    """`module.exports = a`, `exports.b = c`, and the same for several at once."""
    inner = reader.named(node)
    targets, last = _assigned(reader, inner[0]) if len(inner) == 1 else ([], None)
    if not targets or last is None or not any(map(_is_export, targets)):
        return False
    names = _names(targets)
    if not all(map(_is_export, targets)):
        return False
    first = _valued(reader, last, names[0], line_of(node)) if names else None
    for name in names:
        value: Expr | None = first.value if first is not None else None
        again = name == names[0] or isinstance(value, (Func, ClassValue))
        if first is not None and name != "__esModule":
            reader.exports.append(Export(name, first.line, first.local, value if again else None, module=first.module))
    if not names:
        reader.statement(node, into)
    return True


def _assigned(reader: Reader, node: Node) -> tuple[list[str], Node | None]:
    """`a = b = c`: where to, as written, and what."""
    targets: list[str] = []
    node = reader.bare(node)
    while node.type == "assignment_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return [], None
        targets.append(reader.text(left))
        node = reader.bare(right)
    return targets, node


def _is_export(target: str) -> bool:
    return target == "exports" or bool(exported_name(target))


def _names(targets: list[str]) -> list[str]:
    """`exports = module.exports = a` is one export; a bare `exports = a` is none."""
    return [exported_name(target) for target in targets if target != "exports"]
