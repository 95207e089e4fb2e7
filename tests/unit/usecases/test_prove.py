"""The proof of one payment: whole for every end, and nothing of others in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import select
from support.banks import SumBooking
from support.evidence import BANK, booked, debit, resigned, status, unsigned
from support.gateways import Gateway, person, row
from support.inboxes import ruled
from support.proofs import body_of, proven
from support.successors import approved, reissued, rejected, returned

from gateway import proving
from gateway.domain import bundles
from gateway.domain.errors import BadProof, Refusal
from gateway.store.tables import FileOut
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal


def settled(gateway: Gateway) -> None:
    booked(gateway, debit(gateway), debit(gateway, "TC-0002"))


def booked_in_one_sum(gateway: Gateway) -> None:
    (file,) = gateway.files()
    booked(gateway, SumBooking(-file.amount, block_id=file.payment_information_id))


def booked_in_one_transaction(gateway: Gateway) -> None:
    (file,) = gateway.files()
    booked(gateway, SumBooking(-file.amount, message_id=file.message_id, as_detail=True))


def booked_with_decimals(gateway: Gateway) -> None:
    written = BANK.statement(debit(gateway), id_="S1")
    end_to_end_id = gateway.end_to_end_id()
    spaced = resigned(written, f"<EndToEndId>{end_to_end_id}<", f"<EndToEndId> {end_to_end_id}\n<")
    gateway.receive("camt.053", "1", resigned(spaced, ">500001</Amt>", ">500001.00</Amt>"))


def rejected_with_space(gateway: Gateway) -> None:
    (file,) = gateway.files()
    end_to_end_id = gateway.end_to_end_id()
    written = BANK.status(file.message_id, id_="P1", transfers=((end_to_end_id, "RJCT", "AC04"),))
    spaced = resigned(written, f">{end_to_end_id}<", f"> {end_to_end_id} <")
    gateway.receive("pain.002", "1", resigned(spaced, ">RJCT<", "> RJCT<"))


def paid_again(gateway: Gateway) -> None:
    returned(gateway)
    approved(gateway, reissued(gateway))
    gateway.send()


ENDS: dict[str, tuple[Callable[[Gateway], None], str, str]] = {
    "settled": (settled, "TC-0001", "settled"),
    "rejected": (rejected, "TC-0001", "rejected"),
    "returned": (returned, "TC-0001", "returned"),
    "paid again": (paid_again, "TC-0001", "returned"),
    "paying again": (paid_again, "TC-0001.R1", "sent"),
    "booked in one sum": (booked_in_one_sum, "TC-0002", "settled"),
    "booked in one transaction": (booked_in_one_transaction, "TC-0002", "settled"),
    "booked with decimals and space": (booked_with_decimals, "TC-0001", "settled"),
    "rejected with space": (rejected_with_space, "TC-0001", "rejected"),
    "sent": (lambda gateway: None, "TC-0003", "sent"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_payment_is_proven_at_every_end(sent: Gateway, end: str) -> None:
    happens, ref, state = ENDS[end]
    happens(sent)
    checked = proving.check(proven(sent, ref))
    assert (checked.payment["state"], checked.payment["end_to_end_id"]) == (state, sent.end_to_end_id(ref))
    assert sorted(name for name, _ in checked.found.approvals) == ["checker", "checker2"]
    assert all(each.fingerprint for each in checked.found.files)


def test_a3_a_proof_shows_this_person_in_full_and_nobody_else(sent: Gateway) -> None:
    status(sent, transfers=tuple((sent.end_to_end_id(f"TC-000{n}"), "ACSP", None) for n in (1, 2, 3, 4)))
    booked(sent, debit(sent), debit(sent, "TC-0002"), debit(sent, "TC-0003"))
    text = proven(sent).decode()
    assert "1000000001" in text
    assert sent.end_to_end_id() in text
    for number in (2, 3, 4):
        ref = f"TC-000{number}"
        secret = {ref, f"100000000{number}", f"001160{number:06d}", sent.end_to_end_id(ref)}
        uetr = sent.value("SELECT uetr FROM payment WHERE payment_ref = :r", r=ref)
        assert [each for each in (*secret, uetr, str(500_000 + number)) if each in text] == []


def test_m12_a_proof_leads_from_the_payment_to_what_people_signed(sent: Gateway) -> None:
    approval = body_of(proven(sent))["approval"]
    content = sent.value("SELECT content_sha256 FROM batch")
    assert approval["content_sha256"] == bytes(content).hex()
    assert len(approval["path"]) == 2
    assert approval["line"].split("\x1f")[:2] == ["TC-0001", sent.end_to_end_id()]


def test_what_is_left_out_of_an_answer_is_counted(sent: Gateway) -> None:
    status(sent, transfers=tuple((sent.end_to_end_id(f"TC-000{n}"), "ACSP", None) for n in (1, 2, 3)))
    (answer,) = body_of(proven(sent))["answers"]
    assert (answer["left_out"], answer["said"][-1]["status"]) == (2, "ACSP")


def test_an_answer_about_this_payment_alone_is_shown_whole_as_it_was_signed(sent: Gateway) -> None:
    rejected(sent)
    bundle = proven(sent)
    (answer,) = body_of(bundle)["answers"]
    assert (answer["left_out"], answer["whole"]) == (0, True)
    changed = bundle.replace(b"<MsgId>P1</MsgId>", b"<MsgId>P2</MsgId>")
    assert changed != bundle
    with pytest.raises(BadProof, match="bundle_answer"):
        proving.check(changed)


def test_an_answer_with_a_processing_instruction_is_shown_without_it_and_not_called_whole(sent: Gateway) -> None:
    (file,) = sent.files()
    written = BANK.status(file.message_id, id_="P1", transfers=((sent.end_to_end_id(), "RJCT", "AC04"),))
    sent.receive("pain.002", "1", resigned(written, "<GrpHdr>", "<?odd one?><GrpHdr>"))
    (answer,) = body_of(proven(sent))["answers"]
    assert (answer["left_out"], answer["whole"]) == (0, False)


def test_a_return_and_a_payment_that_pays_again_name_each_other(sent: Gateway) -> None:
    paid_again(sent)
    first, second = sent.end_to_end_id(), sent.end_to_end_id("TC-0001.R1")
    before, after = body_of(proven(sent)), body_of(proven(sent, "TC-0001.R1"))
    assert [each["kind"] for each in before["bookings"]] == ["debit", "return"]
    assert (before["links"]["paid_again_by"], after["links"]["pays_again"]) == (second, first)


def test_a_sum_that_names_another_file_books_nothing(sent: Gateway) -> None:
    booked_in_one_sum(sent)
    body = body_of(proven(sent))
    block = body["file"]["payment_information_id"]
    body["bookings"][0]["part"] = body["bookings"][0]["part"].replace(block, "OTHER")
    with pytest.raises(BadProof, match="bundle_booking"):
        proving.check(bundles.encode({"body": body, "signature": {}}))


def test_a_recall_stands_among_the_links(sent: Gateway) -> None:
    proposal = Proposal(sent.end_to_end_id(), "paid in error", {"code": "CUST"})
    decision = decide.propose(sent.context, ACTS["payment recall"], proposal, "checker", person("checker"))
    decide.confirm(sent.context, ACTS, decision.reference, "checker2", person("checker2"))
    sent.send()
    (recalled,) = body_of(proven(sent))["links"]["recalls"]
    assert (recalled["state"], recalled["asked"]) == ("asked", "CUST")


def test_a_partner_that_signs_nothing_is_named_as_such(sent: Gateway) -> None:
    ruled(sent, proof="channel")
    sent.receive("camt.053", "1", unsigned(BANK.statement(debit(sent), id_="S1")))
    bundle = proven(sent)
    (booking,) = body_of(bundle)["bookings"]
    assert (booking["file"]["proof"], booking["signature"]) == ("channel", None)
    assert [each.fingerprint for each in proving.check(bundle).found.files][-1] == ""


def test_a_payment_that_is_in_no_file_has_nothing_to_prove(gateway: Gateway) -> None:
    gateway.approved(row(1))
    with pytest.raises(Refusal, match="nothing_to_prove"):
        proven(gateway)


def test_a_payment_whose_last_file_is_not_signed_is_not_proven_by_an_older_one(sealed: Gateway) -> None:
    assert proven(sealed)
    with sealed.store.begin() as tx:
        tx.run("UPDATE payment_file SET live = :no", no=False)
        row = tx.session.exec(select(FileOut)).one()
        fields = row.model_dump() | {"id": row.id + 1, "message_id": "M2", "payment_information_id": "B2", "name": "2"}
        tx.session.add(FileOut(**fields | {"sha256": None, "state": "allocated"}))
        tx.session.flush()
        tx.run(
            "INSERT INTO payment_file (file_id, ordinal, payment_id, live) SELECT file_id + 1, 0, payment_id, :yes"
            " FROM payment_file",
            yes=True,
        )
    with pytest.raises(Refusal, match="nothing_to_prove"):
        proven(sealed)


def test_a_proof_outlives_the_roles_of_those_who_approved(sent: Gateway) -> None:
    sent.revoke("checker")
    assert len(proving.check(proven(sent)).found.approvals) == 2
