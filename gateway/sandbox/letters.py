"""OpenPGP as a rehearsal partner does it, by pysequoia in its own process: the key lies open beside its others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gateway.sandbox.reading import Refused
from gateway.sandbox.signing import write_private

KEY, CERTIFICATE = "openpgp.key", "openpgp.asc"


def create_key(folder: Path, name: str) -> None:
    """A key and its certificate in ``folder``, unless they are there."""
    from pysequoia import Profile, Tsk

    if (folder / KEY).exists():
        return
    key = Tsk.generate(user_id=name, profile=Profile.RFC4880)
    write_private(folder / CERTIFICATE, str(key.extract_certificate()).encode())
    write_private(folder / KEY, str(key).encode())


class Letters:
    """Reads orders by ``senders`` (their certificates, armoured) and writes answers to them."""

    def __init__(self, folder: Path, senders: Sequence[bytes]) -> None:
        from pysequoia import Cert, Tsk

        self._key = Tsk.from_bytes((folder / KEY).read_bytes())
        self._senders = [Cert.from_bytes(each) for each in senders]

    def open(self, message: bytes) -> bytes:
        """The order in it, signed by one of the senders and by nobody else."""
        from pysequoia import decrypt

        try:
            opened = decrypt(message, self._key.decryptor(), lambda _: self._senders)
        except RuntimeError as error:
            raise Refused("DS0B", "no OpenPGP message to us with a signature that is known and correct") from error
        if len(opened.valid_sigs) != 1 or opened.bytes is None:
            raise Refused("DS0A", "exactly one signature is required")
        return opened.bytes

    def seal(self, answer: bytes) -> bytes:
        """Signed and encrypted to every sender."""
        from pysequoia import encrypt

        return encrypt(answer, self._senders, self._key.signer(), armor=False)
