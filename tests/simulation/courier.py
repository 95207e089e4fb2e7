"""A partner that proves its answers otherwise than the world's do: beside the file, by OpenPGP, by a retired key.

Told in a copy of the world (``simulation.fork``), once a run at most: what is honest is believed, and what somebody
forged after it is not (T1, T2, T9).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from support.banks import Answerer
from support.cms_forms import cms
from support.forgeries import FORGERIES, Cast
from support.gateways import ACCOUNTS, PAYER, bank_key, person
from support.signatures import ACCOUNT, Form, Partner, TemporarySpool, canonical, signature
from support.stores import Time

from gateway.proof import PartnerVerifier, PgpPins, read_key
from gateway.usecases import pins
from gateway.usecases.acts import ACTS
from gateway.usecases.collect import collect
from gateway.usecases.context import Context
from gateway.usecases.decide import Proposal, propose
from simulation.fork import Fork
from simulation.violation import require

CODE = "vietinbank"
EVERY, TURN = 4, 1
"""One seed in so many, and which of them."""
_LATEST = 60
_MESSAGE = "camt.054"

Told = Callable[[Fork, Partner], None]


class Courier:
    """Brings its letters once, at a step of its own."""

    def __init__(self, seed: int, clock: Time, raw: sqlite3.Connection, folder: Path, stranger: Answerer) -> None:
        self._clock, self._raw, self._folder, self._stranger = clock, raw, folder, stranger.key
        self._form = FORMS[seed // EVERY % len(FORMS)] if seed % EVERY == TURN else None
        self._wait = Random(f"courier {seed}").randrange(_LATEST)

    def act(self, context: Context) -> None:
        self._wait -= 1
        if self._form is None or self._wait >= 0:
            return
        form, self._form = self._form, None
        with closing(Fork(context, self._clock, self._raw, self._folder)) as fork:
            form(fork, self._stranger)


def _ruled(fork: Fork, **rules: str) -> None:
    """The partner's notifications come by other rules."""
    profile = fork.context.partners[CODE].profile
    changed = (replace(box, **rules) if box.message == _MESSAGE else box for box in profile.inboxes)  # type: ignore[arg-type]
    fork.with_partner(CODE, profile=replace(profile, inboxes=tuple(changed)))


def _statement(signer: Partner, number: int) -> bytes:
    return Answerer(signer).statement(account=ACCOUNTS[CODE], message=_MESSAGE, id_=f"LETTER{number}")


def _state(fork: Fork, name: str, content: bytes, beside: bytes | None = None) -> str | None:
    """What becomes of a file that lies there."""
    inbox = next(box for box in fork.context.partners[CODE].profile.inboxes if box.message == _MESSAGE)
    name = inbox.name(name)
    server, path = fork.servers[CODE], f"{inbox.folder}/{name}"
    server.put(path, content)
    if beside is not None:
        server.put(f"{inbox.folder}/{inbox.beside(name)}", beside)
    for _ in range(2):
        collect(fork.context, fork.context.partners[CODE])
        fork.clock.pass_(hours=1)
    sha256 = hashlib.sha256(content).hexdigest()
    row = fork.db.execute("SELECT state FROM file_in WHERE partner = ? AND sha256 = ?", (CODE, sha256)).fetchone()
    return row[0] if row else None


def _require_believed(fork: Fork, name: str, content: bytes, beside: bytes | None = None) -> None:
    state = _state(fork, name, content, beside)
    require(state == "processed", "T7", f"an honest {name} is {state}")


def _require_refused(fork: Fork, name: str, content: bytes, beside: bytes | None = None) -> None:
    require(_state(fork, name, content, beside) != "processed", "T1", f"{name} was believed")


# --- signatures beside the file --------------------------------------------------------------------------------------


def signatures_beside(fork: Fork, stranger: Partner, form: str) -> None:
    """By a stranger; by the partner, but over another file; none at all, only the one inside."""
    _ruled(fork, proof=form, ready="rename")
    honest, later, last = (_statement(stranger, number) for number in range(3))
    inbox = next(box for box in fork.context.partners[CODE].profile.inboxes if box.message == _MESSAGE)
    bank, sign = bank_key(CODE.upper()), _SIGNED[form]
    _require_believed(fork, "honest", honest, sign(bank, honest, inbox.name("honest")))
    _require_refused(fork, "of-a-stranger", later, sign(stranger, later, inbox.name("of-a-stranger")))
    _require_refused(fork, "of-another-file", last, sign(bank, honest, inbox.name("of-another-file")))
    _require_refused(fork, "signed-inside", _statement(bank, 3))


def _cms(signer: Partner, data: bytes, _name: str) -> bytes:
    return cms(signer, data)


def _detached(signer: Partner, data: bytes, name: str) -> bytes:
    digest = hashlib.sha256(data).digest()
    signed_info = Form(uri=name, transforms=()).signed_info(digest).replace("<Transforms></Transforms>", "")
    value = signer.private.sign(canonical(etree.fromstring(signed_info)), PKCS1v15(), SHA256())
    return etree.tostring(signature(signed_info, value, signer.element()))


_SIGNED = {"cms": _cms, "detached": _detached}


# --- OpenPGP ---------------------------------------------------------------------------------------------------------


def messages_of_openpgp(fork: Fork, stranger: Partner) -> None:
    """Signed by a stranger's key; encrypted to us and signed by nobody."""
    if find_spec("pysequoia") is None:
        return
    from support import pgp

    ours, bank = pgp.key("ours"), pgp.key("bank")
    known = PgpPins((bank.certificate,), ours)
    verifier = PartnerVerifier([], [], TemporarySpool(), fork.clock, lambda: known)
    _ruled(fork, proof="openpgp", ready="rename")
    fork.with_partner(CODE, verifier=lambda: verifier)
    honest, later, last = (_statement(stranger, number) for number in range(3))
    _require_believed(fork, "honest", pgp.sealed(honest, bank, ours))
    _require_refused(fork, "of-a-stranger", pgp.sealed(later, pgp.key("stranger"), ours))
    _require_refused(fork, "of-nobody", pgp.unsigned(last, ours))


# --- signatures inside -----------------------------------------------------------------------------------------------


def wrapped(fork: Fork, stranger: Partner) -> None:
    """T2: what the partner has signed stands inside of what it never said, in eight ways."""
    bank = bank_key(CODE.upper())
    (account,) = etree.fromstring(ACCOUNT).itertext()
    payer = replace(fork.context.payers[PAYER], accounts=lambda partner: [account, ACCOUNTS[partner]])
    fork.context = replace(fork.context, payers={PAYER: payer})
    _ruled(fork, ready="rename")
    cast = Cast(bank, stranger, "camt.054.001.08")
    for name, (make, _) in FORGERIES.items():
        if name.startswith("wrapping"):
            _require_refused(fork, name, make(cast))


def retired_keys(fork: Fork, _stranger: Partner) -> None:
    """T9: of two pinned certificates one is retired; what it signed before counts on, and nothing after."""
    old, new = (bank_key(name) for name in ("OLD", CODE.upper()))
    configured = [read_key("answers", each.pem) for each in (old, new)]
    _ruled(fork, ready="rename")
    fork.with_partner(
        CODE,
        configured_keys=lambda purpose: configured if purpose == "answers" else (),
        verifier=lambda: _by_pins(fork),
    )
    _require_believed(fork, "before", _statement(old, 0))
    pins.retire(fork.context, CODE, configured[0].key_id, "checker")
    _require_refused(fork, "after", _statement(old, 1))
    _require_believed(fork, "of-the-new-key", _statement(new, 2))


def pinned_by_one(fork: Fork, stranger: Partner) -> None:
    """M11: a certificate that one person proposed, and that the database says two have imported."""
    fork.context = replace(fork.context, read_key=read_key)
    fork.with_partner(CODE, verifier=lambda: _by_pins(fork))
    _ruled(fork, ready="rename")
    key = read_key("answers", stranger.pem)
    told = {"purpose": "answers", "fingerprint": key.fingerprint}
    proposal = Proposal(CODE, "a new certificate", told, "key.pem", BytesIO(stranger.pem))
    made = propose(fork.context, ACTS["key import"], proposal, "checker", person("checker"))
    fork.edit(
        "UPDATE decision SET state = 'executed', confirmed_by = 'checker2', confirmed_key = ?, confirmation = x'00',"
        " ended_at = proposed_at WHERE id = ?",
        person("checker2").key_id,
        made.id,
    )
    fork.edit(
        "INSERT INTO key_step (id, name, key_id, line, purpose, partner, state, actor, at, decision_id)"
        " SELECT 1000000000, ?1, ?1, ?1, 'answers', ?2, 'active', 'checker2', proposed_at, id"
        " FROM decision WHERE id = ?3",
        key.key_id,
        CODE,
        made.id,
    )
    _require_refused(fork, "of-a-key-of-one", _statement(stranger, 0))


def _by_pins(fork: Fork) -> PartnerVerifier:
    with fork.store.read() as tx:
        believed = pins.believed(fork.context, tx, CODE, "answers", fork.clock.now())
    return PartnerVerifier([each.text.encode() for each in believed], [], TemporarySpool(), fork.clock)


FORMS: tuple[Told, ...] = (
    partial(signatures_beside, form="cms"),
    partial(signatures_beside, form="detached"),
    messages_of_openpgp,
    wrapped,
    retired_keys,
    pinned_by_one,
)
