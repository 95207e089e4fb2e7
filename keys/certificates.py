"""X.509 certificates: made for our signing keys, read from partners; pinned whole, so no chain is ever built."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.errors import BadKey, NotTrusted

if TYPE_CHECKING:
    from keys.token import TokenKey

RSA_BITS_MIN = 2048
KEY_ID_DIGITS = 16
_COMMON_NAME_CHARS_MAX = 64
_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def self_signed(key: RSAPrivateKey | TokenKey, common_name: str, now: datetime, days: int) -> x509.Certificate:
    """A certificate for signing and nothing else, valid from ``now`` for ``days``."""
    if not 1 <= len(common_name) <= _COMMON_NAME_CHARS_MAX:
        raise BadKey("common_name_length", chars_max=_COMMON_NAME_CHARS_MAX)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    public = key.public_key()
    return (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(cast(RSAPrivateKey, key), SHA256())
    )


def load(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Every certificate of a PEM text, each with an RSA key of at least 2,048 bits."""
    try:
        found = tuple(x509.load_pem_x509_certificates(pem))
    except (ValueError, x509.InvalidVersion):
        raise BadKey("certificate_unreadable") from None
    for certificate in found:
        rsa_key(certificate)
    return found


def load_one(pem: bytes) -> x509.Certificate:
    """The one certificate of a PEM text, made for signing."""
    found = load(pem)
    if len(found) != 1:
        raise BadKey("certificate_not_alone", found=len(found))
    require_signs(found[0])
    return found[0]


def require_signs(certificate: x509.Certificate) -> None:
    """Raise for a certificate that says of itself that its key is for something else."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    except ValueError:
        raise BadKey("certificate_unreadable") from None
    if not (usage.digital_signature or usage.content_commitment):
        raise BadKey("certificate_wrong_purpose", key_id=key_id_of(certificate))


def rsa_key(certificate: x509.Certificate) -> RSAPublicKey:
    """Its public key; anything but RSA of at least 2,048 bits is refused."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("certificate_unreadable") from None
    if not isinstance(key, RSAPublicKey):
        raise BadKey("certificate_key_not_rsa", key_id=key_id_of(certificate))
    if key.key_size < RSA_BITS_MIN:
        raise BadKey("certificate_key_too_short", key_id=key_id_of(certificate), bits_min=RSA_BITS_MIN)
    return key


def key_id_of(certificate: x509.Certificate) -> str:
    """First 16 hex digits of the SHA-256 over the certificate (DER)."""
    return certificate.fingerprint(SHA256()).hex()[:KEY_ID_DIGITS]


def ended(pems: Sequence[bytes], key_id: str) -> tuple[bytes, datetime]:
    """The certificate of this key id, PEM, and its last moment."""
    found = next(each for pem in pems for each in load(pem) if key_id_of(each) == key_id)
    return to_pem(found), found.not_valid_after_utc


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 over the certificate (DER), hex."""
    return certificate.fingerprint(SHA256()).hex()


def named(der: bytes) -> tuple[str, str]:
    """(subject, key id) of a certificate that nobody has checked."""
    certificate = of_der(der)
    return subject_of(certificate), key_id_of(certificate)


def of_der(der: bytes) -> x509.Certificate:
    """A certificate that nobody has checked."""
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion):
        raise BadKey("certificate_unreadable") from None


def subject_of(certificate: x509.Certificate) -> str:
    """Whose it says it is."""
    try:
        return certificate.subject.rfc4514_string()
    except ValueError:
        raise BadKey("certificate_unreadable") from None


def to_pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def check_valid(certificate: x509.Certificate, now: datetime) -> None:
    """Raise ``NotTrusted`` before and after the certificate's validity."""
    if now < certificate.not_valid_before_utc:
        raise NotTrusted("certificate_not_yet_valid", key_id=key_id_of(certificate))
    if now > certificate.not_valid_after_utc:
        raise NotTrusted("certificate_expired", key_id=key_id_of(certificate))
