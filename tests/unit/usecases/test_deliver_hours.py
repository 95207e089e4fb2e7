"""When files go: the partner's sending hours, its cut-off, and what happens to a file whose day cannot be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from support.gateways import Gateway, row
from support.stores import Crashed

from adapters.profile import Delivery
from gateway.clock import ZONE
from gateway.domain.errors import RemoteRefused
from gateway.ports import Transport
from gateway.usecases import gravity
from gateway.usecases.deliver import Delivery as Delivered

MONDAY = datetime(2026, 11, 2, tzinfo=ZONE)


@dataclass
class During:
    """Something happens when the upload begins."""

    inner: Transport
    happens: Callable[[], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def open_exclusive(self, path: str) -> Any:
        self.happens()
        return self.inner.open_exclusive(path)


def _hours(gateway: Gateway, opens: time, closes: time, **changes: Any) -> None:
    profile = gateway.profiles["vietinbank"]
    outbox = replace(profile.outbox, opens=opens, closes=closes)
    gateway.profiles["vietinbank"] = replace(profile, outbox=outbox, **changes)


def _sent(gateway: Gateway) -> Delivered:
    (delivery,) = gateway.send().deliveries
    return delivery


def _at(gateway: Gateway, moment: datetime) -> None:
    gateway.clock.value = moment


@pytest.mark.parametrize(
    ("moment", "opens_at"),
    [
        (MONDAY + timedelta(hours=6), "2026-11-02 09:30+07:00"),
        (MONDAY + timedelta(hours=17), "2026-11-03 09:30+07:00"),
        (MONDAY + timedelta(days=5, hours=10), "2026-11-09 09:30+07:00"),  # a Saturday
        (MONDAY + timedelta(days=22, hours=10), "2026-11-25 09:30+07:00"),  # a holiday
    ],
)
def test_m14_outside_the_hours_of_a_partner_nothing_goes_and_the_next_hour_is_said(
    sealed: Gateway, moment: datetime, opens_at: str
) -> None:
    _hours(sealed, time(9, 30), time(15))
    _at(sealed, moment)
    sent = sealed.send()
    (delivery,) = sent.deliveries
    assert delivery.error is not None
    assert delivery.error.code == "window_closed"
    assert delivery.error.params == {"partner": "vietinbank", "opens_at": opens_at}
    assert gravity.of_sent(sent) == 0
    assert (delivery.state, sealed.outbox()) == ("sealed", {})
    assert sealed.value("SELECT count(*) FROM attempt") == 0


def test_within_the_hours_it_goes(sealed: Gateway) -> None:
    _hours(sealed, time(9), time(15))
    assert _sent(sealed).state == "sent"


@pytest.mark.parametrize("form", ["rename", "marker"])
def test_m14_hours_that_end_during_the_upload_hold_before_the_release(sealed: Gateway, form: Delivery) -> None:
    _hours(sealed, time(9), time(15))
    profile = sealed.profiles["vietinbank"]
    sealed.profiles["vietinbank"] = replace(profile, outbox=replace(profile.outbox, delivery=form))
    sealed.wrap = lambda transport: During(  # type: ignore[assignment, return-value]
        transport, lambda: _at(sealed, MONDAY + timedelta(hours=15))
    )
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert (delivery.state, delivery.error.code) == ("uploading", "window_closed")
    assert sealed.value("SELECT count(*) FROM attempt WHERE releasing_at IS NOT NULL") == 0
    assert not [name for name in sealed.outbox() if name.endswith(".done")]
    assert set(sealed.states().values()) == {"allocated"}


def test_m9_a_released_file_is_looked_after_outside_the_hours(sealed: Gateway) -> None:
    _hours(sealed, time(8), time(15))

    @dataclass
    class Dying(During):
        def rename(self, source: str, target: str) -> None:
            self.inner.rename(source, target)
            raise Crashed

    sealed.wrap = lambda transport: Dying(transport, lambda: None)  # type: ignore[assignment, return-value]
    with pytest.raises(Crashed):
        sealed.send()
    sealed.wrap = lambda transport: transport
    _at(sealed, MONDAY + timedelta(hours=20))
    assert _sent(sealed).state == "sent"


def test_m5_after_the_cut_off_a_file_for_today_is_void_and_its_payments_go_tomorrow(sealed: Gateway) -> None:
    _at(sealed, MONDAY + timedelta(hours=15, minutes=31))
    assert _sent(sealed).state == "void"
    assert sealed.outbox() == {}
    assert _sent(sealed).state == "sent"
    assert [file.execution_date for file in sealed.files()] == ["2026-11-02", "2026-11-03"]


def test_m5_a_cut_off_that_passes_during_the_upload_holds_before_the_release(sealed: Gateway) -> None:
    sealed.wrap = lambda transport: During(  # type: ignore[assignment, return-value]
        transport, lambda: _at(sealed, MONDAY + timedelta(hours=15, minutes=30))
    )
    delivery = _sent(sealed)
    assert delivery.error is not None
    assert (delivery.state, delivery.error.code, delivery.error.exit_code) == ("uploading", "execution_date_passed", 0)
    assert set(sealed.states().values()) == {"allocated"}
    sealed.wrap = lambda transport: transport
    assert _sent(sealed).state == "void"
    assert sealed.outbox() == {}


def test_a_file_made_after_the_cut_off_goes_the_same_evening(gateway: Gateway) -> None:
    _at(gateway, MONDAY + timedelta(hours=18))
    gateway.approved(row(1))
    assert _sent(gateway).state == "sent"
    assert gateway.files()[0].execution_date == "2026-11-03"


def test_m2_what_a_dead_sender_left_is_unknown_also_when_the_partner_cannot_be_reached(sealed: Gateway) -> None:
    """Nobody else holds the partner: whoever committed the intent has ended."""

    class Dying(During):
        def rename(self, source: str, target: str) -> None:
            raise Crashed

    def unreachable(_transport: Transport) -> Transport:
        raise RemoteRefused("unreachable", host="bank")

    sealed.wrap = lambda transport: Dying(transport, lambda: None)  # type: ignore[assignment, return-value]
    with pytest.raises(Crashed):
        sealed.send()
    assert sealed.files()[0].state == "releasing"
    sealed.wrap = unreachable
    sent = sealed.send()
    assert (sent.deliveries[0].state, gravity.of_sent(sent)) == ("unknown", 4)
