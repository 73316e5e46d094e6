"""What somebody may do to a record, its signatures, the list of signers and the repository, and how `verify` ends then.

Every row starts from a record that Ada signed and that is valid. The codes are those of the table in the README.
"""

# A row may do several things one after the other, none of which gives anything back.
# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import base64
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.command import ACTIVE, Command
from helpers.records import (
    FOLDER,
    ITEMS,
    MAIL,
    NAME,
    allow,
    countersignature,
    files_of,
    item,
    make_key,
    put,
    seal,
    seal_bytes,
    sealed,
    statement_for,
    trust_of,
)
from helpers.repos import commit, git, make_repo, write
from walkdown.errors import WalkdownError
from walkdown.model import Verdict
from walkdown.record.files import RecordFiles
from walkdown.record.folder import find_record
from walkdown.record.statement import Signer, Statement, canonical, canonical_json, sha256
from walkdown.record.tree import Tree
from walkdown.record.trust import Trust
from walkdown.record.verification import Verification
from walkdown.record.verify import verify
from walkdown.record.wire_verify import WireVerify
from walkdown.review import Review
from walkdown.review.checking import check_record, record_of, trust_for
from walkdown.target import open_target

VALID, UNREADABLE, STALE, TAMPERED, UNKNOWN, UNSIGNED, EXPIRED = 0, 2, 4, 5, 6, 7, 8
APP = '@app.route("/orders")\n@login_required\ndef orders():\n    return all_of(request.user)\n'
README = "# Shop\n\nA small shop that sells tee and mugs.\n"
FILES = {"app.py": APP, "sums.py": "def total(lines):\n    return sum(lines)\n", "README.md": README}
BEN = "ben@example.org"


def a_while_ago(hours: int = 1) -> str:
    return (datetime.now(timezone.utc) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


class World:
    """A repository with a signed record, and what the person who verifies it says."""

    def __init__(self, folder: Path) -> None:
        self.repo, self.keys = folder / "repo", folder / "keys"
        self.allowed, self.ref, self.named = str(self.keys / "allowed"), "", ""

    @property
    def ada(self) -> Path:
        return self.keys / "ada"

    @property
    def ben(self) -> Path:
        return self.keys / "ben"

    def file(self, ending: str) -> Path:
        """`.json`, `.md`, or what stands behind the record's name of a countersignature."""
        folder = self.repo / FOLDER
        record = next(path for path in folder.iterdir() if path.name.count(".") == 1 and path.suffix == ".json")
        return folder / f"{record.stem}{ending}"

    def edit(self, ending: str, old: bytes, new: bytes) -> None:
        file = self.file(ending)
        data = file.read_bytes()
        assert old in data, ending
        file.write_bytes(data.replace(old, new, 1))

    def anew(self, statement: Statement, *keys: tuple[str, str, Path]) -> RecordFiles:
        """Another record in place of the first, signed by these."""
        shutil.rmtree(self.repo / FOLDER)
        files = files_of(statement)
        seals = [seal(countersignature(files, name, mail, statement.predicate.made), key) for name, mail, key in keys]
        files = sealed(files, *seals)
        put(self.repo, files)
        return files

    def by_ada(self, **more: object) -> RecordFiles:
        fields = {"made": a_while_ago(), **more}
        return self.anew(statement_for(self.repo, **fields), (NAME, MAIL, self.ada))  # type: ignore[arg-type]

    def files(self) -> RecordFiles:
        with Review.open(str(self.repo)) as review:
            return record_of(review, self.named)

    def check(self) -> Verification:
        with Review.open(str(self.repo)) as review:
            return check_record(review, self.named, trust_for(review, self.allowed, self.ref))

    def code(self) -> int:
        try:
            return self.check().code
        except WalkdownError as error:
            return error.code


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tampering")
    keys = folder / "keys"
    keys.mkdir()
    ada, ben = make_key(keys, "ada"), make_key(keys, "ben")
    allow(keys, (MAIL, ada), (BEN, ben))
    allow(keys, (BEN, ben), name="only-ben")
    repo = make_repo(folder, FILES)
    files = files_of(statement_for(repo, made=a_while_ago()))
    put(repo, sealed(files, seal(countersignature(files, time=a_while_ago()), ada)))
    commit(repo, message="sign-off")
    return folder


@pytest.fixture
def world(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    for name in ("repo", "keys"):
        shutil.copytree(template / name, tmp_path / name)
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "WALKDOWN_CONFIG_DIR", "WALKDOWN_CACHE_DIR", "WALKDOWN_STATE_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    return World(tmp_path)


SEAL = ".ada-example-org.json"
SIG = f"{SEAL}.sig"
Doing = Callable[[World], object]


def value(world: World) -> dict[str, object]:
    found: dict[str, object] = json.loads(world.file(".json").read_bytes())
    return found


def rewritten(world: World, change: Callable[[dict[str, object]], object], *, rename: bool = False) -> None:
    """The JSON changed and put in canonical form again; renamed after its bytes where somebody is careful."""
    found = value(world)
    change(found)
    data = canonical_json(found)
    old = world.file(".json").name.removesuffix(".json")
    world.file(".json").write_bytes(data)
    if rename:
        for path in list((world.repo / FOLDER).iterdir()):
            path.rename(path.with_name(path.name.replace(old, f"{old[:10]}-{sha256(data)[:12]}")))


def of_predicate(found: dict[str, object]) -> dict[str, object]:
    predicate = found["predicate"]
    assert isinstance(predicate, dict)
    return predicate


def seal_says(world: World, **fields: object) -> None:
    """The countersignature says something else, under the old signature."""
    file = world.file(SEAL)
    file.write_bytes(canonical_json({**json.loads(file.read_bytes()), **fields}))


def resigned(world: World, key: Path, **fields: object) -> None:
    """Ada's countersignature says something else, and this key signed it."""
    data = canonical_json({**json.loads(world.file(SEAL).read_bytes()), **fields})
    put(world.repo, sealed(world.files(), seal_bytes(data, key, "ada-example-org")))


def swapped(world: World) -> None:
    """Ben's signature under Ada's name."""
    files = world.files()
    theirs = seal(countersignature(files, "Ben", BEN), world.ben)
    assert theirs.signature
    world.file(SIG).write_bytes(theirs.signature)


def of_another_record(world: World) -> None:
    """What Ada signed for another record is put beside this one."""
    other = files_of(statement_for(world.repo, made=a_while_ago(3)))
    put(world.repo, sealed(world.files(), seal(countersignature(other), world.ada)))


def with_ben(world: World, **fields: object) -> None:
    files = world.files()
    statement = countersignature(files, "Ben", BEN, a_while_ago(0))
    put(world.repo, sealed(files, seal(msgspec.structs.replace(statement, **fields), world.ben)))


def only_ben_counts(world: World) -> None:
    world.allowed = str(world.keys / "only-ben")


def trusting(world: World, lines: str) -> None:
    Path(world.allowed).write_text(lines)


def public(world: World, name: str = "ada") -> str:
    return " ".join((world.keys / f"{name}.pub").read_text().split()[:2])


def in_the_tree(world: World) -> None:
    """The tree names its own signers: that is nobody's word."""
    shutil.copy(world.allowed, world.repo / ".walkdown" / "allowed_signers")
    commit(world.repo)
    world.allowed = ""


def by_ref(world: World, ref: str) -> None:
    """A branch that the person trusts names the signers, and the tree under review names others."""
    git(world.repo, "checkout", "--quiet", "-b", "work")
    git(world.repo, "checkout", "--quiet", "main")
    shutil.copy(world.allowed, world.repo / ".walkdown" / "allowed_signers")
    commit(world.repo)
    git(world.repo, "checkout", "--quiet", "work")
    commit(world.repo, message="another commit")
    world.allowed, world.ref = "", ref


def linked(world: World, ending: str) -> None:
    file = world.file(ending)
    elsewhere = world.keys / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def another_repository(world: World) -> None:
    """The records of this repository, put into another one."""
    records = world.keys / "records"
    shutil.copytree(world.repo / FOLDER, records)
    shutil.rmtree(world.repo)
    make_repo(world.repo.parent, {"other.py": "1\n"})
    shutil.copytree(records, world.repo / FOLDER)


def without_git(world: World) -> None:
    shutil.rmtree(world.repo / ".git")


def shallow(world: World) -> None:
    clone = world.repo.parent / "clone"
    git(world.repo.parent, "clone", "--quiet", "--depth=1", f"file://{world.repo}", str(clone))
    world.repo = clone


def renamed(world: World, name: Callable[[str], str]) -> None:
    for path in list((world.repo / FOLDER).iterdir()):
        path.rename(path.with_name(name(path.name)))


def both(*doings: Doing) -> Doing:
    def do(world: World) -> None:
        for doing in doings:
            doing(world)

    return do


TABLE: dict[str, tuple[Doing, int]] = {
    "nothing": (lambda w: None, VALID),
    # The JSON
    "json: a verdict turned": (lambda w: w.edit(".json", b'"verdict":"pass"', b'"verdict":"n-a"'), TAMPERED),
    "json: an item taken out": (lambda w: rewritten(w, lambda f: of_predicate(f).update(items=[])), TAMPERED),
    "json: an item taken out, renamed to fit": (
        lambda w: rewritten(w, lambda f: of_predicate(f).update(items=[]), rename=True), TAMPERED),
    "json: another commit": (lambda w: w.edit(".json", b'"gitCommit":"', b'"gitCommit":"0'), TAMPERED),
    "json: the digest of these files": (
        lambda w: (write(w.repo, {"app.py": "1\n"}), rewritten(w, lambda f: f.update(subject=subject_now(w)))),
        TAMPERED),
    "json: a space more": (lambda w: w.edit(".json", b":", b": "), TAMPERED),
    "json: keys in another order": (
        lambda w: w.file(".json").write_bytes(json.dumps(value(w), sort_keys=False, indent=1).encode()), TAMPERED),
    "json: no newline at its end": (
        lambda w: w.file(".json").write_bytes(w.file(".json").read_bytes().rstrip()), TAMPERED),
    "json: windows line endings": (lambda w: w.edit(".json", b"\n", b"\r\n"), TAMPERED),
    "json: a key of its own added": (lambda w: rewritten(w, lambda f: f.update(extra=1)), TAMPERED),
    "json: the exceptions hidden": (lambda w: w.edit(".json", b'"exceptions":[]', b'"exceptions":[  ]'), TAMPERED),
    "json: a key twice": (lambda w: w.edit(".json", b'"dirty":false', b'"dirty":true,"dirty":false'), UNREADABLE),
    "json: cut short": (lambda w: w.file(".json").write_bytes(w.file(".json").read_bytes()[:900]), UNREADABLE),
    "json: empty": (lambda w: w.file(".json").write_bytes(b""), UNREADABLE),
    "json: not text": (lambda w: w.file(".json").write_bytes(b"\xff\x00\xfe" * 99), UNREADABLE),
    "json: nested a hundred thousand deep": (lambda w: w.file(".json").write_bytes(b"[" * 100_000), UNREADABLE),
    "json: of a later version": (lambda w: w.edit(".json", b"signoff:1", b"signoff:2"), UNREADABLE),
    "json: of another kind": (lambda w: w.edit(".json", b"urn:walkdown:signoff:1", b"https://slsa.dev/x"), UNREADABLE),
    "json: another file in its place": (lambda w: w.file(".json").write_bytes(b'{"hello":"world"}\n'), UNREADABLE),
    "json: gone": (lambda w: w.file(".json").unlink(), UNREADABLE),
    "json: a link to it": (lambda w: linked(w, ".json"), UNREADABLE),
    "json: made tomorrow": (lambda w: w.by_ada(made=a_while_ago(-24)), UNREADABLE),
    # The Markdown
    "markdown: FAIL made PASS": (lambda w: w.edit(".md", b"nothing stands open", b"all is fine"), TAMPERED),
    "markdown: a space more": (lambda w: w.edit(".md", b" ", b"  "), TAMPERED),
    "markdown: words at its end": (lambda w: w.file(".md").write_bytes(w.file(".md").read_bytes() + b"PS\n"), TAMPERED),
    "markdown: a line break more": (lambda w: w.edit(".md", b"\n", b"\n\n"), TAMPERED),
    "markdown: empty": (lambda w: w.file(".md").write_bytes(b""), TAMPERED),
    "markdown: gone": (lambda w: w.file(".md").unlink(), TAMPERED),
    "markdown: windows line endings": (
        lambda w: w.file(".md").write_bytes(w.file(".md").read_bytes().replace(b"\n", b"\r\n")), VALID),
    "markdown: a byte order mark": (
        lambda w: w.file(".md").write_bytes(b"\xef\xbb\xbf" + w.file(".md").read_bytes()), VALID),
    "markdown and json changed alike": (
        lambda w: (w.edit(".md", b"pass", b"fail"), rewritten(w, lambda f: of_predicate(f).update(
            markdownSha256=sha256(w.file(".md").read_bytes())), rename=True)), TAMPERED),
    # The countersignature
    "countersignature: another name": (lambda w: seal_says(w, name="Eve"), TAMPERED),
    "countersignature: another role": (lambda w: seal_says(w, role="owner"), TAMPERED),
    "countersignature: another time": (lambda w: seal_says(w, time="2020-01-01T00:00:00Z"), TAMPERED),
    "countersignature: a person, not a machine": (lambda w: seal_says(w, byMachine=True), TAMPERED),
    "countersignature: other bytes, signed by Ada": (lambda w: resigned(w, w.ada, recordSha256="0" * 64), TAMPERED),
    "countersignature: another record's, signed by Ada": (of_another_record, TAMPERED),
    "countersignature: other name of the record, signed by Ada": (
        lambda w: resigned(w, w.ada, record="2020-01-01-000000000000"), TAMPERED),
    "countersignature: signed by Ada, spelled otherwise": (
        lambda w: put(w.repo, sealed(w.files(), seal_bytes(
            w.file(SEAL).read_bytes().replace(b":", b": ", 1), w.ada, "ada-example-org"))), TAMPERED),
    "countersignature: cut short": (lambda w: w.file(SEAL).write_bytes(w.file(SEAL).read_bytes()[:99]), UNREADABLE),
    "countersignature: empty": (lambda w: w.file(SEAL).write_bytes(b""), UNREADABLE),
    "countersignature: of a later version": (
        lambda w: resigned(w, w.ada, _type="urn:walkdown:countersignature:2"), UNREADABLE),
    "countersignature: signed tomorrow": (lambda w: resigned(w, w.ada, time=a_while_ago(-24)), UNREADABLE),
    "countersignature: signed before the record": (lambda w: resigned(w, w.ada, time=a_while_ago(50)), VALID),
    "countersignature: gone": (lambda w: w.file(SEAL).unlink(), UNSIGNED),
    "countersignature and signature gone": (lambda w: (w.file(SEAL).unlink(), w.file(SIG).unlink()), UNSIGNED),
    # The signature
    "signature: gone": (lambda w: w.file(SIG).unlink(), UNSIGNED),
    "signature: empty": (lambda w: w.file(SIG).write_bytes(b""), TAMPERED),
    "signature: cut short": (lambda w: w.file(SIG).write_bytes(w.file(SIG).read_bytes()[:150]), TAMPERED),
    "signature: other bytes in it": (lambda w: w.edit(SIG, b"AAAA", b"AAAB"), TAMPERED),
    "signature: Ben's under Ada's name": (swapped, TAMPERED),
    "signature: for another namespace": (
        lambda w: put(w.repo, sealed(w.files(), seal(
            countersignature(w.files()), w.ada, namespace="file"))), TAMPERED),
    "signature: Ben signs as Ada": (lambda w: resigned(w, w.ben), UNKNOWN),
    "signature: Ben signs as Ada, beside Ada's own": (
        lambda w: put(w.repo, sealed(w.files(), seal_bytes(
            w.file(SEAL).read_bytes(), w.ben, "ada-2-example-org"))), VALID),
    "a second signer": (with_ben, VALID),
    "a second signer whom nobody knows": (
        lambda w: (with_ben(w), trusting(w, f"{MAIL} {public(w)}\n")), VALID),
    "a second signer, and what they signed was changed": (
        lambda w: (with_ben(w), w.edit(".ben-example-org.json", b"reviewer", b"approver")), TAMPERED),
    # Whom to trust
    "signers: only Ben": (only_ben_counts, UNKNOWN),
    "signers: nobody named": (lambda w: setattr(w, "allowed", ""), UNKNOWN),
    "signers: an empty file": (lambda w: trusting(w, ""), UNKNOWN),
    "signers: the file is not there": (lambda w: setattr(w, "allowed", "/nowhere/allowed"), UNREADABLE),
    "signers: Ada's mail with Ben's key": (lambda w: trusting(w, f"{MAIL} {public(w, 'ben')}\n"), UNKNOWN),
    "signers: Ada's key, for other things only": (
        lambda w: trusting(w, f'{MAIL} namespaces="git" {public(w)}\n'), UNKNOWN),
    "signers: Ada's key, until last year": (
        lambda w: trusting(w, f'{MAIL} valid-before="20200101" {public(w)}\n'), UNKNOWN),
    "signers: only the tree names them": (in_the_tree, UNKNOWN),
    "signers: a branch that is trusted names them": (lambda w: by_ref(w, "main"), VALID),
    "signers: the commit under review names them": (lambda w: by_ref(w, "HEAD"), UNREADABLE),
    "signers: a ref that is not there": (lambda w: by_ref(w, "nothing"), UNREADABLE),
    "signers: an option for a ref": (lambda w: by_ref(w, "--all"), UNREADABLE),
    # Names
    "name: another digest in it": (
        lambda w: renamed(w, lambda name: name[:11] + "0" * 12 + name[23:]), TAMPERED),
    "name: another day in it": (
        lambda w: renamed(w, lambda name: "2019-01-01" + name[10:]), TAMPERED),
    "name: of no record": (lambda w: setattr(w, "named", "2020-01-01-000000000000"), UNREADABLE),
    # The repository
    "repo: an endpoint more": (lambda w: write(w.repo, {"admin.py": APP.replace("@login_required\n", "")}), STALE),
    "repo: a guard less": (lambda w: write(w.repo, {"app.py": APP.replace("@login_required\n", "")}), STALE),
    "repo: a file less": (lambda w: write(w.repo, {"sums.py": None}), STALE),
    "repo: a word in the README": (lambda w: write(w.repo, {"README.md": README.replace("tee", "tea")}), VALID),
    "repo: a token in the README": (
        lambda w: write(w.repo, {"README.md": README + "\ntoken: ghp_x7Kq2LmNpR9sT4vW8yZ1aB3cD5eF6gH0jK2\n"}), STALE),
    "repo: the change committed": (lambda w: (write(w.repo, {"app.py": "1\n"}), commit(w.repo)), STALE),
    "repo: another one": (another_repository, UNREADABLE),
    "repo: without git": (without_git, VALID),
    "repo: without git, and changed": (lambda w: (without_git(w), write(w.repo, {"app.py": "1\n"})), STALE),
    "repo: a shallow clone": (shallow, VALID),
    "repo: a shallow clone, and changed": (lambda w: (shallow(w), write(w.repo, {"app.py": "1\n"})), STALE),
    "repo: a folder of it": (
        lambda w: (write(w.repo, {"api/a.py": "1\n"}), commit(w.repo), setattr(w, "repo", w.repo / "api"), setattr(
            w, "named", str(w.repo.parent / FOLDER / w_name(w)))), UNREADABLE),
    "repo: code that is named like a record": (
        lambda w: write(w.repo, {f"{FOLDER}/2026-11-20-0123456789ab.evil.md": "import os\nos.system('id')\n"}), STALE),
    # Time
    "time: a waiver that ended": (
        lambda w: w.by_ada(items=(item("doors", "entrance", verdict=Verdict.WAIVED, until="2026-01-01"),)), EXPIRED),
    "time: a waiver that ended, and a change": (
        both(lambda w: w.by_ada(items=(*ITEMS, item("limits", "entrance", verdict=Verdict.WAIVED, until="2026-01-01"))),
             lambda w: write(w.repo, {"app.py": "1\n"})), EXPIRED),
    "time: an answer that is too old": (
        lambda w: w.by_ada(items=(item("backup", max_age_days=30, at="2020-01-01T00:00:00Z"),)), STALE),
    # Several at once
    "unsigned, and a change": (
        lambda w: (w.file(SEAL).unlink(), w.file(SIG).unlink(), write(w.repo, {"app.py": "1\n"})), UNSIGNED),
    "markdown changed, and nobody trusted": (lambda w: (only_ben_counts(w), w.edit(".md", b"pass", b"fail")), TAMPERED),
    "made unsigned": (lambda w: w.anew(statement_for(w.repo, made=a_while_ago(), unsigned=True)), UNSIGNED),
    "signed by a machine": (
        lambda w: w.by_ada(more={"by_machine": True, "signer": Signer("CI", MAIL, "machine")}), VALID),
}  # fmt: skip


def w_name(world: World) -> str:
    folder = world.repo.parent / FOLDER
    return next(path.name for path in folder.iterdir() if path.name.count(".") == 1 and path.suffix == ".json")


def subject_now(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(canonical(statement_for(world.repo)))["subject"]
    return found


def test_the_table_is_long_enough() -> None:
    assert sum(code != VALID for _, code in TABLE.values()) >= 40


@pytest.mark.parametrize("name", TABLE)
def test_tampering(world: World, name: str) -> None:
    doing, code = TABLE[name]
    doing(world)
    assert world.code() == code


class Held(msgspec.Struct, frozen=True):
    """A record, the tree it was made of, and who is trusted: for checks without a process of their own."""

    files: RecordFiles
    tree: Tree
    trust: Trust

    def code(self, files: RecordFiles) -> int:
        return verify(files, self.tree, self.trust, datetime.now(timezone.utc)).code


@pytest.fixture(scope="module", params=["signed", "unsigned"])
def held(request: pytest.FixtureRequest, template: Path) -> Iterator[Held]:
    with open_target(template / "repo") as target:
        files = find_record(template / "repo", "")
        trust = trust_of(template / "keys" / "allowed")
        if request.param == "unsigned":
            files = sealed(files)
        yield Held(files, Tree(target), trust)


@settings(max_examples=150)
@given(data=st.data())
def test_any_changed_byte_of_the_json_is_caught(held: Held, data: st.DataObject) -> None:
    before = held.files.json
    at = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != before[at]))
    after = before[:at] + bytes([byte]) + before[at + 1 :]
    assert held.code(msgspec.structs.replace(held.files, json=after)) in (UNREADABLE, TAMPERED)


@settings(max_examples=100)
@given(data=st.data())
def test_any_changed_character_of_the_markdown_is_caught(held: Held, data: st.DataObject) -> None:
    before = (held.files.markdown or b"").decode()
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, min(len(before), start + 3)))
    after = before[:start] + data.draw(st.text(max_size=3)) + before[end:]
    assume(after.removeprefix("\ufeff").replace("\r\n", "\n") != before)
    spoiled = msgspec.structs.replace(held.files, markdown=after.encode("utf-8", "surrogatepass"))
    assert held.code(spoiled) == TAMPERED


@settings(max_examples=60)
@given(data=st.data())
def test_any_changed_byte_of_countersignature_or_signature_is_caught(template: Path, data: st.DataObject) -> None:
    files = find_record(template / "repo", "")
    seal = files.seals[0]
    part = data.draw(st.sampled_from(["statement", "signature"]))
    before: bytes = getattr(seal, part)
    at = data.draw(st.integers(0, len(before) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != before[at]))
    after = before[:at] + bytes([byte]) + before[at + 1 :]
    spoiled = sealed(files, msgspec.structs.replace(seal, **{part: after}))
    with open_target(template / "repo") as target:
        held = Held(files, Tree(target), trust_of(template / "keys" / "allowed"))
        code = held.code(spoiled)
    # The armour around a signature may be wrapped otherwise, or be followed by something: what it holds is the same.
    assert code in (UNREADABLE, TAMPERED, UNKNOWN) or (part == "signature" and _held_by(after) == _held_by(before))


def _held_by(armour: bytes) -> bytes:
    """What lies in an armour, as a program reads it that passes over what is no base64."""
    body = armour.partition(b"SIGNATURE-----")[2].partition(b"-----END")[0]
    return base64.b64decode(body, validate=False)


BLOCKED = """\
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"bandit", "semgrep", "pip_audit", "kingfisher", "textual", "tree_sitter", "rich"}:
            raise ImportError(f"{name} is not here")

sys.meta_path.insert(0, Nothing())
from walkdown.cli.main import main
sys.argv = ["walkdown", *sys.argv[1:]]
main()
"""


@pytest.fixture
def bare(world: World, tmp_path: Path) -> Command:
    """A machine with git and ssh-keygen, and with nothing else that walkdown could use."""
    command = Command(tmp_path / "bare")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "ssh-keygen"):
        (programs / name).symlink_to(shutil.which(name) or name)
    command.env["PATH"] = str(programs)
    (tmp_path / "bare.py").write_text(BLOCKED)
    return command


def test_verify_needs_no_scanner_and_no_screen(bare: Command, world: World, tmp_path: Path) -> None:
    run = (sys.executable, str(tmp_path / "bare.py"), "verify", "--repo", str(world.repo))
    told = bare.run(*run, "--allowed-signers", world.allowed, "--offline")
    assert (told.code, told.err) == (VALID, "")
    assert told.out.startswith(f"Valid: {NAME} <{MAIL}> signed exactly what lies here.")
    write(world.repo, {"admin.py": APP})
    told = bare.run(*run, "--allowed-signers", world.allowed)
    assert told.code == STALE
    assert "doors  About doors: admin.py bears on it" in told.out
    assert bare.run(*run).code == UNKNOWN


def test_verify_answers_in_json_for_programs(bare: Command, world: World) -> None:
    world.edit(".md", b"pass", b"fail")
    told = bare("verify", "--repo", str(world.repo), "--allowed-signers", world.allowed, "--format", "json")
    wire = msgspec.json.decode(told.out, type=WireVerify)
    assert (told.code, wire.code, wire.valid, wire.schema) == (TAMPERED, TAMPERED, False, "walkdown.verify/1")
    assert [one.parts for one in wire.problems] == [("Markdown", "JSON")]
    assert [(one.mail, one.trusted) for one in wire.signers] == [(MAIL, True)]
    assert wire.about is not None
    assert wire.about.commit == git(world.repo, "rev-parse", "HEAD~1")


@pytest.mark.parametrize("way", ["name", "json", "md", "elsewhere"])
def test_a_record_is_named_or_pointed_at(world: World, tmp_path: Path, way: str) -> None:
    file = world.file(".json")
    if way == "elsewhere":
        shutil.copytree(world.repo / FOLDER, tmp_path / "away")
        shutil.rmtree(world.repo / FOLDER)
        world.named = str(tmp_path / "away" / file.name)
    else:
        world.named = {"name": file.stem, "json": str(file), "md": str(file.with_suffix(".md"))}[way]
    assert world.code() == VALID


def test_words_of_a_stranger_do_not_steer_the_terminal(bare: Command, world: World) -> None:
    evil = item("doors\x1b]0;x\x07", "entrance", verdict=Verdict.WAIVED, until="2026-01-01")
    world.by_ada(items=(evil,))
    told = bare("verify", "--repo", str(world.repo), "--allowed-signers", world.allowed)
    assert told.code == EXPIRED
    assert not ACTIVE & set(told.out)
