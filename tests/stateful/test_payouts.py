"""L4: whatever people, bank, crashes and restored backups do in whatever order, nobody is paid twice or forgotten."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.gateways import Gateway, new_gateway, person, row
from support.successors import approved, reissued

from gateway.domain.resolutions import handling
from gateway.store import audit
from gateway.store.stops import EVERYTHING
from gateway.usecases import approve, decide
from gateway.usecases.acts import ACTS
from gateway.usecases.exceptions import Finding, resolve
from gateway.usecases.poll import poll
from gateway.usecases.resume import survey
from gateway.usecases.stopping import stop
from stateful import oracles
from stateful.ledger import Bank, Order
from stateful.process import Process

EXAMPLES = int(os.environ.get("CHITRA_STATEFUL_EXAMPLES", "50"))
STEPS = int(os.environ.get("CHITRA_STATEFUL_STEPS", "50"))
FAULTS = st.sampled_from(["crash before", "crash after", "no reply"])
PLACES = st.integers(0, 30)
ENDED = ("settled", "rejected", "returned", "cancelled")


_WAITING = (
    "SELECT x.id, x.kind, e.servicer_reference FROM exception x LEFT JOIN entry e ON e.id = x.entry_id"
    " WHERE x.state = 'open' ORDER BY x.id"
)


class Payouts(RuleBasedStateMachine):
    """One home, one bank; every ``send`` and ``poll`` is a process of its own."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chitra-stateful-"))
        (self.folder / "home").mkdir()
        self.rows = 0
        self.now = None
        self.changed = True
        self.inbox: list[tuple[str, bytes]] = []
        self.paid_again: set[str] = set()
        """References that people have paid again; they remember it when a backup has forgotten."""
        self.posted = 0
        self.backup: Path | None = None
        gateway = new_gateway(self.folder / "home")
        gateway.close()
        self.bank = Bank(gateway.place())

    # --- people ----------------------------------------------------------------------------------------------------

    @rule(count=st.integers(1, 3), to_the_end=st.booleans())
    def import_and_approve(self, count: int, to_the_end: bool) -> None:
        rows = [row(self.rows + number) for number in range(1, count + 1)]
        self.rows += count
        with self.process() as gateway:
            if to_the_end:
                gateway.approved(*rows)
            else:
                gateway.import_(rows)

    @precondition(lambda self: self.rows)
    @rule()
    def import_the_last_list_again(self) -> None:
        with self.process() as gateway:
            gateway.import_([row(self.rows)])

    @rule()
    def stop_everything(self) -> None:
        with self.process() as gateway:
            stop(gateway.context, EVERYTHING, "drill", "user:lan")

    @rule()
    def start_what_is_stopped(self) -> None:
        with self.process() as gateway:
            self._start(gateway)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def cancel_a_batch(self, data: st.DataObject) -> None:
        """M13: refused from the release on."""
        with self.process() as gateway:
            batches = [each.id for each in gateway.rows("SELECT id FROM batch ORDER BY id")]
            if batches:  # a backup may have forgotten them
                approve.cancel(gateway.context, data.draw(st.sampled_from(batches)), "maker", person("maker"))

    @rule(data=st.data(), confirmed=st.booleans())
    def somebody_ends_an_exception(self, data: st.DataObject, confirmed: bool) -> None:
        """As the bank answers when it is asked; perhaps the second person does not come."""
        with self.process() as gateway:
            waiting = gateway.rows(_WAITING)
            if waiting:
                self._end(gateway, data.draw(st.sampled_from(waiting)), confirmed)

    @rule(data=st.data(), to_the_end=st.booleans())
    def people_pay_again(self, data: st.DataObject, to_the_end: bool) -> None:
        """M10: what has come back, on its evidence; what was only refused has none here."""
        with self.process() as gateway:
            ended = [each for each in oracles.ended(self.database) if each not in self.paid_again]
            if ended:
                reference = data.draw(st.sampled_from(ended))
                batch = reissued(gateway, reference)
                self.paid_again.add(reference)
                if to_the_end:
                    approved(gateway, batch)

    @rule(data=st.data())
    def people_recall(self, data: st.DataObject) -> None:
        """M13: it was released, so that nobody but the bank can stop it."""
        with self.process() as gateway:
            out = gateway.rows("SELECT end_to_end_id FROM payment WHERE state IN ('sent', 'accepted') ORDER BY id")
            if out:
                gateway.by_two("payment recall", data.draw(st.sampled_from(out)).end_to_end_id, code="CUST")

    # --- workers ---------------------------------------------------------------------------------------------------

    @rule()
    def send(self) -> None:
        with self.process() as gateway:
            gateway.send()

    @rule(place=PLACES, fault=FAULTS)
    def send_and_fail(self, place: int, fault: str) -> None:
        with self.process(place, fault) as gateway:
            gateway.send()

    @rule()
    def poll(self) -> None:
        with self.process() as gateway:
            poll(gateway.context)

    @rule(place=PLACES, fault=FAULTS)
    def poll_and_fail(self, place: int, fault: str) -> None:
        with self.process(place, fault) as gateway:
            poll(gateway.context)

    # --- the bank --------------------------------------------------------------------------------------------------

    @rule()
    def the_bank_takes(self) -> None:
        self.bank.take()

    @precondition(lambda self: self.bank.taken)
    @rule(data=st.data())
    def the_bank_books(self, data: st.DataObject) -> None:
        of = [each for each in self.bank.taken if each.end_to_end_id not in self.bank.rejected]
        if of:
            chosen = data.draw(st.lists(st.sampled_from(of), min_size=1, max_size=3, unique_by=id))
            self._say("camt.053", self.bank.statement(chosen))

    @precondition(lambda self: self.bank.taken)
    @rule(data=st.data())
    def the_bank_accepts(self, data: st.DataObject) -> None:
        self._say("pain.002", self.bank.accepts(data.draw(st.sampled_from(self.bank.taken)).message_id))

    @precondition(lambda self: self.bank.taken)
    @rule(data=st.data())
    def the_bank_rejects(self, data: st.DataObject) -> None:
        """Only what it has booked nowhere."""
        of = data.draw(st.sampled_from(self.bank.taken))
        if not self._booked(of) and of.end_to_end_id not in self.bank.rejected:
            self._say("pain.002", self.bank.rejects(of))

    @precondition(lambda self: self.bank.taken)
    @rule(data=st.data())
    def the_bank_returns(self, data: st.DataObject) -> None:
        of = data.draw(st.sampled_from(self.bank.taken))
        if of.end_to_end_id not in self.bank.rejected | self.bank.returned:
            self._say("camt.053", self.bank.statement([of]))
            self._say("camt.053", self.bank.returns(of))

    @precondition(lambda self: self.bank.taken)
    @rule(data=st.data(), how=st.sampled_from(["namelessly", "in part", "by reversal"]))
    def the_bank_undoes(self, data: st.DataObject, how: str) -> None:
        """What it has booked: the credit names no payment, or is too small, or takes the booking itself back."""
        of = data.draw(st.sampled_from(self.bank.taken))
        if of.end_to_end_id in self.bank.rejected | self.bank.returned:
            return
        self._say("camt.053", self.bank.statement([of]))
        said = {
            "namelessly": self.bank.returns_namelessly,
            "in part": self.bank.returns_a_part,
            "by reversal": self.bank.reverses,
        }
        self._say("camt.053", said[how](of))

    @precondition(lambda self: self.bank.recalls)
    @rule(obeys=st.booleans())
    def the_bank_answers_a_recall(self, obeys: bool) -> None:
        """It lets be only what it has booked nowhere."""
        message_id, end_to_end_id = self.bank.recalls.pop()
        of = next(each for each in self.bank.taken if each.end_to_end_id == end_to_end_id)
        stopped = obeys and not self._booked(of) and end_to_end_id not in self.bank.rejected
        self._say("pain.002", self.bank.answers(message_id, of, stopped))
        if stopped:
            self._say("pain.002", self.bank.rejects(of))

    @rule()
    def the_bank_takes_a_fee(self) -> None:
        self._say("camt.053", self.bank.takes_a_fee())

    @precondition(lambda self: self.inbox)
    @rule(data=st.data(), times=st.integers(1, 2))
    def the_bank_delivers(self, data: st.DataObject, times: int) -> None:
        """Any of what it has said, in any order, perhaps again."""
        message, content = data.draw(st.sampled_from(self.inbox))
        for _ in range(times):
            self._deliver(message, content)

    # --- bad luck --------------------------------------------------------------------------------------------------

    @rule()
    def back_up(self) -> None:
        with self.process() as gateway:
            gateway.snapshot()
        self.backup = self.folder / "backup.db"
        oracles.copied(self.database, self.backup)

    @precondition(lambda self: self.backup)
    @rule()
    def restore(self) -> None:
        """The database alone goes back; the anchor outside stays."""
        assert self.backup is not None
        for path in (self.folder / "home").glob("chitra.db*"):
            path.unlink()
        shutil.copyfile(self.backup, self.folder / "home" / "chitra.db")
        self.changed = True

    # --- the judge -------------------------------------------------------------------------------------------------

    @invariant()
    def m1_nobody_is_paid_twice(self) -> None:
        debited = self.bank.debited
        assert len(debited) == len(set(debited)), f"M1: paid twice: {sorted(debited)}"

    @invariant()
    def m10_what_is_paid_again_has_come_back(self) -> None:
        for predecessor, successor in self._looked_at():
            assert successor not in self.bank.debited or predecessor in self.bank.returned, f"M10: {successor}"

    @invariant()
    def what_the_database_says_is_lawful(self) -> None:
        """S1, S2, S5, S6, S7, M3, M4, M10, M11, M13."""
        self._looked_at()

    def teardown(self) -> None:
        try:
            self._come_to_an_end()
        finally:
            shutil.rmtree(self.folder)

    def _come_to_an_end(self) -> None:
        """M2: without further faults everything ends or stands in a queue that is told."""
        delivered = 0
        for _ in range(3):
            with self.process() as gateway:
                self._resume(gateway)
                self._start(gateway)
                gateway.send()
            self.bank.take()
            self._say("camt.053", self.bank.statement([each for each in self.bank.taken if self._is_paid(each)]))
            for message, content in self.inbox[delivered:]:
                self._deliver(message, content)
            delivered = len(self.inbox)
            with self.process() as gateway:
                poll(gateway.context)
        self._require_the_same_when_told_again()
        self.m1_nobody_is_paid_twice()
        self.what_the_database_says_is_lawful()
        with self.process() as gateway:
            self._judge(gateway)

    def _require_the_same_when_told_again(self) -> None:
        """S2: everything the bank ever said, once more and backwards."""
        before = oracles.picture(self.database)
        for message, content in reversed(self.inbox):
            self._deliver(message, content)
        with self.process() as gateway:
            poll(gateway.context)
        assert oracles.picture(self.database) == before, "S2"

    def _judge(self, gateway: Gateway) -> None:
        with gateway.store.read() as tx:
            assert audit.first_break(tx) is None, "A2"
        states = {each.end_to_end_id: each.state for each in gateway.rows("SELECT end_to_end_id, state FROM payment")}
        paid = set(self.bank.debited)
        for end_to_end_id, state in states.items():
            if state == "settled":
                assert end_to_end_id in paid, "S1: settled and not debited"
            if state == "returned":
                assert end_to_end_id in self.bank.returned, "returned and not by the bank"
            if state == "rejected":
                assert end_to_end_id in self.bank.rejected, "rejected and not by the bank"
            if end_to_end_id in paid:
                told = state in (*ENDED, "sent", "accepted") or gateway.exceptions()
                assert told, f"M2: {end_to_end_id} was paid, is {state}, and nobody is told"
        waiting = [each for each, state in states.items() if state in ("sent", "accepted") and each not in paid]
        if waiting:
            unknown = gateway.value("SELECT count(*) FROM file_out WHERE state = 'unknown'")
            assert unknown, f"M2: {waiting} wait and no file of unknown delivery is told"

    def _end(self, gateway: Gateway, waiting: Any, confirmed: bool) -> None:
        payment = self.bank.nameless.get(waiting.servicer_reference or "")
        choices = handling(waiting.kind).resolutions
        way = "return_of" if payment and "return_of" in choices else choices[-1]
        letter = io.BytesIO(b"letter")
        told = Finding(waiting.id, way, "asked", payment if way == "return_of" else None, "letter.pdf", letter)
        decision = resolve(gateway.context, told, "checker", person("checker"))
        if decision and confirmed:
            decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2"))

    # --- means -----------------------------------------------------------------------------------------------------

    @property
    def database(self) -> Path:
        return self.folder / "home" / "chitra.db"

    def process(self, place: int | None = None, fault: str = "") -> Process:
        self.changed = True
        return Process(self, place, fault)

    def _looked_at(self) -> list[tuple[str, str]]:
        """(predecessor, successor) in a database that is lawful; nothing but a process and a restore changes it."""
        if self.changed:
            self.successions = oracles.successions(self.database)
            self.changed = False
        return self.successions

    def _say(self, message: str, content: bytes) -> None:
        self.inbox.append((message, content))

    def _deliver(self, message: str, content: bytes) -> None:
        self.posted += 1
        Gateway(self.folder / "home", url="").put(message, f"{self.posted}", content)

    def _booked(self, of: Order) -> bool:
        name = f"<EndToEndId>{of.end_to_end_id}<".encode()
        return any(message == "camt.053" and name in content for message, content in self.inbox)

    def _is_paid(self, of: Order) -> bool:
        return of.end_to_end_id not in self.bank.rejected | self.bank.returned

    def _start(self, gateway: Gateway) -> None:
        """Batches that were open when the database was set back are compared with the bank's book first."""
        for each in gateway.rows("SELECT DISTINCT scope, subject, code FROM stop WHERE lifted_at IS NULL"):
            if each.code != "perhaps_sent" or not self._was_paid(gateway, each.subject):
                gateway.by_two("start", f"{each.scope} {each.subject}".strip())

    def _was_paid(self, gateway: Gateway, batch: str) -> bool:
        self.bank.take()
        known = gateway.rows("SELECT end_to_end_id FROM payment WHERE batch_id = :b", b=batch)
        return not {each.end_to_end_id for each in known}.isdisjoint(self.bank.debited)

    def _resume(self, gateway: Gateway) -> None:
        if gateway.value("SELECT safe_since FROM instance"):
            survey(gateway.context)
            gateway.by_two("resume", "all")


TestPayouts = Payouts.TestCase
TestPayouts.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize="CHITRA_STATEFUL_SEEDED" not in os.environ,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
