"""Debian's OpenSSH server on loopback, one instance and one chroot per partner home."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.services import require_service

SSHD = "/usr/sbin/sshd"
_START_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Sshd:
    """A running server; ``/in`` at the partner is ``root/in`` here."""

    port: int
    host_key: str
    """``ssh-ed25519 AAAA...``, ready to be pinned."""
    user: str
    root: Path
    log: Path
    pid: int

    def logged(self, text: str) -> int:
        """How many lines of the server's log contain the text."""
        return sum(text in line for line in self.log.read_text(errors="replace").splitlines())


@contextmanager
def sshd(root: Path, authorized_key: str, *, sftp: str = "internal-sftp", **options: str) -> Iterator[Sshd]:
    """Serve ``root`` to the holder of ``authorized_key``; ``options`` are lines of sshd_config.

    ``root`` is created when missing and becomes 0755. Needs root, because only root may chroot.
    """
    require_service("OpenSSH server (as root)", os.access(SSHD, os.X_OK) and os.geteuid() == 0)
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="chitra-sshd-", dir="/run"))
    state.chmod(0o755)
    process = None
    try:
        port, log = _free_port(), state / "log"
        config = _configure(state, root, port, authorized_key, sftp, options)
        command = [SSHD, "-D", "-f", config, "-E", log]
        process = subprocess.Popen(command, restore_signals=False)  # a limit on file size is an error, not a signal
        _wait_until_listening(process, log)
        yield Sshd(port, _public(state / "host_key.pub"), "root", root, log, process.pid)
    finally:
        if process is not None:
            process.terminate()
            process.wait()
        shutil.rmtree(state)


def generate_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> str:
    """Write an OpenSSH key pair with few bcrypt rounds; gives the public line."""
    command = ["ssh-keygen", "-q", "-t", kind, "-a", "1", "-N", passphrase, "-C", "", "-f", path]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return _public(path.with_name(f"{path.name}.pub"))


def _configure(state: Path, root: Path, port: int, authorized_key: str, sftp: str, options: dict[str, str]) -> Path:
    """The chroot is a symlink: sshd checks the owner of each folder of the path as written, and /tmp would fail."""
    generate_key(state / "host_key")
    (state / "authorized_keys").write_text(authorized_key + "\n")
    (state / "home").symlink_to(root.resolve())
    settings = {
        "Port": str(port),
        "ListenAddress": "127.0.0.1",
        "HostKey": str(state / "host_key"),
        "AuthorizedKeysFile": str(state / "authorized_keys"),
        "PidFile": "none",
        "PermitRootLogin": "prohibit-password",
        "PasswordAuthentication": "no",
        "StrictModes": "no",
        "UsePAM": "no",
        "UseDNS": "no",
        "LogLevel": "DEBUG1",
        "MaxStartups": "100",
        "Subsystem": f"sftp {sftp}",
        "ForceCommand": sftp,
        "ChrootDirectory": str(state / "home"),
        **options,
    }
    config = state / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    return config


def _wait_until_listening(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    while not (log.exists() and "Server listening on" in log.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"sshd did not start: {log.read_text(errors='replace') if log.exists() else ''}")
        time.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _public(path: Path) -> str:
    return " ".join(path.read_text().split()[:2])
