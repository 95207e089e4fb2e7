"""Who must sign a batch by its amount and hour, held in both databases (M11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy.exc import DBAPIError
from support.gateways import Gateway, admins, person, row
from support.tampering import edit

from gateway.domain.approvals import Missing, Required, Rule
from gateway.domain.errors import ApprovalVoid, NotAllowed, Refusal
from gateway.domain.people import ADD
from gateway.domain.schedule import Hours
from gateway.store import batches
from gateway.usecases import approve, enrol, integrity
from gateway.usecases.allocate import allocate
from gateway.usecases.context import Context

LARGE = Rule(above=1_000_000, checkers=2, releaser=True)


@pytest.fixture
def gateway(gateway: Gateway) -> Gateway:
    """With two people more: one who releases, and one who may do both."""
    with gateway.store.begin() as tx:
        for name, roles in (("hoa", "releaser"), ("all", "maker,checker,releaser")):
            proposal = enrol.added(name, roles.split(","), person(name).public_pem.decode(), "first day")
            enrol.together(gateway.context, tx, ADD, proposal, admins())
    return gateway


def _ruled(gateway: Gateway, **changes: object) -> Context:
    return replace(gateway.context, **({"approval_rules": (LARGE,)} | changes))  # type: ignore[arg-type]


def _submitted(gateway: Gateway, context: Context, *amounts: str) -> str:
    rows = [row(number, amount=amount) for number, amount in enumerate(amounts, 1)]
    batch = gateway.import_(rows).batch.id
    approve.submit(context, batch, "maker", person("maker"))
    return batch


def _checked(context: Context, batch: str, *names: str) -> approve.Decided:
    for name in names or ("checker", "checker2"):
        decided = approve.approve(context, batch, name, person(name))
    return decided


def test_m11_a_large_batch_waits_for_the_releaser_and_says_who_is_missing(gateway: Gateway) -> None:
    context = _ruled(gateway)
    batch = _submitted(gateway, context, "900000", "200000")
    decided = _checked(context, batch, "checker")
    assert (decided.required, decided.missing) == (Required(2, True), Missing(1, True))
    decided = _checked(context, batch, "checker2")
    assert (decided.batch.state, decided.missing) == ("submitted", Missing(0, True))
    released = approve.release(context, batch, "hoa", person("hoa"))
    assert (released.batch.state, bool(released.missing)) == ("approved", False)
    assert len(allocate(context, batch)) == 1
    assert list(integrity.check(context)) == []


def test_m11_a_small_batch_needs_nobody_more(gateway: Gateway) -> None:
    context = _ruled(gateway)
    batch = _submitted(gateway, context, "1000000")
    assert _checked(context, batch).batch.state == "approved"
    with pytest.raises(Refusal, match="illegal_move"):
        approve.release(context, batch, "hoa", person("hoa"))


def test_m11_what_is_submitted_outside_the_hours_needs_a_releaser(gateway: Gateway) -> None:
    context = _ruled(gateway, approval_rules=(), business_hours=Hours(time(3), time(3, 1)))
    batch = _submitted(gateway, context, "1000")
    assert _checked(context, batch).missing == Missing(0, True)


def test_m11_the_releaser_is_neither_the_maker_nor_one_of_the_checkers(gateway: Gateway) -> None:
    context = _ruled(gateway)
    batch = _submitted(gateway, context, "2000000")
    with pytest.raises(Refusal, match="release_before_checkers"):
        approve.release(context, batch, "hoa", person("hoa"))
    with pytest.raises(NotAllowed, match="role_missing"):
        approve.release(context, batch, "checker", person("checker"))
    _checked(context, batch, "all", "checker")
    with pytest.raises(NotAllowed, match="already_approved"):
        approve.release(context, batch, "all", person("all"))


def test_m11_the_rules_of_the_moment_of_submission_count(gateway: Gateway) -> None:
    batch = _submitted(gateway, _ruled(gateway), "2000000")
    assert _checked(gateway.context, batch).batch.state == "submitted"
    later = replace(LARGE, checkers=9)
    approve.release(_ruled(gateway, approval_rules=(later,)), batch, "hoa", person("hoa"))
    assert len(allocate(_ruled(gateway, approval_rules=(later,)), batch)) == 1


EDITS = {
    "fewer must sign": "UPDATE requirement SET checkers = 1",
    "no releaser is needed": "UPDATE requirement SET releaser = NOT releaser",
    "nothing was required": "DELETE FROM requirement",
    "a checker becomes the releaser": "UPDATE approval SET role = 'releaser' WHERE approver = 'checker2'",
}


@pytest.mark.parametrize("name", EDITS)
def test_m11_who_must_sign_cannot_be_changed_behind_those_who_signed(gateway: Gateway, name: str) -> None:
    context = _ruled(gateway)
    batch = _submitted(gateway, context, "2000000")
    _checked(context, batch)
    edit(gateway, EDITS[name])
    edit(gateway, "UPDATE batch SET state = 'approved'")
    with pytest.raises(ApprovalVoid), gateway.store.read() as tx:
        approve.require_signatures(context, tx, batches.find(tx, batch))
    codes = {each.code for each in integrity.check(context)}
    assert codes & {"signature_differs", "record_differs"}


def test_m11_the_database_lets_no_batch_be_approved_before_everybody_has_signed(gateway: Gateway) -> None:
    batch = _submitted(gateway, _ruled(gateway), "2000000")
    _checked(_ruled(gateway), batch)
    for statement in ("UPDATE batch SET state = 'approved'", "UPDATE requirement SET releaser = NOT releaser"):
        with pytest.raises(DBAPIError, match="M11"), gateway.store.begin() as tx:
            tx.run(statement)
    with pytest.raises(DBAPIError), gateway.store.begin() as tx:
        tx.run("INSERT INTO approval SELECT batch_id, maker, maker, 'releaser', content_sha256, key_id, signature,"
               " approved_at FROM approval WHERE approver = 'checker'")  # fmt: skip
