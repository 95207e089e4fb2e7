"""Worker processes forked from this one, with every import, key and schema in memory already; databases and
connections are opened after the fork. At a named crash point a worker dies, freezes, is told to end, or breaks.
"""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.domain import crash

Act = Callable[[], Any]
"""What a worker does; what it returns must fit JSON."""


class Broken(Exception):
    """An exception that nobody foresaw, raised at a crash point."""


@dataclass
class Point:
    """The n-th arrival at one place; there the deed is done, once."""

    place: str
    occurrence: int
    deed: Callable[[], None]
    reached: Counter[str] = field(default_factory=Counter)

    def __call__(self, place: str) -> None:
        self.reached[place] += 1
        if place == self.place and self.reached[place] == self.occurrence:
            self.deed()


def send(pid: int, number: signal.Signals) -> None:
    """To a worker that nobody has waited for yet, so that the number is still its own."""
    os.kill(pid, number)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def be_told_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def break_() -> None:
    raise Broken


def nothing() -> None:
    """The worker goes on."""


NOWHERE = Point("", 0, nothing)
"""A worker that nothing happens to."""


@dataclass(frozen=True)
class End:
    """How a worker ended."""

    signal: int
    """0 when it ended by itself."""
    reached: dict[str, int]
    """Place -> how often; empty when it could not tell any more."""
    result: Any = None
    trace: str = ""
    """Of an exception that it did not survive."""
    broken: bool = False
    """It was the exception that was planted."""


@dataclass
class Worker:
    """A process of ours; ``wait`` must be called once."""

    pid: int
    told: int
    """Where it tells: readable when it has come to an announced point, or has ended."""
    _said: bytes = b""

    def wait(self) -> End:
        """To its end."""
        while part := os.read(self.told, 1 << 16):
            self._said += part
        os.close(self.told)
        _, status = os.waitpid(self.pid, 0)
        said = self._said.removeprefix(_HERE)
        return End(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, **(json.loads(said) if said else _SILENT))

    def waited_for(self) -> bool:
        """Until it has said that it is at its point; False when it ended without."""
        self._said += os.read(self.told, 1)
        return self._said == _HERE

    def frozen(self) -> bool:
        """Until it stands still; False when it ended before."""
        found = os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return found is not None and found.si_code == os.CLD_STOPPED

    def killed_after(self, seconds: float) -> None:
        time.sleep(seconds)
        send(self.pid, signal.SIGKILL)


_HERE = b"!"
_SILENT: dict[str, Any] = {"reached": {}}


def start(act: Act, point: Point = NOWHERE, *, announced: bool = False) -> Worker:
    """Fork a worker; ``announced`` makes it say when it is at its point, and go on."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Worker(pid, reader)
    os.close(reader)
    mine = Point(point.place, point.occurrence, (lambda: _say(writer, _HERE)) if announced else point.deed)
    _say(writer, _lived(act, mine))
    os._exit(0)


def run(act: Act, point: Point = NOWHERE) -> End:
    """A worker from its start to its end."""
    return start(act, point).wait()


def _lived(act: Act, point: Point) -> bytes:
    """The worker's whole life, and what it tells of it."""
    end: dict[str, Any] = {}
    crash.listen(point)
    try:
        end["result"] = act()
    except Broken:
        end["broken"] = True
    except BaseException:
        end["trace"] = traceback.format_exc()
    return json.dumps({"reached": point.reached, **end}, default=str).encode()


def _say(writer: int, what: bytes) -> None:
    while what:
        what = what[os.write(writer, what) :]
