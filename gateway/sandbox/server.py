"""The rehearsal partners' SFTP server on loopback: one user per partner, each shut into its own home.

It behaves like the strict servers of banks: exclusive create, plain rename that never replaces, links neither made nor
followed, ``fsync@openssh.com`` offered. It serves rehearsals, not the internet.
"""

from __future__ import annotations

import hmac
import logging
import os
import socket
import stat
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_SUCCEEDED
from paramiko.sftp import CMD_EXTENDED, CMD_INIT, CMD_VERSION, SFTP_FAILURE, SFTP_OK, SFTP_PERMISSION_DENIED

from gateway.sandbox.signing import write_private

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

logging.getLogger("paramiko").addHandler(logging.NullHandler())  # a visitor who leaves is no news

FSYNC = "fsync@openssh.com"


class SandboxServer:
    """``users``: name -> served home; ``authorized_keys``: lines ``ssh-ed25519 AAAA...`` that may log in."""

    def __init__(
        self, sandbox_root: Path, users: Mapping[str, Path], authorized_keys: Sequence[str], port: int = 0
    ) -> None:
        self._users = {user: home.resolve(strict=True) for user, home in users.items()}
        self._authorized = tuple(_normal(line) for line in authorized_keys)
        self._key = _host_key(sandbox_root / "host_key")
        self._listener = socket.create_server(("127.0.0.1", port))
        self._connections: list[paramiko.Transport] = []
        self._thread = threading.Thread(target=self._accept, name="sandbox-sftp", daemon=True)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def host_key(self) -> str:
        """``ssh-ed25519 AAAA...``, to be pinned in full."""
        return f"{self._key.get_name()} {self._key.get_base64()}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the listener and every connection; a server is started once."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._connections:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        connection = paramiko.Transport(client)
        connection.add_server_key(self._key)
        connection.set_subsystem_handler("sftp", _Sftp, _Home)
        self._connections = [known for known in self._connections if known.is_active()] + [connection]
        try:
            connection.start_server(server=_Door(self._users, self._authorized))
        except (paramiko.SSHException, EOFError, OSError):
            connection.close()


class _Door(paramiko.ServerInterface):
    """Lets in the known users with a known key, to SFTP only."""

    def __init__(self, users: Mapping[str, Path], authorized: Sequence[str]) -> None:
        self._users = users
        self._authorized = authorized
        self.home = Path()

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        shown = f"{key.get_name()} {key.get_base64()}"
        if username not in self._users or not any(hmac.compare_digest(shown, known) for known in self._authorized):
            return AUTH_FAILED
        self.home = self._users[username]
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _File(paramiko.SFTPHandle):
    """One open file; reads and writes at offsets."""

    def __init__(self, descriptor: int, flags: int) -> None:
        super().__init__(flags)
        self._descriptor = descriptor

    def close(self) -> None:
        os.close(self._descriptor)

    def read(self, offset: int, length: int) -> bytes | int:
        try:
            return os.pread(self._descriptor, length, offset)
        except OSError as error:
            return _code(error)

    def write(self, offset: int, data: Buffer) -> int:
        try:
            return SFTP_OK if os.pwrite(self._descriptor, data, offset) == memoryview(data).nbytes else SFTP_FAILURE
        except OSError as error:
            return _code(error)

    def stat(self) -> paramiko.SFTPAttributes | int:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._descriptor))

    def sync(self) -> int:
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            return _code(error)
        return SFTP_OK


class _Home(paramiko.SFTPServerInterface):
    """One partner's home as the root of everything; a path out of it, or through a link, does not exist."""

    def __init__(self, server: _Door) -> None:
        super().__init__(server)
        self._home = server.home

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        try:
            descriptor = os.open(self._inside(path), flags | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            return _code(error)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return SFTP_PERMISSION_DENIED
        return _File(descriptor, flags)

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            with os.scandir(self._inside(path)) as entries:
                return [_attributes(entry) for entry in entries]
        except OSError as error:
            return _code(error)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(os.lstat(self._inside(path)))
        except OSError as error:
            return _code(error)

    lstat = stat

    def remove(self, path: str) -> int:
        try:
            os.unlink(self._inside(path))
        except OSError as error:
            return _code(error)
        return SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        """Link then unlink, as OpenSSH does for a plain rename: an existing target refuses."""
        try:
            source = self._inside(oldpath)
            os.link(source, self._inside(newpath), follow_symlinks=False)
            os.unlink(source)
        except OSError as error:
            return _code(error)
        return SFTP_OK

    def canonicalize(self, path: str) -> str:
        return os.path.normpath("/" + path)

    def _inside(self, path: str) -> Path:
        """The real path; its folder must lie inside the home without any link."""
        asked = self._home / os.path.normpath("/" + path).lstrip("/")
        if asked != self._home and asked.parent.resolve() != asked.parent:
            raise PermissionError(13, "outside the home")
        return asked


class _Sftp(paramiko.SFTPServer):
    """paramiko's server with ``fsync@openssh.com``, offered as OpenSSH does (methods its type stubs do not know)."""

    def _send_server_version(self) -> int:
        kind, data = self._read_packet()  # type: ignore[attr-defined]
        if kind != CMD_INIT:
            raise paramiko.SFTPError("incompatible sftp protocol")
        answer = paramiko.Message()
        answer.add_int(3)
        answer.add_string(FSYNC)
        answer.add_string("1")
        self._send_packet(CMD_VERSION, answer)  # type: ignore[attr-defined]
        return int.from_bytes(data[:4], "big")

    def _process(self, t: int, request_number: int, msg: paramiko.Message) -> None:
        if t == CMD_EXTENDED and msg.get_text() == FSYNC:
            self._send_status(request_number, self._sync(msg.get_binary()))  # type: ignore[attr-defined]
            return
        msg.rewind()
        msg.get_int()
        super()._process(t, request_number, msg)  # type: ignore[misc]

    def _sync(self, handle: bytes) -> int:
        opened = self.file_table.get(handle)
        return opened.sync() if isinstance(opened, _File) else SFTP_FAILURE


def _attributes(entry: os.DirEntry[str]) -> paramiko.SFTPAttributes:
    return paramiko.SFTPAttributes.from_stat(entry.stat(follow_symlinks=False), entry.name)


def _code(error: OSError) -> int:
    return paramiko.SFTPServer.convert_errno(error.errno or 0)


def _normal(line: str) -> str:
    return " ".join(line.split()[:2])


def _host_key(path: Path) -> paramiko.Ed25519Key:
    """The server's key, made at the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        write_private(path, key)
    return paramiko.Ed25519Key.from_private_key_file(str(path))
