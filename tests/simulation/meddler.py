"""An administrator of the database, a copied disk, a key that has ended: what must keep a file from going out.

In a copy of the world (``simulation.fork``) people approve a batch as they should, or nearly; something is spoiled on
the way; and nothing of the batch may lie at a partner afterwards. One such story a run at most.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from random import Random

from support.gateways import admins, person
from support.signatures import TemporarySpool
from support.stores import START, VAULT, Time

from gateway.domain.approvals import Rule
from gateway.domain.errors import ChitraError, Refusal
from gateway.domain.people import REVOKE
from gateway.ports import Anchor
from gateway.proof import PaymentSigner, PgpEnvelope, PgpPins
from gateway.store import instance, stops
from gateway.usecases import approve, audit_log, decide, enrol
from gateway.usecases.acts import ACTS
from gateway.usecases.context import Context
from gateway.usecases.decide import Proposal
from gateway.usecases.send import send
from gateway.usecases.stopping import named, stop
from keys import certificates, pgp, signing
from keys.signing import SigningKey
from simulation.fork import Anchors, Fork
from simulation.violation import Violation, require

Story = Callable[[Fork, str], None]
EVERY = 3
"""Every so many seeds have a story."""
_LATEST = 60
"""Step from which it is told at the latest, as soon as a batch is ready."""


class Meddler:
    """Tells its story with the newest list that is ready, from a step of its own on."""

    def __init__(self, seed: int, clock: Time, raw: sqlite3.Connection, folder: Path) -> None:
        self._clock, self._raw, self._folder = clock, raw, folder
        self._story = STORIES[seed // EVERY % len(STORIES)] if seed % EVERY == 0 else None
        self._wait = Random(f"meddler {seed}").randrange(_LATEST)

    def act(self, context: Context) -> None:
        self._wait -= 1
        if self._story is None or self._wait > 0:
            return
        sql = "SELECT id FROM batch WHERE state = 'ready' AND maker = 'maker' ORDER BY id DESC"
        if found := self._raw.execute(sql).fetchone():
            story, self._story = self._story, None
            with closing(Fork(context, self._clock, self._raw, self._folder)) as fork:
                _told(story, fork, found[0])


def _told(story: Story, fork: Fork, batch: str) -> None:
    try:
        story(fork, batch)
    except Violation:
        raise
    except Exception as error:
        raise Violation("bug", f"{story.__name__}: {error!r}") from error


def _require_kept_back(fork: Fork, batch: str, promise: str, why: str) -> None:
    """The batch is sent to partners that answer; nothing of it may arrive."""
    fork.is_reached = True
    send(fork.context, batch=batch)
    sent = [message_id for message_id, _ in fork.delivered(batch)]
    require(not sent, promise, f"{sent} went out although {why}")


def _sealed(fork: Fork, batch: str) -> None:
    """Approved and sealed, while no partner answers."""
    fork.approved(batch)
    fork.is_reached = False
    send(fork.context, batch=batch)


# --- content ---------------------------------------------------------------------------------------------------------


def changed_after_the_approval(fork: Fork, batch: str) -> None:
    fork.approved(batch)
    _raise_amounts(fork, batch)
    _require_kept_back(fork, batch, "M12", "its amounts were changed after the approval")


def changed_after_sealing(fork: Fork, batch: str) -> None:
    _sealed(fork, batch)
    _raise_amounts(fork, batch)
    _require_kept_back(fork, batch, "M12", "its amounts were changed after it was sealed")


def _raise_amounts(fork: Fork, batch: str) -> None:
    """With every sum that rests on them."""
    fork.edit("UPDATE payment SET amount = amount + 1000 WHERE batch_id = ?", batch)
    fork.edit("UPDATE batch SET amount = amount + 1000 * payments WHERE id = ?", batch)
    fork.edit("UPDATE file_out SET amount = amount + 1000 * payments WHERE batch_id = ?", batch)


def other_bytes(fork: Fork, batch: str) -> None:
    """Under the digest of what was sealed; by somebody who has the key of the storage, too."""
    _sealed(fork, batch)
    for (sha256,) in fork.db.execute("SELECT sha256 FROM file_out WHERE sha256 IS NOT NULL").fetchall():
        sealed = VAULT.seal(zlib.compress(b"<Document>other</Document>"), f"blob:{sha256}:0")
        fork.edit("UPDATE blob SET bytes = ? WHERE sha256 = ? AND part = 0", sealed, sha256)
    _require_kept_back(fork, batch, "T3", "other bytes stand under its digest")


# --- people ----------------------------------------------------------------------------------------------------------


def approval_of_another_key(fork: Fork, batch: str) -> None:
    fork.approved(batch)
    forged = person("forger").sign(b"approve")
    fork.edit("UPDATE approval SET signature = ? WHERE batch_id = ? AND approver = 'checker2'", forged, batch)
    _require_kept_back(fork, batch, "M11", "a checker has not signed it")


def approved_by_hand(fork: Fork, batch: str) -> None:
    """One has signed; the rest is written into the rows."""
    approve.submit(fork.context, batch, "maker", person("maker"))
    approve.approve(fork.context, batch, "checker", person("checker"))
    fork.edit("UPDATE batch SET state = 'approved' WHERE id = ?", batch)
    fork.edit("UPDATE payment SET state = 'approved' WHERE batch_id = ? AND state = 'ready'", batch)
    _require_kept_back(fork, batch, "M11", "one checker alone has signed it")


def approval_of_one_who_left(fork: Fork, batch: str) -> None:
    """Revoked by both admins, and the own key still in hand."""
    _revoke(fork, "checker2")
    with suppress(ChitraError):
        fork.approved(batch)
        raise Violation("M11", f"somebody who has left approved {batch}")


def approval_taken_back(fork: Fork, batch: str) -> None:
    """Whoever signed is revoked, and nothing that was signed is to count on."""
    _sealed(fork, batch)
    _revoke(fork, "checker2")
    _require_kept_back(fork, batch, "M11", "the approval of one who has left was declared void")


def _revoke(fork: Fork, name: str) -> None:
    with fork.store.begin() as tx:
        enrol.together(fork.context, tx, REVOKE, enrol.changed(fork.context, name, "has left", True), admins())


def without_its_releaser(fork: Fork, batch: str) -> None:
    """By the rules of the submission a third person lets it go; both checkers have signed, and nobody else."""
    fork.context = replace(fork.context, approval_rules=(Rule(above=0, checkers=2, releaser=True),))
    fork.approved(batch)
    fork.edit("UPDATE batch SET state = 'approved' WHERE id = ?", batch)
    fork.edit("UPDATE payment SET state = 'approved' WHERE batch_id = ? AND state = 'ready'", batch)
    _require_kept_back(fork, batch, "M11", "its releaser has not signed it")


def stopped_again_meanwhile(fork: Fork, batch: str) -> None:
    """M16: between the two signatures under a start somebody has another doubt."""
    scope = stops.Scope("batch", batch)
    fork.approved(batch)
    stop(fork.context, scope, "a doubt", "maker")
    letter = BytesIO(b"all is well")
    with suppress(Refusal):  # of a start that was proposed already
        proposal = Proposal(named(scope), "looked at", {}, "letter.pdf", letter)
        made = decide.propose(fork.context, ACTS["start"], proposal, "checker", person("checker"))
        stop(fork.context, scope, "another doubt", "maker")
        decide.confirm(fork.context, ACTS, made.reference, "checker2", person("checker2"))
    _require_kept_back(fork, batch, "M16", "it was stopped again before the start was confirmed")


# --- keys and copies -------------------------------------------------------------------------------------------------


@cache
def _ended_key() -> SigningKey:
    """A key of ours whose certificate ended before the world began."""
    private = signing.generate()
    certificate = certificates.self_signed(private, "UBND XA THACH THAT", START - timedelta(days=30), 10)
    return signing.from_secret("payments", signing.to_secret(private), certificates.to_pem(certificate))


def certificate_that_has_ended(fork: Fork, batch: str) -> None:
    for code in fork.context.partners:
        fork.with_partner(code, signer=lambda: PaymentSigner(_ended_key(), fork.clock))
    fork.approved(batch)
    _require_kept_back(fork, batch, "A4", "our certificate has ended")


def encrypted_to_the_partner(fork: Fork, batch: str) -> None:
    """T9: what is declared to travel encrypted is signed by our key, and nobody but the partner reads it."""
    if find_spec("pysequoia") is None:
        return
    from support.pgp import key

    ours, bank = key("ours"), key("bank")
    envelope = PgpEnvelope(PgpPins((bank.certificate,), ours), TemporarySpool(), fork.clock)
    for code, partner in fork.context.partners.items():
        outbox = replace(partner.profile.outbox, encryption="openpgp")
        fork.with_partner(code, profile=replace(partner.profile, outbox=outbox), envelope=lambda: envelope)
    fork.approved(batch)
    send(fork.context, batch=batch)
    for message_id, content in fork.delivered(batch):
        require(b"<Document" not in content, "T9", f"{message_id} lies in the clear")
        opened = pgp.verify_pgp(BytesIO(content), [ours.certificate], bank, TemporarySpool(), fork.clock.now(), 1 << 20)
        with closing(opened), closing(opened.open()) as message:
            require(b"<Document" in message.read(), "T9", f"the partner cannot read {message_id}")


def database_set_back(fork: Fork, batch: str) -> None:
    """M15: an anchor outside knows acts that this database does not."""
    fork.approved(batch)
    fork.context = replace(fork.context, anchors=Anchors([_anchor(fork, ahead=3)]))
    _require_kept_back(fork, batch, "M15", "the database was set back")


def revocation_left_out(fork: Fork, batch: str) -> None:
    """M11: an anchor outside knows of a statement about people that is gone."""
    fork.approved(batch)
    anchor = _anchor(fork)
    fork.context = replace(fork.context, anchors=Anchors([replace(anchor, people=anchor.people + 1)]))
    _require_kept_back(fork, batch, "M11", "a statement about people is missing")


def forgotten_file(fork: Fork, batch: str) -> None:
    """M15: a file of ours lies at every partner that the database does not know."""
    fork.approved(batch)
    today = fork.context.today()
    for code, partner in fork.context.partners.items():
        outbox = partner.profile.outbox
        if outbox.delivery == "dropbox":
            return  # nobody can look into it
        fork.servers[code].put(f"{outbox.folder}/{outbox.name(today, 99_000, 'MTEST00019ZZZZZZZ')}", b"<Document/>")
    _require_kept_back(fork, batch, "M15", "a partner holds a file that the database has forgotten")


def record_cut_off(fork: Fork, batch: str) -> None:
    """A2: the last acts and the head of the record are gone together; an anchor outside remembers them."""
    fork.approved(batch)
    anchor = _anchor(fork)
    last = anchor.sequence - 2
    fork.edit("DELETE FROM audit WHERE sequence > ?", last)
    fork.edit("UPDATE audit_head SET sequence = ?, hash = (SELECT hash FROM audit WHERE sequence = ?)", last, last)
    require(audit_log.verify(fork.store, [anchor]).found, "A2", f"acts after {last} are gone and nobody noticed")


def anchor_made_up(fork: Fork, batch: str) -> None:
    """A2: somebody rewrote the record and the anchor, but has no key of ours."""
    anchor = replace(_anchor(fork), key_id="1", signature="00")
    found = audit_log.verify(fork.store, [anchor], is_ours=lambda data, signature: False).found
    require(found, "A2", f"an anchor that is not ours counts for {batch}")


def _anchor(fork: Fork, ahead: int = 0) -> Anchor:
    with fork.store.read() as tx:
        head = instance.head(tx)
    return Anchor(head.instance, head.epoch, head.sequence + ahead, head.hash, people=head.people)


STORIES: tuple[Story, ...] = (
    changed_after_the_approval,
    changed_after_sealing,
    other_bytes,
    approval_of_another_key,
    approved_by_hand,
    approval_of_one_who_left,
    approval_taken_back,
    certificate_that_has_ended,
    encrypted_to_the_partner,
    database_set_back,
    revocation_left_out,
    forgotten_file,
    record_cut_off,
    anchor_made_up,
    without_its_releaser,
    stopped_again_meanwhile,
)
