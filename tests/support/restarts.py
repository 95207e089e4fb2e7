"""Restarts of servers that a test started: the same command, folder and user again, as the machine would do it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg
from support.postgres import Cluster
from support.sshd import SSHD, Sshd

_LOOKS_MAX = 3000


class Server:
    """A server by its process; ``is_up`` says when it answers, ``ended_by`` is the signal that ends it at once."""

    def __init__(self, pid: int, command: list[str], is_up: Callable[[], bool], ended_by: signal.Signals) -> None:
        process = Path(f"/proc/{pid}")
        self._command = command
        self._folder = os.readlink(process / "cwd")
        self._user = process.stat().st_uid
        self._is_up, self._ended_by = is_up, ended_by
        self._pid = pid
        self._again: subprocess.Popen[bytes] | None = None

    def restart(self, number: signal.Signals) -> None:
        """End it by this signal, with every process that it serves by, and start it again."""
        self.end(number)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._again = subprocess.Popen(self._command, cwd=self._folder, user=self._user, **quiet)  # type: ignore[call-overload]
        self._pid = self._again.pid
        _look_until(self._is_up)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """What was started here is ended here; the first process belongs to who started it."""
        if self._again is not None:
            self.end(self._ended_by)

    def end(self, number: signal.Signals) -> None:
        serving = children(self._pid)
        os.kill(self._pid, number)
        if self._again is not None:
            self._again.wait()
        _look_until(lambda: not _runs(self._pid))
        for pid in serving:
            if _runs(pid):
                os.kill(pid, signal.SIGKILL)
                _look_until(lambda pid=pid: not _runs(pid))  # type: ignore[misc]


def children(pid: int) -> list[int]:
    """Processes that descend from this one; none of a process that is gone."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in task.joinpath("children").read_text().split():
                found += [int(child), *children(int(child))]
    return found


def _runs(pid: int) -> bool:
    """Exists and is no zombie that only waits for its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _look_until(true: Callable[[], bool]) -> None:
    for _ in range(_LOOKS_MAX):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("a server neither ended nor answered")


def postgres_server(cluster: Cluster) -> Server:
    command = Path(f"/proc/{cluster.pid}/cmdline").read_text().rstrip("\0").split("\0")
    return Server(cluster.pid, command, lambda: _accepts(cluster), signal.SIGINT)


def _accepts(cluster: Cluster) -> bool:
    try:
        psycopg.connect(f"postgresql://chitra@127.0.0.1:{cluster.port}/postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def ssh_server(server: Sshd) -> Server:
    command = [SSHD, "-D", "-f", str(server.log.with_name("sshd_config")), "-E", str(server.log)]
    return Server(server.pid, command, lambda: _listens(server.port), signal.SIGTERM)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
