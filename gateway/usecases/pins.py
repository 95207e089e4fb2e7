"""Pins: whose answers and which server of a partner are believed.

Those that ``chitra.toml`` names, and those that two people imported, each typing the fingerprint from paper; less those
that were retired, which are believed only for what arrived before. At most two of a kind: the old one and the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from gateway.domain.errors import NotFound, Refusal, Tampered
from gateway.domain.key_life import KeyState, Step, plain_fingerprint
from gateway.ports import PublicKey
from gateway.store import blobs, decisions, key_steps
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases import decide, people
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, params_of

PURPOSES = ("answers", "server", "openpgp")
SLOTS = 2
"""Of one purpose at one partner: for a change-over."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One key of a partner's, and since when it is retired."""

    key: PublicKey
    decision: str
    """Empty for one that ``chitra.toml`` names."""
    retired_at: datetime | None

    def is_believed(self, moment: datetime) -> bool:
        """For what arrived at this moment; whether its certificate was valid then is judged with the proof."""
        return self.retired_at is None or moment < self.retired_at


class ImportKey(Act):
    """A certificate for answers, a server's key, an OpenPGP certificate; the document is the key itself."""

    verb = "key import"
    needs_evidence = True
    own_withdrawal = False
    reads_document = True
    types_fingerprint = True

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        known, key = pins(context, tx, subject, params["purpose"]), _read(context, tx, params)
        if plain_fingerprint(params["fingerprint"]) != key.fingerprint:
            raise Refusal("fingerprint_differs", file=params["name"])
        if any(each.key.fingerprint == key.fingerprint for each in known):
            raise Refusal("pin_known", key_id=key.key_id, partner=subject)
        _require_valid(key, context.clock.now())
        in_use = _in_use(known, context.clock.now())
        if len(in_use) >= SLOTS:
            raise Refusal("pin_slots_full", partner=subject, known=", ".join(each.key.key_id for each in in_use))
        return " ".join([params["purpose"], key.fingerprint, *(each.key.fingerprint for each in in_use)])

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        params = params_of(decision)
        key = _read(context, tx, params)
        step = _step(key, params["purpose"], decision.subject, KeyState.ACTIVE, tx.now())
        key_steps.add(tx, step, decision.confirmed_by or "", decision.id)


def pins(context: Context, tx: Transaction, partner: str, purpose: str) -> list[Pin]:
    """Every key of a partner's that is or was believed, those of ``chitra.toml`` first, then as they were imported.

    Raises ``Tampered`` for an import that two did not sign.
    """
    retired = key_steps.retired(tx, partner, purpose)
    configured = {key.fingerprint: (key, "") for key in context.partner(partner).configured_keys(purpose)}
    read = [(_imported(context, tx, row), row.reference) for row in key_steps.imported(tx, partner, purpose)]
    found = configured | {key.fingerprint: (key, name) for key, name in read if key.fingerprint not in configured}
    return [Pin(key, reference, retired.get(key.key_id)) for key, reference in found.values()]


def believed(context: Context, tx: Transaction, partner: str, purpose: str, moment: datetime) -> list[PublicKey]:
    """For what arrives, or arrived, at this moment."""
    return [each.key for each in pins(context, tx, partner, purpose) if each.is_believed(moment)]


def retire(context: Context, partner: str, key_id: str, actor: str) -> tuple[str, Pin]:
    """Believe a key of a partner's no longer, from now on; one person is enough, as for a stop."""
    with context.store.begin() as tx:
        for purpose in PURPOSES:
            for pin in pins(context, tx, partner, purpose):
                if pin.key.key_id == key_id and pin.retired_at is None:
                    step = _step(pin.key, purpose, partner, KeyState.VERIFY_ONLY, tx.now())
                    key_steps.add(tx, step, actor)
                    return purpose, replace(pin, retired_at=datetime.fromisoformat(tx.now()))
    raise NotFound("pin_unknown", key_id=key_id, partner=partner)


def _imported(context: Context, tx: Transaction, row: key_steps.Imported) -> PublicKey:
    """As both people signed it; a row that somebody put in is an alarm."""
    decision = decisions.find(tx, row.reference)
    if decision.subject != row.partner or not _is_by_two(context, tx, decision):
        raise Tampered("decision_not_genuine", decision=row.reference)
    params = params_of(decision)
    key = _read(context, tx, params)
    if (params["purpose"], key.fingerprint) != (row.purpose, plain_fingerprint(params["fingerprint"])):
        raise Tampered("decision_not_genuine", decision=row.reference)
    return key


def _is_by_two(context: Context, tx: Transaction, decision: Decision) -> bool:
    by_two = decision.state == "executed" and decision.proposed_by != decision.confirmed_by
    known = people.followed(context, tx)
    return by_two and decide.is_signed(context, known, {ImportKey.verb: ImportKey()}, decision)


def _read(context: Context, tx: Transaction, params: Params) -> PublicKey:
    content = BytesIO()
    blobs.copy(tx, params["document"], content)
    return context.read_key(params["purpose"], content.getvalue())


def _in_use(known: Sequence[Pin], now: datetime) -> list[Pin]:
    """An ended certificate leaves its place to another."""
    alive = [each for each in known if each.retired_at is None]
    return [each for each in alive if each.key.not_after is None or each.key.not_after > now]


def _require_valid(key: PublicKey, now: datetime) -> None:
    """One that begins to be valid later is welcome: it is imported before its first use."""
    if key.revoked:
        raise Refusal("certificate_revoked", key_id=key.key_id)
    if key.not_after is not None and key.not_after <= now:
        raise Refusal("certificate_expired", key_id=key.key_id)


def _step(key: PublicKey, purpose: str, partner: str, state: KeyState, at: str) -> Step:
    return Step(key.key_id, key.key_id, key.key_id, purpose, partner, state, at)
