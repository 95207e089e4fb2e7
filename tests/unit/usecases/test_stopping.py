"""Stop by one, start by two: what goes out in between, and what does not (M16)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from support.evidence import status
from support.gateways import Gateway, person

from gateway.domain.errors import NotAllowed, NotFound, Refusal, RemoteUnknown, Tampered
from gateway.ports import Transport
from gateway.store import stops
from gateway.store.stops import EVERYTHING, Scope
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal
from gateway.usecases.stopping import named, scope_of, stop

SCOPES = [
    EVERYTHING,
    Scope("partner", "vietinbank"),
    Scope("programme", "pension"),
    Scope("payer", "thachthat"),
]


def _stopped(gateway: Gateway) -> list[str]:
    return [each.code for each in gateway.rows("SELECT code FROM stop WHERE lifted_at IS NULL")]


def _start(gateway: Gateway, scope: Scope, first: str = "checker", second: str = "checker2") -> str:
    proposal = Proposal(named(scope), "the bank has answered")
    decision = decide.propose(gateway.context, ACTS["start"], proposal, first, person(first))
    return decide.confirm(gateway.context, ACTS, decision.reference, second, person(second)).state


@pytest.mark.parametrize("scope", SCOPES, ids=named)
def test_m16_after_a_stop_nothing_is_released_until_two_people_start_again(sealed: Gateway, scope: Scope) -> None:
    stop(sealed.context, scope, "doubled credits", "user:lan")
    (delivery,) = sealed.send().deliveries
    assert delivery.error is not None
    assert delivery.error.code == "stopped"
    assert sealed.outbox() == {}
    assert set(sealed.states().values()) == {"allocated"}
    assert _start(sealed, scope) == "executed"
    assert sealed.send().deliveries[0].state == "sent"


def test_m16_a_stop_of_the_batch_holds_it_alone(sealed: Gateway) -> None:
    (file,) = sealed.files()
    stop(sealed.context, Scope("batch", file.batch_id), "wrong list", "user:lan")
    assert sealed.send().deliveries[0].state != "sent"
    assert sealed.outbox() == {}


def test_m16_a_stop_during_the_upload_holds_before_the_release(sealed: Gateway) -> None:
    class Stopping:
        """Stops in the middle of the upload."""

        def __init__(self, inner: Transport) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def open_exclusive(self, path: str) -> Any:
            stop(sealed.context, EVERYTHING, "now", "user:lan")
            return self._inner.open_exclusive(path)

    sealed.wrap = Stopping
    (delivery,) = sealed.send().deliveries
    assert delivery.error is not None
    assert delivery.error.code == "stopped"
    assert [name for name in sealed.outbox() if not name.startswith(".")] == []
    assert set(sealed.states().values()) == {"allocated"}


def test_a_stop_for_another_partner_stops_nothing_here(sealed: Gateway) -> None:
    stop(sealed.context, Scope("partner", "momo"), "momo is down", "user:lan")
    assert sealed.send().deliveries[0].state == "sent"


def test_collecting_goes_on_while_everything_is_stopped(sent: Gateway) -> None:
    stop(sent.context, EVERYTHING, "doubled credits", "user:lan")
    status(sent, group=("ACCP", ""))
    assert set(sent.states().values()) == {"accepted"}


def test_a_stop_needs_a_reason_and_a_name_that_exists(sealed: Gateway) -> None:
    with pytest.raises(Refusal, match="reason_missing"):
        stop(sealed.context, EVERYTHING, "  ", "user:lan")
    for kind, code in (("partner", "partner_unknown"), ("batch", "batch_unknown"), ("programme", "programme_unknown")):
        with pytest.raises(NotFound, match=code):
            stop(sealed.context, Scope(kind, "nowhere"), "why", "user:lan")
    assert _stopped(sealed) == []


def test_m16_a_second_stop_of_the_same_is_not_lifted_by_a_decision_made_before_it(sealed: Gateway) -> None:
    stop(sealed.context, EVERYTHING, "one", "user:lan")
    decision = decide.propose(sealed.context, ACTS["start"], Proposal("all", "why"), "checker", person("checker"))
    stop(sealed.context, EVERYTHING, "the bank was broken into", "user:mai")
    ended = decide.confirm(sealed.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert (ended.state, ended.lapse) == ("lapsed", "state_changed")
    assert _stopped(sealed) == ["emergency", "emergency"]
    assert sealed.send().deliveries[0].state != "sent"


def test_an_unknown_file_is_looked_at_also_under_a_stop(sealed: Gateway) -> None:
    class Unanswered:
        """The rename happens and nobody says so."""

        def __init__(self, inner: Transport) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def rename(self, source: str, target: str) -> None:
            self._inner.rename(source, target)
            raise RemoteUnknown("timeout")

    sealed.wrap = Unanswered
    assert sealed.send().deliveries[0].state == "unknown"
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    sealed.wrap = lambda transport: transport
    assert sealed.send().deliveries[0].state == "sent"


# --- two people ----------------------------------------------------------------------------------------------------


def test_m11_the_first_person_cannot_confirm(sealed: Gateway) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    with pytest.raises(NotAllowed, match="second_person_needed"):
        _start(sealed, EVERYTHING, "checker", "checker")
    assert _stopped(sealed) == ["emergency"]


@pytest.mark.parametrize(("first", "second"), [("maker", "checker"), ("checker", "maker")])
def test_m11_a_maker_alone_decides_nothing(sealed: Gateway, first: str, second: str) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    with pytest.raises(NotAllowed, match="role_missing"):
        _start(sealed, EVERYTHING, first, second)
    assert _stopped(sealed) == ["emergency"]


def test_m11_a_key_that_is_not_the_persons_decides_nothing(sealed: Gateway) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    with pytest.raises(NotAllowed, match="key_not_enrolled"):
        decide.propose(sealed.context, ACTS["start"], Proposal("all", "why"), "checker", person("checker2"))


def test_m11_a_proposal_whose_proposer_was_revoked_is_not_executed(sealed: Gateway) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    decision = decide.propose(sealed.context, ACTS["start"], Proposal("all", "why"), "checker", person("checker"))
    sealed.revoke("checker")
    with pytest.raises(Tampered, match="decision_not_genuine"):
        decide.confirm(sealed.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert _stopped(sealed) == ["emergency"]
    proposal = Proposal("all", "anew")
    assert decide.propose(sealed.context, ACTS["start"], proposal, "checker2", person("checker2")).state == "proposed"


def test_a_proposal_can_be_withdrawn_and_made_anew(sealed: Gateway) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    decision = decide.propose(sealed.context, ACTS["start"], Proposal("all", "why"), "checker", person("checker"))
    ended = decide.withdraw(sealed.context, ACTS, decision.reference, "checker", person("checker"))
    assert (ended.state, ended.lapse) == ("lapsed", "withdrawn")
    assert _start(sealed, EVERYTHING) == "executed"


@pytest.mark.parametrize("change", ["state = 'executed'", "state = 'executed', confirmed_by = 'checker2'"])
def test_m11_the_database_itself_refuses_a_decision_of_one_person(sealed: Gateway, change: str) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    decide.propose(sealed.context, ACTS["start"], Proposal("all", "why"), "checker", person("checker"))
    with pytest.raises(IntegrityError), sealed.store.begin() as tx:
        tx.run(f"UPDATE decision SET {change}")


def test_a_decision_lapses_when_another_stop_came_meanwhile(sealed: Gateway) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    decision = decide.propose(sealed.context, ACTS["start"], Proposal("all", "why"), "checker", person("checker"))
    with sealed.store.begin() as tx:
        stops.put(tx, EVERYTHING, "final_name_taken", "M1", "system")
    ended = decide.confirm(sealed.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert (ended.state, ended.lapse) == ("lapsed", "state_changed")
    assert _stopped(sealed) == ["emergency", "final_name_taken"]


def test_a_decision_ends_once_and_waits_once(sealed: Gateway) -> None:
    stop(sealed.context, EVERYTHING, "why", "user:lan")
    proposal = Proposal("all", "why")
    decision = decide.propose(sealed.context, ACTS["start"], proposal, "checker", person("checker"))
    with pytest.raises(Refusal, match="decision_open"):
        decide.propose(sealed.context, ACTS["start"], proposal, "checker2", person("checker2"))
    decide.confirm(sealed.context, ACTS, decision.reference, "checker2", person("checker2"))
    with pytest.raises(Refusal, match="decision_ended"):
        decide.confirm(sealed.context, ACTS, decision.reference, "checker2", person("checker2"))


def test_nothing_stopped_is_nothing_to_start(sealed: Gateway) -> None:
    with pytest.raises(Refusal, match="nothing_stopped"):
        _start(sealed, EVERYTHING)


@pytest.mark.parametrize("scope", SCOPES, ids=named)
def test_a_scope_survives_its_name(scope: Scope) -> None:
    assert scope_of(named(scope)) == scope
