"""GPG signatures against a keyring: real keys, known and unknown, expired, revoked, with names their owner made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.signers import Keyring, statement
from walkdown.record.files import Seal
from walkdown.record.statement import canonical
from walkdown.record.trust import Allowed, Trust, find_trust, vouch
from walkdown.record.verification import Problem, Vouched

ADA, EVE = "ada@example.org", "eve@example.org"
DATA = canonical(statement())
MINE = Trust(())


def keyrings() -> Iterator[Keyring]:
    made = Keyring()
    yield made
    made.end()


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Keyring]:
    """That of the person who checks."""
    for one in keyrings():
        monkeypatch.setenv("GNUPGHOME", str(one.home))
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
        yield one


@pytest.fixture
def theirs() -> Iterator[Keyring]:
    """That of the person who signed."""
    yield from keyrings()


def sealed(signature: bytes, mail: str = ADA) -> Seal:
    return Seal("ada-example-org", canonical(statement(mail)), signature, "gpg")


def judged(signature: bytes, mail: str = ADA, trust: Trust = MINE) -> Vouched:
    said = vouch(sealed(signature, mail), statement(mail), trust)
    assert isinstance(said, Vouched), said
    return said


def test_ones_own_key_is_trusted(mine: Keyring) -> None:
    key = mine.new(f"Ada <{ADA}>")
    said = judged(mine.sign(DATA))
    assert (said.trusted, said.key) == (True, key), said.why


def test_a_key_that_is_not_in_the_keyring_is_an_unknown_signer(mine: Keyring, theirs: Keyring) -> None:
    theirs.new(f"Ada <{ADA}>")
    said = judged(theirs.sign(DATA))
    assert (said.trusted, "not in your keyring" in said.why) == (False, True)


def test_a_key_counts_once_somebody_sure_signed_it(mine: Keyring, theirs: Keyring) -> None:
    mine.new("Me <me@example.org>")
    key = theirs.new(f"Ada <{ADA}>")
    mine.take(theirs, key)
    before = judged(theirs.sign(DATA))
    assert (before.trusted, f"gpg --sign-key {key}" in before.why) == (False, True)
    mine.gpg("--yes", "--quick-sign-key", key)
    assert judged(theirs.sign(DATA)).trusted


def test_a_name_that_the_keys_owner_made_up_does_not_count(mine: Keyring, theirs: Keyring) -> None:
    """Eve's key is known as Eve's; then she gives it Ada's name, too."""
    mine.new("Me <me@example.org>")
    key = theirs.new(f"Eve <{EVE}>")
    mine.take(theirs, key)
    mine.gpg("--yes", "--quick-sign-key", key)
    theirs.gpg("--passphrase", "", "--quick-add-uid", key, f"Ada <{ADA}>")
    mine.take(theirs, key)
    said = judged(theirs.sign(DATA))
    assert (said.trusted, f"belongs to {EVE}, not to {ADA}" in said.why) == (False, True), said.why
    assert judged(theirs.sign(canonical(statement(EVE))), EVE).trusted


@pytest.mark.parametrize(
    "name", [f"Eve <{ADA}> <{EVE}>", f"{ADA} <{EVE}>", f"Eve\u2028[GNUPG:] VALIDSIG <{EVE}>", f"x\\x3a{ADA} <{EVE}>"]
)
def test_a_name_that_holds_more_than_a_name_is_taken_for_its_mail(mine: Keyring, name: str) -> None:
    key = mine.new("Me <me@example.org>")
    mine.gpg("--allow-freeform-uid", "--passphrase", "", "--quick-add-uid", key, name)
    mine.gpg("--quick-revoke-uid", key, "Me <me@example.org>")
    assert not judged(mine.sign(DATA)).trusted
    assert judged(mine.sign(canonical(statement(EVE))), EVE).trusted


def test_two_subkeys_are_one_signer(mine: Keyring) -> None:
    key = mine.new(f"Ada <{ADA}>")
    mine.gpg("--passphrase", "", "--quick-add-uid", key, f"Eve <{EVE}>")
    by_first = judged(mine.sign(DATA))
    mine.gpg("--passphrase", "", "--quick-add-key", key, "ed25519", "sign")
    by_second = judged(mine.sign(canonical(statement(EVE))), EVE)
    assert by_first.trusted
    assert by_second.trusted
    assert by_first.key == by_second.key == key


def test_a_keyring_in_the_tree_says_nothing_about_the_tree(mine: Keyring, tmp_path: Path) -> None:
    mine.new(f"Ada <{ADA}>")
    assert judged(mine.sign(DATA), trust=find_trust("", "", None, tree=str(tmp_path))).trusted
    said = judged(mine.sign(DATA), trust=find_trust("", "", None, tree=str(mine.home.parent)))
    assert (said.trusted, "keyring is not used" in said.why) == (False, True)


def test_a_signature_over_a_hash_that_can_be_forged_counts_for_nobody(mine: Keyring) -> None:
    mine.gpg("--passphrase", "", "--quick-gen-key", f"Ada <{ADA}>", "rsa2048", "sign")
    said = judged(mine.sign(DATA, "--digest-algo", "SHA1", "--allow-weak-digest-algos", "--detach-sign"))
    assert (said.trusted, "can be forged" in said.why) == (False, True), said.why


def test_case_counts_for_nothing_in_a_mail(mine: Keyring) -> None:
    mine.new("Ada <Ada@Example.org>")
    assert judged(mine.sign(DATA)).trusted
    kelvin = "ada@example.or\u212a"
    assert not judged(mine.sign(canonical(statement(kelvin))), kelvin).trusted


def test_without_a_mail_nobody_is_vouched_for(mine: Keyring) -> None:
    mine.new(f"Ada <{ADA}>")
    assert not judged(mine.sign(canonical(statement(""))), "").trusted


def test_other_bytes_are_tampering(mine: Keyring) -> None:
    mine.new(f"Ada <{ADA}>")
    said = vouch(sealed(mine.sign(DATA + b" ")), statement(), MINE)
    assert isinstance(said, Problem)
    assert "other bytes" in said.line


@pytest.mark.parametrize("how", [("--sign",), ("--clearsign",), ("--textmode", "--detach-sign")])
def test_only_a_signature_beside_the_file_over_all_its_bytes_counts(mine: Keyring, how: tuple[str, ...]) -> None:
    """Anything that Ada ever signed and that carries its own text must not stand beside a record."""
    mine.new(f"Ada <{ADA}>")
    said = vouch(sealed(mine.sign(DATA, *how)), statement(), MINE)
    assert isinstance(said, Problem) or not said.trusted


def test_an_inline_message_under_the_name_of_a_signature_does_not_count(mine: Keyring) -> None:
    mine.new(f"Ada <{ADA}>")
    message = mine.sign(b"I shall be late.\n", "--sign").replace(b"PGP MESSAGE", b"PGP SIGNATURE")
    said = vouch(sealed(message), statement(), MINE)
    assert isinstance(said, Problem) or not said.trusted


def test_two_signatures_in_one_file_are_none(mine: Keyring) -> None:
    one, other = mine.new(f"Ada <{ADA}>"), mine.new("Bob <bob@example.org>")
    said = vouch(sealed(mine.sign(DATA, "-u", one, "-u", other, "--detach-sign")), statement(), MINE)
    assert isinstance(said, Problem)


@pytest.mark.parametrize(
    "junk", [b"", b"junk", b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n"]
)
def test_junk_is_no_signature(mine: Keyring, junk: bytes) -> None:
    assert isinstance(vouch(sealed(junk), statement(), MINE), Problem)


def test_a_revoked_key_is_not_trusted(mine: Keyring) -> None:
    key = mine.new(f"Ada <{ADA}>")
    signature = mine.sign(DATA)
    revocation = (mine.home / "openpgp-revocs.d" / f"{key}.rev").read_bytes()
    mine.gpg("--import", stdin=revocation.replace(b"\n:-----BEGIN", b"\n-----BEGIN"))
    said = judged(signature)
    assert (said.trusted, said.why) == (False, "the key was revoked")


def test_an_expired_key_is_not_trusted(mine: Keyring) -> None:
    mine.gpg("--faked-system-time", "20200101T000000!", "--passphrase", "", "--quick-gen-key", f"Ada <{ADA}>",
             "ed25519", "sign", "2d")  # fmt: skip
    said = judged(mine.sign(DATA, "--faked-system-time", "20200101T120000!", "--detach-sign"))
    assert (said.trusted, said.why) == (False, "the key has expired")


def test_a_disabled_key_is_not_trusted(mine: Keyring) -> None:
    key = mine.new(f"Ada <{ADA}>")
    signature = mine.sign(DATA)
    mine.gpg("--command-fd", "0", "--edit-key", key, stdin=b"disable\nsave\n")
    assert not judged(signature).trusted


def test_where_signers_are_named_the_keyring_does_not_count(mine: Keyring, tmp_path: Path) -> None:
    mine.new(f"Ada <{ADA}>")
    (tmp_path / "signers").write_text("")
    said = judged(mine.sign(DATA), trust=find_trust(str(tmp_path / "signers"), "", None))
    assert (said.trusted, "SSH keys" in said.why) == (False, True)
    assert not judged(mine.sign(DATA), trust=Trust((Allowed(b"", "main"),), gpg=False)).trusted


def test_a_person_without_a_keyring_gets_none_by_checking(
    theirs: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs.new(f"Ada <{ADA}>")
    signature = theirs.sign(DATA)
    monkeypatch.delenv("GNUPGHOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert not judged(signature).trusted
    assert list(tmp_path.iterdir()) == []


def test_without_gpg_the_signature_is_unknown_and_no_error(
    mine: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine.new(f"Ada <{ADA}>")
    signature = mine.sign(DATA)
    with monkeypatch.context() as world:
        world.setenv("PATH", str(tmp_path))
        said = judged(signature)
    assert (said.trusted, "Install GnuPG" in said.why) == (False, True)
