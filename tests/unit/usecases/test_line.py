"""A partner's connection for one round: made when needed, made again when lost, given up when that helps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.gateways import Gateway

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.usecases.context import Partner
from gateway.usecases.line import Line


class Lender:
    """Lends connections and hears how each came back."""

    def __init__(self) -> None:
        self.lent = 0
        self.returned: list[type[BaseException] | None] = []
        self.refuses = False

    @contextmanager
    def connect(self) -> Iterator[Any]:
        if self.refuses:
            raise RemoteRefused("unreachable", host="bank", port=22)
        self.lent += 1
        try:
            yield self.lent
        except BaseException as error:
            self.returned.append(type(error))
            raise
        self.returned.append(None)


@pytest.fixture
def lender() -> Lender:
    return Lender()


@pytest.fixture
def partner(gateway: Gateway, lender: Lender) -> Partner:
    found = gateway.context.partners["vietinbank"]
    return Partner(found.code, found.profile, lender.connect, found.signer, found.verifier)


def test_nothing_is_connected_before_it_is_needed_and_once_is_enough(partner: Partner, lender: Lender) -> None:
    with Line(partner) as line:
        assert lender.lent == 0
        assert [line.transport, line.transport] == [1, 1]
    assert lender.returned == [None]


def test_a_lost_connection_is_given_back_as_lost_and_a_new_one_is_made(partner: Partner, lender: Lender) -> None:
    with Line(partner) as line:
        assert line.transport == 1
        line.lost(RemoteUnknown("timeout"))
        assert line.transport == 2
    assert lender.returned == [RemoteUnknown, None]


def test_after_three_losses_it_is_given_up(partner: Partner, lender: Lender) -> None:
    with Line(partner) as line:
        for lost in range(3):
            assert (line.is_given_up, line.transport) == (False, lost + 1)
            line.lost(RemoteUnknown("timeout"))
        assert line.is_given_up


def test_a_partner_that_cannot_be_reached_is_given_up_at_once(partner: Partner, lender: Lender) -> None:
    lender.refuses = True
    with Line(partner) as line:
        with pytest.raises(RemoteRefused):
            _ = line.transport
        assert line.is_given_up


def _fail(partner: Partner) -> None:
    with Line(partner) as line:
        assert line.transport == 1
        raise ZeroDivisionError


def test_a_fault_of_ours_reaches_the_lender_and_is_not_swallowed(partner: Partner, lender: Lender) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail(partner)
    assert lender.returned == [ZeroDivisionError]


def test_each_inbox_has_its_own_losses(partner: Partner, lender: Lender) -> None:
    with Line(partner) as line:
        for _ in range(3):
            assert line.transport
            line.lost(RemoteUnknown("timeout"))
        line.begin()
        assert (line.is_given_up, line.transport) == (False, 4)


def test_a_partner_that_cannot_be_reached_stays_given_up_for_its_other_inboxes(
    partner: Partner, lender: Lender
) -> None:
    lender.refuses = True
    with Line(partner) as line:
        with pytest.raises(RemoteRefused):
            _ = line.transport
        line.begin()
        assert line.is_given_up
