"""Passphrases: never in an argument, an environment variable, a log, a repr or a traceback."""

from __future__ import annotations

import secrets
from functools import cache
from pathlib import Path
from typing import Literal, NoReturn, Self

from keys import files
from keys.errors import BadKey

Cost = Literal["interactive", "random"]

BYTES_MIN = 8
BYTES_MAX = 72
"""The most that OpenSSH's bcrypt looks at; more would be cut silently."""


@cache
def _drained(number: int) -> bytes:
    try:
        with open(number, "rb") as source:
            return source.read(BYTES_MAX + 3)
    except OSError:
        raise BadKey("descriptor_unreadable", number=number) from None


class Passphrase:
    """A secret that opens keys; ``cost`` says how hard guessing it must be made."""

    __slots__ = ("_secret", "cost")
    BYTES_MIN = BYTES_MIN
    BYTES_MAX = BYTES_MAX

    def __init__(self, secret: bytes, cost: Cost = "interactive") -> None:
        if not self.BYTES_MIN <= len(secret) <= self.BYTES_MAX:
            raise BadKey("passphrase_length", bytes_min=self.BYTES_MIN, bytes_max=self.BYTES_MAX)
        self._secret = secret
        self.cost: Cost = cost

    @classmethod
    def of(cls, secret: bytes) -> Self:
        """Chosen by a person: deriving a key takes a third of a second and 128 MiB."""
        return cls(secret)

    @classmethod
    def random(cls) -> Self:
        """256 random bits, as 43 letters and digits: nothing to guess, so deriving a key is quick."""
        return cls(secrets.token_urlsafe(32).encode(), "random")

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """First and only line of a file of mode 0600."""
        return cls(files.read_private(path).removesuffix(b"\n").removesuffix(b"\r"))

    @classmethod
    def from_credential(cls, path: Path) -> Self:
        """First and only line of a credential of the service manager, which root may own (systemd.exec(5))."""
        return cls(files.read_credential(path).removesuffix(b"\n").removesuffix(b"\r"))

    @classmethod
    def from_descriptor(cls, number: int) -> Self:
        """First and only line of what an inherited file descriptor gives; read once in the life of the process."""
        return cls(_drained(number).removesuffix(b"\n").removesuffix(b"\r"))

    def save(self, path: Path) -> None:
        """Write it to a new file of mode 0600, for unattended use."""
        files.create(path, self._secret + b"\n")

    def reveal(self) -> bytes:
        """The secret itself, for deriving a key and nothing else."""
        return self._secret

    def __repr__(self) -> str:
        return "Passphrase(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a passphrase is not copied, pickled or sent anywhere")
