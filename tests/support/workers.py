"""Worker processes forked from this one, with every import, key and schema in memory already; databases and
connections are opened after the fork. At a named crash point a worker dies, freezes, is told to end, or breaks.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
    """Empty for any place."""
    occurrence: int
    deed: Callable[[], None]
    reached: Counter[str] = field(default_factory=Counter)

    here: Callable[[str], None] = lambda _place: None
    """Is told the place before the deed."""

    def __call__(self, place: str) -> None:
        self.reached[place] += 1
        if self.place not in ("", place):
            return
        if (self.reached[place] if self.place else self.reached.total()) == self.occurrence:
            self.here(place)
            self.deed()


def send(pid: int, number: signal.Signals) -> None:
    """To a worker that nobody has waited for yet, so that the number is still its own."""
    os.kill(pid, number)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def be_told_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def freeze() -> None:
    """At once: a signal to the whole process would first wait for its main thread, and this thread would go on."""
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def break_() -> None:
    raise Broken


def nothing() -> None:
    """The worker goes on."""


NOWHERE = Point("nowhere", 0, nothing)
"""A worker that nothing happens to."""


@dataclass(frozen=True)
class End:
    """How a worker ended."""

    signal: int
    """0 when it ended by itself."""
    place: str = ""
    """Where it came to its point; empty when it never did."""
    reached: dict[str, int] = field(default_factory=dict)
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
        place, _, rest = self._said.rpartition(_HERE)
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return End(number, place.decode(), **(json.loads(rest) if rest else {}))

    def waited_for(self) -> bool:
        """Until it has said that it is at its point; False when it ended without."""
        while _HERE not in self._said and (part := os.read(self.told, 1 << 16)):
            self._said += part
        return _HERE in self._said

    def frozen(self) -> bool:
        """Until it stands still; False when it ended before."""
        found = os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return found is not None and found.si_code == os.CLD_STOPPED

    def killed_after(self, seconds: float) -> None:
        time.sleep(seconds)
        send(self.pid, signal.SIGKILL)


_HERE = b"\n"
"""Behind the name of the place."""


def start(act: Act, point: Point = NOWHERE) -> Worker:
    """Fork a worker; it says when it is at its point, and where that is."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Worker(pid, reader)
    os.close(reader)
    try:
        _say(writer, _lived(act, replace(point, here=lambda place: _say(writer, place.encode() + _HERE))))
    finally:
        os._exit(0)  # nothing of the process that it was forked from


def run(act: Act, point: Point = NOWHERE) -> End:
    """A worker from its start to its end."""
    return start(act, point).wait()


def _lived(act: Act, point: Point) -> bytes:
    """The worker's whole life, and what it tells of it."""
    end: dict[str, Any] = {}
    crash.listen(point)
    try:
        end["result"] = json.loads(json.dumps(act(), default=str))
    except Broken:
        end["broken"] = True
    except BaseException:
        end["trace"] = traceback.format_exc()
    return json.dumps({"reached": point.reached, **end}).encode()


def _say(writer: int, what: bytes) -> None:
    while what:
        what = what[os.write(writer, what) :]
