"""Resume: leave safe mode. First everything at every partner is looked at and taken over, then two people decide (M15).

What the database may not know stays guarded after it: every batch that is open at this moment is stopped, since a
payment of it may have been sent in the past that was lost, and is started again by two people of its own decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.domain.errors import Alarm, ChitraError, Refusal
from gateway.ports import Transport
from gateway.store import batches, files, instance, stops
from gateway.store.stops import Scope
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases import guard
from gateway.usecases.adopt import adopt
from gateway.usecases.context import Context, Partner
from gateway.usecases.decide import Act, Params
from gateway.usecases.send import OPEN

PERHAPS_SENT = "perhaps_sent"
"""The code of these stops."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One open file of ours, or one that the database did not know, and where it lies at its partner."""

    partner: str
    file: str
    name: str
    state: str
    folder: str
    """Empty when it lies nowhere that we can see."""


@dataclass(slots=True)
class Survey:
    """What a look at every partner gave."""

    seen: list[Seen] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    """Message ids that the database did not know and now does."""
    errors: list[tuple[str, ChitraError]] = field(default_factory=list)
    """(partner, error): who could not be asked, and files that could not be taken over."""
    accepted: list[str] = field(default_factory=list)
    """``partner/name`` of these files, and the identifier that betrayed the database: resuming accepts them."""


def survey(context: Context) -> Survey:
    """Every partner: files of ours that we do not know are taken over, open ones are listed."""
    with context.store.read() as tx:
        entered = _require_safe_mode(tx)
    found = Survey(accepted=[str(entered.params["id"])] if "id" in entered.params else [])
    for partner in context.partners.values():
        try:
            with context.store.exclusive(f"partner-{partner.code}"), partner.connect() as transport:
                _look(context, partner, transport, found)
        except ChitraError as error:
            found.errors.append((partner.code, error))
    return found


def _look(context: Context, partner: Partner, transport: Transport, found: Survey) -> None:
    strangers = guard.strangers(context, partner, transport)
    for each in strangers:
        if each.role == "temporary":
            transport.remove(each.path)  # the fence: who left it cannot release it any more
        elif each.role == "file":
            _take_over(context, partner, transport, each, found)
    left = {each.final for each in guard.strangers(context, partner, transport)}
    found.accepted += sorted(f"{partner.code}/{final}" for final in left & {each.final for each in strangers})
    places = _places(partner, transport)
    with context.store.read() as tx:
        for file in files.in_states(tx, OPEN, partner.code):
            found.seen.append(Seen(partner.code, file.message_id, file.name, file.state, places.get(file.name, "")))


def _take_over(context: Context, partner: Partner, transport: Transport, forgotten: guard.Named, found: Survey) -> None:
    try:
        found.adopted.append(adopt(context, partner, transport, forgotten.folder, forgotten.name))
    except Alarm as alarm:
        found.errors.append((partner.code, alarm))


def _places(partner: Partner, transport: Transport) -> dict[str, str]:
    """name -> folder, of everything in the outbox and the archives."""
    outbox = partner.profile.outbox
    if outbox.delivery == "dropbox":
        return {}
    folders = (*outbox.archives, outbox.folder)
    return {each.name: folder for folder in folders for each in transport.listing(folder)}


def _require_safe_mode(tx: Transaction) -> instance.Safety:
    found = instance.safe_mode(tx)
    if found is None:
        raise Refusal("not_in_safe_mode")
    return found


class Resume(Act):
    """Send again, in a new epoch."""

    verb = "resume"
    needs_evidence = False
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        entered = _require_safe_mode(tx)
        return f"{entered.since} {instance.head(tx).epoch} {' '.join(batches.open_ones(tx))}"

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        for batch in batches.open_ones(tx):
            stops.put(tx, Scope("batch", batch), PERHAPS_SENT, decision.reference, "system")
        known = max((anchor.epoch for anchor in context.anchors.read()), default=0)
        epoch = instance.leave_safe_mode(tx, known, sorted(context.partners), context.ids.leap())
        tx.record("system", "resume", decision.reference, epoch=epoch)
