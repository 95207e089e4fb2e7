"""Deliver: the send protocol of the ``rename`` form, at most once whatever crashes (M1, M5, M7, M8, M9).

Every remote effect has its intent committed before it. The plain rename is the payment; once its intent (RELEASING)
is committed, nothing but evidence may say what happened, and nothing is sent again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.domain.errors import Alarm, ApprovalVoid, Busy, ChitraError, RemoteRefused, RemoteUnknown
from gateway.domain.states import FileState, PaymentState
from gateway.ports import LockHeld, Transport
from gateway.store import batches, blobs, files, moves, stops
from gateway.store.store import Transaction
from gateway.store.tables import Attempt, FileOut, WireObject
from gateway.usecases.approve import require_signatures
from gateway.usecases.context import Context, Partner

DELIVERABLE = (FileState.SEALED, FileState.UPLOADING, FileState.RELEASING, FileState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happened to one file in this run; ``error`` says why it is not sent."""

    file: str
    partner: str
    name: str
    payments: int
    amount: int
    currency: str
    sha256: str | None
    state: str
    error: ChitraError | None = None


def deliver(context: Context, partner: Partner, batch: str | None = None) -> list[Delivery]:
    """All files due at one partner (of one ``batch``) over one connection; errors of one do not stop the next."""
    with context.store.read() as tx:
        due = [each for each in files.in_states(tx, DELIVERABLE, partner.code) if batch in (None, each.batch_id)]
        stopped = stops.of_partner_active(tx, partner.code)
    if not due:
        return []
    if stopped:
        return [_reported(context, file, _refusal(stopped[0])) for file in due]
    try:
        with context.store.exclusive(f"partner-{partner.code}") as lock, partner.connect() as transport:
            return [_Sender(context, partner, transport, lock, file.message_id).attempt() for file in due]
    except ChitraError as error:
        return [_reported(context, file, error) for file in due]


def _refusal(stop: Any) -> Busy:
    if stop.scope == "partner" and stop.code != stops.EMERGENCY:
        return Busy("partner_frozen", partner=stop.subject)
    return Busy("stopped", scope=stop.scope, subject=stop.subject, why=stop.code)


def _reported(context: Context, file: FileOut, error: ChitraError | None) -> Delivery:
    """The file as it stands now; an unknown outcome is always said."""
    with context.store.read() as tx:
        current = files.get(tx, file.id)
    if current.state in (FileState.RELEASING, FileState.UNKNOWN) and (error is None or error.exit_code == 1):
        error = RemoteUnknown("file_unknown_outcome", file=current.message_id)
    return Delivery(
        file=current.message_id,
        partner=current.partner,
        name=current.name,
        payments=current.payments,
        amount=current.amount,
        currency=current.currency,
        sha256=current.sha256,
        state=current.state,
        error=error,
    )


class _Sender:
    """One file, one connection, one lock: the steps of the protocol in their order."""

    def __init__(
        self, context: Context, partner: Partner, transport: Transport, lock: LockHeld, message_id: str
    ) -> None:
        self._context, self._partner, self._transport, self._lock = context, partner, transport, lock
        with context.store.read() as tx:
            self._file = files.find(tx, message_id)
            self._attempts = files.attempts(tx, self._file.id)
            self._wire: WireObject = files.wire_objects(tx, self._file.id)[0]
        self._number = len(self._attempts) + 1

    def attempt(self) -> Delivery:
        try:
            self._advance()
        except ChitraError as error:
            return _reported(self._context, self._file, error)
        return _reported(self._context, self._file, None)

    def _advance(self) -> None:
        if self._file.state not in DELIVERABLE:
            return  # another sender was here between the listing and our lock
        if self._file.state in (FileState.RELEASING, FileState.UNKNOWN):
            self._look("looked")
        elif vanished := self._fence():
            self._perhaps_taken(f"temporary of attempt {vanished.number} is gone, and we did not remove it")
        elif (found := self._final_digest()) == self._wire.sha256:
            self._perhaps_taken("the same bytes lie under the final name, and we did not put them there")
        elif date.fromisoformat(self._file.execution_date) < self._context.today():
            self._void()
        elif found is not None:
            self._freeze("final_name_taken")
        else:
            self._deliver()

    def _deliver(self) -> None:
        self._commit_uploading()
        self._upload()
        self._lock.prove_alive()
        self._commit_releasing()
        self._lock.prove_alive()
        self._release()

    # --- before a second attempt ---------------------------------------------------------------------------

    def _fence(self) -> Attempt | None:
        """Remove every earlier temporary, so that a frozen old sender's rename fails.

        Returns the attempt whose temporary somebody else took while it may have been whole: perhaps the partner.
        """
        for earlier in self._attempts:
            if earlier.removed_at is None and not self._remove(earlier):
                return earlier
        return None

    def _remove(self, attempt: Attempt) -> bool:
        """Gone for good, by our hand or since it never was whole; False when somebody else took whole bytes."""
        removed = self._transport.remove(self._path(attempt.temporary))
        if not removed and self._may_be_whole(attempt):
            return False
        self._note("removed_at = :now", attempt.number)
        return True

    def _perhaps_taken(self, evidence: str) -> None:
        """Whole bytes of ours are where we did not put them: they count as released, and a person asks the partner."""
        with self._context.store.begin() as tx:
            moves.move(tx, "file_out", self._file.id, FileState.UNKNOWN, evidence)
            moves.move_payments(tx, files.IN_FILE, PaymentState.SENT, evidence, file=self._file.id)
            tx.run(
                "UPDATE attempt SET releasing_at = :now WHERE file_id = :file AND number = :number",
                now=tx.now(),
                file=self._file.id,
                number=len(self._attempts),
            )
            tx.record("system", "file unknown", self._file.message_id, self._wire.sha256, evidence=evidence)

    @staticmethod
    def _may_be_whole(attempt: Attempt) -> bool:
        return attempt.writing_at is not None and not attempt.incomplete

    def _void(self) -> None:
        """The execution date has passed unsent: tombstone the message id and give the payments back."""
        with self._context.store.begin() as tx:
            evidence = f"{self._file.message_id} void: execution date {self._file.execution_date} passed"
            moves.move_payments(tx, files.IN_FILE, PaymentState.APPROVED, evidence, file=self._file.id)
            moves.move(tx, "file_out", self._file.id, FileState.VOID, evidence)
            files.unlink(tx, self._file.id)
            tx.record("system", "file void", self._file.message_id, reason="execution_date_passed")

    # --- upload ----------------------------------------------------------------------------------------------

    @property
    def _temporary(self) -> str:
        return self._partner.profile.outbox.temporary_name(self._file.name, self._number)

    def _path(self, name: str) -> str:
        return f"{self._partner.profile.outbox.folder}/{name}"

    def _commit_uploading(self) -> None:
        """M8: the attempt is known before the partner can see anything of it."""
        with self._context.store.begin() as tx:
            attempt = Attempt(
                file_id=self._file.id,
                number=self._number,
                temporary=self._temporary,
                host_key=self._transport.host_key,
                started_at=tx.now(),
            )
            tx.session.add(attempt)
            if self._file.state == FileState.SEALED:
                moves.move(tx, "file_out", self._file.id, FileState.UPLOADING, f"attempt {self._number}")
            tx.record("system", "file upload", self._file.message_id, self._wire.sha256, attempt=self._number)

    def _upload(self) -> None:
        """Write exclusively, make durable, close, read back: the bytes there are the bytes sealed (M7)."""
        temporary = self._path(self._temporary)
        handed_over = False
        try:
            with self._transport.open_exclusive(temporary) as remote:
                self._note("writing_at = :now")
                for part in self._sealed_bytes():
                    remote.write(part)
                handed_over = True
                remote.sync()
                remote.close()
            if self._digest(temporary) != self._wire.sha256:
                raise RemoteRefused("read_back_differs", file=self._file.message_id)
        except ChitraError as error:
            values = "outcome = :outcome, ended_at = :now, incomplete = :incomplete"
            self._note(values, outcome=f"not released: {error.code}", incomplete=not handed_over)
            raise

    def _note(self, values: str, number: int | None = None, **params: str | bool) -> None:
        """Write down how far an attempt (this one) came."""
        with self._context.store.begin() as tx:
            tx.run(
                f"UPDATE attempt SET {values} WHERE file_id = :file AND number = :number",
                now=tx.now(),
                file=self._file.id,
                number=number or self._number,
                **params,
            )

    def _sealed_bytes(self) -> Iterator[bytes]:
        with self._context.store.read() as tx:
            yield from blobs.parts(tx, self._wire.sha256)

    # --- release ----------------------------------------------------------------------------------------------

    def _commit_releasing(self) -> None:
        """The intent of the payment itself: fenced, stops and approvals re-checked, payments become sent with it."""
        with self._context.store.begin() as tx:
            self._require_still_ours(tx)
            moves.move(tx, "file_out", self._file.id, FileState.RELEASING, f"attempt {self._number}")
            evidence = f"released in {self._file.message_id}"
            moves.move_payments(tx, files.IN_FILE, PaymentState.SENT, evidence, file=self._file.id)
            tx.record("system", "file release", self._file.message_id, self._wire.sha256, attempt=self._number)

    def _require_still_ours(self, tx: Transaction) -> None:
        fenced = tx.run(
            "UPDATE attempt SET releasing_at = :now WHERE file_id = :file AND number = :number"
            " AND releasing_at IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM attempt later WHERE later.file_id = :file AND later.number > :number)",
            now=tx.now(),
            file=self._file.id,
            number=self._number,
        )
        if fenced.rowcount != 1:
            raise Busy("moved_by_another", subject=self._file.message_id)
        if stop := stops.against(tx, self._partner.code, self._file.batch_id):
            raise _refusal(stop)
        batch = batches.find(tx, self._file.batch_id)
        require_signatures(self._context, tx, batch)
        if batches.file_digest(tx, self._file.id) != self._file.content_sha256:
            raise ApprovalVoid("approval_void", batch=batch.id, reason="content_changed")

    def _release(self) -> None:
        """Plain rename: this packet is the payment. No clear yes means looking, never repeating."""
        try:
            self._transport.rename(self._path(self._temporary), self._path(self._file.name))
        except RemoteRefused as error:
            self._look(f"rename refused: {error.code}")
        except RemoteUnknown as error:
            self._unknown(f"rename unanswered: {error.code}")
            raise
        else:
            self._sent("renamed")

    def _look(self, occasion: str) -> None:
        """The evidence table: the same bytes under the final name are delivered; else unknown."""
        found = self._final_digest()
        if found == self._wire.sha256:
            self._sent(f"{occasion}: same bytes at the final name")
            self._clear_temporaries()
        elif found is not None:
            self._freeze("final_name_differs")
        else:
            self._unknown(occasion)

    def _clear_temporaries(self) -> None:
        """Delivered: whatever still lies there under a temporary name is a second copy."""
        with self._context.store.read() as tx:
            attempts = files.attempts(tx, self._file.id)
        for attempt in attempts:
            self._remove(attempt)

    def _final_digest(self) -> str | None:
        """SHA-256 of what lies under the final name (empty for other bytes of another size); None for nothing."""
        found = self._transport.stat(self._path(self._file.name))
        if found is None:
            return None
        return self._digest(self._path(found.name)) if found.size_bytes == self._wire.size_bytes else ""

    def _digest(self, path: str) -> str:
        sha256 = hashlib.sha256()
        with self._transport.read(path, self._wire.size_bytes) as parts:
            for part in parts:
                sha256.update(part)
        return sha256.hexdigest()

    # --- outcomes ---------------------------------------------------------------------------------------------

    def _sent(self, evidence: str) -> None:
        """Unless an answer of the partner said so before us."""
        with self._context.store.begin() as tx:
            if files.claim(tx, self._file.id).state in (FileState.RELEASING, FileState.UNKNOWN):
                moves.move(tx, "file_out", self._file.id, FileState.SENT, evidence)
            tx.run("UPDATE file_out SET sent_at = :now WHERE id = :id", now=tx.now(), id=self._file.id)
            self._close_attempt(tx, evidence)
            tx.record("system", "file sent", self._file.message_id, self._wire.sha256, evidence=evidence)

    def _unknown(self, evidence: str) -> None:
        """M9: stays unknown until the bank's word; said again at every run. An answer that was quicker stands."""
        with self._context.store.begin() as tx:
            if files.claim(tx, self._file.id).state == FileState.RELEASING:
                moves.move(tx, "file_out", self._file.id, FileState.UNKNOWN, evidence)
                self._close_attempt(tx, f"unknown: {evidence}")
                tx.record("system", "file unknown", self._file.message_id, evidence=evidence)

    def _freeze(self, code: str) -> None:
        """Other bytes under our name: nothing more goes to this partner before a person has looked."""
        with self._context.store.begin() as tx:
            stops.put(tx, stops.of_partner(self._partner.code), code, self._file.message_id, "system")
        self._unknown(code)
        raise Alarm(code, file=self._file.message_id, partner=self._partner.code)

    def _close_attempt(self, tx: Transaction, outcome: str) -> None:
        tx.run(
            "UPDATE attempt SET outcome = :outcome, ended_at = :now WHERE file_id = :file"
            " AND number = (SELECT max(number) FROM attempt WHERE file_id = :file)",
            outcome=outcome,
            now=tx.now(),
            file=self._file.id,
        )
