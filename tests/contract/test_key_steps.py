"""Steps in the life of keys on both databases: insert-only, and partners' keys by the decision of two only."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError
from support.decisions import decision
from support.gateways import Gateway

_STEP = (
    "INSERT INTO key_step (id, name, key_id, line, purpose, partner, state, actor, at, decision_id)"
    " VALUES (1, :name, 'k', 'k', :purpose, 'momo', :state, 'me', 'now', :d)"
)


@pytest.mark.parametrize(
    ("verb", "subject", "executed", "allowed"),
    [
        ("key import", "momo", True, True),
        ("key import", "momo", False, False),
        ("key import", "vietinbank", True, False),
        ("start", "momo", True, False),
    ],
)
@pytest.mark.parametrize("purpose", ["answers", "server", "openpgp"])
def test_m11_t9_a_partners_key_needs_the_executed_decision_on_it_and_stays(
    gateway: Gateway, purpose: str, verb: str, subject: str, executed: bool, allowed: bool
) -> None:
    with gateway.store.begin() as tx:
        number = decision(tx, verb, subject, executed=executed)
    if not allowed:
        with pytest.raises(DBAPIError, match="M11"), gateway.store.begin() as tx:
            tx.run(_STEP, name="k", purpose=purpose, state="active", d=number)
        return
    with gateway.store.begin() as tx:
        tx.run(_STEP, name="k", purpose=purpose, state="active", d=number)
    for sql in ("UPDATE key_step SET partner = 'x'", "DELETE FROM key_step"):
        with pytest.raises(DBAPIError, match="T9"), gateway.store.begin() as tx:
            tx.run(sql)


@pytest.mark.parametrize(
    ("purpose", "name", "state"),
    [("answers", "k", "verify-only"), ("signing", "payments", "active"), ("openpgp", "letters", "active")],
)
def test_ending_a_belief_and_using_a_key_of_ours_needs_no_second_person(
    gateway: Gateway, purpose: str, name: str, state: str
) -> None:
    """A partner's key is named by its key id, and one of ours by another name."""
    with gateway.store.begin() as tx:
        tx.run(_STEP, name=name, purpose=purpose, state=state, d=None)
    assert gateway.value("SELECT count(*) FROM key_step") == 1
