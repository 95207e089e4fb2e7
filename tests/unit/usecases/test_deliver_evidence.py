"""The evidence tables: each row of each form is made at a partner, and what becomes of the file is its verdict."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support.banks import MARKER, TinyBank, WatchedTransport
from support.evidence import BANK
from support.gateways import Gateway
from support.stores import Crashed, Points

from adapters.profile import Delivery
from gateway.ports import Transport
from gateway.store import blobs, stops
from gateway.usecases import gravity
from gateway.usecases.delivery.evidence import TABLES, Evidence, Stage, Verdict

PAGE = Path(__file__).parents[3] / "docs" / "file.md"
ROWS = [
    pytest.param(form, *row, believed, id=f"{form}-{row[0]}-{row[1]}".replace(" ", "_"))
    for form, table in TABLES.items()
    for row, believed in table.items()
]


@dataclass
class Partner:
    """A server at which the releasing packet may end the sender, before or instead of its effect."""

    inner: Transport
    dies: bool
    releases_by_open: bool

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def rename(self, source: str, target: str) -> None:
        self._die()
        self.inner.rename(source, target)

    def open_exclusive(self, path: str) -> Any:
        if not path.endswith(".part") and (path.endswith(MARKER) or self.releases_by_open):
            self._die()
        return self.inner.open_exclusive(path)

    def _die(self) -> None:
        if self.dies:
            raise Crashed("release")


class Case:
    """One file in one delivery form, and the folder of its partner."""

    def __init__(self, gateway: Gateway, form: Delivery) -> None:
        self.gateway, self.form = gateway, form
        profile = gateway.profiles["vietinbank"]
        outbox = replace(profile.outbox, delivery=form, archives=("/in/archive",))
        gateway.profiles["vietinbank"] = replace(profile, outbox=outbox)
        self.folder = gateway.place() / "in"
        (self.folder / "archive").mkdir()
        (self.file,) = gateway.files()
        with gateway.store.read() as tx:
            self.sealed = b"".join(blobs.parts(tx, self.file.sha256))
        self.meet()

    def meet(self, dies: bool = False) -> None:
        bank = TinyBank(self.gateway.place(), takes=False, form=self.form)
        by_open = self.form in ("direct", "dropbox")
        self.gateway.wrap = lambda transport: Partner(  # type: ignore[assignment, return-value]
            WatchedTransport(transport, Points(), bank), dies, by_open
        )

    def send(self, dies: bool = False) -> int:
        self.meet(dies)
        code = 0
        with suppress(Crashed):
            code = gravity.of_sent(self.gateway.send())
        self.meet()
        return code

    @property
    def state(self) -> str:
        return str(self.gateway.files()[0].state)

    def clear(self) -> None:
        for path in self.folder.iterdir():
            if path.is_file():
                path.unlink()

    def names(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())

    def is_stopped(self) -> bool:
        with self.gateway.store.read() as tx:
            return bool(stops.of_partner_active(tx, "vietinbank"))

    def put(self, content: bytes, name: str = "") -> None:
        (self.folder / (name or self.file.name)).write_bytes(content)

    def answer(self) -> None:
        self.gateway.wrap = lambda transport: transport
        self.gateway.receive("pain.002", "1", BANK.status(self.file.message_id, group=("ACCP", "")))
        self.meet()


def _sweep(case: Case) -> None:
    """An upload ends with a whole temporary, and somebody takes it."""

    def lost(number: int, name: str) -> None:
        if name.startswith("read"):
            raise Crashed(name)

    bank = TinyBank(case.gateway.place(), takes=False, form=case.form)
    case.gateway.wrap = lambda transport: WatchedTransport(transport, Points(before=lost), bank)
    with suppress(Crashed):
        case.gateway.send()
    case.clear()


PUT: dict[Evidence, Callable[[Case], None]] = {
    Evidence.ANSWERED: Case.answer,
    Evidence.CONFIRMED: lambda case: None,
    Evidence.MARKED: lambda case: (case.put(case.sealed), case.put(b"", case.file.name + MARKER))[0],
    Evidence.SAME: lambda case: case.put(case.sealed),
    Evidence.ARCHIVED: lambda case: case.put(case.sealed, f"archive/{case.file.name}"),
    Evidence.MOVING: lambda case: case.put(case.sealed[:100], f"archive/{case.file.name}"),
    Evidence.PREFIX: lambda case: case.put(case.sealed[:100]),
    Evidence.OTHER: lambda case: case.put(b"not ours"),
    Evidence.MARKER: lambda case: case.put(b"", case.file.name + MARKER),
    Evidence.SWEPT: _sweep,
    Evidence.NOTHING: lambda case: None,
    Evidence.UNSEEN: lambda case: None,
}


@pytest.mark.parametrize(("form", "stage", "found", "believed"), ROWS)
def test_m9_what_is_found_is_believed_as_the_table_of_the_form_says(
    sealed: Gateway, form: Delivery, stage: Stage, found: Evidence, believed: Verdict
) -> None:
    case = Case(sealed, form)
    if stage is Stage.RELEASED:
        case.send(dies=found is not Evidence.CONFIRMED)
        if found is not Evidence.CONFIRMED:
            assert case.state == "releasing"
            case.clear()
    PUT[found](case)
    before = case.names()
    code = case.send()
    {
        Verdict.DELIVERED: _require_delivered,
        Verdict.NOT_DELIVERED: _require_sent_now,
        Verdict.UNKNOWN: _require_unknown,
        Verdict.ALARM: _require_alarm,
    }[believed](case, stage, found, code)
    if believed is not Verdict.NOT_DELIVERED:
        assert case.names() == before
        assert case.send() in (0, 1, 4, 5)
        assert case.names() == before


def _require_delivered(case: Case, stage: Stage, found: Evidence, code: int) -> None:
    assert code == 0
    assert case.state == ("acknowledged" if found is Evidence.ANSWERED else "sent")


def _require_sent_now(case: Case, stage: Stage, found: Evidence, code: int) -> None:
    assert (code, case.state) == (0, "sent")
    assert (case.folder / case.file.name).read_bytes() == case.sealed


def _require_unknown(case: Case, stage: Stage, found: Evidence, code: int) -> None:
    assert (code, case.state) == (4, "unknown")
    assert set(case.gateway.states().values()) <= {"sent", "accepted"}
    assert case.is_stopped() == (found is Evidence.ANSWERED)


def _require_alarm(case: Case, stage: Stage, found: Evidence, code: int) -> None:
    assert code == 5
    assert case.is_stopped()
    assert case.state == ("unknown" if stage is Stage.RELEASED else "sealed")


def test_the_page_has_the_tables_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {form: _shown(text, form) for form in TABLES} == {form: _rows(table) for form, table in TABLES.items()}


def _shown(text: str, form: str) -> dict[str, tuple[str, ...]]:
    """found -> (not released, released) of the table under the heading of a form."""
    found = re.search(rf"^### {form}$(.*?)(?=^#|^The tables)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    lines = [line.strip("|").split("|") for line in found[1].splitlines() if line.startswith("|")][2:]
    return {cells[0].strip(): tuple(cell.strip() for cell in cells[1:]) for cells in lines}


def _rows(table: Any) -> dict[str, tuple[str, ...]]:
    found = {evidence for _, evidence in table}
    return {str(each): tuple(str(table.get((stage, each), "-")) for stage in Stage) for each in found}
