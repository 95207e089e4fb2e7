"""Faults on the line to partners with other delivery forms: written directly, released by a marker, a drop box.

Here a bank may see half a file (it has to wait for the whole); what must hold is that nothing is sent a second time
once it may have been taken, and that what counts as sent is there whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support.sftp_acts import after_it, before_it, cut_after, cut_before, only_to, refused, refused_though_done, torn
from support.sftp_line import Line, line, sealed_snapshot, struck
from support.sftp_proxy import (
    CLOSE,
    FOR_EVER,
    LSTAT,
    OPEN,
    OPENDIR,
    PERMISSION_DENIED,
    RENAME,
    WRITE,
    Exchange,
    Rule,
)

from adapters.profile import Delivery

PAYMENTS = 250
MARK = b".done"
XML = b".xml"


@dataclass(frozen=True)
class Case:
    """One fault; states of the file after the run it strikes, and at the end."""

    form: Delivery
    number: int
    title: str
    rule: Callable[[Line], Rule]
    first: str
    last: str

    def __str__(self) -> str:
        return f"{self.form}, {self.number} {self.title}"


def rule(
    request: int, act: Callable[[Exchange], bytes | None], first: int = 1, ending: bytes = b""
) -> Callable[[Line], Rule]:
    return lambda ours: Rule(request, act, first, ending=ending)


CASES = (
    Case("direct", 36, "reset in the middle of a write", rule(WRITE, torn(10_000), 4), "unknown", "unknown"),
    Case("direct", 36, "reset before the open", rule(OPEN, cut_before), "unknown", "unknown"),
    Case("direct", 37, "answer to the close lost", rule(CLOSE, cut_after, ending=XML), "unknown", "sent"),
    Case("direct", 38, "refused write in the middle", rule(WRITE, refused(), 4), "unknown", "unknown"),
    Case("direct", 40, "close refused, though done", rule(CLOSE, refused_though_done(), ending=XML), "sent", "sent"),
    Case("direct", 41, "permission to create denied", rule(OPEN, refused(PERMISSION_DENIED)), "unknown", "unknown"),
    Case("direct", 48, "taken at once", lambda ours: Rule(CLOSE, after_it(ours.bank.take), ending=XML), "sent", "sent"),
    Case("marker", 36, "reset in the middle of a write", rule(WRITE, torn(10_000), 4), "uploading", "sent"),
    Case("marker", 36, "reset before the marker", rule(OPEN, cut_before, ending=MARK), "unknown", "unknown"),
    Case("marker", 37, "answer to the marker lost", rule(OPEN, cut_after, ending=MARK), "unknown", "sent"),
    Case("marker", 38, "refused write in the middle", rule(WRITE, refused(), 4), "uploading", "sent"),
    Case(
        "marker", 40, "close refused, though done", rule(CLOSE, refused_though_done(), ending=XML), "uploading", "sent"
    ),
    Case("marker", 41, "marker denied", rule(OPEN, refused(PERMISSION_DENIED), ending=MARK), "unknown", "unknown"),
    Case(
        "marker", 48, "taken at once", lambda ours: Rule(CLOSE, after_it(ours.bank.take), ending=MARK), "sent", "sent"
    ),
    Case("dropbox", 36, "reset in the middle of a write", rule(WRITE, torn(10_000), 4), "unknown", "unknown"),
    Case("dropbox", 37, "answer to the close lost", rule(CLOSE, cut_after, ending=XML), "unknown", "unknown"),
    Case("dropbox", 38, "refused write in the middle", rule(WRITE, refused(), 4), "unknown", "unknown"),
    Case(
        "dropbox", 48, "taken at once", lambda ours: Rule(CLOSE, after_it(ours.bank.take), ending=XML), "sent", "sent"
    ),
)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_snapshot(tmp_path_factory.mktemp("sealed"), PAYMENTS)


@pytest.fixture
def ours(sealed: Path, tmp_path: Path) -> Iterator[Line]:
    with line(sealed, tmp_path) as mine:
        yield mine


def deliver_by(ours: Line, form: Delivery) -> None:
    profile = ours.gateway.profiles["vietinbank"]
    ours.gateway.profiles["vietinbank"] = replace(profile, outbox=replace(profile.outbox, delivery=form))


def forbidden(form: Delivery) -> list[Rule]:
    """50: a drop box shows nothing, and gives nothing back."""
    if form != "dropbox":
        return []
    denied = refused(PERMISSION_DENIED)
    return [
        Rule(OPEN, only_to("read", denied), 1, FOR_EVER),
        *(Rule(kind, denied, 1, FOR_EVER) for kind in (LSTAT, OPENDIR, RENAME)),
    ]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_m1_m9_each_form_sends_once_and_asks_when_it_cannot_know(ours: Line, case: Case) -> None:
    deliver_by(ours, case.form)
    content = ours.sealed()
    strikes = case.rule(ours)
    ours.proxy.rules += [strikes, *forbidden(case.form)]
    ours.send()
    assert ours.state == case.first
    assert struck([strikes]) == 1
    ours.proxy.rules[:] = forbidden(case.form)
    for _ in range(2):
        ours.send()
    assert ours.state == case.last
    ours.bank.take()
    orders = [each for each in ours.bank.taken if not each[0].endswith(MARK.decode())]
    assert len(orders) <= 1
    assert ours.state == "unknown" or orders == [(ours.final_name, content)]
    assert ours.bank.doubled() == 0


@pytest.mark.parametrize("form", ["direct", "marker", "dropbox"])
def test_m1_bytes_under_the_final_name_are_never_written_over(ours: Line, form: Delivery) -> None:
    """46, in the instant before we create the file."""
    deliver_by(ours, form)
    final = ours.bank.inbox / ours.final_name
    appears = Rule(OPEN, before_it(lambda: final.write_bytes(b"of somebody else"), Exchange.forward))
    ours.proxy.rules += [appears, *forbidden(form)]
    for _ in range(2):
        assert ours.send() is not None
        assert final.read_bytes() == b"of somebody else"
    assert ours.state != "sent"
