"""A list on top of another: what it adds, changes, drops and orders, and what it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from walkdown.checklist.load import Checklist, FaultyChecklistError, find_lists
from walkdown.model import Item, Reach

BASE = """
title = "Base"
version = "1"
sections = ["Doors", "Windows"]

[[item]]
id = "window.glass"
section = "Windows"
title = "The glass is whole"
why = "It rains in. People get wet."
do = "Mend it."
look = "Is it whole?"
reach = "informs"
blocking = false

[[item]]
id = "door.lock"
section = "Doors"
title = "The lock holds"
why = \"\"\"Thieves come in.
  They take   things.\"\"\"
do = "Change it."
look = "Does it hold?"
reach = "human"
max-age-days = 90
hazards = ["auth.guards"]

[[item]]
id = "door.hinge"
section = "Doors"
title = "The hinge is oiled"
why = "It squeaks. Nobody sleeps."
do = "Oil it."
look = "Does it squeak?"
reach = "informs"
""".replace('hazards = ["auth.guards"]\n', "")

HEAD = 'title = "Team"\nversion = "2"\nextends = "base"\n'

OWN = """
[[item]]
id = "roof.tiles"
section = "Roof"
title = "No tile is loose"
why = "A tile falls. Somebody is hit."
do = "Nail it."
look = "Is one loose?"
reach = "human"
max-age-days = 30
"""


class Lists:
    """A folder of lists to load from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("base", BASE)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(text)
        return path

    def load(self, name: str) -> Checklist:
        return find_lists(self.folder, given=(name,)).load(name)

    def faults(self, name: str) -> list[str]:
        lists = find_lists(self.folder, given=(name,))
        return [f"{fault.line}: {fault.key}: {fault.what}" for fault in lists.faults(lists.named(name))]


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def ids(checklist: Checklist) -> list[str]:
    return [item.id for item in checklist.items]


def item(checklist: Checklist, item_id: str) -> Item:
    [found] = [one for one in checklist.items if one.id == item_id]
    return found


def test_sections_come_as_named_and_texts_flow(lists: Lists) -> None:
    base = lists.load("base")
    assert ids(base) == ["door.lock", "door.hinge", "window.glass"]
    assert (base.name, base.title, base.version, base.dropped) == ("base", "Base", "1", ())
    assert item(base, "door.lock").why == "Thieves come in. They take things."


def test_a_list_that_only_extends_asks_the_same(lists: Lists) -> None:
    lists.write("team", HEAD)
    assert lists.load("team").items == lists.load("base").items


def test_it_adds_changes_drops_and_orders(lists: Lists) -> None:
    drop = '[[drop]]\nid = "door.hinge"\nreason = "Ours slide."\n'
    change = '[[change]]\nid = "window.glass"\nblocking = true\ntitle = "No pane is cracked"\n'
    older = '[[change]]\nid = "door.lock"\nmax-age-days = 7\n'
    lists.write("team", HEAD + 'sections = ["Roof", "Windows"]\n' + drop + change + older + OWN)
    team = lists.load("team")
    assert ids(team) == ["roof.tiles", "window.glass", "door.lock"]
    glass = item(team, "window.glass")
    assert (glass.blocking, glass.title, glass.do) == (True, "No pane is cracked", "Mend it.")
    assert item(team, "door.lock").max_age_days == 7
    assert [(one.id, one.reason) for one in team.dropped] == [("door.hinge", "Ours slide.")]
    assert ids(lists.load("base")) == ["door.lock", "door.hinge", "window.glass"], "the base stays as it is"


def test_own_items_join_an_inherited_section_at_its_end(lists: Lists) -> None:
    lists.write("team", HEAD + OWN.replace('"Roof"', '"Doors"'))
    assert ids(lists.load("team")) == ["door.lock", "door.hinge", "roof.tiles", "window.glass"]


def test_over_three_lists(lists: Lists) -> None:
    lists.write("team", HEAD + OWN + '[[drop]]\nid = "door.hinge"\nreason = "Ours slide."\n')
    lists.write("site", HEAD.replace("base", "team") + '[[drop]]\nid = "roof.tiles"\nreason = "A flat roof."\n')
    site = lists.load("site")
    assert ids(site) == ["door.lock", "window.glass"]
    assert [one.id for one in site.dropped] == ["door.hinge", "roof.tiles"]


def test_an_item_that_scanners_can_judge_has_no_age_any_more(lists: Lists) -> None:
    lists.write("team", HEAD + '[[change]]\nid = "door.lock"\nreach = "informs"\n')
    lock = item(lists.load("team"), "door.lock")
    assert (lock.reach, lock.max_age_days) == (Reach.INFORMS, None)


WRONG = [
    ('[[change]]\nid = "door.lok"\nblocking = true\n', "5: id of change 1: 'door.lok' is no item of the extended list"),
    ('[[drop]]\nid = "roof.x"\nreason = "y"\n', "5: id of drop 1: 'roof.x' is no item of the extended list"),
    ('[[drop]]\nid = "door.lock"\n', "4: reason of drop 1: is missing"),
    ('[[drop]]\nid = "door.lock"\nreason = " "\n', "6: reason of drop 1: is ' '"),
    (OWN.replace("roof.tiles", "door.lock"), "6: id of item 1: 'door.lock' comes from the extended list"),
    ('sections = ["Doors",\n "Rofo"]\n', "5: sections, element 2: 'Rofo' has no items"),
    ('[[change]]\nid = "door.lock"\n', "4: change 1: changes nothing"),
    ('[[change]]\nid = "door.hinge"\nreach = "human"\n', "4: max-age-days of change 1: is missing"),
    ('[[change]]\nid = "door.hinge"\nmax-age-days = 3\n',
     "6: max-age-days of change 1: stands beside reach = 'informs'"),
    ('[[change]]\nid = "door.lock"\nhazards = ["x.y"]\n',
     "6: hazards of change 1: 'x.y' is no hazard that walkdown knows"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fault"), WRONG)
def test_what_cannot_be(lists: Lists, text: str, fault: str) -> None:
    lists.write("team", HEAD + text)
    assert lists.faults("team") == [fault]
    with pytest.raises(FaultyChecklistError):
        lists.load("team")


def test_an_item_is_changed_or_dropped_once(lists: Lists) -> None:
    change = '[[change]]\nid = "door.lock"\nblocking = true\n'
    drop = '[[drop]]\nid = "door.lock"\nreason = "y"\n'
    path = lists.write("team", HEAD + change + change + drop)
    assert lists.faults("team") == [
        f"8: id of change 2: 'door.lock' stands in {path}:5 already",
        f"11: id of drop 1: 'door.lock' stands in {path}:5 already",
    ]


def test_faults_of_keys_do_not_hide_those_against_the_extended_list(lists: Lists) -> None:
    lists.write("team", HEAD + "colour = 1\n" + '[[change]]\nid = "door.lok"\nblocking = 1\n')
    assert lists.faults("team") == [
        "4: colour: is no key that is known here",
        "6: id of change 1: 'door.lok' is no item of the extended list",
        "7: blocking of change 1: is 1",
    ]


def test_a_list_that_is_not_there(lists: Lists) -> None:
    lists.write("team", HEAD.replace('"base"', '"bsae"'))
    assert lists.faults("team") == ["3: extends: 'bsae' is no list that is known"]


def test_circles(lists: Lists) -> None:
    lists.write("a", HEAD.replace("base", "a"))
    assert lists.faults("a") == ["3: extends: leads back to a"]
    b = lists.write("b", HEAD.replace("base", "c"))
    c = lists.write("c", HEAD.replace("base", "b"))
    back = "leads back to {} by way of {}"
    assert lists.faults("b") == [f"3: extends: 'c' has faults of its own, as {c}:3: extends {back.format('b', 'c')}"]
    assert lists.faults("c") == [f"3: extends: 'b' has faults of its own, as {b}:3: extends {back.format('c', 'b')}"]
    lists.write("d", HEAD.replace("base", "b"))
    assert len(lists.faults("d")) == 1


def test_a_list_on_top_of_a_faulty_one_says_where_to_look(lists: Lists) -> None:
    path = lists.write("base", BASE + "colour = 1\n")
    lists.write("team", HEAD + OWN)
    assert lists.faults("team") == [
        f"3: extends: 'base' has faults of its own, as {path}:35: colour of item 3 is no key that is known here"
    ]


def test_the_digest_names_what_is_asked_not_how_it_is_written(lists: Lists) -> None:
    base = lists.load("base")
    lists.write("base", BASE.replace("Thieves come in.\n  They take   things.", "Thieves come in. They take things.")
                .replace('reach = "informs"', "# a remark\nreach = 'informs'"))  # fmt: skip
    assert lists.load("base").digest == base.digest
    digests = {base.digest}
    for old, new in (
        ("Mend it.", "Mend it"),
        ("max-age-days = 90", "max-age-days = 91"),
        ("blocking = false", "blocking = true"),
        ('version = "1"', 'version = "2"'),
        ('["Doors", "Windows"]', '["Windows", "Doors"]'),
    ):
        assert BASE.count(old) == 1
        lists.write("base", BASE.replace(old, new))
        digests.add(lists.load("base").digest)
    assert len(digests) == 6
    lists.write("base", BASE)
    lists.write("team", HEAD + '[[drop]]\nid = "door.hinge"\nreason = "Ours slide."\n')
    one = lists.load("team").digest
    lists.write("team", HEAD + '[[drop]]\nid = "door.hinge"\nreason = "Just so."\n')
    assert lists.load("team").digest != one
