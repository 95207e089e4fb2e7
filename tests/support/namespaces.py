"""Machines of their own on this one: network namespaces, each with one line to the database and one to the bank.

A line that is cut loses every packet and answers nothing, as a pulled cable does; what was queued goes on when it is
mended.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from support.services import require_service

NETWORK = "10.77.0.0/16"
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Line:
    """A pair of virtual cards; ``host`` is the address of the servers on it."""

    card: str
    host: str

    def cut(self) -> None:
        _ip("link", "set", self.card, "down")

    def mend(self) -> None:
        _ip("link", "set", self.card, "up")


@dataclass(frozen=True, slots=True)
class Machine:
    name: str
    to_database: Line
    to_bank: Line

    def enter(self) -> None:
        """From now on this process, which should be a fork, is on that machine."""
        handle = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(handle, _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(handle)


@contextmanager
def machine(number: int) -> Iterator[Machine]:
    """Numbers from 0 on; needs root and the ``ip`` command."""
    require_service("network namespaces (ip, as root)", shutil.which("ip") is not None and os.geteuid() == 0)
    name = f"chitra{os.getpid()}n{number}"
    with ExitStack() as stack:
        _ip("netns", "add", name)
        stack.callback(_ip, "netns", "delete", name)
        lines = [_line(stack, name, number * 2 + each) for each in (0, 1)]
        yield Machine(name, *lines)


def _line(stack: ExitStack, namespace: str, number: int) -> Line:
    here, there = f"ch{os.getpid() % 100000}h{number}", f"ch{os.getpid() % 100000}m{number}"
    _ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", namespace)
    stack.callback(subprocess.run, ["ip", "link", "delete", here], check=False, capture_output=True)
    _ip("address", "add", f"10.77.{number}.1/24", "dev", here)
    _ip("link", "set", here, "up")
    _ip("-n", namespace, "address", "add", f"10.77.{number}.2/24", "dev", there)
    _ip("-n", namespace, "link", "set", there, "up")
    return Line(here, f"10.77.{number}.1")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
