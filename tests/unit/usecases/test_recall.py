"""M13: what was released is recalled, by two people, in a file of its own; only what is booked changes the payment."""

from __future__ import annotations

import pytest
from lxml import etree
from support.evidence import BANK, booked, debit
from support.gateways import Gateway, person
from support.signatures import ISO
from support.successors import proposed as reissue_proposed
from support.successors import statements

from formats.iso20022 import schema
from gateway.domain.errors import NotAllowed, Refusal
from gateway.store import recalls
from gateway.store.tables import Decision
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal
from gateway.usecases.received import Received


def _proposed(gateway: Gateway, ref: str = "TC-0001", code: str = "CUST") -> Decision:
    proposal = Proposal(gateway.end_to_end_id(ref), "paid in error", {"code": code})
    return decide.propose(gateway.context, ACTS["payment recall"], proposal, "checker", person("checker"))


def _recalled(gateway: Gateway, ref: str = "TC-0001", code: str = "CUST") -> str:
    """Message id of the request, which waits to be sent."""
    decision = _proposed(gateway, ref, code)
    state = decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2")).state
    assert state == "executed"
    return str(gateway.value("SELECT max(message_id) FROM file_out"))


def _standing(gateway: Gateway, ref: str = "TC-0001") -> str:
    with gateway.store.read() as tx:
        number = tx.value("SELECT id FROM payment WHERE payment_ref = :r", r=ref)
        return str(recalls.of_payment(tx, number)[0].state)


def _answer(
    gateway: Gateway,
    said: str,
    name: str = "1",
    *,
    ref: str = "TC-0001",
    whole: str = "",
    case: str = "",
    created: str = "2026-11-02T12:00:00+07:00",
) -> Received:
    """A camt.029 of the partner, about one transfer or (``whole``) about the request."""
    transfer = (
        f"<CxlDtls><TxInfAndSts><OrgnlEndToEndId>{gateway.end_to_end_id(ref)}</OrgnlEndToEndId><TxCxlSts>{said}</TxCxlSts>"
        "<CxlStsRsnInf><Rsn><Cd>ARDT</Cd></Rsn></CxlStsRsnInf></TxInfAndSts></CxlDtls>"
        if said
        else ""
    )
    agent = "<Agt><FinInstnId><BICFI>ICBVVNVX</BICFI></FinInstnId></Agt>"
    resolved = f"<RslvdCase><Id>{case}</Id><Cretr>{agent}</Cretr></RslvdCase>" if case else ""
    document = (
        f'<Document xmlns="{ISO}:camt.029.001.13"><RsltnOfInvstgtn><Assgnmt><Id>X{name}</Id><Assgnr>{agent}</Assgnr>'
        f"<Assgne>{agent}</Assgne><CreDtTm>{created}</CreDtTm></Assgnmt>{resolved}<Sts><Conf>{whole or 'CNCL'}</Conf>"
        f"</Sts>{transfer}<SplmtryData><Envlp></Envlp></SplmtryData></RsltnOfInvstgtn></Document>"
    )
    return gateway.receive("pain.002", f"x{name}", BANK.signed(document))


def test_m13_a_recall_is_a_signed_request_that_goes_by_the_same_protocol(sent: Gateway) -> None:
    message_id = _recalled(sent, code="DUPL")
    assert _standing(sent) == "requested"
    (delivery,) = sent.send().deliveries
    assert (delivery.file, delivery.state, delivery.payments) == (message_id, "sent", 1)
    assert _standing(sent) == "asked"
    assert sent.states()["TC-0001"] == "sent"
    (content,) = sent.outbox().values()
    root = etree.fromstring(content)
    assert schema.compiled("camt.055.001.12").validate(root)
    (original, _) = sent.files()
    told = {
        "OrgnlMsgId": original.message_id,
        "OrgnlPmtInfId": original.payment_information_id,
        "OrgnlEndToEndId": sent.end_to_end_id(),
        "OrgnlInstdAmt": "500001",
        "Cd": "DUPL",
    }
    assert {name: root.findtext(f".//{{*}}Undrlyg//{{*}}{name}") for name in told} == told
    assert root.find(".//{*}SplmtryData/{*}Envlp/{*}Signature") is not None


def test_m5_a_recall_is_sealed_once_and_its_bytes_are_kept(sent: Gateway) -> None:
    message_id = _recalled(sent)
    sent.send()
    (file,) = [each for each in sent.files() if each.message_id == message_id]
    assert sent.value("SELECT count(*) FROM blob WHERE sha256 = :s", s=file.sha256) == 1
    assert sent.send().deliveries == []


def test_m13_a_recall_is_asked_also_after_the_cut_off(sent: Gateway) -> None:
    _recalled(sent)
    sent.clock.pass_(days=2)
    assert sent.send().deliveries[0].state == "sent"


@pytest.mark.parametrize(
    ("said", "standing"), [("ACCR", "accepted"), ("RJCR", "rejected"), ("PDCR", "pending"), ("WHAT", "pending")]
)
def test_m13_the_answer_is_shown_and_moves_nothing(sent: Gateway, said: str, standing: str) -> None:
    message_id = _recalled(sent)
    sent.send()
    received = _answer(sent, said)
    assert (received.state, received.error) == ("processed", None)
    assert _standing(sent) == standing
    assert set(sent.states().values()) == {"sent"}
    (file,) = [each for each in sent.files() if each.message_id == message_id]
    assert file.state == "acknowledged"


def test_m13_an_answer_to_the_whole_request_counts_for_its_payment(sent: Gateway) -> None:
    message_id = _recalled(sent)
    sent.send()
    _answer(sent, "", whole="RJCR", case=message_id)
    assert _standing(sent) == "rejected"


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_s3_the_latest_answer_counts_by_the_time_inside(sent: Gateway, order: tuple[str, str]) -> None:
    _recalled(sent)
    sent.send()
    said = {"1": ("PDCR", "2026-11-02T12:00:00+07:00"), "2": ("ACCR", "2026-11-02T13:00:00+07:00")}
    for name in order:
        _answer(sent, said[name][0], name, created=said[name][1])
    assert _standing(sent) == "accepted"


def test_m13_a_booking_counts_whatever_the_partner_answered(sent: Gateway) -> None:
    _recalled(sent)
    sent.send()
    booked(sent, debit(sent))
    _answer(sent, "ACCR")
    assert sent.states()["TC-0001"] == "settled"


def test_an_answer_to_nothing_of_ours_is_for_a_person(sent: Gateway) -> None:
    _answer(sent, "ACCR")
    assert sent.exceptions() == ["recall_answer_unknown"]


def test_m13_a_request_that_the_partner_refuses_as_a_file_is_over(sent: Gateway) -> None:
    message_id = _recalled(sent)
    sent.send()
    sent.receive("pain.002", "r", BANK.status(message_id, group=("RJCT", "FF01"), id_="PR"))
    assert _standing(sent) == "rejected"
    assert set(sent.states().values()) == {"sent"}
    _recalled(sent)


def test_m13_one_recall_at_a_time(sent: Gateway) -> None:
    _recalled(sent)
    with pytest.raises(Refusal, match="recall_open"):
        _proposed(sent)
    sent.send()
    _answer(sent, "RJCR")
    _recalled(sent)


def test_m13_what_was_not_released_is_not_recalled(sealed: Gateway) -> None:
    with pytest.raises(Refusal, match="recall_not_out"):
        _proposed(sealed)


def test_m13_what_is_booked_is_not_recalled(sent: Gateway) -> None:
    booked(sent, debit(sent))
    with pytest.raises(Refusal, match="recall_not_out"):
        _proposed(sent)


def test_m11_a_recall_takes_two_people(sent: Gateway) -> None:
    decision = _proposed(sent)
    with pytest.raises(NotAllowed, match="second_person_needed"):
        decide.confirm(sent.context, ACTS, decision.reference, "checker", person("checker"))
    assert sent.value("SELECT count(*) FROM recall") == 0


def test_m13_a_recall_lapses_when_the_payment_is_booked_meanwhile(sent: Gateway) -> None:
    decision = _proposed(sent)
    booked(sent, debit(sent))
    assert decide.confirm(sent.context, ACTS, decision.reference, "checker2", person("checker2")).state == "lapsed"


def test_m10_nothing_is_paid_again_while_its_recall_is_open(sent: Gateway) -> None:
    _recalled(sent)
    sent.send()
    status_ = ((sent.end_to_end_id(), "RJCT", "AC04"),)
    original = sent.files()[0].message_id
    sent.receive("pain.002", "s", BANK.status(original, transfers=status_, id_="PS"))
    statements(sent)
    sent.clock.pass_(days=4)
    with pytest.raises(Refusal, match="reissue_recall_open"):
        reissue_proposed(sent)
    _answer(sent, "RJCR")
    assert reissue_proposed(sent).state == "proposed"
