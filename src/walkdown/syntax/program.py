"""What a file of code says, stripped to what decides who reaches what: the same few shapes for TypeScript and Python.

Read once for a content, kept, and linked with the other files later. It holds names, short texts and numbers of lines,
never whole code. What a reader does not understand is `Unknown`, so that nothing is invented from it.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

LONGEST_TEXT = 300
LONGEST_SQL = 20_000  # a text that begins as SQL does, for tables are read from it
DEEPEST = 150  # levels of values and statements in one function or class; a reader ends deeper ones with Unknown


class _Node(msgspec.Struct, frozen=True, array_like=True, gc=False):
    pass


# -- expressions ------------------------------------------------------------------------------------------------------


class Name(_Node, frozen=True, tag="n"):
    """A variable; `this`, `super` and Python's `self` are names like any other."""

    name: str


class Member(_Node, frozen=True, tag="m"):
    """`of.name`; `maybe` for `?.`."""

    of: Expr
    name: str
    maybe: bool = False


class Index(_Node, frozen=True, tag="i"):
    """`of[key]`."""

    of: Expr
    key: Expr


class Text(_Node, frozen=True, tag="t"):
    """A string that stands in the code, at most LONGEST_TEXT characters of it; `cut` where there was more."""

    value: str
    cut: bool = False


class Number(_Node, frozen=True, tag="d"):
    value: str


class Const(_Node, frozen=True, tag="c"):
    """true, false, null, undefined; Python's None is null."""

    value: str


class Template(_Node, frozen=True, tag="s"):
    """Text joined from parts: a template literal, an f-string, or texts and values added up. `tag`: what a tagged
    template is handed to, as in sql`...`."""

    parts: tuple[Expr, ...]
    line: int
    tag: Expr | None = None


class Entry(_Node, frozen=True):
    """`key` is empty for a spread, and for a computed key, which `computed` holds."""

    key: str
    value: Expr
    computed: Expr | None = None


class Obj(_Node, frozen=True, tag="o"):
    entries: tuple[Entry, ...]
    line: int


class Arr(_Node, frozen=True, tag="a"):
    """A list, tuple or set. What is spread in it is Not with `...`."""

    items: tuple[Expr, ...]


class Arg(_Node, frozen=True):
    """`name`: of a keyword argument in Python. `spread`: `...x`, `*x` (and `**x` with the name `**`)."""

    value: Expr
    name: str = ""
    spread: bool = False


class Call(_Node, frozen=True, tag="x"):
    callee: Expr
    args: tuple[Arg, ...]
    line: int
    new: bool = False


class Await(_Node, frozen=True, tag="w"):
    of: Expr


class Func(_Node, frozen=True, tag="f"):
    """A function in the place of a value: `Program.functions[at]`."""

    at: int


class ClassValue(_Node, frozen=True, tag="k"):
    """A class in the place of a value: `Program.classes[at]`."""

    at: int


class Op(_Node, frozen=True, tag="b"):
    """Two sides: comparison, arithmetic, and, or, ??; `op` as it is written in JavaScript (`===`, `&&`, `in`); `,` is
    both one after the other, the right one being the value."""

    op: str
    left: Expr
    right: Expr


class Not(_Node, frozen=True, tag="!"):
    """`op`: `!`, or another sign before a value (`-`, `typeof`, `void`, `delete`; `...` in a list; `yield`, whose value
    is what comes back)."""

    of: Expr
    op: str = "!"


class Choice(_Node, frozen=True, tag="?"):
    """`test ? yes : no`."""

    test: Expr
    yes: Expr
    no: Expr


class Assign(_Node, frozen=True, tag="="):
    """An assignment to something that was there; `op` is `=`, `+=` and so on."""

    target: Expr
    value: Expr
    line: int
    op: str = "="


class Markup(_Node, frozen=True, tag="<"):
    """An element of JSX: its name, what it is given, and what stands in it. Bare text and class names are left out."""

    name: str
    given: tuple[Entry, ...]
    inner: tuple[Expr, ...]
    line: int


class Many(_Node, frozen=True, tag="*"):
    """A comprehension: `value` for each of `over`, as a loop would have it."""

    value: Expr
    names: tuple[Bound, ...]
    over: Expr
    test: Expr | None = None


class Unknown(_Node, frozen=True, tag="u"):
    """Something no reader of ours understands. `parts`: what in it was understood."""

    parts: tuple[Expr, ...] = ()


Expr: TypeAlias = (
    Name | Member | Index | Text | Number | Const | Template | Obj | Arr | Call | Await | Func | ClassValue | Op | Not
    | Choice | Assign | Markup | Many | Unknown
)  # fmt: skip


class Bound(_Node, frozen=True):
    """A name that gets a value. `way`: where in the value it is taken from when it is taken apart: the names of
    members, numbers as texts, `...` for the rest, `*` for any element, `@` for any key; empty for the value itself."""

    name: str
    way: tuple[str, ...] = ()
    default: Expr | None = None


# -- statements -------------------------------------------------------------------------------------------------------


class Let(_Node, frozen=True, tag="let"):
    """`const { data, error } = await f()`: value first, then every name that is bound from it."""

    names: tuple[Bound, ...]
    value: Expr | None
    line: int


class Do(_Node, frozen=True, tag="do"):
    value: Expr
    line: int


class Return(_Node, frozen=True, tag="return"):
    """`give`: a `yield` instead."""

    value: Expr | None
    line: int
    give: bool = False


class Throw(_Node, frozen=True, tag="throw"):
    value: Expr | None
    line: int


class If(_Node, frozen=True, tag="if"):
    """`switch` and `match` are a chain of these, each `test` an Op of `===`."""

    test: Expr
    yes: tuple[Stmt, ...]
    no: tuple[Stmt, ...]
    line: int


class Loop(_Node, frozen=True, tag="loop"):
    """`over` is None for while loops, whose condition is `test`."""

    names: tuple[Bound, ...]
    over: Expr | None
    test: Expr | None
    body: tuple[Stmt, ...]
    line: int


class Try(_Node, frozen=True, tag="try"):
    """`caught`: name of the error, empty where it is not bound; `catches` is False where there is only a `finally`."""

    body: tuple[Stmt, ...]
    catches: bool
    caught: str
    handler: tuple[Stmt, ...]
    final: tuple[Stmt, ...]
    line: int


class With(_Node, frozen=True, tag="with"):
    """Python's `with value as names:`."""

    names: tuple[Bound, ...]
    value: Expr
    body: tuple[Stmt, ...]
    line: int


class Leave(_Node, frozen=True, tag="leave"):
    """break or continue."""

    word: str
    line: int


Stmt: TypeAlias = Let | Do | Return | Throw | If | Loop | Try | With | Leave


# -- what a file declares ---------------------------------------------------------------------------------------------


class Mark(_Node, frozen=True):
    """A decorator."""

    value: Expr
    line: int


class TypeName(_Node, frozen=True):
    """A type as it is written, for what is injected or validated by type: its name, and the types in `<>` or `[]`."""

    name: str
    inner: tuple[TypeName, ...] = ()


class Param(_Node, frozen=True):
    """`names`: one, or several where the parameter is taken apart; `way` leads from the argument.
    `field`: TypeScript's `private x: T`, which is a field of the instance too. `rest`: `...x`, `*x`, `**x`."""

    names: tuple[Bound, ...]
    type: TypeName | None = None
    default: Expr | None = None
    marks: tuple[Mark, ...] = ()
    field: bool = False
    rest: bool = False


class Function(_Node, frozen=True):
    """`name`: its own, or that of what it is given to first (a variable, a key, a field, `default`); empty for none.
    `owner`: number of the class it is a method of, or the value of a field of; -1 for none. `kind`: function, arrow
    (its `this` is the one outside), method, static, get, set, constructor. `says`: directives such as "use server".
    `inside`: number of the function around it, whose names it sees; -1 at the top."""

    name: str
    params: tuple[Param, ...]
    body: tuple[Stmt, ...]
    line: int
    end_line: int
    is_async: bool = False
    marks: tuple[Mark, ...] = ()
    owner: int = -1
    kind: str = "function"
    says: tuple[str, ...] = ()
    returns: TypeName | None = None
    inside: int = -1


class Field(_Node, frozen=True):
    name: str
    line: int
    type: TypeName | None = None
    value: Expr | None = None
    marks: tuple[Mark, ...] = ()
    static: bool = False


class Class(_Node, frozen=True):
    """`methods`: numbers of its functions. A base with types, `Repository<User>`, is Index, as Python writes it.
    `inside`: number of the function around it, -1 at the top."""

    name: str
    bases: tuple[Expr, ...]
    methods: tuple[int, ...]
    fields: tuple[Field, ...]
    marks: tuple[Mark, ...]
    line: int
    end_line: int
    inside: int = -1


class Import(_Node, frozen=True):
    """`name`: what is taken from the module: `*` for all of it as a namespace, `default`, `=` for its module.exports,
    or a name; empty where it is only run. `alias`: what it is called here, at the top of the file; empty where the code
    holds the Call of `require` or `import` itself. `types`: taken for its type alone."""

    module: str
    name: str
    alias: str
    line: int
    types: bool = False


class Export(_Node, frozen=True):
    """`name`: what others ask for (`default`, `*` for everything of `module`, `=` for module.exports). `local`: the
    name here, where it has one; with `module`, the name there. `value`: what it is where it has no name; it runs with
    the file and is not in `body` too. `module`: where it is passed on from. None of them: `body` assigns it."""

    name: str
    line: int
    local: str = ""
    value: Expr | None = None
    module: str = ""


class Program(_Node, frozen=True):
    """One file. `body`: what runs when it is loaded, functions and classes bound by their names (`Let` of Func or
    ClassValue). `says`: directives of the whole file. `broken`: lines that could not be parsed; `cut`: why not all of
    it was read."""

    language: str
    imports: tuple[Import, ...] = ()
    exports: tuple[Export, ...] = ()
    body: tuple[Stmt, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    says: tuple[str, ...] = ()
    broken: tuple[int, ...] = ()
    cut: str = ""
