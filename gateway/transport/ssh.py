"""An authenticated SSH channel to a pinned server.

Connecting changes nothing at the partner, so every failure here is ``RemoteRefused``:
``unreachable``, ``handshake_failed``, ``algorithms_refused``, ``auth_refused``, ``sftp_refused``;
a server that is not the pinned one is ``HostKeyMismatch``, raised before any credential is used.
"""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import os
import select
import socket
import stat
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from gateway.domain.crash import crash_point
from gateway.domain.errors import HostKeyMismatch, NotConfigured, RemoteRefused

logging.getLogger("paramiko").propagate = False  # its errors reach us as exceptions; its log would name users and files
logging.getLogger("paramiko").addHandler(logging.NullHandler())

CIPHERS = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr")
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512")
KEY_EXCHANGES = (
    "mlkem768x25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
)
HOST_KEY_ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Type of a pinned key -> signature algorithms it may use."""

_WINDOW_BYTES = 1 << 23
"""What the server may send ahead; with paramiko's 2 MiB reading is half as fast."""


def _no_passphrase() -> bytes | None:
    return None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a partner's server is, how it proves itself and how we do."""

    host: str
    port: int
    user: str
    identity_file: Path
    """Ed25519 in OpenSSH format, regular, ours, mode 0600."""
    host_keys: tuple[str, ...]
    """Pinned in full, ``ssh-ed25519 AAAA...``; the second slot is for rotation."""
    identity_passphrase: Callable[[], bytes | None] = field(default=_no_passphrase, repr=False)
    connect_timeout_seconds: float = 30.0
    """For all of it, from the TCP connection to the open channel."""
    answer_timeout_seconds: float = 60.0
    """For every single answer, and for every send that makes no progress."""


@dataclass(frozen=True, slots=True)
class Link:
    """An open ``sftp`` channel and what it hangs on."""

    transport: paramiko.Transport
    channel: paramiko.Channel
    host_key: str
    """``SHA256:...`` of the key the server proved to hold."""


def connect(endpoint: Endpoint) -> Link:
    """Host key first, then our key, then the channel."""
    pinned = [_pinned(text) for text in endpoint.host_keys]
    if not pinned:
        raise NotConfigured("host_key_not_pinned", host=endpoint.host)
    identity = _identity(endpoint)
    deadline = _Deadline(endpoint.connect_timeout_seconds)
    transport = _PinnedTransport(_open_socket(endpoint, deadline), [name for name, _ in pinned])
    try:
        host_key = _prove_server(transport, endpoint, pinned, deadline)
        crash_point("server proved")
        _authenticate(transport, endpoint, identity, deadline)
        crash_point("authenticated")
        return Link(transport, _open_channel(transport, endpoint, deadline), host_key)
    except (paramiko.SSHException, OSError, EOFError) as error:  # lost between two of our steps
        transport.close()
        raise RemoteRefused("handshake_failed", host=endpoint.host) from error
    except BaseException:
        transport.close()
        raise


class _PinnedTransport(paramiko.Transport):
    """Offers our allow-list only, and only host key algorithms of the pinned keys."""

    remote_cipher: str
    agreed_on_strict_kex: bool
    _kex_info: Mapping[str, object]

    def __init__(self, connection: socket.socket, pinned_types: Sequence[str]) -> None:
        self._host_key_algorithms = tuple(
            dict.fromkeys(name for type_ in pinned_types for name in HOST_KEY_ALGORITHMS[type_])
        )
        super().__init__(connection)

    @property
    def preferred_keys(self) -> Sequence[str]:
        return self._host_key_algorithms

    @property
    def preferred_ciphers(self) -> Sequence[str]:
        return CIPHERS

    @property
    def preferred_macs(self) -> Sequence[str]:
        return MACS

    @property
    def preferred_kex(self) -> Sequence[str]:
        return tuple(name for name in KEY_EXCHANGES if name in self._kex_info)

    @property
    def safe_against_truncation(self) -> bool:
        """Strict key exchange or AES-GCM in both directions (the Terrapin attack, CVE-2023-48795)."""
        aead = "gcm@openssh.com" in self.local_cipher and "gcm@openssh.com" in self.remote_cipher
        return aead or self.agreed_on_strict_kex


class ProgressSocket(socket.socket):
    """A send that makes no progress for ``stall_seconds`` fails; paramiko alone would retry it for ever."""

    stall_seconds: float

    def send(self, data: bytes, flags: int = 0, /) -> int:  # type: ignore[override]
        _, writable, _ = select.select([], [self], [], self.stall_seconds)
        if not writable:
            raise ConnectionAbortedError("no progress")
        return super().send(data, flags)


class _Deadline:
    """A moment that bounds several steps together."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    @property
    def left_seconds(self) -> float:
        """Never nought, which some would take for no limit at all."""
        return max(self._at - time.monotonic(), 0.001)


def _open_socket(endpoint: Endpoint, deadline: _Deadline) -> socket.socket:
    try:
        connection = _reached(endpoint, deadline)
    except OSError as error:
        raise RemoteRefused("unreachable", host=endpoint.host, port=endpoint.port) from error
    progress = ProgressSocket(connection.family, connection.type, connection.proto, connection.detach())
    progress.stall_seconds = endpoint.answer_timeout_seconds
    progress.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a second small request waits a round trip
    return progress


def _reached(endpoint: Endpoint, deadline: _Deadline) -> socket.socket:
    """The first address that answers; all of them share the time."""
    reason = OSError("no address")
    for *_, address in socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM):
        try:
            return socket.create_connection((str(address[0]), endpoint.port), deadline.left_seconds)
        except OSError as error:
            reason = error
    raise reason


def _prove_server(
    transport: _PinnedTransport, endpoint: Endpoint, pinned: list[tuple[str, bytes]], deadline: _Deadline
) -> str:
    transport.banner_timeout = transport.handshake_timeout = deadline.left_seconds
    negotiated = threading.Event()
    transport.start_client(event=negotiated)
    negotiated.wait(deadline.left_seconds)
    if not transport.initial_kex_done:
        raise _no_session(transport, endpoint)
    key = transport.get_remote_server_key()
    if (key.get_name(), key.asbytes()) not in pinned:
        raise HostKeyMismatch("host_key_mismatch", host=endpoint.host, shown=_fingerprint(key))
    if not transport.safe_against_truncation:
        raise RemoteRefused("algorithms_refused", host=endpoint.host)
    return _fingerprint(key)


def _no_session(transport: _PinnedTransport, endpoint: Endpoint) -> RemoteRefused | HostKeyMismatch:
    """Key exchange is agreed before host keys: agreed on one and not on the other means no key of a pinned type."""
    if not isinstance(transport.get_exception(), paramiko.ssh_exception.IncompatiblePeer):
        return RemoteRefused("handshake_failed", host=endpoint.host)
    if transport.kex_engine is not None and transport.host_key_type is None:
        return HostKeyMismatch("host_key_mismatch", host=endpoint.host, shown="")
    return RemoteRefused("algorithms_refused", host=endpoint.host)


def _authenticate(
    transport: paramiko.Transport, endpoint: Endpoint, identity: paramiko.PKey, deadline: _Deadline
) -> None:
    """One public key, nothing else: no agent, no password, no second try."""
    answered = threading.Event()
    transport.auth_publickey(endpoint.user, identity, answered)
    answered.wait(deadline.left_seconds)
    if not transport.is_active() or not answered.is_set():
        raise RemoteRefused("handshake_failed", host=endpoint.host)
    if not transport.is_authenticated():
        raise RemoteRefused("auth_refused", host=endpoint.host, user=endpoint.user)


def _open_channel(transport: paramiko.Transport, endpoint: Endpoint, deadline: _Deadline) -> paramiko.Channel:
    watchdog = threading.Timer(deadline.left_seconds, transport.close)
    watchdog.start()
    try:
        channel = transport.open_session(window_size=_WINDOW_BYTES, timeout=deadline.left_seconds)
        channel.invoke_subsystem("sftp")
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise RemoteRefused("sftp_refused", host=endpoint.host) from error
    finally:
        watchdog.cancel()
    return channel


def require_usable(endpoint: Endpoint) -> None:
    """The pinned host keys can be read and our key opens; raises ``NotConfigured``."""
    for text in endpoint.host_keys:
        _pinned(text)
    _identity(endpoint)


def _pinned(text: str) -> tuple[str, bytes]:
    """Type and full public key of a pinned line; a comment after them is ignored."""
    try:
        name, encoded, *_ = text.split()
        blob = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise NotConfigured("host_key_unreadable") from error
    if name not in HOST_KEY_ALGORITHMS:
        raise NotConfigured("host_key_type_unsupported", type=name)
    return name, blob


def _fingerprint(key: paramiko.PKey) -> str:
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"


def _identity(endpoint: Endpoint) -> paramiko.PKey:
    content = _read_private(endpoint.identity_file)
    passphrase = endpoint.identity_passphrase()
    try:
        return paramiko.Ed25519Key.from_private_key(io.StringIO(content.decode("ascii")), passphrase)  # type: ignore[arg-type]
    except (paramiko.SSHException, ValueError) as error:
        raise NotConfigured("identity_unreadable", file=endpoint.identity_file.name) from error


def _read_private(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise NotConfigured("identity_missing", file=path.name) from error
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise NotConfigured("identity_unsafe", file=path.name)
        return file.read()
