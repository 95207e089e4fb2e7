"""Signing keys in a PKCS#11 token or HSM: the private key is made there and never leaves it.

A wrong PIN counts in the token, which locks itself after a few. So no PIN is tried a second time by itself: a token
that remembers a wrong one is left alone unless a person is at the terminal, and never touched before its last try.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, NoReturn, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256, Hash, HashAlgorithm

from keys import certificates
from keys.errors import BadKey, KeyExists, TokenTrouble, UnsafeFile
from keys.passphrase import Cost, Passphrase

if TYPE_CHECKING:
    import pkcs11

BITS = 3072
_EXPONENT = 65537
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 in a PKCS #1 v1.5 signature, for tokens that do not hash themselves."""


class Pin(Passphrase):
    """Opens a token; shorter than a passphrase, since the token counts the tries."""

    __slots__ = ("attended",)
    BYTES_MIN = 4
    BYTES_MAX = 64

    def __init__(self, secret: bytes, cost: Cost = "interactive", *, attended: bool = False) -> None:
        super().__init__(secret, cost)
        if not secret.isascii():
            raise BadKey("pin_not_ascii")
        self.attended = attended
        """Whether a person typed it just now."""

    @classmethod
    def of(cls, secret: bytes) -> Self:
        """Typed by a person just now."""
        return cls(secret, attended=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key lies: the vendor's module, the token by label or serial number, the key's label in it."""

    module: Path
    token: str
    serial: str
    key: str


class TokenKey:
    """One private key in a token, logged in; signs like a key of ``cryptography``. Safe in several threads."""

    def __init__(self, place: Place, pin: Pin) -> None:
        self._place, self._pin = place, pin
        self._lock = RLock()
        self._session, self._key = self._opened()
        self._public = _public(self._key)

    def sign(self, data: bytes, padding: AsymmetricPadding, algorithm: HashAlgorithm) -> bytes:
        """PKCS #1 v1.5 over the SHA-256 of ``data``, checked before it is given away.

        Raises ``TokenTrouble`` when the session is lost; the next signature opens another one.
        """
        if not (isinstance(padding, PKCS1v15) and isinstance(algorithm, SHA256)):
            raise TokenTrouble("token_mechanism_missing", token=self._place.token or self._place.serial)
        with self._lock:
            if self._key is None:
                self._session, self._key = self._opened()
            try:
                with _translated(self._place):
                    signature = _sign(self._key, data)
            except TokenTrouble:
                self._forget()
                raise
        self._require_genuine(signature, data)
        return signature

    def public_key(self) -> RSAPublicKey:
        """What certificates are about."""
        return self._public

    def close(self) -> None:
        """End the session."""
        with self._lock:
            self._forget()

    def _opened(self) -> tuple[Any, Any]:
        with _translated(self._place):
            session = _log_in(self._place, self._pin)
            return session, _find(session, self._place)

    def _forget(self) -> None:
        """A session that ended somewhere cannot be closed properly."""
        import pkcs11

        session, self._session, self._key = self._session, None, None
        if session is not None:
            try:
                session.close()
            except pkcs11.PKCS11Error:
                return

    def _require_genuine(self, signature: bytes, data: bytes) -> None:
        try:
            self._public.verify(signature, data, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise TokenTrouble("token_signature_wrong", key=self._place.key) from None


RSAPrivateKey.register(TokenKey)  # a certificate is signed by whatever can sign


def generate(place: Place, pin: Pin) -> TokenKey:
    """Make an RSA-3072 key pair in the token, not extractable; a label that is taken is refused."""
    with _translated(place):
        from pkcs11 import Attribute, KeyType, ObjectClass

        session = _log_in(place, pin, writing=True)
        try:
            if next(session.get_objects({Attribute.LABEL: place.key, Attribute.CLASS: ObjectClass.PRIVATE_KEY}), None):
                raise KeyExists(place.key)
            private = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.SIGN: True}
            session.generate_keypair(
                KeyType.RSA,
                BITS,
                id=os.urandom(8),
                label=place.key,
                store=True,
                private_template=private | {Attribute.DECRYPT: False, Attribute.UNWRAP: False},
                public_template={Attribute.ENCRYPT: False, Attribute.WRAP: False},
            )
        finally:
            session.close()
    return TokenKey(place, pin)


def require_about(certificate: x509.Certificate, key: TokenKey, name: str) -> None:
    """Raise unless the certificate is about this very key."""
    if certificates.rsa_key(certificate).public_numbers() != key.public_key().public_numbers():
        raise BadKey("certificate_of_another_key", key=name)


# -- the library


def _log_in(place: Place, pin: Pin, *, writing: bool = False) -> Any:
    import pkcs11

    token, text = _token(place), pin.reveal().decode()
    _require_tries(token, place, pin.attended)
    try:
        return token.open(rw=writing, user_pin=text)
    except pkcs11.UserAlreadyLoggedIn:  # by another session of this process
        return token.open(rw=writing)


def _token(place: Place) -> pkcs11.Token:
    import pkcs11

    _require_module(place.module)
    try:
        library = pkcs11.lib(str(place.module))
    except (RuntimeError, OSError):
        raise TokenTrouble("token_module_unusable", module=place.module.name) from None
    tokens = library.get_tokens(token_label=place.token or None, token_serial=place.serial.encode() or None)
    found = list(tokens)
    if len(found) != 1:
        code = "token_not_unique" if found else "token_missing"
        raise TokenTrouble(code, token=place.token or place.serial)
    return found[0]


def _require_module(module: Path) -> None:
    """It is code that sees the PIN: nobody but root and us may have written it."""
    try:
        found = module.stat()
    except OSError:
        raise TokenTrouble("token_module_unusable", module=module.name) from None
    if found.st_uid not in (0, os.geteuid()) or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UnsafeFile("unsafe_file", file=module.name, why="mode_too_open", mode=oct(stat.S_IMODE(found.st_mode)))


def _require_tries(token: pkcs11.Token, place: Place, attended: bool) -> None:
    """A wrong PIN was given before: no more by itself, and never the last try."""
    from pkcs11.constants import TokenFlag

    label = place.token or place.serial
    if TokenFlag.USER_PIN_LOCKED in token.flags:
        raise TokenTrouble("token_pin_locked", token=label)
    if TokenFlag.USER_PIN_FINAL_TRY in token.flags:
        raise TokenTrouble("token_pin_last_try", token=label)
    if TokenFlag.USER_PIN_COUNT_LOW in token.flags and not attended:
        raise TokenTrouble("token_pin_refused_before", token=label)


def _find(session: Any, place: Place) -> Any:
    """The one private RSA key of this label, which can sign and cannot be taken out."""
    from pkcs11 import Attribute, KeyType, ObjectClass

    key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.RSA, label=place.key)
    if key[Attribute.EXTRACTABLE] or not key[Attribute.SENSITIVE]:
        raise TokenTrouble("token_key_extractable", key=place.key)
    _mechanism(key)
    return key


def _public(key: Any) -> RSAPublicKey:
    from pkcs11 import Attribute

    modulus = int.from_bytes(key[Attribute.MODULUS], "big")
    exponent = int.from_bytes(key[Attribute.PUBLIC_EXPONENT], "big")
    return RSAPublicNumbers(exponent or _EXPONENT, modulus).public_key()


def _sign(key: Any, data: bytes) -> bytes:
    from pkcs11 import Mechanism

    mechanism = _mechanism(key)
    if mechanism == Mechanism.RSA_PKCS:
        digest = Hash(SHA256())
        digest.update(data)
        data = _DIGEST_INFO + digest.finalize()
    return bytes(key.sign(data, mechanism=mechanism))


def _mechanism(key: Any) -> Any:
    from pkcs11 import Mechanism

    offered = key.session.token.slot.get_mechanisms()
    for mechanism in (Mechanism.SHA256_RSA_PKCS, Mechanism.RSA_PKCS):
        if mechanism in offered:
            return mechanism
    raise TokenTrouble("token_mechanism_missing", token=key.session.token.label)


@contextmanager
def _translated(place: Place) -> Iterator[None]:
    """The library's errors, each with its own code."""
    try:
        import pkcs11
    except ImportError:
        raise TokenTrouble("token_support_missing") from None
    try:
        yield
    except pkcs11.PKCS11Error as error:
        _raise(error, place)


_CODES = {
    "PinIncorrect": "token_pin_wrong",
    "PinInvalid": "token_pin_wrong",
    "PinLenRange": "token_pin_wrong",
    "PinLocked": "token_pin_locked",
    "PinExpired": "token_pin_expired",
    "UserPinNotInitialized": "token_pin_not_set",
    "NoSuchToken": "token_missing",
    "TokenNotPresent": "token_session_lost",
    "TokenNotRecognised": "token_missing",
    "DeviceRemoved": "token_session_lost",
    "SessionClosed": "token_session_lost",
    "SessionHandleInvalid": "token_session_lost",
    "UserNotLoggedIn": "token_session_lost",
    "KeyHandleInvalid": "token_session_lost",
    "ObjectHandleInvalid": "token_session_lost",
    "MechanismInvalid": "token_mechanism_missing",
    "MechanismParamInvalid": "token_mechanism_missing",
    "NoSuchKey": "token_key_missing",
    "MultipleObjectsReturned": "token_key_not_unique",
}
"""By the name of the library's error."""


def _raise(error: Exception, place: Place) -> NoReturn:
    kind = type(error).__name__
    code = _CODES.get(kind)
    if code is None:
        raise TokenTrouble("token_failed", token=place.token or place.serial, error=kind) from None
    told = {"key": place.key} if code.startswith("token_key") else {"token": place.token or place.serial}
    raise TokenTrouble(code, **told) from None
