"""Faults on the line to partners with other delivery forms: written directly, released by a marker, a drop box.

Here a bank may see half a file (it has to wait for the whole); what must hold is that nothing is sent a second time
once it may have been taken, and that what counts as sent is there whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sftp_acts import before_it
from support.sftp_cases import OTHERS, Case, forbidden
from support.sftp_line import Line, line, sealed_snapshot, struck
from support.sftp_proxy import OPEN, Exchange, Rule

from adapters.profile import Delivery

PAYMENTS = 250


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_snapshot(tmp_path_factory.mktemp("sealed"), PAYMENTS)


@pytest.fixture
def ours(sealed: Path, tmp_path: Path) -> Iterator[Line]:
    with line(sealed, tmp_path) as mine:
        yield mine


@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_m1_m9_each_form_sends_once_and_asks_when_it_cannot_know(ours: Line, case: Case) -> None:
    ours.deliver_by(case.form)
    content = ours.sealed()
    strikes = case.rules(ours.bank, ours.final_name)
    ours.proxy.rules += [*strikes, *forbidden(case.form)]
    ours.send()
    assert ours.state == case.first
    assert struck(strikes) == 1
    ours.proxy.rules[:] = forbidden(case.form)
    for _ in range(2):
        ours.send()
    assert ours.state == case.last
    ours.bank.take()
    orders = ours.bank.orders()
    assert len(orders) <= 1
    assert ours.state == "unknown" or orders == [(ours.final_name, content)]
    assert ours.bank.doubled() == 0


@pytest.mark.parametrize("form", ["direct", "marker", "dropbox"])
def test_m1_bytes_under_the_final_name_are_never_written_over(ours: Line, form: Delivery) -> None:
    """46, in the instant before we create the file."""
    ours.deliver_by(form)
    final = ours.bank.inbox / ours.final_name
    appears = Rule(OPEN, before_it(lambda: final.write_bytes(b"of somebody else"), Exchange.forward))
    ours.proxy.rules += [appears, *forbidden(form)]
    for _ in range(2):
        assert ours.send() is not None
        assert final.read_bytes() == b"of somebody else"
    assert ours.state != "sent"
