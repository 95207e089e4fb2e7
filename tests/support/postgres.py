"""A private PostgreSQL cluster for one test session, in a temporary folder, on loopback."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from support.services import require_service

_START_SECONDS_MAX = 30.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "64",
    "shared_buffers": "64MB",
    "lc_messages": "C",
}
OWNER, WORKER = "chitra_owner", "chitra_work"
"""Roles without powers: whom the databases belong to, and whom the gateway may work as."""


def as_role(url: str, role: str) -> str:
    """The same database, seen by another role; URLs of a cluster are of its superuser."""
    return url.replace("//chitra@", f"//{role}@")


@dataclass(frozen=True, slots=True)
class Cluster:
    port: int
    pid: int

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A fresh database, empty or a copy: its SQLAlchemy URL. Dropped afterwards, whoever is still connected."""
        name = f"chitra_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER}")
        try:
            yield f"postgresql+psycopg://chitra@127.0.0.1:{self.port}/{name}"
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """As the superuser."""
        with psycopg.connect(f"postgresql://chitra@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """A running server without durability; it refuses to run as root, then it runs as ``postgres``."""
    binaries = server_binaries()
    require_service("PostgreSQL server", binaries is not None)
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="chitra-postgres-"))
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    shutil.chown(folder, user)
    process = None
    try:
        _initialise(binaries, folder, user)
        port = _free_port()
        process = _start(binaries, folder, user, port, {**_SETTINGS, **settings})
        _wait_until_ready(process, port, folder / "log")
        running = Cluster(port, process.pid)
        running.execute(f"CREATE ROLE {OWNER} LOGIN; CREATE ROLE {WORKER} LOGIN")
        yield running
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # fast shutdown: waits for nobody
            process.wait()
        shutil.rmtree(folder)


def server_binaries() -> Path | None:
    """The newest installed server, Debian's place first."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    return Path(found).parent if found else None


def _initialise(binaries: Path, folder: Path, user: str) -> None:
    command = [binaries / "initdb", "-D", folder / "data", "-U", "chitra", "-A", "trust", "-E", "UTF8"]
    command += ["--locale=C.UTF-8", "--no-sync"]
    subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)


def _start(binaries: Path, folder: Path, user: str, port: int, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    command = [binaries / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port), *options]
    with open(folder / "log", "wb") as log:
        return subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=subprocess.STDOUT)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    while True:
        try:
            psycopg.connect(f"postgresql://chitra@127.0.0.1:{port}/postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}") from None
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
