"""Submit, approve, reject, cancel: who may, with which key, over which content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.gateways import Gateway, person, row

from gateway.domain.errors import ApprovalVoid, IllegalMove, NotAllowed, NotFound
from gateway.usecases import approve

Act = Callable[..., Any]


@pytest.fixture
def batch(gateway: Gateway) -> str:
    return gateway.import_([row(1), row(2)]).batch.id


def _act(gateway: Gateway, act: Act, batch: str, name: str, key: str | None = None) -> Any:
    return act(gateway.context, batch, name, person(key or name))


def _picture(gateway: Gateway) -> tuple[Any, ...]:
    counts = [gateway.value(f"SELECT count(*) FROM {table}") for table in ("approval", "audit", "history")]
    return gateway.value("SELECT state FROM batch"), gateway.states(), counts


def test_m11_two_checkers_approve_a_batch_and_its_payments(gateway: Gateway, batch: str) -> None:
    _act(gateway, approve.submit, batch, "maker")
    first = _act(gateway, approve.approve, batch, "checker")
    assert (first.batch.state, first.approvals) == ("submitted", ["checker"])
    assert set(gateway.states().values()) == {"ready"}
    second = _act(gateway, approve.approve, batch, "checker2")
    assert (second.batch.state, sorted(second.approvals)) == ("approved", ["checker", "checker2"])
    assert set(gateway.states().values()) == {"approved"}


REFUSED: dict[str, tuple[Act, str, str | None, str]] = {
    "the maker approves": (approve.approve, "maker", None, "role_missing"),
    "a checker twice": (approve.approve, "checker", None, "already_approved"),
    "with the key of another": (approve.approve, "checker2", "checker", "key_not_enrolled"),
    "the maker rejects": (approve.reject, "maker", None, "role_missing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_m11_a_refused_act_changes_nothing(gateway: Gateway, batch: str, name: str) -> None:
    act, who, key, code = REFUSED[name]
    _act(gateway, approve.submit, batch, "maker")
    _act(gateway, approve.approve, batch, "checker")
    before = _picture(gateway)
    with pytest.raises(NotAllowed) as refused:
        _act(gateway, act, batch, who, key)
    assert refused.value.code == code
    assert _picture(gateway) == before


def test_m11_who_made_a_batch_cannot_approve_it_in_any_role(gateway: Gateway) -> None:
    batch = gateway.import_([row(1)], operator="both").batch.id
    _act(gateway, approve.submit, batch, "both")
    with pytest.raises(NotAllowed, match="maker_cannot_approve"):
        _act(gateway, approve.approve, batch, "both")


def test_only_its_maker_submits_a_batch(gateway: Gateway, batch: str) -> None:
    with pytest.raises(NotAllowed, match="not_the_maker"):
        _act(gateway, approve.submit, batch, "both")


def test_a_revoked_person_does_nothing(gateway: Gateway, batch: str) -> None:
    _act(gateway, approve.submit, batch, "maker")
    gateway.revoke("checker")
    with pytest.raises(NotAllowed, match="role_missing"):
        _act(gateway, approve.approve, batch, "checker")


def test_a_batch_is_approved_only_after_it_was_submitted(gateway: Gateway, batch: str) -> None:
    with pytest.raises(IllegalMove):
        _act(gateway, approve.approve, batch, "checker")


def test_an_unknown_batch_or_person_is_said(gateway: Gateway, batch: str) -> None:
    with pytest.raises(NotFound, match="batch_unknown"):
        _act(gateway, approve.submit, "X", "maker")
    with pytest.raises(NotFound, match="operator_unknown"):
        _act(gateway, approve.submit, batch, "nobody")


@pytest.mark.parametrize("act", [approve.submit, approve.approve, approve.reject])
def test_m12_nothing_is_signed_over_content_that_changed(gateway: Gateway, batch: str, act: Act) -> None:
    if act is not approve.submit:
        _act(gateway, approve.submit, batch, "maker")
    with gateway.store.begin() as tx:
        tx.run("DROP TRIGGER payment_content_fixed")
        tx.run("UPDATE payment SET amount = amount + 1 WHERE line = 2")
    before = _picture(gateway)
    with pytest.raises(ApprovalVoid):
        _act(gateway, act, batch, "maker" if act is approve.submit else "checker")
    assert _picture(gateway) == before


def test_m12_an_approval_signs_act_batch_content_environment_and_person(gateway: Gateway, batch: str) -> None:
    _act(gateway, approve.submit, batch, "maker")
    _act(gateway, approve.approve, batch, "checker")
    content = gateway.value("SELECT content_sha256 FROM batch")
    (approval,) = gateway.rows("SELECT * FROM approval")
    signed = (
        f'{{"act":"approve","batch":"{batch}","content_sha256":"{bytes(content).hex()}",'
        '"environment":"sandbox","operator":"checker","required":"2 checkers"}'
    ).encode()
    assert gateway.context.verify_person(person("checker").public_pem.decode(), signed, bytes(approval.signature))


@pytest.mark.parametrize("act", [approve.reject, approve.cancel])
def test_a_rejected_or_cancelled_batch_ends_with_its_payments_and_frees_their_keys(
    gateway: Gateway, batch: str, act: Act
) -> None:
    _act(gateway, approve.submit, batch, "maker")
    decided = _act(gateway, act, batch, "checker")
    assert decided.batch.state in ("rejected", "cancelled")
    assert set(gateway.states().values()) == {"cancelled"}
    assert gateway.value("SELECT max(holds_key) FROM payment") == 0
    with pytest.raises(IllegalMove):
        _act(gateway, approve.approve, batch, "checker")


def test_m13_a_batch_in_files_cannot_be_cancelled(gateway: Gateway) -> None:
    batch = gateway.approved(row(1))
    gateway.send()
    with pytest.raises(IllegalMove):
        _act(gateway, approve.cancel, batch, "maker")
    assert set(gateway.states().values()) == {"sent"}


def test_a_cancelled_batch_is_not_sent(gateway: Gateway) -> None:
    batch = gateway.approved(row(1))
    _act(gateway, approve.cancel, batch, "checker")
    assert gateway.send().deliveries == []
    assert gateway.outbox() == {}
