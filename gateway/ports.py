"""What the use cases need from the outside world, as small protocols.

The composition root (``gateway.app``) chooses the implementations; simulations inject their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import BinaryIO, Protocol, Self


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """Current time, with offset (Asia/Ho_Chi_Minh)."""


class Ids(Protocol):
    """The only source of randomness for identifiers."""

    def uetr(self) -> str:
        """A fresh UUID version 4, lower case."""

    def leap(self) -> int:
        """A number below 2**30 by which counters are moved on, so that two pasts that part here never meet again."""


class Vault(Protocol):
    """Personal data at rest: sealed with a context, found again by a blind index."""

    prefix: bytes
    """What every envelope that is sealed now begins with; another one was sealed by an older generation of the key."""

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt; opens only with the same ``context`` (table and row)."""

    def open(self, envelope: bytes, context: str) -> bytes:
        """Decrypt; raises when the envelope was changed or moved to another row."""

    def blind(self, purpose: str, value: str) -> bytes:
        """32 bytes, equal for equal values of one purpose; does not reveal the value without the key."""


class PersonKey(Protocol):
    """The private key of an operator, ready to sign."""

    @property
    def key_id(self) -> str:
        """Stable id of the public key."""

    def sign(self, data: bytes) -> bytes:
        """Signature over ``data``."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A certificate or server key of a partner's, read and found usable."""

    key_id: str
    fingerprint: str
    """In hex: SHA-256, of OpenPGP its own."""
    text: str
    """PEM, ``algorithm base64``, or ASCII armour."""
    subject: str
    not_before: datetime | None = None
    not_after: datetime | None = None
    revoked: bool = False
    """Only OpenPGP says so of itself."""


class MessageSigner(Protocol):
    """The payer's signing key for messages to one partner."""

    @property
    def key_id(self) -> str:
        """Stable id of the certificate (A4)."""

    def signature(self, digest: bytes) -> bytes:
        """The enveloped ``Signature`` element over a canonical message with this SHA-256."""

    def signature_beside(self, form: str, digest: bytes, name: str) -> bytes:
        """The signature (``detached`` or ``cms``) that lies beside the file ``name`` with this SHA-256."""

    def signature_over(self, data: bytes) -> bytes:
        """The signature over just these bytes."""

    def digest_of(self, message: BinaryIO, splice_at: int, signature_bytes: int) -> bytes:
        """Check a finished file: its signature is ours and covers the digest that is returned."""


class Envelope(Protocol):
    """Messages that travel encrypted to one partner (OpenPGP)."""

    def seal(self, message: BinaryIO, target: BinaryIO) -> str:
        """Sign and encrypt a whole message, and open it again; returns the key id of the partner's certificate."""

    def open(self, source: BinaryIO, size_bytes_max: int) -> Proven:
        """What is inside a message that we sealed; raises ``BadProof`` when it is none."""

    def readers(self) -> Collection[str]:
        """Key ids of the partner's certificates that are pinned and valid now."""


class Verdict(Protocol):
    """What a check found in a message that passed."""

    @property
    def sha256(self) -> bytes:
        """Of all its bytes."""

    @property
    def values(self) -> bytes:
        """A digest over every value, to compare with the one of what was to be written."""


class MessageCheck(Protocol):
    """Follows a message of ours while it is written: official schema, counts and sums, every value (M6, M7)."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def follow(self, kind: str, part: bytes) -> None:
        """The next part of the message, as the writer cuts it."""

    def verdict(self) -> Verdict:
        """After the end; raises FormatError when something was wrong."""


class Proven(Protocol):
    """Bytes whose proof was checked; only ``keys`` can make one (T1)."""

    @property
    def proof(self) -> str: ...

    @property
    def key_id(self) -> str: ...

    def open(self) -> BinaryIO:
        """A fresh reader over exactly what was signed (T2)."""

    def close(self) -> None:
        """Give the scratch file back."""


class Verifier(Protocol):
    """Checks the proof of received files."""

    def verify(self, source: BinaryIO, proof: str, size_bytes_max: int) -> Proven:
        """Raises ``BadProof`` when the bytes do not carry ``proof`` of this partner."""

    def verify_own(self, source: BinaryIO, size_bytes_max: int) -> Proven:
        """Raises ``BadProof`` when the bytes do not carry our own enveloped signature to this partner."""

    def as_of(self, moment: datetime) -> Verifier:
        """For what arrived at that moment: who was believed and valid then."""

    def verify_beside(self, source: BinaryIO, proof: str, signature: bytes, name: str, size_bytes_max: int) -> Proven:
        """Raises ``BadProof`` when ``signature`` is not this partner's ``proof`` over the file ``name``."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One name in a partner's folder; ``name`` is a basename, never a path."""

    name: str
    size_bytes: int
    modified: int
    """Seconds since the epoch, as the server says; proves nothing."""
    is_regular: bool
    """False for folders, links, pipes."""
    withheld: bool = False
    """The name is not fit to be repeated: ``name`` is its SHA-256, nothing else is told."""


class RemoteWriter(Protocol):
    """An exclusively created remote file. Every call waits for the server's answer and checks it."""

    def write(self, data: bytes) -> None: ...

    def sync(self) -> bool:
        """Ask the server to make it durable; False when it does not offer that."""

    def close(self) -> None:
        """Close and check the answer; a failed close is a failed upload."""


class Transport(Protocol):
    """One connection to a partner's exchange folders, for many files. Primitives only.

    Every method raises ``RemoteRefused`` (answered no, did not happen) or ``RemoteUnknown`` (no answer).
    The protocols over them are written once, in ``usecases.deliver`` and ``usecases.collect``.
    """

    @property
    def host_key(self) -> str:
        """Fingerprint of the server that was authenticated, ``SHA256:...``; empty for a directory."""

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        """All names of a folder, streamed, order unspecified; unsafe names are withheld, not left out."""

    def open_exclusive(self, path: str) -> AbstractContextManager[RemoteWriter]:
        """Create a file that must not exist. Leaving the context without ``close()`` abandons it as it is."""

    def read(self, path: str, size_bytes_max: int) -> AbstractContextManager[Iterator[bytes]]:
        """Stream the bytes; more than the maximum is ``RemoteRefused('too_large')``."""

    def stat(self, path: str) -> RemoteFile | None:
        """None when the server says there is no such file (which proves nothing about the past)."""

    def rename(self, source: str, target: str) -> None:
        """Plain rename that never replaces an existing target."""

    def remove(self, path: str) -> bool:
        """True when removed, False when the server says there was no such file."""

    def close(self) -> None:
        """End the connection; never raises."""


class Lock(Protocol):
    """Exclusion between processes."""

    def exclusive(self, name: str) -> AbstractContextManager[LockHeld]:
        """Hold the lock or raise ``Busy`` at once."""


class LockHeld(Protocol):
    def prove_alive(self) -> None:
        """Raise ``Busy`` when the lock may have been lost."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is remembered outside the database: who we are and the last link of the audit chain."""

    instance: str
    epoch: int
    sequence: int
    hash: str
    machine: str = ""
    """Of a home that must not be copied; empty elsewhere."""
    people: int = 0
    """Statements about people: one that is left out again would let somebody act whom admins have revoked."""
    key_id: str = ""
    signature: str = ""
    """Hex, by a signing key of ours over ``signed``; both are empty where nothing signs."""

    @property
    def signed(self) -> bytes:
        """What the signature covers: who we are and the link, wherever the anchor stands."""
        told = f"chitra anchor 1\n{self.instance}\n{self.epoch}\n{self.sequence}\n{self.hash}\n"
        return (told + (f"{self.people}\n" if self.people else "")).encode()


class Anchors(Protocol):
    """Places outside the database that notice when it is set back (M15)."""

    @property
    def machine(self) -> str:
        """Names this machine; empty when nothing does."""

    def read(self) -> list[Anchor]:
        """What was remembered last at each place; a place that cannot be read is ``NotConfigured``."""

    def write(self, anchor: Anchor) -> None:
        """Remember at every place, durable when this returns."""


class NoAnchors:
    """Nothing is remembered outside; for rehearsals in one process."""

    machine = ""

    def read(self) -> list[Anchor]:
        return []

    def write(self, anchor: Anchor) -> None:
        """There is no place."""


class Spool(Protocol):
    """Scratch files of one process; removed when the process ends well."""

    def create(self) -> BinaryIO:
        """A fresh, private, unnamed file open for reading and writing."""


class Stop(Protocol):
    """Somebody may ask a long run to end."""

    @property
    def requested(self) -> bool: ...

    def wait(self, seconds: float) -> None:
        """Pause; returns early when the end is requested."""


class NoStop:
    """Nobody asks; for runs that end by themselves."""

    requested = False

    def wait(self, seconds: float) -> None:
        """There is no reason to pause."""
