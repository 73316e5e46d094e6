"""Whom one believes: real keys, real ssh-keygen, and every way in which a line, a key or a signature is not enough."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest

from helpers.repos import make_repo
from helpers.signers import LONG_AGO, by_file, certificate, fingerprint, public, ssh_key, statement, tool
from walkdown.errors import RecordError, UsageError
from walkdown.record.allowed import matches, read_lines, why_not
from walkdown.record.files import Seal
from walkdown.record.signature import seal
from walkdown.record.statement import Countersignature
from walkdown.record.trust import Allowed, Trust, find_trust, vouch
from walkdown.record.verification import TAMPERED, Problem, Vouched

ADA, BOB = "ada@example.org", "bob@example.org"
NOW = datetime(2026, 11, 20, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of Ada, Bob and an authority; nobody writes here."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ada", "bob", "ca"):
        ssh_key(folder, name)
    return folder


@pytest.fixture(scope="module")
def sealed(keys: Path) -> Seal:
    """Ada's."""
    return seal(statement(), by_file(keys / "ada"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    return tmp_path


def trust(lines: str | bytes) -> Trust:
    return Trust((Allowed(lines if isinstance(lines, bytes) else lines.encode(), "a file"),))


def judged(seal: Seal, by: Trust, who: Countersignature | None = None) -> Vouched:
    said = vouch(seal, who or statement(), by)
    assert isinstance(said, Vouched), said
    return said


def test_a_named_key_is_trusted_and_named(keys: Path, sealed: Seal) -> None:
    said = judged(sealed, trust(f"{ADA} {public(keys / 'ada')}\n"))
    assert (said.trusted, said.key, said.why) == (True, fingerprint(keys / "ada"), f"a file names this key for {ADA}")
    assert (said.file, said.name, said.mail) == ("2026-11-20-0123456789ab.ada-example-org.json", "Ada Example", ADA)


LINES = [
    ("{ada} {key}", ""),
    ('"{ada}" {key}', ""),
    ("{ada}\t{key} with a comment", ""),
    ("{ada},{bob} {key}", ""),
    ("*@example.org {key}", ""),
    ("* {key}", ""),
    ('{ada} namespaces="git,walkdown" {key}', ""),
    ('{ada} NAMESPACES="walk*" {key}', ""),
    ('{ada} valid-after="20200101",valid-before="20991231" {key}', ""),
    ("\ufeff{ada} {key}", ""),
    ("{ada} {key}\r", ""),
    ("", "does not name this key"),
    ("# {ada} {key}", "does not name this key"),
    ("{ada} {other}", f"names {ADA} with another key"),
    ("{bob} {key}", f"line 1 names this key for {BOB}, not for {ADA}"),
    ("ADA@example.org {key}", "line 1 names this key for ADA@example.org"),
    ("*@example.org,!{ada} {key}", "not for"),
    ('{ada} namespaces="git" {key}', 'line 1 names this key for git only; add to it: namespaces="git,walkdown"'),
    ('{ada} namespaces="" {key}', "for nothing only"),
    (f'{{ada}} valid-before="{LONG_AGO}" {{key}}', f"valid before {LONG_AGO} only"),
    ('{ada} valid-after="20990101" {key}', "not valid before 20990101"),
    ("{ada} cert-authority {key}", "as an authority only"),
    ("{ada} agent-forwarding {key}", "line 1 cannot be understood"),
    ('{ada} namespaces="walkdown",namespaces="git" {key}', "line 1 cannot be understood"),
    ('{ada} namespaces="walkdown {key}', "line 1 cannot be understood"),
    ("{ada} ssh-ed25519 AAAA", "line 1 cannot be understood"),
    ("{ada} ssh-rsa {blob}", "line 1 cannot be understood"),
    ("{ada}\x00 {key}", "line 1 cannot be understood"),
    ("{key}", "line 1 cannot be understood"),
    ("{ada}", "line 1 cannot be understood"),
]


@pytest.mark.parametrize(("line", "why"), LINES)
def test_a_line_counts_or_it_is_told_why_not(keys: Path, sealed: Seal, line: str, why: str) -> None:
    key, other = public(keys / "ada"), public(keys / "bob")
    said = judged(sealed, trust(line.format(ada=ADA, bob=BOB, key=key, other=other, blob=key.split()[1]) + "\n"))
    assert said.trusted is (why == ""), said.why
    assert why in said.why


BAD = ["garbage", '"unclosed x y', "a b c d e", 'x@y namespaces="git ssh-ed25519 AAAA', "\x00" * 40, "x " * 50_000]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_line_neither_spoils_a_good_one_nor_lets_anyone_in(keys: Path, sealed: Seal, bad: str) -> None:
    good = f"{ADA} {public(keys / 'ada')}"
    assert judged(sealed, trust(f"{bad}\n{good}\n")).trusted
    assert judged(sealed, trust(f"{good}\n{bad}")).trusted
    assert not judged(sealed, trust(f"{bad}\n{BOB} {public(keys / 'bob')}\n")).trusted


def test_bytes_that_are_no_text_are_a_bad_line(keys: Path, sealed: Seal) -> None:
    good = f"{ADA} {public(keys / 'ada')}\n".encode()
    assert judged(sealed, trust(b"\xff\xfe \xff\n" + good)).trusted
    assert not judged(sealed, trust(b"\xff\xfe \xff\n")).trusted


def test_nobody_named_means_nobody_trusted(sealed: Seal) -> None:
    said = judged(sealed, Trust(()))
    assert not said.trusted
    assert "--allowed-signers" in said.why


def test_another_persons_signature_does_not_fit(keys: Path, sealed: Seal) -> None:
    bob = seal(statement(BOB, "Bob"), by_file(keys / "bob"))
    both = trust(f"{ADA} {public(keys / 'ada')}\n{BOB} {public(keys / 'bob')}\n")
    swapped = msgspec.structs.replace(sealed, signature=bob.signature)
    said = vouch(swapped, statement(), both)
    assert isinstance(said, Problem)
    assert (said.code, said.parts[0]) == (TAMPERED, "2026-11-20-0123456789ab.ada-example-org.json")
    assert "ada-example-org.json.sig does not fit" in said.line


def test_a_trusted_key_signs_for_nobody_else(keys: Path) -> None:
    """Bob, whom one trusts, writes Ada's name under it."""
    forged = seal(statement(ADA), by_file(keys / "bob"))
    both = trust(f"{ADA} {public(keys / 'ada')}\n{BOB} {public(keys / 'bob')}\n")
    said = judged(forged, both)
    assert not said.trusted
    assert f"names this key for {BOB}, not for {ADA}" in said.why
    assert said.key == fingerprint(keys / "bob")


@pytest.mark.parametrize(
    "mail", ["*", "*@example.org", f"{ADA},{BOB}", "-f", "!x", f"{ADA}\n", f"{ADA}\x00", " ", "\x1b"]
)
def test_a_mail_is_never_a_pattern_nor_an_option(keys: Path, mail: str) -> None:
    who = statement(mail)
    said = judged(seal(who, by_file(keys / "ada")), trust(f"{ADA} {public(keys / 'ada')}\n"), who)
    assert not said.trusted


def test_without_a_mail_the_name_stands_before_the_key(keys: Path) -> None:
    who = statement("", "Ada Example")
    made = seal(who, by_file(keys / "ada"))
    assert judged(made, trust(f"ada-example {public(keys / 'ada')}\n"), who).trusted
    assert not judged(made, trust(f"{ADA} {public(keys / 'ada')}\n"), who).trusted


@pytest.mark.parametrize("change", ["statement", "signature", "cut", "empty", "junk", "pgp"])
def test_one_changed_byte_is_tampering(keys: Path, sealed: Seal, change: str) -> None:
    assert sealed.signature is not None
    body = sealed.signature
    changed = {
        "statement": msgspec.structs.replace(sealed, statement=sealed.statement.replace(b"developer", b"developeR")),
        "signature": msgspec.structs.replace(
            sealed, signature=body.replace(body[150:151], b"A" if body[150:151] != b"A" else b"B", 1)
        ),
        "cut": msgspec.structs.replace(sealed, signature=body[:100]),
        "empty": msgspec.structs.replace(sealed, signature=b""),
        "junk": msgspec.structs.replace(sealed, signature=b"\x00\xff" * 5000),
        "pgp": msgspec.structs.replace(sealed, kind="gpg"),
    }[change]
    said = vouch(changed, statement(), trust(f"* {public(keys / 'ada')}\n"))
    assert isinstance(said, Problem), said
    assert said.code == TAMPERED


def test_a_signature_made_for_git_is_none_for_walkdown(tmp_path: Path, keys: Path, sealed: Seal) -> None:
    (tmp_path / "x").write_bytes(sealed.statement)
    tool("ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", keys / "ada", tmp_path / "x")
    other = msgspec.structs.replace(sealed, signature=(tmp_path / "x.sig").read_bytes())
    assert isinstance(vouch(other, statement(), trust(f"* {public(keys / 'ada')}\n")), Problem)


def test_a_missing_signature_only_means_that_this_person_does_not_count(keys: Path, sealed: Seal) -> None:
    said = judged(msgspec.structs.replace(sealed, signature=None), trust(f"* {public(keys / 'ada')}\n"))
    assert not said.trusted
    assert "is missing" in said.why


def test_an_authority_vouches_for_whom_its_certificates_name(tmp_path: Path, keys: Path) -> None:
    key = ssh_key(tmp_path, "id")
    made = seal(statement(), by_file(certificate(keys / "ca", key, ADA)))
    line = f"*@example.org cert-authority {public(keys / 'ca')}\n"
    assert judged(made, trust(line)).trusted
    bob = statement(BOB)
    as_bob = seal(bob, by_file(tmp_path / "id-cert.pub"))
    assert not judged(as_bob, trust(line), bob).trusted, "the certificate is for Ada"
    assert not judged(made, trust(f"*@example.org {public(keys / 'ca')}\n")).trusted, "no authority without the word"
    assert not judged(made, trust(f"*@other.org cert-authority {public(keys / 'ca')}\n")).trusted
    plain = seal(statement(), by_file(key))
    assert not judged(plain, trust(line)).trusted, "the key alone is nobody's"


def revoking(path: Path, *keys: Path) -> Path:
    path.write_text("".join(f"{public(key)}\n" for key in keys))
    return path


def test_a_revoked_key_does_not_count(tmp_path: Path, keys: Path, sealed: Seal) -> None:
    by = trust(f"{ADA} {public(keys / 'ada')}\n")
    revoked = msgspec.structs.replace(by, revoked=str(revoking(tmp_path / "revoked", keys / "ada")))
    said = judged(sealed, revoked)
    assert not said.trusted
    assert "revocationFile" in said.why
    other = msgspec.structs.replace(by, revoked=str(revoking(tmp_path / "other", keys / "bob")))
    assert judged(sealed, other).trusted


def test_a_broken_list_of_revoked_keys_lets_nobody_in(tmp_path: Path, keys: Path, sealed: Seal) -> None:
    (tmp_path / "revoked").write_text("junk junk\n")
    by = msgspec.structs.replace(trust(f"{ADA} {public(keys / 'ada')}\n"), revoked=str(tmp_path / "revoked"))
    assert not judged(sealed, by).trusted


def git(name: str, value: object) -> None:
    tool("git", "config", "--global", name, str(value))


def test_one_may_believe_by_flag_config_and_git(home: Path, keys: Path, sealed: Seal) -> None:
    (home / "signers").write_text(f"{ADA} {public(keys / 'ada')}\n")
    flag = find_trust(str(home / "signers"), "", None)
    config = find_trust("", str(home / "signers"), None)
    assert (flag.gpg, config.gpg) == (False, True)
    assert not judged(sealed, find_trust("", "", None)).trusted
    git("gpg.ssh.allowedSignersFile", "~/signers")
    for by, told in ((flag, "--allowed-signers"), (config, "your config"), (find_trust("", "", None), "git's")):
        said = judged(sealed, by)
        assert said.trusted
        assert told in said.why


def test_where_one_is_named_the_usual_ones_do_not_count(home: Path, keys: Path, sealed: Seal) -> None:
    (home / "usual").write_text(f"{ADA} {public(keys / 'ada')}\n")
    (home / "named").write_text(f"{BOB} {public(keys / 'bob')}\n")
    git("gpg.ssh.allowedSignersFile", home / "usual")
    assert not judged(sealed, find_trust(str(home / "named"), str(home / "usual"), None)).trusted
    ref = Allowed(b"", "main:.walkdown/allowed_signers")
    by_ref = find_trust("", str(home / "usual"), ref)
    assert (by_ref.allowed, by_ref.gpg) == ((ref,), False)


def test_revoked_keys_are_out_even_where_signers_are_named(home: Path, keys: Path, sealed: Seal) -> None:
    (home / "named").write_text(f"{ADA} {public(keys / 'ada')}\n")
    git("gpg.ssh.revocationFile", revoking(home / "revoked", keys / "ada"))
    assert not judged(sealed, find_trust(str(home / "named"), "", None)).trusted


@pytest.mark.parametrize("what", ["gone", "folder", "pipe", "huge", "nul\0"])
@pytest.mark.parametrize("how", ["flag", "config"])
def test_a_file_that_one_names_must_be_there(home: Path, what: str, how: str) -> None:
    (home / "folder").mkdir()
    os.mkfifo(home / "pipe")
    with (home / "huge").open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    path = f"{home}/{what}"
    with pytest.raises(UsageError) as caught:
        find_trust(*((path, "") if how == "flag" else ("", path)), None)
    assert (caught.value.code, bool(caught.value.do)) == (2, True)


@pytest.mark.parametrize("value", ["~/gone", "signers", "~/repo/signers"])
def test_gits_own_setting_is_told_where_it_cannot_be_used(
    home: Path, keys: Path, sealed: Seal, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """A relative path would be another file in each tree, written by whoever wrote the tree."""
    (home / "repo").mkdir()
    (home / "repo" / "signers").write_text(f"{ADA} {public(keys / 'ada')}\n")
    monkeypatch.chdir(home / "repo")
    git("gpg.ssh.allowedSignersFile", value)
    by = find_trust("", "", None, tree=str(home / "repo") if value.startswith("~") else "")
    assert by.allowed == ()
    said = judged(sealed, by)
    assert not said.trusted
    assert f"git's gpg.ssh.allowedSignersFile ({value})" in said.why


def test_a_file_in_the_tree_says_nothing_about_the_tree(home: Path) -> None:
    (home / "repo").mkdir()
    (home / "repo" / "signers").write_text("")
    (home / "link").symlink_to(home / "repo")
    with pytest.raises(UsageError, match="lies in the tree"):
        find_trust(str(home / "link" / "signers"), "", None, tree=str(home / "repo"))
    assert find_trust(str(home / "repo" / "signers"), "", None).allowed[0].lines == b""


def test_a_file_elsewhere_in_the_repository_says_nothing_about_a_folder_of_it(home: Path) -> None:
    repo = make_repo(home, {"signers": "", "api/app.py": "1\n"})
    with pytest.raises(UsageError, match="lies in the tree"):
        find_trust(str(repo / "signers"), "", None, tree=str(repo / "api"))


def test_a_list_of_revoked_keys_that_is_gone_is_told(home: Path, sealed: Seal) -> None:
    git("gpg.ssh.revocationFile", "~/gone")
    by = find_trust("", "", None)
    assert (by.revoked, "revocationFile (~/gone)" in judged(sealed, by).why) == ("", True)


def test_without_ssh_keygen_one_is_told_what_to_install(
    tmp_path: Path, sealed: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecordError, match="Install OpenSSH"):
        vouch(sealed, statement(), Trust(()))


def test_a_too_old_ssh_keygen_is_no_tampering(tmp_path: Path, sealed: Seal, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "ssh-keygen"
    old.write_text("#!/bin/sh\necho 'illegal option -- Y' >&2\nexit 1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RecordError, match="OpenSSH"):
        vouch(sealed, statement(), Trust(()))


def test_many_lines_that_cannot_be_understood_are_summed_up() -> None:
    lines = read_lines(b"a\n\n# b\nc\nd\ne\nf\n")
    assert lines.odd == (1, 4, 5, 6, 7)
    assert "line 1, 4, 5 … cannot be understood" in why_not(lines, "SHA256:x", ADA, NOW)


@pytest.mark.parametrize(
    ("patterns", "text", "does"),
    [("a*", "abc", True), ("a?c", "abc", True), ("a[b]c", "abc", False), ("!abc,*", "abc", False), ("x", "abc", False)],
)
def test_patterns_match_as_ssh_matches_them(patterns: str, text: str, does: bool) -> None:
    assert matches(patterns, text) is does
