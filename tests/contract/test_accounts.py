"""Accounts of people: collected from lists, beside the roster; nothing known is changed."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError
from support.accounts import account_of, collected
from support.gateways import Gateway
from support.roster import listed, man
from support.tampering import edit

from gateway.domain.errors import NotAllowed, Refusal
from gateway.store import rewrap
from gateway.store.accounts import browse
from gateway.store.integrity import rows
from gateway.usecases import integrity
from gateway.usecases.accounts.importing import Imported
from gateway.usecases.integrity import accounts


def sound(gateway: Gateway) -> None:
    assert list(integrity.check(gateway.context)) == []


def told(imported: Imported) -> list[tuple[int, str, str]]:
    return [(each.row, each.field, each.code) for each in imported.problems]


def counts(imported: Imported) -> tuple[int, int, int, int]:
    return imported.rows, imported.added, imported.known, imported.unusable


@pytest.fixture
def kept(gateway: Gateway) -> Gateway:
    """With three people, of whom the third has no account."""
    listed(gateway, man(1), man(2), man(3, account="", bank=""))
    return gateway


def test_accounts_of_a_list_are_collected_and_the_roster_stays_as_it_is(kept: Gateway) -> None:
    imported = collected(kept, account_of(1), account_of(3))
    assert (counts(imported), told(imported)) == ((2, 2, 0, 0), [])
    assert {row.origin for row in kept.rows("SELECT origin FROM account")} == {"vneid"}
    assert kept.value("SELECT count(*) FROM roster_line") == 3
    sound(kept)


def test_the_same_list_again_changes_nothing(kept: Gateway) -> None:
    collected(kept, account_of(1), account_of(3))
    again = collected(kept, account_of(3), account_of(1), origin="bank")
    assert (again.change, counts(again)) == (None, (2, 0, 2, 0))
    assert kept.value("SELECT count(*) FROM account_change") == 1


def test_an_account_that_the_roster_has_is_known(kept: Gateway) -> None:
    assert counts(collected(kept, account_of(1, account="110000000001"))) == (1, 0, 1, 0)


def test_a_person_may_have_several_accounts_and_each_stays(kept: Gateway) -> None:
    collected(kept, account_of(1))
    assert counts(collected(kept, account_of(1, account="330000000001"))) == (1, 1, 0, 0)
    assert kept.value("SELECT count(*) FROM account") == 2
    sound(kept)


def test_an_account_stands_in_a_list_twice_and_is_collected_once(kept: Gateway) -> None:
    assert counts(collected(kept, account_of(1), account_of(1))) == (2, 1, 1, 0)


def test_every_row_that_is_not_taken_is_told_in_one_list_and_the_others_are_taken(kept: Gateway) -> None:
    imported = collected(
        kept,
        account_of(9),
        account_of(1, name="Trần Thị Khác"),
        account_of(2, account="12_34"),
        account_of(2, bank="ngân hàng nào đó"),
        account_of(2, account=""),
        account_of(2, beneficiary_id="123456789"),
        account_of(2, payee_name="Lê Thị Hoa"),
        account_of(3),
    )
    assert told(imported) == [
        (2, "beneficiary_id", "account_of_nobody"),
        (3, "name", "name_changed"),
        (4, "account", "account_invalid"),
        (5, "bank", "bank_unknown"),
        (6, "account", "missing"),
        (7, "beneficiary_id", "beneficiary_id_nine_digits"),
        (8, "relation", "payee_basis_missing"),
    ]
    assert counts(imported) == (8, 1, 0, 7)
    sound(kept)


def test_a_list_of_one_bank_need_not_name_it(kept: Gateway) -> None:
    assert counts(collected(kept, account_of(1, bank=""), origin="bank", bank="vietcombank")) == (1, 1, 0, 0)
    assert kept.value("SELECT bank FROM account") == "970436"


def test_an_account_of_whoever_receives_for_the_person_keeps_the_name(kept: Gateway) -> None:
    collected(kept, account_of(1), account_of(1, payee_name="Lê Thị Hoa", relation="mẹ"))
    assert kept.value("SELECT count(DISTINCT owner_blind) FROM account") == 2
    sound(kept)


def test_a_list_that_names_no_account_is_refused(kept: Gateway) -> None:
    with pytest.raises(Refusal) as refusal:
        collected(kept)
    assert refusal.value.code == "account_list_empty"
    with pytest.raises(Refusal) as refusal:
        collected(kept, account_of(1), bank="ngân hàng nào đó")
    assert refusal.value.code == "bank_unknown"


def test_only_a_maker_brings_accounts(kept: Gateway) -> None:
    kept.give_roles("maker", "checker")
    with pytest.raises(NotAllowed):
        collected(kept, account_of(1))


def test_accounts_of_the_roster_are_listed_beside_those_of_lists(kept: Gateway) -> None:
    collected(kept, account_of(1), account_of(3))
    with kept.store.read() as tx:
        assert len(browse.told(tx, 50)) == 2
        assert len(browse.told(tx, 50, "bank")) == 0
        assert len(browse.of_roster(tx, 50)) == 2


def test_m2_what_was_told_of_accounts_is_never_changed_by_sql(kept: Gateway) -> None:
    collected(kept, account_of(1))
    for table, column in (("account_change", "kind"), ("account_file", "source_name"), ("account", "bank")):
        for statement in (f"UPDATE {table} SET {column} = {column} || ''", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError):
                kept.rows(f"{statement} RETURNING 1")


def found(gateway: Gateway) -> set[tuple[str, str]]:
    with gateway.store.read() as tx:
        looks = (*accounts.differences(gateway.context, tx), *rows.discrepancies(tx))
        return {(each.code, f"{each.where} {each.expected} {each.got}") for each in looks}


def test_a2_an_edit_of_what_was_told_of_accounts_is_found(kept: Gateway) -> None:
    collected(kept, account_of(1))
    seen = found(kept)
    assert seen == set()
    for statement in (
        "UPDATE account SET bank = '970436'",
        "UPDATE account SET owner_blind = person_blind",
        "UPDATE account SET personal = account_blind",
        "UPDATE account_file SET rows = 3",
        "UPDATE account_change SET kind = 'answer'",
        "DELETE FROM account_file",
        "DELETE FROM account",
    ):
        assert edit(kept, statement)
        assert found(kept) - seen, statement
        seen = found(kept)


def test_a3_envelopes_of_accounts_are_among_those_that_are_sealed_anew() -> None:
    assert "account" in {place.table for place in rewrap._PLACES}
