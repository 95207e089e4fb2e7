"""Signing keys in a PKCS#11 token, by SoftHSM: what they sign is like ours, and every trouble has its name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from support.services import require_tool
from support.signatures import NOW, TemporarySpool
from support.softhsm import MODULE, PIN, WRONG, Token, labelled, token

from keys import cms, detached, xmldsig
from keys import token as tokens
from keys.errors import BadKey, KeyExists, KeyMissing, KeysError, TokenTrouble, UnsafeFile
from keys.keyring import Keyring
from keys.passphrase import Passphrase
from keys.signing import SigningKey
from keys.token import Pin, Place, TokenKey

DOCUMENT = b"<Document><A>1</A></Document>"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Token, Keyring]:
    """A token with one key, and the keyring that knows of it."""
    made, ring = token("signing"), Keyring.create(tmp_path_factory.mktemp("ring") / "keyring")
    ring.generate_in_token("payments", "UBND XA", made.place(), made.pin, now=NOW)
    return made, ring


@pytest.fixture
def key(filled: tuple[Token, Keyring]) -> SigningKey:
    made, ring = filled
    return ring.token_signer("payments", made.place(), made.pin)


@pytest.fixture
def inside(filled: tuple[Token, Keyring]) -> Iterator[TokenKey]:
    opened = TokenKey(filled[0].place(), filled[0].pin)
    yield opened
    opened.close()


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(KeysError) as refused:
        act()
    assert PIN not in str(refused.value)
    return refused.value.code


# -- what it signs


def test_what_a_token_signs_is_believed_like_what_a_file_key_signs(key: SigningKey) -> None:
    signed = BytesIO()
    element = xmldsig.sign_digest(sha256(DOCUMENT).digest(), key)
    xmldsig.splice(BytesIO(DOCUMENT), len(DOCUMENT) - len("</Document>"), element, signed)
    signed.seek(0)
    assert (
        xmldsig.check_spliced(signed, len(DOCUMENT) - 11, len(element), key.certificate_pem)
        == sha256(DOCUMENT).digest()
    )
    signed.seek(0)
    with xmldsig.verify_enveloped(signed, [key.certificate_pem], TemporarySpool(), NOW) as proven:
        assert proven.key_id == key.key_id
    assert key.sign(b"x") == key.sign(b"x"), "equal data, equal signature (M5)"


def test_openssl_believes_its_cms_and_xmlsec_its_detached_signature(key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(DOCUMENT)
    digest = sha256(DOCUMENT).digest()
    (tmp_path / "file.p7s").write_bytes(cms.sign_cms(digest, NOW, key))
    (tmp_path / "file.sig").write_bytes(detached.sign_detached(digest, "file", key))
    (tmp_path / "pem").write_bytes(key.certificate_pem)
    at = str(int(NOW.timestamp()))
    openssl = [
        *(require_tool("openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", "file.p7s"),
        *("-content", "file", "-CAfile", "pem", "-purpose", "any", "-attime", at, "-out", "out"),
    ]
    xmlsec = [
        *(
            require_tool("xmlsec1"),
            "--verify",
            "--trusted-pem",
            "pem",
            "--verification-time",
            f"{NOW:%Y-%m-%d %H:%M:%S}",
        ),
        "file.sig",
    ]
    for command in (openssl, xmlsec):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def test_a_token_that_does_not_hash_itself_signs_the_same(inside: TokenKey, monkeypatch: pytest.MonkeyPatch) -> None:
    from pkcs11 import Mechanism

    signed = inside.sign(b"data", PKCS1v15(), SHA256())
    monkeypatch.setattr(tokens, "_mechanism", lambda key: Mechanism.RSA_PKCS)
    assert inside.sign(b"data", PKCS1v15(), SHA256()) == signed


def test_the_private_key_never_leaves_the_token(filled: tuple[Token, Keyring], inside: TokenKey) -> None:
    from pkcs11 import Attribute, AttributeSensitive

    private = inside._key
    assert private[Attribute.SENSITIVE]
    assert not private[Attribute.EXTRACTABLE]
    assert private[Attribute.ALWAYS_SENSITIVE]
    with pytest.raises(AttributeSensitive):
        private[Attribute.PRIVATE_EXPONENT]
    kept = {path.name for path in filled[1].folder.iterdir() if path.is_file()}
    assert kept == {"payments.pem", "payments.token"}


def test_a_key_that_could_be_taken_out_is_refused(filled: tuple[Token, Keyring]) -> None:
    from pkcs11 import Attribute, KeyType

    made = token("extractable")
    session = tokens._log_in(made.place(), made.pin, writing=True)
    template = {Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False}
    session.generate_keypair(KeyType.RSA, 2048, label="payments", store=True, private_template=template)
    session.close()
    assert code_of(lambda: TokenKey(made.place(), made.pin)) == "token_key_extractable"


# -- what goes wrong, each by its name


def test_a_wrong_pin_is_never_tried_again_by_itself() -> None:
    made = token("pin")
    tokens.generate(made.place(), made.pin).close()
    assert code_of(lambda: TokenKey(made.place(), Pin(WRONG.encode()))) == "token_pin_wrong"
    for pin in (made.pin, Pin(WRONG.encode())):
        assert code_of(lambda pin=pin: TokenKey(made.place(), pin)) == "token_pin_refused_before"  # type: ignore[misc]
    TokenKey(made.place(), Pin.of(PIN.encode())).close()
    TokenKey(made.place(), made.pin).close()


def test_the_last_try_of_a_pin_and_a_locked_one_are_left_to_the_tokens_owner(inside: TokenKey) -> None:
    from pkcs11.constants import TokenFlag

    class Flagged:
        def __init__(self, flags: TokenFlag) -> None:
            self.flags = flags

    expected = {"USER_PIN_FINAL_TRY": "token_pin_last_try", "USER_PIN_LOCKED": "token_pin_locked"}
    for name, code in expected.items():
        flagged: Any = Flagged(TokenFlag[name] | TokenFlag.USER_PIN_COUNT_LOW)
        assert code_of(lambda flagged=flagged: tokens._require_tries(flagged, inside._place, True)) == code  # type: ignore[misc]


def test_a_lost_session_is_told_and_the_next_signature_opens_another(inside: TokenKey) -> None:
    inside._session.close()
    assert code_of(lambda: inside.sign(b"x", PKCS1v15(), SHA256())) == "token_session_lost"
    assert inside.sign(b"x", PKCS1v15(), SHA256())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("PinLocked", "token_pin_locked"),
        ("PinExpired", "token_pin_expired"),
        ("UserPinNotInitialized", "token_pin_not_set"),
        ("DeviceRemoved", "token_session_lost"),
        ("MechanismInvalid", "token_mechanism_missing"),
        ("MultipleObjectsReturned", "token_key_not_unique"),
        ("DeviceError", "token_failed"),
    ],
)
def test_each_error_of_the_token_has_its_own_name(name: str, code: str) -> None:
    import pkcs11

    def fails() -> None:
        with tokens._translated(Place(MODULE, "label", "", "payments")):
            raise getattr(pkcs11.exceptions, name)

    assert code_of(fails) == code


def test_a_token_without_the_mechanism_is_refused(inside: TokenKey, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        session = token = slot = None
        label = "bare"

    bare: Any = Bare()
    bare.session = bare.token = bare.slot = bare
    bare.get_mechanisms = set
    assert code_of(lambda: tokens._mechanism(bare)) == "token_mechanism_missing"


def test_a_missing_module_token_or_key_is_named(filled: tuple[Token, Keyring], tmp_path: Path) -> None:
    made = filled[0]
    (tmp_path / "no-library.so").write_text("nothing")
    places = {
        Place(Path("/nowhere/vendor.so"), made.label, "", "payments"): "token_module_unusable",
        Place(tmp_path / "no-library.so", made.label, "", "payments"): "token_module_unusable",
        Place(MODULE, "another", "", "payments"): "token_missing",
        Place(MODULE, "", "0000000000000000", "payments"): "token_missing",
        made.place("another"): "token_key_missing",
    }
    assert {place: code_of(lambda place=place: TokenKey(place, made.pin)) for place in places} == places  # type: ignore[misc]


def test_of_two_tokens_with_one_label_neither_is_taken() -> None:
    one = token("twice")
    other = labelled(one.label)
    assert code_of(lambda: TokenKey(other.place(), other.pin)) == "token_not_unique"


def test_a_module_that_others_may_write_is_not_loaded(filled: tuple[Token, Keyring], tmp_path: Path) -> None:
    module = tmp_path / "vendor.so"
    module.write_text("nothing")
    module.chmod(0o666)
    with pytest.raises(UnsafeFile, match="mode_too_open"):
        TokenKey(Place(module, filled[0].label, "", "payments"), filled[0].pin)


def test_a_token_is_found_by_its_serial_number_too(filled: tuple[Token, Keyring], inside: TokenKey) -> None:
    serial = inside._session.token.serial.decode()
    TokenKey(Place(MODULE, "", serial, "payments"), filled[0].pin).close()


def test_a_label_or_a_name_that_is_taken_is_never_made_again(filled: tuple[Token, Keyring]) -> None:
    made, ring = filled
    with pytest.raises(KeyExists):
        ring.generate_in_token("payments", "UBND XA", made.place(), made.pin, now=NOW)
    with pytest.raises(KeyExists):
        ring.generate_in_token("other", "UBND XA", made.place(), made.pin, now=NOW)


def test_a_key_that_somebody_certified_is_taken_with_its_certificate_only(
    filled: tuple[Token, Keyring], ring: Keyring, signing_key: SigningKey
) -> None:
    made, first = filled
    certificate = first.certificate("payments")
    taken = ring.take_from_token("ours", made.place(), made.pin, certificate, now=NOW)
    assert ring.token_signer("ours", made.place(), made.pin).key_id == taken.key_id
    with pytest.raises(BadKey, match="certificate_of_another_key"):
        ring.take_from_token("theirs", made.place(), made.pin, signing_key.certificate_pem, now=NOW)
    with pytest.raises(BadKey, match="certificate_not_alone"):
        ring.take_from_token("two", made.place(), made.pin, certificate * 2, now=NOW)


def test_fault_113_a_swapped_certificate_is_caught_before_anything_is_signed(
    filled: tuple[Token, Keyring], ring: Keyring, signing_key: SigningKey
) -> None:
    made = filled[0]
    ring.take_from_token("payments", made.place(), made.pin, filled[1].certificate("payments"), now=NOW)
    (ring.folder / "payments.pem").write_bytes(signing_key.certificate_pem)
    assert code_of(lambda: ring.token_signer("payments", made.place(), made.pin)) == "certificate_of_another_key"


def test_a_file_key_is_no_token_key_and_the_other_way_round(filled: tuple[Token, Keyring], ring: Keyring) -> None:
    ring.generate_vault(Passphrase.random(), now=NOW)
    with pytest.raises(KeyMissing):
        ring.token_signer("vault", filled[0].place(), filled[0].pin)
    with pytest.raises(KeyMissing):
        filled[1].signer("payments", Passphrase.random())


def test_the_list_knows_it_without_pin_or_token(filled: tuple[Token, Keyring]) -> None:
    (info,) = filled[1].list()
    assert (info.name, info.purpose, info.algorithm) == ("payments", "signing", "rsa-3072 in token")


@pytest.mark.parametrize("pin", ["123", "1" * 65, "mật khẩu"])
def test_a_pin_has_4_to_64_plain_characters(pin: str) -> None:
    assert code_of(lambda: Pin(pin.encode())) in {"passphrase_length", "pin_not_ascii"}


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pkcs11", None)
    with pytest.raises(TokenTrouble, match="token_support_missing"):
        TokenKey(Place(MODULE, "signing", "", "payments"), Pin(b"1234"))
