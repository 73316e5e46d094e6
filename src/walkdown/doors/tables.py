"""What the tables of the application are, as far as schemas say: columns, secrets, what is unique, owners."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from walkdown.syntax.text import decode

_SECRET = re.compile(
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|api_?key|private_?key|salt|hash(?:ed)?(?:_?|$)|otp|mfa|totp|"
    r"recovery|ssn|cvv|card_?number|iban|pin_?code|encrypted|credential|session_?key|refresh|verification_?code)",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r"(?:_at|At|_?[cC]ount|_?[tT]ype|_id|Id|tokens|Tokens|Expir\w*|_expir\w*|Length|Used|Changed)$")
_OWNERS = frozenset({
    "user", "owner", "author", "createdby", "customer", "account", "member", "profile", "tenant", "organization",
    "organisation", "org", "company", "team", "workspace", "creator", "uploadedby", "student", "patient", "employee",
})  # fmt: skip
_MODEL = re.compile(r"^\s*(model|type|view)\s+(\w+)\s*\{(.*?)^\s*\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^\s*(\w+)\s+(\w+)(\[\])?(\?)?(.*)$")
_MAP = re.compile(r'@@map\(\s*(?:name:\s*)?"([^"]+)"')
_KEYS = re.compile(r"@@(?:unique|id)\(\s*(?:fields:\s*)?\[([^\]]*)\]")
_RELATION = re.compile(r"@relation\(.*?fields:\s*\[([^\]]*)\]", re.DOTALL)
_SCALARS = frozenset(
    {"String", "Int", "BigInt", "Float", "Decimal", "Boolean", "DateTime", "Json", "Bytes", "Unsupported"}
)
_LARGEST = 2_000_000


class Column(msgspec.Struct, frozen=True):
    """`refers`: the model it leads to. `hidden`: it is not read unless it is asked for (`select: false`)."""

    name: str
    type: str = ""
    unique: bool = False
    refers: str = ""
    many: bool = False
    hidden: bool = False

    @property
    def secret(self) -> bool:
        return looks_secret(self.name)


class Table(msgspec.Struct, frozen=True):
    """`name`: as the code calls it; `stored`: as the database does. `keys`: columns that are unique together. `links`:
    for a relation, the columns that hold it."""

    name: str
    path: str
    line: int
    library: str
    stored: str = ""
    columns: tuple[Column, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    links: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.name == name), None)

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.columns if one.secret and not one.refers)

    @property
    def owners(self) -> tuple[str, ...]:
        """Columns that say whose a row is."""
        return tuple(one.name for one in self.columns if points_to_owner(one.name))


class Tables(msgspec.Struct, frozen=True):
    all: tuple[Table, ...] = ()

    def find(self, name: str) -> Table | None:
        """By the name the code has for it, then by that of the database."""
        low = name.lower()
        return next((one for one in self.all if low in (one.name.lower(), one.stored.lower())), None)


def looks_secret(name: str) -> bool:
    return _SECRET.search(name) is not None and _NO_SECRET.search(name) is None


def points_to_owner(name: str) -> bool:
    return re.sub(r"_?(?:id|uuid)$|_", "", name, flags=re.IGNORECASE).lower() in _OWNERS


def read_schemas(paths: Iterable[str], read: Callable[[str], bytes]) -> Tables:
    """All of the Prisma schemas, which may lie in several files."""
    found: list[Table] = []
    for path in sorted(one for one in paths if one.endswith(".prisma")):
        found.extend(_prisma(decode(read(path)[:_LARGEST]), path))
    return Tables(tuple(found))


def _prisma(text: str, path: str) -> Iterator[Table]:
    text = re.sub(r"//[^\n]*", "", text)
    for model in _MODEL.finditer(text):
        if model[1] == "type":
            continue
        columns: list[Column] = []
        links: list[tuple[str, tuple[str, ...]]] = []
        for line in model[3].split("\n"):
            field = _FIELD.match(line)
            if field is None or field[2] in ("map",):
                continue
            scalar = field[2] in _SCALARS
            unique = re.search(r"@(?:unique|id)\b", field[5]) is not None
            columns.append(Column(field[1], field[2], unique, "" if scalar else field[2], field[3] is not None))
            relation = _RELATION.search(field[5])
            if relation is not None:
                links.append((field[1], _names(relation[1])))
        stored = _MAP.search(model[3])
        keys = tuple(_names(key[1]) for key in _KEYS.finditer(model[3]))
        line = text.count("\n", 0, model.start(2)) + 1
        yield Table(
            model[2], path, line, "prisma", stored[1] if stored else model[2], tuple(columns), keys, tuple(links)
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(re.sub(r"\(.*?\)", "", one).strip() for one in text.split(",") if one.strip())


def merged(*parts: Sequence[Table]) -> Tables:
    """The same table told of twice (a model, a migration) counts once: the first that names its columns."""
    kept: dict[str, Table] = {}
    for table in (one for part in parts for one in part):
        before = kept.get(table.name.lower())
        if before is None or not before.columns:
            kept[table.name.lower()] = table
    return Tables(tuple(kept.values()))
