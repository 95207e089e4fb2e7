"""Deliver: the send protocol, at most once whatever crashes, in each delivery form (M1, M5, M7, M8, M9).

Every remote effect has its intent committed before it. One packet is the payment; once its intent (RELEASING) is
committed, nothing but evidence may say what happened, and nothing is sent again. What evidence says is a table of the
form (``delivery.evidence``); how the form writes, looks and releases is ``delivery.place``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from adapters.profile import Delivery as Form
from gateway.domain.crash import crash_point
from gateway.domain.errors import Alarm, Busy, ChitraError, RemoteRefused, RemoteUnknown
from gateway.domain.states import FileState
from gateway.ports import LockHeld, Transport
from gateway.store import blobs, deliveries, files, stops, succession
from gateway.store.tables import Attempt, FileOut, WireObject
from gateway.usecases import guard
from gateway.usecases.context import Context, Partner
from gateway.usecases.delivery import checks
from gateway.usecases.delivery.evidence import Evidence, Stage, Verdict, verdict
from gateway.usecases.delivery.place import Place

DONE: Mapping[Form, str] = {"rename": "renamed", "marker": "marked", "direct": "written", "dropbox": "written"}
"""A release that the server confirmed, as the attempt's outcome says it."""

DELIVERABLE = (*deliveries.UNRELEASED, *deliveries.RELEASED_OPEN)


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
    """All files due at one partner (of one ``batch``) over one connection; errors of one do not stop the next.

    Outside the partner's sending hours, and under a stop, only those are looked after that were released before. When a
    release does not end well, nothing more is released in this run: the next one would probably end alike.
    """
    with context.store.read() as tx:
        due = [each for each in files.in_states(tx, DELIVERABLE, partner.code) if batch in (None, each.batch_id)]
        stopped = stops.of_partner_active(tx, partner.code)
    reason = checks.refusal(stopped[0]) if stopped else checks.out_of_hours(context, partner)
    waiting = [file for file in due if reason and file.state in deliveries.UNRELEASED]
    others = [file for file in due if not reason or file.state not in deliveries.UNRELEASED]
    return [*(_reported(context, file, reason) for file in waiting), *_attempted(context, partner, others)]


def _attempted(context: Context, partner: Partner, due: list[FileOut]) -> list[Delivery]:
    if not due:
        return []
    try:
        with context.store.exclusive(f"partner-{partner.code}") as lock:
            guard.require_own_past(context)
            _note_interrupted(context, due)
            with partner.connect() as transport:
                guard.require_known_files(context, partner, transport)
                return list(_one_by_one(context, partner, transport, lock, due))
    except ChitraError as error:
        return [_reported(context, file, error) for file in due]


def _one_by_one(
    context: Context, partner: Partner, transport: Transport, lock: LockHeld, due: list[FileOut]
) -> Iterator[Delivery]:
    doubt: ChitraError | None = None
    for file in due:
        if context.stop.requested:
            return
        if doubt and file.state in deliveries.UNRELEASED:
            yield _reported(context, file, doubt)
            continue
        done = _Sender(context, partner, transport, lock, file.message_id).attempt()
        if file.state in deliveries.UNRELEASED and done.state in deliveries.RELEASED_OPEN:
            doubt = Busy("release_in_doubt", file=done.file, partner=partner.code)
        yield done


def _note_interrupted(context: Context, due: list[FileOut]) -> None:
    """We hold the partner alone: whoever committed these intents has ended without saying what came of them."""
    for file in due:
        if file.state == FileState.RELEASING:
            with context.store.begin() as tx:
                deliveries.unknown(tx, file, "the sender ended after its intent to release")


def _reported(context: Context, file: FileOut, error: ChitraError | None) -> Delivery:
    """The file as it stands now; an unknown outcome is always said, what another worker is just releasing is not."""
    with context.store.read() as tx:
        current = files.get(tx, file.id)
    at_another = isinstance(error, Busy) and error.code == "busy" and current.state == FileState.RELEASING
    if current.state in deliveries.RELEASED_OPEN and (error is None or error.exit_code == 1) and not at_another:
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
        self._context, self._partner, self._lock = context, partner, lock
        with context.store.read() as tx:
            self._file = files.find(tx, message_id)
            self._attempts = files.attempts(tx, self._file.id)
            self._wire, *others = files.wire_objects(tx, self._file.id)
        self._number = len(self._attempts) + 1
        self._spooled: BinaryIO | None = None
        outbox = partner.profile.outbox
        self._place = Place(transport, outbox, self._wire, self._sealed_bytes)
        self._declared = outbox.beside(self._file.name)
        signatures = [Place(transport, outbox, each, partial(self._stored, each)) for each in others]
        self._beside = signatures[0] if signatures and others[0].name == self._declared else None
        """Where the signature lies that the outbox declares, if it was sealed with the file."""
        self._temporary = self._place.temporary(self._number)
        self._handed_over = False

    def attempt(self) -> Delivery:
        try:
            self._advance()
        except ChitraError as error:
            return _reported(self._context, self._file, error)
        return _reported(self._context, self._file, None)

    def _advance(self) -> None:
        if self._file.state in deliveries.RELEASED_OPEN:
            self._conclude(self._place.look(), "looked")
        elif self._file.state in deliveries.UNRELEASED:
            self._begin(self._found_before())
        # else another sender was here between the listing and our lock

    def _begin(self, found: Evidence) -> None:
        """Not released so far: send these bytes, unless what is found says that it may be too late."""
        believed = self._verdict(Stage.UNRELEASED, found)
        if believed is Verdict.UNKNOWN:
            self._perhaps_taken(found)
        elif reason := self._why_void():
            self._void(reason)
        elif believed is Verdict.ALARM:
            self._freeze("final_name_taken", found)
        elif self._beside is not None and self._beside.lying() is Evidence.OTHER:
            self._freeze("final_name_taken", Evidence.OTHER)
        else:
            self._deliver()

    def _deliver(self) -> None:
        with closing(self._context.spool.create()) as self._spooled:
            self._read_out(self._spooled)
            self._upload_and_release()

    def _upload_and_release(self) -> None:
        self._commit_uploading()
        self._lock.prove_alive()
        self._upload()
        self._lock.prove_alive()
        self._commit_releasing()
        guard.require_own_past(self._context)
        self._lock.prove_alive()
        crash_point("lock proved before the release")
        self._release()

    def _verdict(self, stage: Stage, found: Evidence) -> Verdict:
        return verdict(self._partner.profile.outbox.delivery, stage, found)

    # --- before an attempt ---------------------------------------------------------------------------------------

    def _found_before(self) -> Evidence:
        """What speaks against a first or further attempt; on the way every earlier temporary is removed.

        The removal is the fence: a frozen old sender has nothing left to release. A marker is looked for first, since
        nothing is taken from a partner that may be reading it.
        """
        if (marked := self._place.look_for_marker()) is not Evidence.NOTHING:
            return marked
        for earlier in self._attempts:
            if earlier.removed_at is None and not self._remove(earlier):
                return Evidence.SWEPT
        return self._place.look()

    def _remove(self, attempt: Attempt) -> bool:
        """Gone for good, by our hand or since it never was whole; False when somebody else took whole bytes."""
        cleared = self._place.clear(attempt)
        if cleared:
            self._note("removed_at = :now", attempt.number)
        return cleared

    def _perhaps_taken(self, found: Evidence) -> None:
        """Bytes of ours are where we did not put them: they count as released, and a person asks the partner."""
        with self._context.store.begin() as tx:
            deliveries.count_as_released(tx, self._file, found)

    def _why_void(self) -> str:
        """Why it must be made anew; empty when it may be sent as it is."""
        if checks.is_too_late(self._context, self._partner, self._file):
            return f"execution date {self._file.execution_date} passed"
        if self._declared is not None and self._beside is None:
            return f"sealed without {self._declared}"
        if (self._wire.encrypted_to is not None) != (self._partner.profile.outbox.encryption == "openpgp"):
            return "sealed before encryption was agreed otherwise"
        if self._wire.encrypted_to and self._wire.encrypted_to not in self._partner.envelope().readers():
            return f"encrypted to {self._wire.encrypted_to}, which is no more pinned or valid"
        with self._context.store.read() as tx:
            return "a payment in it is held" if succession.doubtful_in(tx, self._file.id) else ""

    def _void(self, reason: str) -> None:
        if self._beside is not None and self._attempts:
            self._beside.take_back(self._beside.lying())
        with self._context.store.begin() as tx:
            deliveries.void(tx, self._file, f"{self._file.message_id} void: {reason}")

    # --- upload --------------------------------------------------------------------------------------------------

    def _commit_uploading(self) -> None:
        with self._context.store.begin() as tx:
            checks.require_uploadable(self._context, tx, self._partner, self._file)
            deliveries.begin_attempt(tx, self._file, self._number, self._temporary, self._place.host_key)

    def _upload(self) -> None:
        """The signature first, then the bytes where the form has them there before the release: both read back (M7)."""
        try:
            if not self._is_laid():
                raise RemoteRefused("read_back_differs", file=self._file.message_id)
        except ChitraError as error:
            values = "outcome = :outcome, ended_at = :now, incomplete = :incomplete"
            self._note(values, outcome=f"not released: {error.code}", incomplete=not self._handed_over)
            raise

    def _is_laid(self) -> bool:
        if self._beside is not None and not self._beside.lay():
            return False
        return not self._place.uploads_first or self._place.upload(self._temporary, self._opened, self._all_handed_over)

    def _opened(self) -> None:
        self._note("writing_at = :now")

    def _all_handed_over(self) -> None:
        self._handed_over = True

    def _note(self, values: str, number: int | None = None, **params: str | bool) -> None:
        """Write down how far an attempt (this one) came."""
        with self._context.store.begin() as tx:
            deliveries.note(tx, self._file, number or self._number, values, **params)

    def _read_out(self, spool: BinaryIO) -> None:
        """The sealed bytes, before anything is promised or begun: no transaction is open while the partner is slow."""
        with self._context.store.read() as tx:
            blobs.copy(tx, self._wire.sha256, spool)

    def _sealed_bytes(self) -> Iterator[bytes]:
        if self._spooled is None:  # only a look, which keeps nobody waiting
            yield from self._stored(self._wire)
        else:
            self._spooled.seek(0)
            yield from iter(partial(self._spooled.read, blobs.PART_BYTES), b"")

    def _stored(self, wire: WireObject) -> Iterator[bytes]:
        with self._context.store.read() as tx:
            yield from blobs.parts(tx, wire.sha256)

    # --- release -------------------------------------------------------------------------------------------------

    def _commit_releasing(self) -> None:
        with self._context.store.begin() as tx:
            checks.require_releasable(self._context, tx, self._partner, self._file, self._number)
            deliveries.release(tx, self._file, self._number)

    def _release(self) -> None:
        """This packet is the payment. No clear yes means looking, never repeating."""
        try:
            found = self._place.release(self._temporary)
        except RemoteRefused as error:
            self._conclude(self._place.look(), f"release refused: {error.code}")
        except RemoteUnknown as error:
            self._unknown(f"release unanswered: {error.code}")
            raise
        else:
            self._conclude(found, DONE[self._partner.profile.outbox.delivery])

    def _conclude(self, found: Evidence, occasion: str) -> None:
        """By the evidence table of the form."""
        believed = self._verdict(Stage.RELEASED, found)
        evidence = occasion if found is Evidence.CONFIRMED else f"{occasion}: {found}"
        if believed is Verdict.DELIVERED:
            self._sent(found, evidence)
        elif believed is Verdict.ALARM:
            self._freeze("final_name_differs", found)
        else:
            self._unknown(evidence)

    # --- outcomes ------------------------------------------------------------------------------------------------

    def _sent(self, found: Evidence, evidence: str) -> None:
        """A second copy under a temporary name may be left by a rename that was done by half."""
        with self._context.store.begin() as tx:
            deliveries.sent(tx, self._file, evidence)
            attempts = files.attempts(tx, self._file.id) if found is not Evidence.CONFIRMED else []
        for attempt in attempts:
            if attempt.removed_at is None and self._place.is_temporary(attempt):
                self._remove(attempt)

    def _unknown(self, evidence: str) -> None:
        with self._context.store.begin() as tx:
            deliveries.unknown(tx, self._file, evidence)

    def _freeze(self, code: str, found: Evidence) -> None:
        """Other bytes under our name: nothing more goes to this partner before a person has looked."""
        with self._context.store.begin() as tx:
            deliveries.unknown(tx, self._file, found)
            partner = stops.of_partner(self._partner.code)
            if stops.stands(tx, partner, code, self._file.message_id):
                return  # told before; a person is at it
            stops.put(tx, partner, code, self._file.message_id, "system")
        raise Alarm(code, file=self._file.message_id, partner=self._partner.code)
