"""M10: the predecessor is booked after all. Its successor is held while nothing of it was released, else an alarm."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from support.evidence import BANK, credit, debit
from support.gateways import Gateway, copy_of, person
from support.successors import approved, corrected, proposed, reissued, rejected, repaid, returned, successor

from gateway.domain.errors import Refusal
from gateway.domain.resolutions import ALARMS
from gateway.ports import Transport
from gateway.usecases import approve
from gateway.usecases.allocate import allocate
from gateway.usecases.close import close
from gateway.usecases.seal import seal


def _booked_after_all(gateway: Gateway) -> None:
    """The rejected payment is debited all the same."""
    late = debit(gateway, day="2026-11-06")
    gateway.receive("camt.053", "late", BANK.statement(late, id_="SL", day="2026-11-06"))


def _return_undone(gateway: Gateway) -> None:
    undone = debit(gateway, reference="U1", reversal=True, day="2026-11-06")
    gateway.receive("camt.053", "late", BANK.statement(undone, id_="SL", day="2026-11-06"))


def _second_debit(gateway: Gateway) -> None:
    gateway.receive("camt.053", "late", BANK.statement(debit(gateway, reference="D2"), id_="SL", day="2026-11-06"))


def _accepted_later(gateway: Gateway) -> None:
    told = ((gateway.end_to_end_id(), "ACSP", ""),)
    (file,) = [each for each in gateway.files() if each.payments == 4]
    said = BANK.status(file.message_id, transfers=told, id_="PL", created="2026-11-02T12:00:00+07:00")
    gateway.receive("pain.002", "late", said)


Act = Callable[[Gateway], None]
DOUBTS: dict[str, tuple[Act, Act]] = {
    "rejected, then booked": (rejected, _booked_after_all),
    "rejected, then accepted": (rejected, _accepted_later),
    "returned, then the return undone": (returned, _return_undone),
    "returned, then debited once more": (returned, _second_debit),
}


@pytest.mark.parametrize("name", DOUBTS)
@pytest.mark.parametrize("stage", ["ready", "approved", "allocated"])
def test_m10_a_successor_that_was_not_released_is_held(sent: Gateway, name: str, stage: str) -> None:
    before, after = DOUBTS[name]
    before(sent)
    batch = reissued(sent)
    if stage != "ready":
        approved(sent, batch)
    if stage == "allocated":
        seal(sent.context, *allocate(sent.context, batch))
    after(sent)
    found = successor(sent)
    assert (found.state, found.held_from) == ("held", stage)
    assert "successor_held" in sent.exceptions()
    assert "predecessor_booked" not in sent.exceptions()
    sent.send()
    assert sent.outbox() == {}
    assert successor(sent).state == "held"


@pytest.mark.parametrize("name", DOUBTS)
def test_m10_a_successor_that_was_released_is_an_alarm(sent: Gateway, name: str) -> None:
    before, after = DOUBTS[name]
    before(sent)
    approved(sent, reissued(sent))
    sent.send()
    after(sent)
    assert successor(sent).state == "sent"
    assert sent.exceptions().count("predecessor_booked") == 1
    assert "predecessor_booked" in ALARMS


def test_m10_a_file_with_a_held_payment_is_made_anew_without_it(sent: Gateway) -> None:
    for ref in ("TC-0001", "TC-0002"):
        returned(sent, ref)
    batch = repaid(sent, corrected("TC-0001"), corrected("TC-0002"))
    approved(sent, batch)
    (file,) = allocate(sent.context, batch)
    seal(sent.context, file)
    _return_undone(sent)
    (delivery,) = sent.send().deliveries
    assert (delivery.file, delivery.state) == (file, "void")
    assert (successor(sent).state, successor(sent).held_from) == ("held", "approved")
    (delivery,) = sent.send().deliveries
    assert (delivery.state, delivery.payments) == ("sent", 1)
    assert successor(sent, "TC-0002.R1").state == "sent"
    assert successor(sent).state == "held"


def test_m10_a_sender_half_way_releases_nothing_of_a_successor_that_is_held_meanwhile(sent: Gateway) -> None:
    returned(sent)
    approved(sent, reissued(sent))

    class Doubting:
        """The predecessor's return is undone during the upload."""

        def __init__(self, inner: Transport) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def open_exclusive(self, path: str) -> Any:
            sent.wrap = lambda transport: transport
            _return_undone(sent)
            return self._inner.open_exclusive(path)

    sent.wrap = Doubting
    (delivery,) = sent.send().deliveries
    assert delivery.error is not None
    assert delivery.error.code == "file_has_held_payment"
    assert [name for name in sent.outbox() if not name.startswith(".")] == []
    assert sent.send().deliveries[0].state == "void"
    assert sent.outbox() == {}


def test_m10_approval_does_not_let_go_what_is_held(sent: Gateway) -> None:
    returned(sent)
    batch = reissued(sent)
    _return_undone(sent)
    approved(sent, batch)
    assert successor(sent).state == "held"
    assert sent.send().deliveries == []
    assert close(sent.context) == []


def test_m10_a_held_successor_ends_with_its_batch(sent: Gateway) -> None:
    returned(sent)
    batch = reissued(sent)
    _return_undone(sent)
    approve.cancel(sent.context, batch, "maker", person("maker"))
    assert successor(sent).state == "cancelled"


def test_m10_doubt_about_the_first_of_a_line_reaches_the_last(sent: Gateway) -> None:
    returned(sent)
    approved(sent, reissued(sent))
    sent.send()
    for number, booking in enumerate((debit(sent, "TC-0001.R1"), credit(sent, "TC-0001.R1", day="2026-11-03"))):
        sent.receive("camt.053", f"r{number}", BANK.statement(booking, id_=f"SR{number}"))
    reissued(sent, "TC-0001.R1")
    _return_undone(sent)
    assert successor(sent, "TC-0001.R2").state == "held"
    assert sorted(kind for kind in sent.exceptions() if kind in ("successor_held", "predecessor_booked")) == [
        "predecessor_booked",
        "successor_held",
    ]


def test_m10_no_successor_is_made_of_a_line_whose_first_is_in_doubt(sent: Gateway) -> None:
    returned(sent)
    batch = reissued(sent)
    _return_undone(sent)
    approve.cancel(sent.context, batch, "maker", person("maker"))
    with pytest.raises(Refusal, match="reissue_of_doubtful"):
        proposed(sent, "TC-0001.R1")


# --- S3 --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reissued_home(sent_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A successor, approved, of a returned payment."""
    gateway = copy_of(sent_home, tmp_path_factory.mktemp("reissued"))
    returned(gateway)
    approved(gateway, reissued(gateway))
    return gateway.snapshot()


def _late_files(gateway: Gateway) -> dict[str, bytes]:
    (file, *_) = gateway.files()
    bookings = {
        "undone": debit(gateway, reference="U1", reversal=True, day="2026-11-06"),
        "returned again": credit(gateway, reference="C2", day="2026-11-09"),
        "debited again": debit(gateway, reference="D2", day="2026-11-09"),
    }
    said = {name: BANK.statement(each, id_=f"S{name[:3]}{each.day}") for name, each in bookings.items()}
    told = ((gateway.end_to_end_id(), "RJCT", "AC04"),)
    return said | {"rejected": BANK.status(file.message_id, transfers=told, id_="PR")}


def test_s3_the_successor_stands_alike_in_whatever_order_the_doubts_come(reissued_home: Path, tmp_path: Path) -> None:
    ends = set()
    for number, order in enumerate(permutations(("undone", "returned again", "debited again", "rejected"))):
        gateway = copy_of(reissued_home, tmp_path / str(number))
        files = _late_files(gateway)
        for name in order:
            inbox = "pain.002" if name == "rejected" else "camt.053"
            gateway.receive(inbox, name.replace(" ", ""), files[name])
        ends.add((tuple(gateway.states().items()), tuple(gateway.exceptions())))
        gateway.close()
    ((states, exceptions),) = ends
    assert dict(states)["TC-0001.R1"] == "held"
    assert "successor_held" in exceptions
