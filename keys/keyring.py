"""The keyring: our keys by name and purpose, in a private folder outside any repository.

    keyring/                     0700
    ├── NAME.key, NAME.pem       signing key (sealed) and its certificate
    ├── NAME.token, NAME.pem     what is known of a signing key in a PKCS#11 token, and its certificate
    ├── NAME.key, NAME.asc       OpenPGP key (sealed) and its certificate
    ├── vault.key                storage key (sealed)
    ├── NAME, NAME.pub           SSH identity (OpenSSH format) and its public line
    ├── roots.json               the admins fixed at the key ceremony, on whom every other person rests
    ├── partners/*.pem, *.asc    certificates that may sign the partners' answers
    └── operators/NAME.key, .pem people's keys (sealed) and their public halves

Every file is 0600, checked at every opening, created whole and never overwritten. Keys read no clock:
``now`` comes from the caller, so that the sandbox's time holds for certificates too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate

from keys import certificates, files, operators, pgp, sealed, signing, ssh, token, vault
from keys.certificates import key_id_of, to_pem
from keys.errors import BadKey, KeyExists, KeyMissing
from keys.operators import OperatorKey
from keys.passphrase import Passphrase
from keys.pgp import PgpKey
from keys.sealed import Header
from keys.signing import SigningKey
from keys.ssh import SshIdentity
from keys.token import Pin, Place, TokenKey
from keys.vault import Vault

VAULT = "vault"
PARTNERS = "partners"
OPERATORS = "operators"
ROOTS = "roots.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What the key list shows; needs no passphrase. SSH identities hold no times."""

    name: str
    purpose: str
    key_id: str
    algorithm: str
    created: datetime | None = None
    not_after: datetime | None = None


class Keyring:
    """All keys of one home."""

    def __init__(self, folder: Path) -> None:
        for each in (folder, folder / PARTNERS, folder / OPERATORS):
            files.check_folder(each)
        self.folder = folder

    @classmethod
    def create(cls, folder: Path) -> Keyring:
        """A new, empty keyring; the parent folder must exist, the folder itself must not."""
        for each in (folder, folder / PARTNERS, folder / OPERATORS):
            files.create_folder(each)
        return cls(folder)

    # -- signing

    def generate_signing(
        self, name: str, common_name: str, passphrase: Passphrase, *, now: datetime, days: int = 730
    ) -> KeyInfo:
        """RSA-3072 with a self-signed certificate valid from ``now`` for ``days``."""
        private = signing.generate()
        certificate = certificates.self_signed(private, common_name, now, days)
        ends = certificate.not_valid_after_utc.isoformat()
        header = Header(_checked(name), "signing", signing.ALGORITHM, key_id_of(certificate), now.isoformat(), ends)
        self._create_pair(self.folder, header, signing.to_secret(private), to_pem(certificate), passphrase)
        return _info(header)

    def signer(self, name: str, passphrase: Passphrase) -> SigningKey:
        """The open signing key; a certificate that was swapped since is refused."""
        header, secret = self._unseal(self.folder, name, "signing", passphrase)
        key = signing.from_secret(name, secret, self.certificate(name))
        if key.key_id != header.key_id:
            raise BadKey("certificate_swapped", key=name)
        return key

    def generate_in_token(
        self, name: str, common_name: str, place: Place, pin: Pin, *, now: datetime, days: int = 730
    ) -> KeyInfo:
        """RSA-3072, made in the token and never out of it, with a self-signed certificate like that of any other."""
        self._require_free(name)
        with closing(token.generate(place, pin)) as private:
            return self._refer(name, certificates.self_signed(private, common_name, now, days), now)

    def take_from_token(self, name: str, place: Place, pin: Pin, certificate_pem: bytes, *, now: datetime) -> KeyInfo:
        """A key that the token holds already, with the certificate that somebody issued for it."""
        self._require_free(name)
        certificate = certificates.load_one(certificate_pem)
        with closing(TokenKey(place, pin)) as private:
            token.require_about(certificate, private, name)
        return self._refer(name, certificate, now)

    def token_signer(self, name: str, place: Place, pin: Pin) -> SigningKey:
        """The signing key in its token; a certificate that was swapped since is refused."""
        header = sealed.read_reference(files.read_private(self.folder / f"{_checked(name)}.token"))
        key = signing.from_token(name, TokenKey(place, pin), self.certificate(name))
        if (header.name, header.purpose, header.key_id) != (name, "signing", key.key_id):
            raise BadKey("certificate_swapped", key=name)
        return key

    def _require_free(self, name: str) -> None:
        """Before anything is made in a token."""
        if any((self.folder / f"{_checked(name)}.{kind}").exists() for kind in ("key", "token", "pem")):
            raise KeyExists(name)

    def _refer(self, name: str, certificate: Certificate, now: datetime) -> KeyInfo:
        ends = certificate.not_valid_after_utc.isoformat()
        algorithm = f"rsa-{certificates.rsa_key(certificate).key_size} in token"
        header = Header(name, "signing", algorithm, key_id_of(certificate), now.isoformat(), ends)
        files.create(self.folder / f"{name}.pem", to_pem(certificate))
        files.create(self.folder / f"{name}.token", sealed.refer(header))
        return _info(header)

    def certificate(self, name: str) -> bytes:
        """The certificate of a signing key, PEM."""
        return files.read_private(self.folder / f"{_checked(name)}.pem")

    # -- OpenPGP

    def generate_openpgp(
        self, name: str, user_id: str, passphrase: Passphrase, *, now: datetime, days: int = 730
    ) -> KeyInfo:
        """RSA-3072; its certificate is valid from the machine's own time on, for ``days``."""
        key = pgp.generate(user_id, days)
        ends = key.certificate.not_after.isoformat() if key.certificate.not_after else None
        header = Header(_checked(name), "openpgp", pgp.ALGORITHM, key.key_id, now.isoformat(), ends)
        files.create(self.folder / f"{name}.key", sealed.seal(header, key.secret.encode(), passphrase))
        files.create(self.folder / f"{name}.asc", key.certificate.text.encode())
        return _info(header)

    def openpgp(self, name: str, passphrase: Passphrase) -> PgpKey:
        """The open key; a certificate beside it that was swapped is refused."""
        header, secret = self._unseal(self.folder, name, "openpgp", passphrase)
        key = pgp.from_secret(name, secret)
        if self.openpgp_certificate(name) != key.certificate.text.encode() or key.key_id != header.key_id:
            raise BadKey("certificate_swapped", key=name)
        return key

    def openpgp_certificate(self, name: str) -> bytes:
        """The certificate of an OpenPGP key, in ASCII armour."""
        return files.read_private(self.folder / f"{_checked(name)}.asc")

    def certificates(self) -> tuple[bytes, ...]:
        """The certificates of all our signing keys, PEM, also of those that were destroyed."""
        return tuple(files.read_private(path) for path in sorted(self.folder.glob("*.pem")))

    # -- storage

    def generate_vault(self, passphrase: Passphrase, *, now: datetime) -> KeyInfo:
        """The one storage key; losing it loses the personal data."""
        secret = vault.generate()
        header = Header(VAULT, "storage", vault.ALGORITHM, Vault(secret).key_id, now.isoformat())
        files.create(self.folder / f"{VAULT}.key", sealed.seal(header, secret, passphrase))
        return _info(header)

    def vault(self, passphrase: Passphrase) -> Vault:
        """The open vault."""
        secrets = self._unseal(self.folder, VAULT, "storage", passphrase)[1]
        if not secrets or len(secrets) % vault.SECRET_BYTES:
            raise BadKey("key_file_format")
        return Vault.of_generations(secrets)

    def add_vault_generation(self, passphrase: Passphrase) -> None:
        """From now on a fresh secret seals; what was sealed before opens as before."""
        header, secrets = self._unseal(self.folder, VAULT, "storage", passphrase)
        files.replace(self.folder / f"{VAULT}.key", sealed.seal(header, secrets + vault.generate(), passphrase))

    # -- transport

    def generate_ssh(self, name: str, passphrase: Passphrase) -> KeyInfo:
        """An SSH identity: ``NAME`` and ``NAME.pub``."""
        private, public = ssh.generate(_checked(name), passphrase)
        files.create(self.folder / name, private)
        files.create(self.folder / f"{name}.pub", public)
        return _ssh_info(self.folder / f"{name}.pub")

    def ssh(self, name: str, passphrase: Passphrase) -> SshIdentity:
        """The open identity, for the SSH client."""
        return ssh.unseal(name, files.read_private(self.folder / _checked(name)), passphrase)

    # -- people

    def generate_operator(
        self, name: str, passphrase: Passphrase, *, now: datetime, folder: Path | None = None
    ) -> KeyInfo:
        """A person's Ed25519 key, in a folder of the person's own or else in the keyring."""
        secret = operators.generate()
        key = operators.from_secret(_checked(name), secret)
        header = Header(name, "operator", operators.ALGORITHM, key.key_id, now.isoformat())
        self._create_pair(self._of_person(folder), header, secret, key.public_pem, passphrase)
        return _info(header)

    def operator(self, name: str, passphrase: Passphrase, folder: Path | None = None) -> OperatorKey:
        """The open key of a person."""
        return operators.from_secret(name, self._unseal(self._of_person(folder), name, "operator", passphrase)[1])

    def operator_public(self, name: str, folder: Path | None = None) -> bytes:
        """The public half of a person's key, PEM."""
        return files.read_private(self._of_person(folder) / f"{_checked(name)}.pem")

    def has_operator(self, name: str, folder: Path | None = None) -> bool:
        """Whether there is a key of this person."""
        return (self._of_person(folder) / f"{_checked(name)}.key").exists()

    def _of_person(self, folder: Path | None) -> Path:
        """A person's own folder is private like the keyring: ours, 0700, no link."""
        if folder is None:
            return self.folder / OPERATORS
        files.check_folder(folder)
        return folder

    def pin_roots(self, content: bytes) -> None:
        """Fix the root admins, once for ever."""
        files.create(self.folder / ROOTS, content)

    def roots(self) -> bytes | None:
        """What was pinned; None before the key ceremony."""
        try:
            return files.read_private(self.folder / ROOTS)
        except KeyMissing:
            return None

    # -- all

    def list(self) -> tuple[KeyInfo, ...]:
        """Every key of ours, by purpose and name; what the files say of themselves."""
        return tuple(sorted(self._infos(), key=lambda info: (info.purpose, info.name)))

    def change_passphrase(self, info: KeyInfo, old: Passphrase, new: Passphrase) -> None:
        """Seal the same secret anew (not for SSH: ``ssh-keygen -p``); what it signed or sealed stays good."""
        folder = self.folder / OPERATORS if info.purpose == "operator" else self.folder
        header, secret = self._unseal(folder, info.name, info.purpose, old)
        files.replace(folder / f"{info.name}.key", sealed.seal(header, secret, new))

    def destroy(self, info: KeyInfo) -> None:
        """Remove the private half of a signing key or SSH identity; the public half stays. Done already is done.

        Of a key in a token what we know of it is removed; itself it is removed with the token's own tool.
        """
        name = _checked(info.name)
        for each in (name,) if info.purpose == "transport" else (f"{name}.key", f"{name}.token"):
            files.remove(self.folder / each)

    def _infos(self) -> Iterator[KeyInfo]:
        for folder in (self.folder, self.folder / OPERATORS):
            yield from (_info(sealed.read_header(files.read_private(path))) for path in folder.glob("*.key"))
        references = self.folder.glob("*.token")
        yield from (_info(sealed.read_reference(files.read_private(path))) for path in references)
        yield from (_ssh_info(path) for path in self.folder.glob("*.pub"))

    @staticmethod
    def _create_pair(folder: Path, header: Header, secret: bytes, public: bytes, passphrase: Passphrase) -> None:
        files.create(folder / f"{header.name}.key", sealed.seal(header, secret, passphrase))
        files.create(folder / f"{header.name}.pem", public)

    @staticmethod
    def _unseal(folder: Path, name: str, purpose: str, passphrase: Passphrase) -> tuple[Header, bytes]:
        return sealed.unseal(files.read_private(folder / f"{_checked(name)}.key"), name, purpose, passphrase)


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise BadKey("key_name", allowed="a-z 0-9 _ -")
    return name


def _info(header: Header) -> KeyInfo:
    ends = datetime.fromisoformat(header.not_after) if header.not_after else None
    created = datetime.fromisoformat(header.created)
    return KeyInfo(header.name, header.purpose, header.key_id, header.algorithm, created, ends)


def _ssh_info(path: Path) -> KeyInfo:
    line = files.read_private(path).decode()
    return KeyInfo(path.stem, "transport", ssh.fingerprint(line), ssh.ALGORITHM)
