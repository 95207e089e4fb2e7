"""One process of the gateway over the home of a rule machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from support.banks import TinyBank, WatchedTransport
from support.gateways import Gateway
from support.stores import Crashed, Points

from gateway.anchors import FileAnchors
from gateway.domain.errors import ChitraError, RemoteUnknown
from gateway.ports import Transport


class Machine(Protocol):
    """Whose process it is."""

    folder: Path
    now: datetime | None
    """The time at which the last process ended."""


class Process:
    """One process over the home; it may die, or lose an answer, at one operation."""

    def __init__(self, machine: Machine, place: int | None, fault: str) -> None:
        self._machine, self._place, self._fault = machine, place, fault

    def __enter__(self) -> Gateway:
        home = self._machine.folder / "home"
        points = Points()
        points.before, points.after = self._before, self._after
        faulty = self._place is not None
        gateway = Gateway(home, f"sqlite:///{home / 'chitra.db'}", points=points if faulty else None)
        if self._machine.now is not None:
            gateway.clock.value = self._machine.now
        bank = TinyBank(gateway.place(), takes=False)

        def watched(inner: Transport) -> Transport:
            return WatchedTransport(inner, points, bank)

        if faulty:
            gateway.wrap = watched
        places = FileAnchors(home / "anchor.json", [self._machine.folder / "outside.anchor"])
        gateway.__dict__["context"] = replace(gateway.context, anchors=places)
        self._gateway = gateway
        return gateway

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        self._machine.now = self._gateway.clock.value
        self._gateway.close()
        return isinstance(error, Crashed | ChitraError)

    def _before(self, number: int, name: str) -> None:
        if number == self._place and self._fault == "crash before":
            raise Crashed(name)

    def _after(self, number: int, name: str) -> None:
        if number == self._place and self._fault == "crash after":
            raise Crashed(name)
        if number == self._place and self._fault == "no reply" and name != "commit":
            raise RemoteUnknown("timeout", operation=name)
