"""A database that was set back never sends: how it is noticed, and how two people resume (M15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support.banks import Booking
from support.decisions import decision as decisions_of_test
from support.evidence import BANK, status
from support.gateways import Gateway, copy_of, new_gateway, person, row

from gateway import anchors
from gateway.anchors import FileAnchors
from gateway.domain.errors import NotConfigured, Refusal, SafeMode
from gateway.ports import Anchor
from gateway.store import stops
from gateway.usecases import decide, guard
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal
from gateway.usecases.guard import look_everywhere
from gateway.usecases.resume import Survey, survey
from gateway.usecases.send import Sent, read_first


@dataclass(frozen=True)
class Told:
    """An entry in the partner's own words."""

    amount: int
    words: str

    def xml(self) -> str:
        return self.words


@pytest.fixture
def past(tmp_path: Path) -> Gateway:
    """Two payments approved, none sent; the moment to which the database will be set back."""
    gateway = new_gateway(tmp_path / "now")
    gateway.approved(row(1), row(2))
    return gateway


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    (tmp_path / "now").mkdir()
    (tmp_path / "outside").mkdir()


def _anchored(gateway: Gateway, outside: Path) -> Gateway:
    """With an anchor in the home and one outside."""
    places = FileAnchors(gateway.folder / "anchor.json", [outside / "chitra.anchor"])
    gateway.__dict__["context"] = replace(gateway.context, anchors=places)
    return gateway


def _set_back(gateway: Gateway, tmp_path: Path, *, home: bool = False) -> Gateway:
    """What the database was before the sending, in front of partners that are as they are after it."""
    before = copy_of(gateway.snapshot(), tmp_path / "before")
    gateway.send()
    database = tmp_path / "now" / "chitra.db"
    gateway.close()
    for leftover in ("chitra.db-wal", "chitra.db-shm"):
        (tmp_path / "now" / leftover).unlink(missing_ok=True)
    database.write_bytes((before.folder / "chitra.db").read_bytes())
    if home:
        (tmp_path / "now" / "anchor.json").unlink(missing_ok=True)
    before.close()
    return Gateway(tmp_path / "now", f"sqlite:///{database}")


def _safe(gateway: Gateway) -> str | None:
    found = gateway.value("SELECT safe_code FROM instance")
    return None if found is None else str(found)


def _refused(sent: Sent) -> set[str]:
    return {each.error.code for each in sent.deliveries if each.error} | {error.code for error in sent.errors}


def _resumed(gateway: Gateway) -> Survey:
    found = survey(gateway.context)
    decision = decide.propose(
        gateway.context, ACTS["resume"], Proposal("all", "restored"), "checker", person("checker")
    )
    ended = decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert ended.state == "executed"
    return found


def _finals(gateway: Gateway) -> list[str]:
    return [name for name in gateway.outbox() if not name.startswith(".")]


# --- noticing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", [False, True], ids=["database alone", "database and home"])
def test_m15_a_database_behind_its_anchor_sends_nothing(past: Gateway, tmp_path: Path, home: bool) -> None:
    restored = _anchored(_set_back(_anchored(past, tmp_path / "outside"), tmp_path, home=home), tmp_path / "outside")
    for path in (restored.place() / "in").iterdir():
        path.unlink()  # the bank has taken everything: nothing but the anchor tells
    assert "safe_mode" in _refused(restored.send())
    assert _safe(restored) == "database_set_back"
    assert restored.outbox() == {}
    assert set(restored.states().values()) == {"approved"}


def test_m15_a_file_of_ours_that_the_database_forgot_is_noticed_and_taken_over(past: Gateway, tmp_path: Path) -> None:
    """Database, home and anchors all went back together: the partner's folder still tells."""
    restored = _set_back(past, tmp_path)
    (lost,) = _finals(restored)
    assert "safe_mode" in _refused(restored.send())
    assert _safe(restored) == "unknown_file_of_ours"
    found = _resumed(restored)
    assert len(found.adopted) == 1
    assert set(restored.states().values()) == {"sent"}
    states = {file.name: file.state for file in restored.files()}
    assert states == {lost: "sent"}
    assert restored.send().deliveries == []
    assert _finals(restored) == [lost]


def test_m15_an_answer_to_a_forgotten_file_is_noticed(past: Gateway, tmp_path: Path) -> None:
    past.send()
    past.receive("pain.002", "1", BANK.status("MTEST000100000099", group=("ACCP", ""), id_="P9"))
    assert _safe(past) == "answer_to_forgotten"
    assert "status_for_unknown_message" in past.exceptions()


def test_m15_a_message_of_somebody_else_is_only_an_exception(past: Gateway) -> None:
    past.receive("pain.002", "1", BANK.status("SOMEBODY-ELSE", group=("ACCP", ""), id_="P9"))
    assert _safe(past) is None


def test_m15_a_home_copied_to_another_machine_sends_nothing(
    past: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard.require_own_past(_anchored(past, tmp_path / "outside").context)
    monkeypatch.setattr(anchors, "machine", lambda: "another")
    clone = _anchored(past, tmp_path / "outside")
    assert "safe_mode" in _refused(clone.send())
    assert clone.outbox() == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"instance": "OTHER0"}, "anchor_of_other_instance"),
        ({"epoch": 2}, "anchor_of_later_epoch"),
        ({"sequence": 10_000}, "anchor_is_ahead"),
        ({"hash": "f" * 64}, "anchor_has_other_past"),
    ],
)
def test_m15_an_anchor_that_does_not_fit_says_why(
    past: Gateway, tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    gateway = _anchored(past, tmp_path / "outside")
    guard.require_own_past(gateway.context)
    (found, _outside) = gateway.context.anchors.read()
    gateway.context.anchors.write(replace(found, **changes))  # type: ignore[arg-type]
    with pytest.raises(SafeMode) as alarm:
        guard.require_own_past(gateway.context)
    assert alarm.value.params["why"] == "database_set_back"
    assert why in str(gateway.value("SELECT safe_params FROM instance"))


def test_m15_the_anchor_holds_the_intent_before_the_release(past: Gateway, tmp_path: Path) -> None:
    gateway = _anchored(past, tmp_path / "outside")
    seen: list[tuple[int, int]] = []

    class Watching:
        def __init__(self, inner: object) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

        def rename(self, source: str, target: str) -> None:
            anchor: Anchor = gateway.context.anchors.read()[1]
            release = gateway.value("SELECT max(sequence) FROM audit WHERE verb = 'file release'")
            seen.append((anchor.sequence, release))
            self._inner.rename(source, target)  # type: ignore[attr-defined]

    gateway.wrap = Watching  # type: ignore[assignment]
    gateway.send()
    assert seen
    assert all(anchored >= released for anchored, released in seen)


def test_m15_without_its_anchor_place_nothing_is_sent(past: Gateway, tmp_path: Path) -> None:
    gateway = _anchored(past, tmp_path / "not mounted")
    assert "anchor_unreadable" in _refused(gateway.send())
    assert gateway.outbox() == {}


def test_an_anchor_that_is_no_anchor_is_said(tmp_path: Path) -> None:
    place = tmp_path / "anchor.json"
    place.write_text("nonsense")
    with pytest.raises(NotConfigured, match="anchor_unreadable"):
        FileAnchors(place, []).read()


# --- in safe mode, and after it --------------------------------------------------------------------------------------


def test_m15_collecting_goes_on_in_safe_mode(sent: Gateway) -> None:
    with pytest.raises(SafeMode):
        guard.enter(sent.context, "database_set_back", {})
    status(sent, group=("ACCP", ""))
    assert set(sent.states().values()) == {"accepted"}


def test_m15_after_resuming_every_open_batch_waits_for_a_decision_of_its_own(past: Gateway) -> None:
    with pytest.raises(SafeMode):
        guard.enter(past.context, "database_set_back", {})
    _resumed(past)
    assert _refused(past.send()) == {"stopped"}
    assert past.outbox() == {}
    batch = past.value("SELECT id FROM batch")
    proposal = Proposal(f"batch {batch}", "the statements show nothing of it")
    decision = decide.propose(past.context, ACTS["start"], proposal, "checker", person("checker"))
    decide.confirm(past.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert [each.state for each in past.send().deliveries] == ["sent"]


def test_m15_a_new_epoch_uses_no_identifier_and_no_name_twice(past: Gateway) -> None:
    past.send()
    before = past.value("SELECT \"next\" FROM sequence WHERE name = 'file_name:vietinbank'")
    with pytest.raises(SafeMode):
        guard.enter(past.context, "database_set_back", {})
    _resumed(past)
    assert past.value("SELECT epoch FROM instance") == 2
    assert past.value("SELECT \"next\" FROM sequence WHERE name = 'file_name:vietinbank'") > before + 900


def test_resuming_is_for_safe_mode_only(past: Gateway) -> None:
    with pytest.raises(Refusal, match="not_in_safe_mode"):
        survey(past.context)


def test_m15_a_forgotten_file_that_nobody_signed_is_not_taken_over(past: Gateway) -> None:
    (past.place() / "in" / "CHITRA_20261102_000077.xml").write_bytes(b"<Document/>")
    assert "safe_mode" in _refused(past.send())
    found = survey(past.context)
    assert found.adopted == []
    assert [error.code for _partner, error in found.errors] == ["file_not_adopted"]
    assert past.exceptions() == ["foreign_file"]
    survey(past.context)
    assert past.exceptions() == ["foreign_file"], "told once"


def test_m15_a_temporary_that_nobody_knows_is_removed(past: Gateway) -> None:
    temporary = past.place() / "in" / ".CHITRA_20261102_000077.xml.3.part"
    temporary.write_bytes(b"<Doc")
    assert "safe_mode" in _refused(past.send())
    survey(past.context)
    assert not temporary.exists()


def test_what_a_killed_senders_last_packets_left_is_removed_once_the_file_is_over(past: Gateway) -> None:
    past.send()
    (name,) = _finals(past)
    temporary = past.place() / "in" / f".{name}.1.part"
    temporary.write_bytes(b"<Doc")
    past.send()
    assert temporary.exists(), "looked for once in the life of a process"
    past.context.looked_at.clear()
    look_everywhere(past.context)
    assert not temporary.exists()
    assert _finals(past) == [name]


@pytest.mark.parametrize("state", ["sealed", "uploading", "releasing", "unknown"])
def test_the_temporary_of_a_file_that_may_still_be_on_its_way_stays(past: Gateway, state: str) -> None:
    past.send()
    (name,) = _finals(past)
    temporary = past.place() / "in" / f".{name}.1.part"
    temporary.write_bytes(b"<Doc")
    with past.store.begin() as tx:
        tx.run("UPDATE file_out SET state = :s", s=state)
    past.context.looked_at.clear()
    look_everywhere(past.context)
    assert temporary.exists()


def test_m15_the_signature_of_a_forgotten_file_is_noticed_and_stays(past: Gateway) -> None:
    """The file was taken away; only the signature beside it still says that there was one."""
    profile = past.profiles["vietinbank"]
    in_form = replace(profile, outbox=replace(profile.outbox, signature="cms"))
    signing = Gateway(past.folder, past.url, past.clock, past.profiles | {"vietinbank": in_form})
    signature = signing.place() / "in" / "CHITRA_20261102_000077.xml.p7s"
    signature.touch()
    assert "safe_mode" in _refused(signing.send())
    found = survey(signing.context)
    assert (found.accepted, signature.exists()) == (["vietinbank/CHITRA_20261102_000077.xml"], True)


def test_m15_the_marker_of_a_forgotten_file_is_noticed_stays_and_may_be_accepted(past: Gateway) -> None:
    """The data was taken away; only its marker still says that there was a file."""
    profile = past.profiles["vietinbank"]
    in_form = replace(profile, outbox=replace(profile.outbox, delivery="marker"))
    marking = Gateway(past.folder, past.url, past.clock, past.profiles | {"vietinbank": in_form})
    marker = marking.place() / "in" / "CHITRA_20261102_000077.xml.done"
    marker.touch()
    assert "safe_mode" in _refused(marking.send())
    found = survey(marking.context)
    assert (found.accepted, marker.exists()) == (["vietinbank/CHITRA_20261102_000077.xml"], True)


def test_m15_a_second_reason_makes_a_decision_to_resume_lapse(past: Gateway) -> None:
    with pytest.raises(SafeMode):
        guard.enter(past.context, "database_set_back", {})
    decision = decide.propose(past.context, ACTS["resume"], Proposal("all", "why"), "checker", person("checker"))
    past.receive("pain.002", "1", BANK.status("MTEST000100000099", group=("ACCP", ""), id_="P9"))
    ended = decide.confirm(past.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert (ended.state, _safe(past)) == ("lapsed", "answer_to_forgotten")


def test_m15_what_two_people_resumed_with_does_not_stop_again(past: Gateway) -> None:
    (past.place() / "in" / "CHITRA_20261102_000077.xml").write_bytes(b"<Document/>")
    assert "safe_mode" in _refused(past.send())
    found = survey(past.context)
    proposal = Proposal("all", "looked at", {"accepted": " ".join(found.accepted)})
    decision = decide.propose(past.context, ACTS["resume"], proposal, "checker", person("checker"))
    decide.confirm(past.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert _refused(past.send()) == {"stopped"}


def test_m5_two_restored_lives_have_different_epochs_when_an_anchor_remembers(past: Gateway, tmp_path: Path) -> None:
    gateway = _anchored(past, tmp_path / "outside")
    guard.require_own_past(gateway.context)
    found = gateway.context.anchors.read()[1]
    gateway.context.anchors.write(replace(found, epoch=4))
    assert "safe_mode" in _refused(gateway.send())
    _resumed(gateway)
    assert gateway.value("SELECT epoch FROM instance") == 5


def test_m15_an_anchor_never_goes_back(tmp_path: Path) -> None:
    places = FileAnchors(tmp_path / "anchor.json", [])
    places.write(Anchor("TEST00", 1, 101, "a", places.machine))
    places.write(Anchor("TEST00", 1, 100, "b", places.machine))
    assert [each.sequence for each in places.read()] == [101]


# --- what the partner speaks of -------------------------------------------------------------------------------------


def test_m1_s7_a_payment_that_was_booked_before_it_was_sent_is_not_sent(past: Gateway) -> None:
    booking = Booking(past.end_to_end_id(), -500_001, "R1")
    past.receive("camt.053", "1", BANK.statement(booking, id_="S1"))
    with past.store.begin() as tx:
        stops.lift(tx, stops.of_partner("vietinbank"), decisions_of_test(tx, "start", "partner vietinbank"))
    assert "spoken_of_before_release" in _refused(past.send())
    assert _finals(past) == []


@pytest.mark.parametrize("named", ["message_id", "payment_information_id"])
def test_m1_s7_a_sum_that_was_booked_before_the_file_was_sent_keeps_it_back(sealed: Gateway, named: str) -> None:
    (file,) = sealed.files()
    reference = {"message_id": "MsgId", "payment_information_id": "PmtInfId"}[named]
    entry = (
        f'<Ntry><Amt Ccy="VND">{file.amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>2026-11-02</Dt></BookgDt><BkTxCd/><NtryDtls><Btch>"
        f"<{reference}>{getattr(file, named)}</{reference}></Btch></NtryDtls></Ntry>"
    )
    sealed.receive("camt.053", "1", BANK.statement(Told(-file.amount, entry), id_="S1"))
    sealed.send()
    assert _finals(sealed) == []
    assert sealed.files()[0].state == "acknowledged"
    assert set(sealed.states().values()) == {"settled"}
    assert sealed.exceptions() == ["evidence_for_unsent"]
    assert sealed.send().deliveries == []


def test_m1_m15_an_unread_answer_to_a_file_that_was_set_back_keeps_it_from_going_again(
    sealed_home: Path, tmp_path: Path
) -> None:
    """Database, home and anchor are of one snapshot, and the partner has taken the file: only its answer tells."""
    (tmp_path / "now").rmdir()
    sent = copy_of(sealed_home, tmp_path / "now")
    assert [each.state for each in sent.send().deliveries] == ["sent"]
    (name,) = sent.outbox()
    (sent.place() / "in" / name).unlink()
    sent.put("pain.002", "1", BANK.status(sent.files()[0].message_id, group=("ACCP", "")))
    inbox = {path: path.read_bytes() for path in sent.place().rglob("*.xml")}
    sent.close()
    restored = copy_of(sealed_home, tmp_path / "restored")
    for path, content in inbox.items():
        target = restored.place() / path.relative_to(sent.place())
        target.write_bytes(content)
    assert [each.message for each in read_first(restored.context)] == ["pain.002.001.12"]
    restored.send()
    assert restored.outbox() == {}
    assert restored.files()[0].state == "unknown"
    restored.close()
