"""Planted bugs of the way out: allocating, sealing, delivering, and who may let it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from adapters.profile import Outbox
from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.domain.states import BatchState
from gateway.store import deliveries, files, moves, stops
from gateway.store.store import Transaction
from gateway.usecases import allocate, deliver, intake, seal
from gateway.usecases.delivery import checks
from gateway.usecases.delivery.evidence import TABLES, Evidence, Stage, Verdict
from gateway.usecases.delivery.place import Place
from simulation.patches import Patch, bug

Sender: Any = deliver._Sender

# --- intent and release ----------------------------------------------------------------------------------------------


@bug
def release_before_intent(patch: Patch) -> None:
    """The rename comes before the commit that says so."""

    def delivered(sender: Any) -> None:
        sender._commit_uploading()
        sender._upload()
        sender._place.release(sender._temporary)
        sender._commit_releasing()
        sender._sent(Evidence.CONFIRMED, "renamed")

    patch.set(Sender, "_deliver", delivered)


@bug
def no_release_intent(patch: Patch) -> None:
    """The file goes from uploading to sent, and its payments with it, after the release."""

    def nothing(_sender: Any) -> None:
        pass

    patch.set(Sender, "_commit_releasing", nothing)


@bug
def no_upload_intent(patch: Patch) -> None:
    """The attempt is written down after the upload."""

    def delivered(sender: Any) -> None:
        sender._place.upload(sender._temporary, lambda: None, lambda: None)
        sender._commit_uploading()
        sender._commit_releasing()
        sender._release()

    patch.set(Sender, "_deliver", delivered)


@bug
def payments_stay_behind(patch: Patch) -> None:
    """The release moves the file and forgets its payments."""

    def released(tx: Transaction, file: Any, number: int) -> None:
        moves.move(tx, "file_out", file.id, "releasing", f"attempt {number}")
        tx.record("system", "file release", file.message_id, attempt=number)

    patch.set(deliveries, "release", released)


@bug
def resend_on_timeout(patch: Patch) -> None:
    """No answer to the release: it is done once more."""
    before = Place.release

    def released(place: Place, temporary: str) -> Evidence:
        try:
            return before(place, temporary)
        except RemoteUnknown:
            place._transport._broken = False  # type: ignore[attr-defined]  # a new connection
            return before(place, temporary)

    patch.set(Place, "release", released)


@bug
def missing_means_failed(patch: Patch) -> None:
    """Nothing found after the release: it did not happen, once more from the start."""
    before = Sender._conclude

    def concluded(sender: Any, found: Evidence, occasion: str) -> None:
        if found is not Evidence.NOTHING:
            before(sender, found, occasion)
            return
        with sender._context.store.begin() as tx:
            tx.run("UPDATE file_out SET state = 'uploading' WHERE id = :id", id=sender._file.id)
            tx.run(f"UPDATE payment AS t SET state = 'allocated' WHERE {files.IN_FILE}", file=sender._file.id)

    patch.set(Sender, "_conclude", concluded)


@bug
def nothing_counts_as_delivered(patch: Patch) -> None:
    """The final name is gone: the partner must have taken it."""
    for form in ("rename", "marker", "direct"):
        table: Any = TABLES[form]
        patch.item(table, (Stage.RELEASED, Evidence.NOTHING), Verdict.DELIVERED)


@bug
def unseen_counts_as_delivered(patch: Patch) -> None:
    """A drop box shows nothing, so whatever was tried has worked."""
    table: Any = TABLES["dropbox"]
    patch.item(table, (Stage.RELEASED, Evidence.UNSEEN), Verdict.DELIVERED)


# --- bytes and names -------------------------------------------------------------------------------------------------


@bug
def render_again_on_retry(patch: Patch) -> None:
    """A second attempt makes its bytes anew: the same values, another layout."""
    before = Sender._sealed_bytes

    def parts(sender: Any) -> Any:
        yield from before(sender)
        if sender._number > 1:
            yield b"\n"

    patch.set(Sender, "_sealed_bytes", parts)
    patch.set(Place, "upload", lambda place, name, opened, done: place._write(name, opened, done))


@bug
def refused_write_ignored(patch: Patch) -> None:
    """What the server said to one write is not looked at, and nothing is read back."""

    def written(place: Any, name: str, opened: Any, handed_over: Any) -> None:
        with place._transport.open_exclusive(place._path(name)) as remote:
            opened()
            for part in place._parts():
                for start in range(0, len(part), 1000):
                    with suppress(RemoteRefused):
                        remote.write(part[start : start + 1000])
            handed_over()
            remote.sync()
            remote.close()

    patch.set(Place, "upload", written)


@bug
def refused_close_ignored(patch: Patch) -> None:
    """A full disk shows at the close only, and nothing is read back."""

    def written(place: Any, name: str, opened: Any, handed_over: Any) -> None:
        with place._transport.open_exclusive(place._path(name)) as remote:
            opened()
            for part in place._parts():
                remote.write(part)
            handed_over()
            remote.sync()
            with suppress(RemoteRefused):
                remote.close()

    patch.set(Place, "upload", written)


@bug
def no_fsync(patch: Patch) -> None:
    """The file is released while the server may still lose it."""

    def written(place: Any, name: str, opened: Any, handed_over: Any) -> None:
        with place._transport.open_exclusive(place._path(name)) as remote:
            opened()
            for part in place._parts():
                remote.write(part)
            handed_over()
            remote.close()

    patch.set(Place, "_write", written)


@bug
def one_temporary_name(patch: Patch) -> None:
    """Every attempt writes to the same name, so that a frozen old sender can rename what a new one wrote."""
    patch.set(Outbox, "temporary_name", lambda outbox, name, attempt: f".{name}.part")


@bug
def posix_rename(patch: Patch) -> None:
    """The final name is made free first, whatever lies there."""
    before = Place.release

    def released(place: Any, temporary: str) -> Evidence:
        place._transport.remove(place._path(place._wire.name))
        return before(place, temporary)

    patch.set(Place, "release", released)


@bug
def name_used_twice(patch: Patch) -> None:
    """The sequence in the file name begins anew every day."""

    def named(context: Any, _tx: Transaction, partner: Any, message_id: str) -> str:
        return str(partner.profile.outbox.name(context.today(), 1, message_id))

    patch.set(allocate, "_name", named)


@bug
def marker_before_data(patch: Patch) -> None:
    """The marker is made without its data."""
    patch.set(Place, "uploads_first", property(lambda place: place._outbox.delivery == "rename"))


# --- earlier attempts and other senders ------------------------------------------------------------------------------


@bug
def writing_not_noted(patch: Patch) -> None:
    """Nobody remembers that bytes may lie under the temporary name."""
    patch.set(Sender, "_opened", lambda sender: None)


@bug
def void_keeps_its_links(patch: Patch) -> None:
    """The payments of a void file stand in it still."""
    patch.set(files, "unlink", lambda tx, file_id: None)


@bug
def stale_execution_date(patch: Patch) -> None:
    """A file goes out whatever day it was made for."""
    patch.set(checks, "is_too_late", lambda context, partner, file: False)


# --- people ----------------------------------------------------------------------------------------------------------


@bug
def stop_ignored(patch: Patch) -> None:
    """Nobody asks for stops."""
    patch.set(stops, "against", lambda tx, partner, batch_id: None)
    patch.set(stops, "of_partner_active", lambda tx, partner: [])


@bug
def stop_asked_too_early(patch: Patch) -> None:
    """Stops are looked for before the connection, not in the transaction of the release."""
    patch.set(stops, "against", lambda tx, partner, batch_id: None)


@bug
def one_approval_is_enough(patch: Patch) -> None:
    """A batch asks for one approval, whatever the house asks for."""
    before = intake._Staging._batch

    def made(staging: Any, state: BatchState) -> Any:
        batch = before(staging, state)
        batch.approvals_required = 1
        return batch

    patch.set(intake._Staging, "_batch", made)


# --- content ---------------------------------------------------------------------------------------------------------


@bug
def account_changed_at_sealing(patch: Patch) -> None:
    """What is rendered is not what was approved, and nobody compares."""
    before = seal._opened

    def opened(vault: Any, row: Any, file: Any) -> dict[str, Any]:
        personal = before(vault, row, file)
        return {**personal, "account": personal["account"][:-1] + "0"}

    patch.set(seal, "_opened", opened)


@bug
def float_sum(patch: Patch) -> None:
    """The control sum went through a float of six digits."""
    before = seal._header

    def header(file: Any) -> Any:
        made = before(file)
        return replace(made, control_sum=int(float(f"{made.control_sum:.4g}")))

    patch.set(seal, "_header", header)


@bug
def count_of_another_file(patch: Patch) -> None:
    """The number of payments is taken before the portion was cut."""
    before = allocate._file

    def made(context: Any, tx: Transaction, batch: Any, portion: Any) -> Any:
        file = before(context, tx, batch, portion)
        file.payments += 1
        return file

    patch.set(allocate, "_file", made)
