"""What a check of a record says: its line, which parts disagree, who counts as a signer, and what one should know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from helpers.records import (
    ITEMS,
    MADE,
    MAIL,
    NAME,
    NOW,
    allow,
    countersignature,
    files_of,
    item,
    make_key,
    seal,
    sealed,
    statement_for,
    trust_of,
)
from helpers.repos import commit, git, make_repo, write
from walkdown.model import Verdict
from walkdown.record.files import RecordFiles
from walkdown.record.statement import ExceptionLine, Signer, Statement, sha256
from walkdown.record.tree import Tree
from walkdown.record.trust import Trust
from walkdown.record.verification import Verification
from walkdown.record.verify import faults_of, verify
from walkdown.target import open_target

APP = '@app.route("/orders")\n@login_required\ndef orders():\n    return all_of(request.user)\n'
README = "# Shop\n\nA small shop that sells tee and mugs.\n"
BEN = "ben@example.org"


class World(msgspec.Struct, frozen=True):
    repo: Path
    ada: Path
    ben: Path
    trust: Trust

    def record(self, **more: object) -> tuple[Statement, RecordFiles]:
        statement = statement_for(self.repo, **more)  # type: ignore[arg-type]
        return statement, files_of(statement)

    def signed(self, **more: object) -> RecordFiles:
        _, files = self.record(**more)
        return sealed(files, seal(countersignature(files), self.ada))

    def both(self, files: RecordFiles) -> RecordFiles:
        """Signed by Ada and by Ben."""
        ben = seal(countersignature(files, "Ben", BEN), self.ben)
        return sealed(files, seal(countersignature(files), self.ada), ben)

    def check(self, files: RecordFiles, trust: Trust | None = None, days: int = 0) -> Verification:
        with open_target(self.repo) as target:
            return verify(files, Tree(target), trust or self.trust, NOW + timedelta(days=days))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    allow(folder, (MAIL, make_key(folder, "ada")), (BEN, make_key(folder, "ben")))
    return folder


@pytest.fixture
def world(tmp_path: Path, keys: Path) -> World:
    repo = make_repo(tmp_path, {"app.py": APP, "README.md": README})
    return World(repo, keys / "ada", keys / "ben", trust_of(keys / "allowed"))


def test_the_same_tree(world: World) -> None:
    found = world.check(world.signed())
    assert (found.code, found.problems, found.reopened, found.notes) == (0, (), (), ())
    assert found.line == f"Valid: {NAME} <{MAIL}> signed exactly what lies here."
    (signer,) = found.signers
    assert (signer.trusted, signer.mail, signer.key[:7]) == (True, MAIL, "SHA256:")


def test_a_change_that_nothing_rests_on_is_named(world: World) -> None:
    files = world.signed()
    write(world.repo, {"README.md": README.replace("tee", "tea")})
    found = world.check(files)
    assert found.code == 0
    assert "1 file changed since (README.md), nothing that was decided rests on it" in found.line
    assert found.changed == ("README.md",)


def test_a_picture_that_changed_is_named_though_no_scanner_reads_it(world: World) -> None:
    write(world.repo, {"logo.png": b"\0\1"})
    commit(world.repo)
    files = world.signed()
    write(world.repo, {"logo.png": b"\0\2"})
    found = world.check(files)
    assert (found.code, found.changed) == (0, ("logo.png",))
    assert "only what no scanner reads changed (logo.png)" in found.line


def test_a_change_that_bears_on_something(world: World) -> None:
    files = world.signed()
    write(world.repo, {"admin.py": APP})
    found = world.check(files)
    assert found.code == 4
    assert found.line == (f"Stale: 1 file changed since (admin.py), after {NAME} <{MAIL}> signed: 3 items may reopen.")


def disagree(found: Verification) -> list[tuple[int, tuple[str, ...]]]:
    return [(one.code, one.parts) for one in found.problems]


def test_every_part_that_disagrees_is_told(world: World) -> None:
    files = world.signed()
    statement = files.json.replace(b'"verdict":"pass"', b'"verdict":"n-a"', 1)
    found = world.check(msgspec.structs.replace(files, json=statement, markdown=b"# Sign-off of hell\n"))
    assert disagree(found) == [
        (5, ("name", "JSON")),
        (5, ("Markdown", "JSON")),
        (5, ("JSON", "countersignature")),
    ]
    assert not found.trusted
    assert found.line.startswith("Tampered: ")
    assert found.line.endswith("And 2 more problems.")


def test_another_spelling_is_told_though_it_was_signed_and_named_so(world: World) -> None:
    _, files = world.record()
    data = files.json.replace(b":", b": ", 1)
    spelled = msgspec.structs.replace(files, name=f"{files.name[:10]}-{sha256(data)[:12]}", json=data)
    found = world.check(sealed(spelled, seal(countersignature(spelled), world.ada)))
    assert disagree(found) == [(5, ("JSON",))]
    assert "not in canonical form" in found.line


def test_a_countersignature_that_was_changed_does_not_fit_its_signature(world: World) -> None:
    files = world.signed()
    one = files.seals[0]
    told = msgspec.structs.replace(one, statement=one.statement.replace(b"reviewer", b"director"))
    (problem,) = world.check(sealed(files, told)).problems
    assert problem.code == 5
    assert problem.parts == ("countersignature", "signature")


def test_a_record_that_was_named_after_another_day_is_told_though_nobody_signed_it(world: World) -> None:
    """The newest is the one that is checked; a name alone must not make an old one new."""
    _, files = world.record(unsigned=True)
    later = msgspec.structs.replace(files, name=f"2099-01-01{files.name[10:]}")
    assert (5, ("name", "JSON")) in disagree(world.check(later))


@pytest.mark.parametrize("turn", [lambda data: data.replace(b"\n", b"\r\n"), lambda data: b"\xef\xbb\xbf" + data])
def test_turned_line_endings_are_a_note(world: World, turn: Callable[[bytes], bytes]) -> None:
    files = world.signed()
    found = world.check(msgspec.structs.replace(files, markdown=turn(files.markdown or b"")))
    assert found.code == 0
    assert "line endings" in found.notes[0]


def test_two_signers(world: World) -> None:
    _, files = world.record()
    files = sealed(
        files, seal(countersignature(files), world.ada), seal(countersignature(files, "Ben", BEN), world.ben)
    )
    found = world.check(files)
    assert found.line == f"Valid: {NAME} <{MAIL}> and Ben <{BEN}> signed exactly what lies here."
    assert len(found.trusted) == 2


def test_a_signer_whom_nobody_knows_spoils_nothing_and_is_named(world: World, keys: Path) -> None:
    _, files = world.record()
    files = sealed(
        files, seal(countersignature(files), world.ada), seal(countersignature(files, "Ben", BEN), world.ben)
    )
    found = world.check(files, trust_of(allow(keys, (MAIL, world.ada), name="only-ada")))
    assert (found.code, len(found.trusted)) == (0, 1)
    assert found.line == f"Valid: {NAME} <{MAIL}> signed exactly what lies here."
    assert any("Ben <ben@example.org>" in note for note in found.notes)


def test_one_key_is_one_signer_whatever_names_it_is_given(world: World, keys: Path) -> None:
    _, files = world.record()
    files = sealed(
        files, *(seal(countersignature(files, name, mail), world.ada) for name, mail in ((NAME, MAIL), ("Ben", BEN)))
    )
    found = world.check(files, trust_of(allow(keys, (MAIL, world.ada), (BEN, world.ada), name="twice")))
    assert any("same key" in note for note in found.notes)


def test_nobody_trusted(world: World) -> None:
    found = world.check(world.signed(), Trust((), gpg=False))
    assert found.code == 6
    assert found.line.startswith(f"Unknown signer: nobody you trust vouches for {NAME} <{MAIL}>")


def test_unsigned_is_said_loudly_and_before_anything_less(world: World) -> None:
    _, files = world.record(unsigned=True)
    write(world.repo, {"app.py": "1\n"})
    found = world.check(files)
    assert [one.code for one in found.problems] == [7, 4]
    assert found.code == 7
    assert found.line.startswith(f"UNSIGNED: {NAME} made {files.name} without a signature.")


def test_a_signature_that_went_missing_is_told_from_one_that_never_was(world: World) -> None:
    _, files = world.record()
    assert "the signature is missing" in world.check(files).line


def test_a_lost_signature_beside_another_one_does_not_count(world: World) -> None:
    _, files = world.record()
    lost = msgspec.structs.replace(seal(countersignature(files, "Ben", BEN), world.ben), signature=None)
    found = world.check(sealed(files, seal(countersignature(files), world.ada), lost))
    assert (found.code, len(found.trusted)) == (0, 1)
    assert any("Ben does not count as a signer" in note for note in found.notes)


def test_exceptions_machines_and_dirty_trees_are_told(world: World) -> None:
    exception = ExceptionLine("item", "backup", "Backups", "undecided")
    write(world.repo, {"app.py": APP + "\n"})
    more = {"exceptions": (exception,), "by_machine": True, "signer": Signer("CI", MAIL)}
    _, files = world.record(more=more)
    machine = msgspec.structs.replace(countersignature(files, "CI"), by_machine=True)
    found = world.check(sealed(files, seal(machine, world.ada)))
    assert found.line == f"Valid: CI <{MAIL}> (a machine) signed exactly what lies here. Signed with 1 exception."
    assert "A machine signed: no person typed anything." in found.notes
    assert "It was signed with uncommitted changes in the tree." in found.notes


def test_expired_goes_before_stale_and_both_are_told(world: World) -> None:
    limits = item("limits", "entrance", verdict=Verdict.WAIVED, until="2026-11-25", owner="Ben")
    files = world.signed(items=(*ITEMS, limits))
    assert world.check(files, days=5).code == 0
    write(world.repo, {"admin.py": APP})
    found = world.check(files, days=6)
    assert [one.code for one in found.problems] == [8, 4]
    assert found.line.startswith("Expired: item limits (About limits): its waiver held until 2026-11-25; Ben answers")


def test_an_answer_that_grew_old(world: World) -> None:
    found = world.check(world.signed(), days=120)
    assert found.code == 4
    assert found.line == f"Stale: what {NAME} <{MAIL}> signed was decided too long ago: 1 item reopens."


def test_a_record_of_another_repository(world: World, tmp_path: Path) -> None:
    files = world.signed()
    other = make_repo(tmp_path, {"other.py": "1\n"}, name="other")
    found = World(other, world.ada, world.ben, world.trust).check(files)
    assert found.code == 2
    assert "a record of another repository (repo)" in found.line


def test_equal_content_is_the_same_under_any_history(world: World, tmp_path: Path) -> None:
    files = world.signed()
    other = make_repo(tmp_path, {"app.py": APP, "README.md": README}, name="other", then=[{}])
    assert World(other, world.ada, world.ben, world.trust).check(files).code == 0


def test_a_record_of_another_folder(world: World) -> None:
    write(world.repo, {"api/a.py": "1\n"})
    commit(world.repo)
    files = world.signed()
    found = World(world.repo / "api", world.ada, world.ben, world.trust).check(files)
    assert found.code == 2
    assert "a record of the whole repository, and this is the folder api" in found.line


@pytest.mark.parametrize("made", ["2026-11-20T11:00:01Z", "2099-01-01T00:00:00Z"])
def test_a_clock_that_is_wrong(world: World, made: str) -> None:
    _, files = world.record(made=made)
    found = world.check(sealed(files, seal(countersignature(files, time=MADE), world.ada)))
    assert found.code == 2
    assert "one of the two clocks is wrong" in found.line


def test_an_hour_of_skew_is_nothing(world: World) -> None:
    _, files = world.record(made="2026-11-20T11:00:00Z")
    found = world.check(sealed(files, seal(countersignature(files, time=MADE), world.ada)))
    assert found.code == 0
    assert any("before the record was made" in note for note in found.notes)


def test_whether_it_is_this_repository_cannot_always_be_told(world: World) -> None:
    files = world.signed()
    clone = world.repo.parent / "clone"
    write(world.repo, {"README.md": README.replace("tee", "tea")})
    commit(world.repo)
    git(world.repo.parent, "clone", "--quiet", "--depth=1", f"file://{world.repo}", str(clone))
    found = World(clone, world.ada, world.ben, world.trust).check(files)
    assert any("shallow clone without the commit" in note for note in found.notes)
    assert any("this very repository cannot be checked" in note for note in found.notes)


def test_too_many_countersignatures_are_not_looked_at(world: World) -> None:
    files = world.signed()
    found = world.check(sealed(files, *(files.seals * 101)))
    assert found.code == 2
    assert found.signers == ()


def test_no_ssh_keygen_is_no_valid_signature(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = world.signed()
    monkeypatch.setattr("os.defpath", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = world.check(files)
    assert found.code in (2, 6)
    assert not found.trusted


def test_faults_of_the_record_itself(world: World) -> None:
    statement, files = world.record()
    assert faults_of(files, statement) == ()
    spoiled = msgspec.structs.replace(files, markdown=b"")
    assert [one.parts for one in faults_of(spoiled, statement)] == [("Markdown", "JSON")]
