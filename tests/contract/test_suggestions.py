"""What a person is shown beside an unexplained entry: payments that it may be about, with why; nothing is matched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.banks import Booking
from support.evidence import Reworded, booked, credit, debit
from support.gateways import Gateway, row

from gateway.reports.suggestions import Suggestion, suggestions

NAMES = ("Nguyễn Văn An", "Trần Thị Hoà", "Lê Văn Bình Minh", "Hòa Văn Đức")


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    """Four payments of one amount, and a fifth of another."""
    same = [row(n, amount="500000", beneficiary_name=name) for n, name in enumerate(NAMES, 1)]
    gateway.approved(*same, row(5, amount="7"))
    gateway.send()
    return gateway


def _of(booking: Booking, name: str = "", account: str = "") -> Reworded:
    """Without our ids; the bank tells the other side as it likes."""
    side = "Cdtr" if booking.amount < 0 else "Dbtr"
    told = f"<{side}><Pty><Nm>{name}</Nm></Pty></{side}>" if name else ""
    told += f"<{side}Acct><Id><Othr><Id>{account}</Id></Othr></Id></{side}Acct>" if account else ""
    unnamed = replace(booking, end_to_end_id=None)
    return Reworded(unnamed, lambda xml: xml.replace("</TxDtls>", f"<RltdPties>{told}</RltdPties></TxDtls>"))


def _shown(gateway: Gateway) -> list[Suggestion]:
    with gateway.store.read() as tx:
        (found,) = tx.rows("SELECT id, kind FROM exception WHERE state = 'open'")
        return suggestions(tx, found.id, found.kind)


def _why(gateway: Gateway) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.payment_ref, each.why) for each in _shown(gateway)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"account": "1000000002"}, [("TC-0002", ("same_account",))]),
        ({"account": "xxxx00000002"}, [("TC-0002", ("account_alike",))]),
        ({"account": "0002"}, []),
        ({"name": "TRAN THI HOA"}, [("TC-0002", ("same_name",))]),
        ({"name": "NGUYEN VAN AN (VO)"}, [("TC-0001", ("name_alike",))]),
        ({"name": "LE VAN"}, [("TC-0003", ("name_alike",))]),
        ({"name": "AN"}, []),
        (
            {"name": "Lê Văn Bình Minh", "account": "1000000001"},
            [("TC-0001", ("same_account",)), ("TC-0003", ("same_name",))],
        ),
        ({}, []),
    ],
)
def test_a_debit_that_nothing_explains_is_shown_with_open_payments_alike(
    sent: Gateway, told: dict[str, str], expected: list[Any]
) -> None:
    booked(sent, _of(debit(sent), **told))
    assert _why(sent) == expected
    assert set(sent.states().values()) == {"sent"}
    assert sent.value("SELECT count(*) FROM allocation") == 0


def test_the_only_open_payment_of_the_amount_is_shown_when_nothing_else_is_told(sent: Gateway) -> None:
    booked(sent, _of(debit(sent, "TC-0005")))
    assert _why(sent) == [("TC-0005", ("only_one",))]


def test_a_credit_is_shown_with_debited_payments_and_no_data_in_full(sent: Gateway) -> None:
    booked(sent, debit(sent, "TC-0001"), debit(sent, "TC-0002"))
    booked(sent, _of(credit(sent, "TC-0001", return_reason=None), "NGUYEN VAN AN", "1000000001"), name="2")
    (found,) = _shown(sent)
    assert (found.payment_ref, found.why) == ("TC-0001", ("same_account", "same_name"))
    assert (found.payee_name, found.account) == ("N***** V** A*", "******0001")
    assert (found.state, found.day) == ("settled", "2026-11-02")


@pytest.mark.parametrize("day", ["2026-10-28", "2026-11-14"])
def test_a_debit_of_other_days_is_not(sent: Gateway, day: str) -> None:
    booked(sent, _of(debit(sent, day=day), account="1000000001"))
    assert _why(sent) == []


def test_an_exception_about_no_entry_suggests_nothing(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, debit(sent, reference="again"), name="2")
    assert sent.open_exceptions() == ["second_debit"]
    assert _shown(sent) == []
