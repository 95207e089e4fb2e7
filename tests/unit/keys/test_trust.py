"""Pinned certificates and host keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.forgeries import Cast
from support.signatures import partner

from keys.errors import BadKey, KeyMissing, UnsafeFile
from keys.trust import host_key, load_certificates


def _line(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


ED25519 = _line(ed25519.Ed25519PrivateKey.generate())


def test_certificates_are_loaded_one_each(tmp_path: Path, cast: Cast) -> None:
    (tmp_path / "both.pem").write_bytes(cast.bank.pem + cast.stranger.pem)
    assert load_certificates([tmp_path / "both.pem"]) == (cast.bank.pem, cast.stranger.pem)


def test_a_certificate_others_may_replace_is_refused(tmp_path: Path, cast: Cast) -> None:
    path = tmp_path / "bank.pem"
    path.write_bytes(cast.bank.pem)
    path.chmod(0o664)
    with pytest.raises(UnsafeFile, match="mode_too_open"):
        load_certificates([path])


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"bank\.pem"):
        load_certificates([tmp_path / "bank.pem"])


def test_a_file_without_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bank.pem").write_bytes(b"hello")
    with pytest.raises(BadKey, match="certificate_unreadable"):
        load_certificates([tmp_path / "bank.pem"])


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bank.pem").write_bytes(partner(bits=1024).pem)
    with pytest.raises(BadKey, match="certificate_key_too_short"):
        load_certificates([tmp_path / "bank.pem"])


@pytest.mark.parametrize(
    "text", [ED25519, f" {ED25519}\n", f"{ED25519} sftp.bank.example"], ids=["bare", "spaces", "comment"]
)
def test_a_host_key_is_normalised(text: str) -> None:
    assert host_key(text) == ED25519


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)])
def test_other_modern_host_keys_are_accepted(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    assert host_key(_line(key)) == _line(key)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "host_key_algorithm"),
        ("ssh-dss AAAA", "host_key_algorithm"),
        (ED25519.split()[1], "host_key_algorithm"),
        ("SHA256:8Jq", "host_key_algorithm"),
        (ED25519[:-8], "host_key_unreadable"),
        ("ssh-ed25519", "host_key_unreadable"),
        (ED25519.replace("ssh-ed25519", "ssh-rsa", 1), "host_key_unreadable"),
        (_line(rsa.generate_private_key(65537, 1024)), "host_key_too_short"),
    ],
    ids=["empty", "dss", "no kind", "fingerprint", "cut", "kind alone", "other kind", "short"],
)
def test_anything_but_a_full_host_key_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadKey, match=code):
        host_key(text)
