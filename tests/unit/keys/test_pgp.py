"""OpenPGP: GnuPG believes ours and we its; a message is believed by the one signature of a pinned certificate (T9).

The library alone believes and does more: an expired certificate, a revoked recipient, one good signature among several.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
from support import pgp as forms
from support.pgp import GnuPG, far, key, seal
from support.signatures import TemporarySpool

from keys import pgp
from keys.errors import BadKey, BadProof, BadSignature, Hostile, KeysError, NotTrusted
from keys.pgp import PgpCertificate, PgpKey
from keys.verified import Verified

DATA = b"<Document>\r\n<!-- raw bytes, whatever they are -->\xff\x00</Document>"
US, BANK, STRANGER = "us", "bank", "stranger"


def verify(
    message: bytes,
    *pinned: PgpCertificate,
    us: PgpKey | None = None,
    now: datetime | None = None,
    size_max: int = 100_000,
) -> Verified:
    trusted = pinned or (key(BANK).certificate,)
    now = now or datetime.now(UTC)
    return pgp.verify_pgp(io.BytesIO(message), trusted, us or key(US), TemporarySpool(), now, size_max)


def refused(message: bytes, *pinned: PgpCertificate, **options: object) -> tuple[type[KeysError], str]:
    with pytest.raises(BadProof) as caught:
        verify(message, *pinned, **options)  # type: ignore[arg-type]
    return type(caught.value), caught.value.code


# -- what is believed


@pytest.mark.parametrize("armored", [False, True])
def test_t1_what_a_partner_signed_and_encrypted_to_us_is_believed(armored: bool) -> None:
    message = forms.sealed(DATA, key(BANK), key(US))
    with verify(forms.armored(message) if armored else message) as proven:
        assert (proven.proof, proven.key_id) == ("openpgp", key(BANK).key_id)
        assert proven.open().read() == DATA
        assert proven.certificate == key(BANK).certificate.text.encode()


def test_what_a_partner_only_signed_is_believed_as_well() -> None:
    with verify(forms.signed(DATA, key(BANK))) as proven:
        assert proven.open().read() == DATA


def test_while_certificates_change_both_pinned_ones_are_believed() -> None:
    pins = (key(STRANGER).certificate, key(BANK).certificate)
    assert {verify(forms.signed(DATA, key(each)), *pins).key_id for each in (BANK, STRANGER)} == {
        each.key_id for each in pins
    }


def test_what_we_sealed_is_read_by_the_partner_and_by_ourselves() -> None:
    message = seal(DATA, key(US), key(BANK).certificate)
    with verify(message, key(US).certificate, us=key(BANK)) as read:
        assert read.open().read() == DATA
    with pgp.open_own(io.BytesIO(message), key(US), TemporarySpool(), datetime.now(UTC), 100_000) as own:
        assert (own.key_id, own.open().read()) == (key(US).key_id, DATA)
    assert refused(message, us=key(STRANGER)) == (Hostile, "encrypted_to_another")


def test_m5_after_our_key_was_exchanged_what_was_encrypted_to_the_old_one_is_still_read() -> None:
    old, now, spool = key("us before"), datetime.now(UTC), TemporarySpool()
    pins = [key(BANK).certificate]
    for reader in (old, key(US)):
        message = io.BytesIO(forms.sealed(DATA, key(BANK), reader))
        assert pgp.verify_pgp(message, pins, key(US), spool, now, 100_000, [old]).open().read() == DATA
    ours = io.BytesIO(seal(DATA, old, key(BANK).certificate))
    assert pgp.open_own(ours, key(US), spool, now, 100_000, [old]).key_id == old.key_id
    for forged, code in (
        (forms.signed(DATA, old), "own_message_reflected"),
        (ours.getvalue(), "own_message_reflected"),
    ):
        with pytest.raises(NotTrusted, match=code):
            pgp.verify_pgp(io.BytesIO(forged), pins, key(US), spool, now, 100_000, [old])
    with pytest.raises(Hostile, match="encrypted_to_another"):
        pgp.verify_pgp(
            io.BytesIO(forms.sealed(DATA, key(BANK), key(STRANGER))), pins, key(US), spool, now, 100_000, [old]
        )


# -- what is refused

FORGED = {
    "nobody signed": (lambda: forms.unsigned(DATA, key(US)), BadSignature, "signature_missing"),
    "data without its signature": (
        lambda: forms.literal_of(forms.signed(DATA, key(BANK))),
        BadSignature,
        "signature_missing",
    ),
    "a stranger signed": (lambda: forms.sealed(DATA, key(STRANGER), key(US)), NotTrusted, "certificate_not_pinned"),
    "we signed": (lambda: forms.signed(DATA, key(US)), NotTrusted, "own_message_reflected"),
    "our own file came back": (
        lambda: seal(DATA, key(US), key(BANK).certificate),
        NotTrusted,
        "own_message_reflected",
    ),
    "we and the partner signed": (
        lambda: forms.twice(DATA, key(US), key(BANK)),
        NotTrusted,
        "own_message_reflected",
    ),
    "a stranger signed as well": (
        lambda: forms.twice(DATA, key(BANK), key(STRANGER)),
        BadSignature,
        "signature_not_unique",
    ),
    "the partner signed twice": (
        lambda: forms.twice(DATA, key(BANK), key(BANK)),
        BadSignature,
        "signature_not_unique",
    ),
    "content was changed": (
        lambda: forms.signed(DATA, key(BANK)).replace(b"raw bytes", b"new bytes"),
        BadSignature,
        "signature_mismatch",
    ),
    "encrypted to another": (
        lambda: forms.sealed(DATA, key(BANK), key(STRANGER)),
        Hostile,
        "encrypted_to_another",
    ),
    "cut off": (lambda: forms.sealed(DATA, key(BANK), key(US))[:-40], Hostile, "not_openpgp"),
    "changed under encryption": (
        lambda: _flipped(forms.sealed(DATA, key(BANK), key(US))),
        Hostile,
        "not_decryptable",
    ),
    "plain XML": (lambda: DATA, Hostile, "not_openpgp"),
    "nothing": (lambda: b"", Hostile, "not_openpgp"),
    "noise": (lambda: bytes(range(128, 256)) * 8, Hostile, "not_openpgp"),
    "clear text signed": (lambda: forms.clear_text(b"text", key(BANK)), Hostile, "not_openpgp"),
    "a signature without data": (lambda: forms.detached(DATA, key(BANK)), Hostile, "not_openpgp"),
    "something behind it": (lambda: forms.signed(DATA, key(BANK)) + b"\xff\xff", Hostile, "not_openpgp"),
}


def _flipped(message: bytes) -> bytes:
    return message[:-30] + bytes([message[-30] ^ 1]) + message[-29:]


@pytest.mark.parametrize("name", FORGED)
def test_t9_each_forgery_is_refused_with_its_own_code(name: str) -> None:
    forged, kind, code = FORGED[name]
    assert refused(forged()) == (kind, code)


def test_t9_an_expired_certificate_proves_nothing_whenever_it_signed() -> None:
    bank = key("ending", 86_400)
    message = forms.sealed(DATA, bank, key(US))
    with verify(message, bank.certificate) as proven:
        assert proven.open().read() == DATA
    assert refused(message, bank.certificate, now=far(2)) == (NotTrusted, "certificate_expired")


def test_t9_a_revoked_certificate_proves_nothing() -> None:
    message = forms.signed(DATA, key(BANK))
    assert refused(message, forms.revoked(key(BANK))) == (NotTrusted, "certificate_revoked")


def test_t9_nothing_is_believed_without_a_pinned_certificate() -> None:
    with pytest.raises(NotTrusted, match="certificate_not_pinned"):
        pgp.verify_pgp(
            io.BytesIO(forms.signed(DATA, key(BANK))), [], key(US), TemporarySpool(), datetime.now(UTC), 100_000
        )


def test_nothing_is_encrypted_to_a_certificate_that_is_revoked_or_over() -> None:
    with pytest.raises(NotTrusted, match="certificate_revoked"):
        seal(DATA, key(US), forms.revoked(key(BANK)))
    with pytest.raises(NotTrusted, match="certificate_expired"):
        seal(DATA, key(US), key("ending", 86_400).certificate, far(2))


# -- bounds


def test_t6_more_than_the_size_allowed_is_not_even_looked_at() -> None:
    source = io.BytesIO(forms.signed(bytes(5_000_000), key(BANK)))
    with pytest.raises(Hostile, match="too_large"):
        pgp.verify_pgp(source, [], key(US), TemporarySpool(), datetime.now(UTC), 2_000_000)
    assert source.tell() == 2_000_001


def test_a_process_that_ends_without_an_answer_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgp, "_MEMORY_BYTES", 1 << 20)
    assert refused(forms.signed(DATA, key(BANK))) == (Hostile, "openpgp_unfinished")


# -- certificates and keys


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "openpgp_certificate_unreadable"),
        (b"-----BEGIN CERTIFICATE-----", "openpgp_certificate_unreadable"),
        (b"\xff" * 100, "openpgp_certificate_unreadable"),
        (b"x" * 300_000, "openpgp_certificate_unreadable"),
    ],
)
def test_a_partners_file_that_is_no_certificate_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(BadKey, match=code):
        pgp.describe(text)


def test_a_partners_file_holds_one_public_certificate() -> None:
    text = key(BANK).certificate.text
    assert pgp.describe(text.encode()) == key(BANK).certificate
    with pytest.raises(BadKey, match="openpgp_certificate_unreadable"):
        pgp.describe((text + key(STRANGER).certificate.text).encode())
    with pytest.raises(BadKey, match="openpgp_certificate_secret"):
        pgp.describe(key(BANK).secret.encode())


def test_a_key_shows_nothing_secret() -> None:
    assert "PRIVATE" not in repr(key(US))


def test_without_the_library_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysequoia", None)
    monkeypatch.setattr(pgp.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BadKey, match="openpgp_not_installed"):
        pgp.describe(b"")


# -- GnuPG


@pytest.fixture(scope="module")
def gpg() -> Iterator[GnuPG]:
    with forms.gnupg() as program:
        program.done("--passphrase", "", "--quick-gen-key", "Bank <bank@example>", "future-default", "default", "1y")
        yield program


@pytest.fixture(scope="module")
def bank(gpg: GnuPG) -> PgpCertificate:
    return pgp.describe(gpg.done("--armor", "--export", "bank@example"))


@pytest.fixture(scope="module")
def ours(gpg: GnuPG) -> PgpKey:
    """A key as ``chitra key generate`` makes it, known to the partner."""
    made = pgp.generate("Chitra payments", 730)
    gpg.done("--import", data=made.certificate.text.encode())
    return made


def test_a_key_of_ours_is_valid_for_the_days_that_were_asked(ours: PgpKey) -> None:
    assert ours.certificate.name == "Chitra payments"
    assert ours.certificate.not_after is not None
    assert timedelta(days=729) < ours.certificate.not_after - datetime.now(UTC) <= timedelta(days=730)
    with pytest.raises(NotTrusted, match="certificate_expired"):
        ours.certificate.check_valid(far(731))


def test_gnupg_decrypts_and_believes_what_we_sealed(gpg: GnuPG, bank: PgpCertificate, ours: PgpKey) -> None:
    read = gpg("--decrypt", data=seal(DATA, ours, bank))
    assert read.returncode == 0, read.stderr
    assert read.stdout == DATA
    assert b"[GNUPG:] VALIDSIG " in read.stderr
    assert ours.key_id.upper().encode() in read.stderr
    assert gpg("--decrypt", data=_flipped(seal(DATA, ours, bank))).returncode != 0


@pytest.mark.parametrize(
    "options",
    [
        ("--sign", "--encrypt"),
        ("--sign", "--encrypt", "--armor"),
        ("--sign", "--encrypt", "--throw-keyids"),
        ("--sign",),
        ("--sign", "--armor"),
        ("--sign", "--compress-level", "9"),
    ],
)
def test_t9_what_gnupg_makes_with_its_defaults_is_believed(
    gpg: GnuPG, bank: PgpCertificate, ours: PgpKey, options: tuple[str, ...]
) -> None:
    message = gpg.done(*options, "--local-user", "bank@example", "--recipient", ours.key_id, data=DATA)
    with verify(message, bank, us=ours) as proven:
        assert (proven.key_id, proven.open().read()) == (bank.key_id, DATA)


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        (("--sign", "--encrypt", "--compress-algo", "zlib"), BadSignature, "compressed_inside"),
        (("--sign", "--encrypt", "--digest-algo", "SHA1"), BadSignature, "signature_mismatch"),
        (("--sign", "--encrypt", "--cipher-algo", "3DES"), Hostile, "not_decryptable"),
        (("--encrypt",), BadSignature, "signature_missing"),
    ],
)
def test_t9_what_gnupg_makes_otherwise_is_refused(
    gpg: GnuPG, bank: PgpCertificate, ours: PgpKey, options: tuple[str, ...], kind: type[KeysError], code: str
) -> None:
    message = gpg.done(*options, "--local-user", "bank@example", "--recipient", ours.key_id, data=DATA)
    assert refused(message, bank, us=ours) == (kind, code)


def test_t6_a_bomb_ends_at_the_size_allowed(gpg: GnuPG, bank: PgpCertificate, ours: PgpKey) -> None:
    bomb = gpg.done("--sign", "--compress-level", "9", "--local-user", "bank@example", data=bytes(50_000_000))
    assert len(bomb) < 200_000
    assert refused(bomb, bank, us=ours, size_max=1_000_000) == (Hostile, "too_large")
