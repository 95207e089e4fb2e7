"""The proof of one payment: whole for every end, nothing of others in it, and no byte of it can be changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from support.banks import SumBooking
from support.evidence import BANK, booked, debit, resigned, status, unsigned
from support.gateways import Gateway, bank_key, copy_of, payments_key, person, row
from support.inboxes import folder, lay, round_, ruled, told
from support.successors import approved, reissued, rejected, returned

from gateway import proving
from gateway.app import App
from gateway.bundle_check import check_body
from gateway.domain import bundles
from gateway.domain.errors import BadProof, Refusal
from gateway.sandbox import beside
from gateway.store.tables import FileOut
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal
from keys import shown
from keys.detached import sign_detached

PAGE = Path(__file__).parents[3] / "docs" / "proof.md"


def proven(gateway: Gateway, ref: str = "TC-0001") -> bytes:
    return proving.prove(cast(App, gateway), gateway.end_to_end_id(ref))


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
    assert all(fingerprint for _, _, fingerprint in checked.found.files)


# --- what is shown ---------------------------------------------------------------------------------------------------


def _body(bundle: bytes) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(bundle)["body"])


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
    approval = _body(proven(sent))["approval"]
    content = sent.value("SELECT content_sha256 FROM batch")
    assert approval["content_sha256"] == bytes(content).hex()
    assert len(approval["path"]) == 2
    assert approval["line"].split("\x1f")[:2] == ["TC-0001", sent.end_to_end_id()]


def test_what_is_left_out_of_an_answer_is_counted(sent: Gateway) -> None:
    status(sent, transfers=tuple((sent.end_to_end_id(f"TC-000{n}"), "ACSP", None) for n in (1, 2, 3)))
    (answer,) = _body(proven(sent))["answers"]
    assert (answer["left_out"], answer["said"][-1]["status"]) == (2, "ACSP")


def test_an_answer_about_this_payment_alone_is_shown_whole_as_it_was_signed(sent: Gateway) -> None:
    rejected(sent)
    bundle = proven(sent)
    (answer,) = _body(bundle)["answers"]
    assert (answer["left_out"], answer["whole"]) == (0, True)
    changed = bundle.replace(b"<MsgId>P1</MsgId>", b"<MsgId>P2</MsgId>")
    assert changed != bundle
    with pytest.raises(BadProof, match="bundle_answer"):
        proving.check(changed)


def test_an_answer_with_a_processing_instruction_is_shown_without_it_and_not_called_whole(sent: Gateway) -> None:
    (file,) = sent.files()
    written = BANK.status(file.message_id, id_="P1", transfers=((sent.end_to_end_id(), "RJCT", "AC04"),))
    sent.receive("pain.002", "1", resigned(written, "<GrpHdr>", "<?odd one?><GrpHdr>"))
    (answer,) = _body(proven(sent))["answers"]
    assert (answer["left_out"], answer["whole"]) == (0, False)


def test_a_return_and_a_payment_that_pays_again_name_each_other(sent: Gateway) -> None:
    paid_again(sent)
    first, second = sent.end_to_end_id(), sent.end_to_end_id("TC-0001.R1")
    before, after = _body(proven(sent)), _body(proven(sent, "TC-0001.R1"))
    assert [each["kind"] for each in before["bookings"]] == ["debit", "return"]
    assert (before["links"]["paid_again_by"], after["links"]["pays_again"]) == (second, first)


def test_a_sum_that_names_another_file_books_nothing(sent: Gateway) -> None:
    booked_in_one_sum(sent)
    body = _body(proven(sent))
    block = body["file"]["payment_information_id"]
    body["bookings"][0]["part"] = body["bookings"][0]["part"].replace(block, "OTHER")
    with pytest.raises(BadProof, match="bundle_booking"):
        proving.check(bundles.encode({"body": body, "signature": {}}))


def test_a_recall_stands_among_the_links(sent: Gateway) -> None:
    proposal = Proposal(sent.end_to_end_id(), "paid in error", {"code": "CUST"})
    decision = decide.propose(sent.context, ACTS["payment recall"], proposal, "checker", person("checker"))
    decide.confirm(sent.context, ACTS, decision.reference, "checker2", person("checker2"))
    sent.send()
    (recalled,) = _body(proven(sent))["links"]["recalls"]
    assert (recalled["state"], recalled["asked"]) == ("asked", "CUST")


def test_a_partner_that_signs_nothing_is_named_as_such(sent: Gateway) -> None:
    ruled(sent, proof="channel")
    sent.receive("camt.053", "1", unsigned(BANK.statement(debit(sent), id_="S1")))
    bundle = proven(sent)
    (booking,) = _body(bundle)["bookings"]
    assert (booking["file"]["proof"], booking["signature"]) == ("channel", None)
    assert [each[1:] for each in proving.check(bundle).found.files][-1] == ("", "")


def test_t9_a_signature_beside_a_file_is_shown_and_is_over_that_file(sent: Gateway, tmp_path: Path) -> None:
    ruled(sent, proof="detached")
    content, bank = BANK.statement(debit(sent)), bank_key()
    lay(folder(sent) / "STM_1.xml.sig", beside.make("detached", content, "STM_1.xml", bank.private, bank.certificate))
    lay(folder(sent) / "STM_1.xml", content)
    assert told(round_(sent)[0]) == ["processed"]
    bundle = proven(sent)
    (booking,) = _body(bundle)["bookings"]
    assert booking["file"]["sha256"] == sha256(content).hexdigest()
    assert shown.check(shown.Shown(**booking["signature"])).sha256 == booking["file"]["sha256"]
    assert _recipe(tmp_path, bundle).returncode == 0
    body = _body(bundle)
    body["bookings"][0]["file"]["sha256"] = "0" * 64
    with pytest.raises(BadProof, match="bundle_signature"):
        check_body(body)


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


# --- what was changed ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bundle(sent_home: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of a returned payment, with an answer."""
    gateway = copy_of(sent_home, tmp_path_factory.mktemp("proof"))
    status(gateway, transfers=((gateway.end_to_end_id(), "ACSP", None),))
    returned(gateway)
    found = proven(gateway)
    gateway.close()
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_a_proof_can_be_another(bundle: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(bundle) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != bundle[place]))
    with pytest.raises(BadProof):
        proving.check(bundle[:place] + bytes([other]) + bundle[place + 1 :])


def test_no_bit_of_the_seal_a_key_and_any_fifth_byte_can_be_another(bundle: bytes) -> None:
    fits = []
    seal = bundle.rindex(b'"signature":{')
    people = range(bundle.index(b"BEGIN PUBLIC"), bundle.index(b"END PUBLIC"))
    for place in (*range(0, seal, 5), *people, *range(seal, len(bundle))):
        changed = bytearray(bundle)
        changed[place] ^= 1 << (place // 5) % 8
        try:
            proving.check(bytes(changed))
            fits.append(place)
        except BadProof:
            continue
    assert fits == []


def _set(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        for step in path[:-1]:
            body = body[step]  # type: ignore[index]
        body[path[-1]] = value  # type: ignore[index]

    return change


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "another person": (lambda body: body["content"].update(row=body["content"]["row"].replace("An", "Anh")), "content"),
    "another amount approved": (lambda body: body["approval"].update(line=_more(body["approval"]["line"])), "content"),
    "another batch": (lambda body: body["approval"].update(head="X" + body["approval"]["head"]), "line"),
    "another way to the root": (lambda body: body["approval"]["path"].pop(), "line"),
    "another environment": (_set("environment", value="production"), "approval"),
    "an approval less": (lambda body: body["approval"]["signatures"].pop(), "approvals"),
    "an approval twice": (lambda body: _twice(body["approval"]["signatures"]), "approvals"),
    "another approver": (_set("approval", "signatures", 0, "operator", value="maker"), "approval"),
    "another amount": (_set("payment", "amount", value=1), "payment"),
    "another line": (lambda body: body["file"].update(line=_more(body["file"]["line"])), "file_line"),
    "a signature of nobody": (_set("file", "signature", "value", value="AAAA"), "signature"),
    "another status": (_set("answers", 0, "said", -1, "status", value="RJCT"), "answer"),
    "another entry": (lambda body: body["bookings"][0].update(part=_more(body["bookings"][0]["part"])), "booking"),
    "no return": (lambda body: body["bookings"].pop(), "state"),
    "another day": (_set("bookings", 0, "booked_on", value="2026-11-09"), "seal"),
    "another file": (_set("file", "sha256", value="0" * 64), "seal"),
    "another signer": (_set("sealed_by", value="0" * 16), "seal"),
}


def _more(text: str) -> str:
    return text.replace("500001", "900001")


def _twice(signatures: list[Any]) -> None:
    signatures[1] = signatures[0]


@pytest.mark.parametrize("name", CHANGES)
def test_the_answer_says_what_does_not_fit(bundle: bytes, name: str) -> None:
    change, code = CHANGES[name]
    document = json.loads(bundle)
    change(document["body"])
    with pytest.raises(BadProof) as refused:
        proving.check(bundles.encode(document))
    assert refused.value.code == f"bundle_{code}"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"body":{},"signature":{}}', b"[" * 100_000])
def test_what_is_no_proof_is_said(content: bytes) -> None:
    with pytest.raises(BadProof, match="bundle_form"):
        proving.check(content)


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    float("inf"),
    float("nan"),
    "",
    "x",
    "\x1f" * 20,
    [],
    [[]],
    {},
    {"a": 1},
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document something stands, however deep."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


def test_odd_values_anywhere_are_refused_and_never_a_bug(bundle: bytes) -> None:
    document = json.loads(bundle)
    for place in _places(document):
        for value in ODD:
            changed = json.loads(bundle)
            _set(*place, value=value)(changed)
            if changed != document:
                with pytest.raises(BadProof):
                    proving.check(bundles.encode(changed))


RESEALED = sorted(name for name, (_, code) in CHANGES.items() if code != "seal")


@pytest.mark.parametrize("name", RESEALED)
def test_who_seals_a_changed_proof_anew_does_not_make_it_fit(bundle: bytes, name: str) -> None:
    body = _body(bundle)
    CHANGES[name][0](body)
    body["sealed_by"] = payments_key().key_id
    digest = sha256(bundles.encode(body)).digest()
    signature = sign_detached(digest, bundles.name_of(body["payment"]["end_to_end_id"]), payments_key())
    forged = bundles.encode({"body": body, "signature": asdict(shown.of_document(signature))})
    with pytest.raises(BadProof) as refused:
        proving.check(forged)
    assert refused.value.code == f"bundle_{CHANGES[name][1]}"


# --- without our code ------------------------------------------------------------------------------------------------


def _recipe(tmp_path: Path, bundle: bytes) -> subprocess.CompletedProcess[str]:
    """The program of docs/proof.md, with the standard library and openssl alone."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "proof").write_bytes(bundle)
    (tmp_path / "recipe.py").write_text(program, "utf-8")
    command = [sys.executable, "-I", "-S", str(tmp_path / "recipe.py"), "proof"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)


def test_the_recipe_of_the_page_checks_a_proof_without_anything_of_ours(bundle: bytes, tmp_path: Path) -> None:
    done = _recipe(tmp_path, bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert "DOES NOT FIT" not in done.stdout


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"an approval twice", "another status", "no return"}))
def test_the_recipe_finds_what_was_changed(bundle: bytes, tmp_path: Path, name: str) -> None:
    document = json.loads(bundle)
    CHANGES[name][0](document["body"])
    done = _recipe(tmp_path, bundles.encode(document))
    assert done.returncode == 1
    assert "DOES NOT FIT" in done.stdout


def test_the_recipe_finds_changed_bits_anywhere(bundle: bytes, tmp_path: Path) -> None:
    for place in range(7, len(bundle), len(bundle) // 40):
        changed = bytearray(bundle)
        changed[place] ^= 1 << place % 8
        assert _recipe(tmp_path, bytes(changed)).returncode == 1, place
