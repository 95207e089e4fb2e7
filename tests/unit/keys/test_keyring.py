"""The keyring: sealed, private, exclusive, and silent about its secrets."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from support.services import require_tool
from support.signatures import NOW

from keys import files, operators, sealed
from keys.errors import BadKey, BadSignature, KeyExists, KeyMissing, NotTrusted, UnsafeFile, WrongPassphrase
from keys.keyring import KeyInfo, Keyring
from keys.passphrase import Passphrase
from keys.signing import SigningKey

RIGHT, WRONG = Passphrase.random(), Passphrase.random()

OPENERS: dict[str, Callable[[Keyring, Passphrase], object]] = {
    "vault": lambda ring, passphrase: ring.vault(passphrase),
    "maker": lambda ring, passphrase: ring.operator("maker", passphrase),
    "sftp": lambda ring, passphrase: ring.ssh("sftp", passphrase),
}


@pytest.fixture
def full(ring: Keyring) -> Keyring:
    """A keyring with one key of every kind that is quick to make."""
    ring.generate_vault(RIGHT, now=NOW)
    ring.generate_operator("maker", RIGHT, now=NOW)
    ring.generate_ssh("sftp", RIGHT)
    return ring


@pytest.mark.parametrize("name", OPENERS)
def test_the_wrong_passphrase_names_the_key_and_nothing_else(full: Keyring, name: str) -> None:
    with pytest.raises(WrongPassphrase) as refused:
        OPENERS[name](full, WRONG)
    assert refused.value.params == {"key": name}
    shown = "".join(traceback.format_exception(refused.value))
    assert WRONG.reveal().decode() not in shown


@pytest.mark.parametrize("name", OPENERS)
def test_the_right_passphrase_opens(full: Keyring, name: str) -> None:
    OPENERS[name](full, RIGHT)


def test_every_file_is_0600_and_every_folder_0700(full: Keyring) -> None:
    modes = {path.relative_to(full.folder): path.stat().st_mode & 0o777 for path in full.folder.rglob("*")}
    assert {mode for path, mode in modes.items() if (full.folder / path).is_file()} == {0o600}
    assert full.folder.stat().st_mode & 0o777 == 0o700
    assert modes[Path("partners")] == modes[Path("operators")] == 0o700


def test_no_temporary_file_is_left(full: Keyring) -> None:
    assert not [path for path in full.folder.rglob("*") if path.name.startswith(".")]


def test_no_key_file_holds_its_secret_openly(full: Keyring) -> None:
    secret = sealed.unseal((full.folder / "operators" / "maker.key").read_bytes(), "maker", "operator", RIGHT)[1]
    for path in full.folder.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes()
            assert b"BEGIN PRIVATE KEY" not in path.read_bytes()


@pytest.mark.parametrize(
    "generate",
    [
        lambda ring: ring.generate_vault(RIGHT, now=NOW),
        lambda ring: ring.generate_operator("maker", RIGHT, now=NOW),
        lambda ring: ring.generate_ssh("sftp", RIGHT),
    ],
)
def test_a_key_is_never_overwritten(full: Keyring, generate: Callable[[Keyring], KeyInfo]) -> None:
    before = {path: path.read_bytes() for path in full.folder.rglob("*") if path.is_file()}
    with pytest.raises(KeyExists):
        generate(full)
    assert before == {path: path.read_bytes() for path in full.folder.rglob("*") if path.is_file()}


def test_a_keyring_is_not_created_over_another(ring: Keyring) -> None:
    with pytest.raises(KeyExists):
        Keyring.create(ring.folder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_key_file_others_could_read_or_write_is_refused(full: Keyring, mode: int) -> None:
    (full.folder / "vault.key").chmod(mode)
    with pytest.raises(UnsafeFile, match="mode_too_open"):
        full.vault(RIGHT)


def test_a_linked_key_file_is_refused(full: Keyring) -> None:
    path = full.folder / "vault.key"
    path.rename(full.folder / "elsewhere")
    path.symlink_to(full.folder / "elsewhere")
    with pytest.raises(UnsafeFile, match="unreadable_or_link"):
        full.vault(RIGHT)


def test_a_pipe_in_place_of_a_key_is_refused_without_waiting(full: Keyring) -> None:
    (full.folder / "vault.key").unlink()
    os.mkfifo(full.folder / "vault.key", 0o600)
    with pytest.raises(UnsafeFile, match="wrong_kind"):
        full.vault(RIGHT)


def test_a_key_file_of_someone_else_is_refused(full: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UnsafeFile, match="foreign_owner"):
        full.vault(RIGHT)


@pytest.mark.parametrize("folder", [".", "operators", "partners"])
def test_a_folder_others_can_enter_is_refused(ring: Keyring, folder: str) -> None:
    (ring.folder / folder).chmod(0o750)
    with pytest.raises(UnsafeFile, match="mode_too_open"):
        Keyring(ring.folder)


def test_a_linked_folder_is_refused(ring: Keyring, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ring.folder)
    with pytest.raises(UnsafeFile, match="wrong_kind"):
        Keyring(tmp_path / "link")


def test_a_missing_keyring_and_a_missing_key_are_named(ring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="nowhere"):
        Keyring(tmp_path / "nowhere")
    with pytest.raises(KeyMissing, match=r"maker\.key"):
        ring.operator("maker", RIGHT)


@pytest.mark.parametrize("name", ["", "../vault", "a/b", ".hidden", "Größe", "UPPER", "a" * 65, "a\n"])
def test_names_that_could_leave_the_folder_are_refused(ring: Keyring, name: str) -> None:
    with pytest.raises(BadKey, match="key_name"):
        ring.generate_operator(name, RIGHT, now=NOW)


def test_an_interrupted_creation_leaves_no_name(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(files.os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        ring.generate_vault(RIGHT, now=NOW)
    assert not list(ring.folder.glob("*vault*"))


def test_a_key_copied_under_another_name_is_refused(full: Keyring) -> None:
    shutil.copy(full.folder / "operators" / "maker.key", full.folder / "operators" / "checker.key")
    with pytest.raises(BadKey, match="key_of_another_purpose"):
        full.operator("checker", RIGHT)


@pytest.mark.parametrize("field", ["name", "created", "key_id"])
def test_a_changed_header_does_not_open(full: Keyring, field: str) -> None:
    path = full.folder / "operators" / "maker.key"
    head, _, body = path.read_bytes().partition(b"\n")
    header = json.loads(head) | {field: "2026-01-01T00:00:00+07:00"}
    path.write_bytes(json.dumps(header).encode() + b"\n" + body)
    with pytest.raises((WrongPassphrase, BadKey)):
        full.operator("maker", RIGHT)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"not json", b'{"format": "chitra-sealed-key-1"}', b"\xff"])
def test_a_file_that_is_no_key_is_one_clear_error(full: Keyring, content: bytes) -> None:
    (full.folder / "vault.key").write_bytes(content)
    with pytest.raises(BadKey, match="key_file_format"):
        full.vault(RIGHT)


def test_a_key_file_cannot_ask_for_unbounded_memory(full: Keyring) -> None:
    path = full.folder / "vault.key"
    path.write_bytes(path.read_bytes().replace(b'"n": 4096', b'"n": 1073741824'))
    with pytest.raises(BadKey, match="key_file_format"):
        full.vault(RIGHT)


def test_a_chosen_passphrase_is_made_hard_to_guess(ring: Keyring) -> None:
    chosen = Passphrase.of(b"correct horse battery")
    ring.generate_vault(chosen, now=NOW)
    header = json.loads((ring.folder / "vault.key").read_bytes().partition(b"\n")[0])
    assert header["kdf"]["n"] * header["kdf"]["r"] * 128 == 128 * 2**20
    assert ring.vault(chosen).key_id == header["key_id"]


def test_a_new_passphrase_opens_the_same_key_and_the_old_one_no_more(full: Keyring) -> None:
    envelope = full.vault(RIGHT).seal(b"text", "row")
    storage = next(info for info in full.list() if info.purpose == "storage")
    full.change_passphrase(storage, RIGHT, WRONG)
    assert full.vault(WRONG).open(envelope, "row") == b"text"
    with pytest.raises(WrongPassphrase):
        full.vault(RIGHT)


def test_the_list_needs_no_passphrase(full: Keyring) -> None:
    found = full.list()
    assert [(info.purpose, info.name, info.algorithm) for info in found] == [
        ("operator", "maker", "ed25519"),
        ("storage", "vault", "aes-256-gcm"),
        ("transport", "sftp", "ssh-ed25519"),
    ]
    assert [info.created for info in found] == [NOW, NOW, None]
    assert found[0].key_id == operators.key_id_of_public(full.operator_public("maker"))


# -- operators


def test_an_operator_signature_holds_for_exactly_that_content_and_key(full: Keyring) -> None:
    full.generate_operator("checker", RIGHT, now=NOW)
    signature = full.operator("maker", RIGHT).sign(b"digest")
    operators.verify(full.operator_public("maker"), signature, b"digest")
    for name, content in (("maker", b"digesT"), ("checker", b"digest")):
        with pytest.raises(BadSignature, match="signature_mismatch"):
            operators.verify(full.operator_public(name), signature, content)


def test_only_ed25519_public_keys_are_operators(signing_key: SigningKey) -> None:
    with pytest.raises(BadKey, match="public_key_unreadable"):
        operators.verify(signing_key.certificate_pem, b"", b"")


# -- signing


def test_a4_a_signing_key_knows_its_id_certificate_and_validity(signing_key: SigningKey) -> None:
    assert signing_key.not_before == NOW
    assert signing_key.not_after == NOW + timedelta(days=730)
    assert signing_key.certificate_pem.startswith(b"-----BEGIN CERTIFICATE-----")
    assert len(signing_key.key_id) == 16


def test_a_signing_key_is_refused_outside_its_validity(signing_key: SigningKey) -> None:
    signing_key.check_valid(NOW)
    with pytest.raises(NotTrusted, match="certificate_expired"):
        signing_key.check_valid(signing_key.not_after + timedelta(seconds=1))


def test_a_swapped_certificate_is_caught_before_anything_is_signed(ring: Keyring) -> None:
    for name in ("payments", "other"):
        ring.generate_signing(name, "UBND XA", RIGHT, now=NOW)
    shutil.copy(ring.folder / "other.pem", ring.folder / "payments.pem")
    with pytest.raises(BadKey, match="certificate_of_another_key"):
        ring.signer("payments", RIGHT)


def test_a3_open_keys_show_no_secret(full: Keyring, signing_key: SigningKey) -> None:
    shown = repr((signing_key, full.vault(RIGHT), full.operator("maker", RIGHT), full.ssh("sftp", RIGHT)))
    assert "PRIVATE" not in shown
    assert "0x" not in shown


# -- transport


def test_the_ssh_identity_is_one_that_openssh_reads(full: Keyring) -> None:
    keygen = require_tool("ssh-keygen")
    path, secret = full.folder / "sftp", RIGHT.reveal().decode()
    shown = subprocess.run([keygen, "-y", "-P", secret, "-f", path], capture_output=True, text=True, check=True)
    assert shown.stdout.split()[:2] == full.ssh("sftp", RIGHT).public_line.split()[:2]
    listed = subprocess.run([keygen, "-l", "-f", f"{path}.pub"], capture_output=True, text=True, check=True)
    assert full.ssh("sftp", RIGHT).fingerprint in listed.stdout


def test_an_ssh_key_without_passphrase_is_refused(full: Keyring) -> None:
    (full.folder / "sftp").write_bytes(full.ssh("sftp", RIGHT).private_openssh)
    with pytest.raises(BadKey, match="key_not_sealed"):
        full.ssh("sftp", RIGHT)
