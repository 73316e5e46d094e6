"""How a checklist is written: the keys of its files, and what each of them takes."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from walkdown.model import Item, Reach

TITLE_MOST = 34  # columns of the narrow list beside the item

_ID = r"\A[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+\Z"
# One printable line with something on it.
_LINE = r"\A(?=.*\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"
_TEXT = r"\S"
# A screen may open it in a browser, so it is a web address and nothing else.
_URL = r"\Ahttps?://[^\s\x00-\x20\x7f-\x9f<>\"]+\Z"

ItemId = Annotated[
    str, Meta(pattern=_ID, max_length=40, description="small letters, digits and dashes in parts, as error.timeouts")
]
Title = Annotated[
    str, Meta(pattern=_LINE, max_length=TITLE_MOST, description=f"one line of 1 to {TITLE_MOST} characters")
]
Section = Annotated[str, Meta(pattern=_LINE, max_length=40, description="one line of 1 to 40 characters")]
Version = Annotated[str, Meta(pattern=_LINE, max_length=20, description='text of 1 to 20 characters, as "1"')]
ListName = Annotated[str, Meta(max_length=40, description="the name of another list, as pre-deploy")]
Text = Annotated[str, Meta(pattern=_TEXT, max_length=2000, description="text of 1 to 2000 characters")]
Name = Annotated[str, Meta(pattern=_TEXT, max_length=60, description="a name in quotes")]
Url = Annotated[
    str, Meta(pattern=_URL, max_length=300, description="the address of a web page, as https://example.org/")
]
Reaches = Annotated[Reach, Meta(description="decides, informs or human")]
Flag = Annotated[bool, Meta(description="true or false")]
Days = Annotated[int, Meta(ge=1, le=3650, description="a number of days from 1 to 3650")]
Names: TypeAlias = tuple[Name, ...]
Urls: TypeAlias = tuple[Url, ...]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """An item. Its section is the file's where it names none."""

    id: ItemId
    title: Title
    why: Text
    do: Text
    look: Text
    reach: Reaches
    section: Section = ""
    hazards: Names = ()
    evidence: Names = ()
    applies: Names = ()
    blocking: Flag = True
    max_age_days: Days | None = None
    references: Urls = ()


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What is to be different about an item of the list that this one extends."""

    id: ItemId
    title: Title | UnsetType = UNSET
    why: Text | UnsetType = UNSET
    do: Text | UnsetType = UNSET
    look: Text | UnsetType = UNSET
    reach: Reaches | UnsetType = UNSET
    section: Section | UnsetType = UNSET
    hazards: Names | UnsetType = UNSET
    evidence: Names | UnsetType = UNSET
    applies: Names | UnsetType = UNSET
    blocking: Flag | UnsetType = UNSET
    max_age_days: Days | UnsetType = UNSET
    references: Urls | UnsetType = UNSET


class Drop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """An item of the extended list that is not asked here, and why not."""

    id: ItemId
    reason: Text


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A list in one file, or the `list.toml` of a folder. It is called what its file or folder is called."""

    title: Section
    version: Version
    extends: ListName = ""
    section: Section = ""
    sections: tuple[Section, ...] = ()
    item: tuple[Row, ...] = ()
    change: tuple[Change, ...] = ()
    drop: tuple[Drop, ...] = ()


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """One of the other files of a folder: the items of a section."""

    section: Section
    item: tuple[Row, ...]


class Checklist(msgspec.Struct, frozen=True):
    """A list as it is asked, after inheritance. `digest` is the SHA-256 of all the rest, for a record to name."""

    name: str
    title: str
    version: str
    items: tuple[Item, ...]
    digest: str
    dropped: tuple[Drop, ...] = ()
