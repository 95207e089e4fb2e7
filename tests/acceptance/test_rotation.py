"""Our signing key, and the partners' keys, are exchanged while files are allocated, sealed, sent and answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from support.rehearsals import DAYS_MAX, approved, is_closed, never_asked, new_home
from support.signatures import TemporarySpool

from gateway import lifecycle, rehearsal
from gateway.app import App
from gateway.domain.key_life import KeyState, grouped
from gateway.partners import trusted
from gateway.sandbox import clock
from gateway.sandbox.sandbox import Sandbox
from gateway.sandbox.signing import create_key
from gateway.store import blobs
from gateway.usecases import decide, integrity, pins
from gateway.usecases.acts import ACTS
from gateway.usecases.allocate import allocate
from gateway.usecases.decide import Proposal
from gateway.usecases.deliver import deliver
from gateway.usecases.poll import poll
from gateway.usecases.seal import seal
from gateway.usecases.send import send
from keys.enveloped import verify_enveloped

FILES = 100


@pytest.fixture
def app(tmp_path: Path) -> App:
    """One payment to a file."""
    return App(new_home(tmp_path / "home", lambda partner: "limits.payments_per_file_max = 1\n"), never_asked)


@contextmanager
def partners(app: App) -> Iterator[Sandbox]:
    """As they start, they know the certificates that our keyring holds by then."""
    sandbox = rehearsal.partners(app)
    yield sandbox
    sandbox.close()


def sent_files(app: App) -> dict[str, Any]:
    with app.store.read() as tx:
        rows = tx.rows("SELECT message_id, sha256, key_id, state, partner, name FROM file_out WHERE sha256 IS NOT NULL")
    return {row.message_id: row for row in rows}


def test_m5_m13_t9_rotation_with_files_in_flight_loses_nothing_and_leaves_everything_verifiable(app: App) -> None:
    context, batch = app.context, approved(app, FILES)
    files = allocate(context, batch)
    third = len(files) // 3
    for file in files[:third]:
        seal(context, file)
    for partner in context.partners.values():
        deliver(context, partner)
    with partners(app) as sandbox:
        sandbox.work()  # answers to the first third lie there, unread
    for file in files[third : 2 * third]:
        seal(context, file)
    before = sent_files(app)

    old = lifecycle.signing_name(app, "vietinbank")
    new = lifecycle.rotate(app, old, app.passphrase("payments"), "user:test")
    lifecycle.activate(app, new.info.name, None, "user:test")
    assert lifecycle.destroy(app, old, "user:test").state == KeyState.DESTROYED

    old_pins = {code: renewed(app, code) for code in context.partners}
    assert not send(context).errors
    with partners(app) as sandbox:
        for _day in range(DAYS_MAX):
            sandbox.work()
            poll(context)
            for code in context.partners if old_pins else ():
                pins.retire(context, code, old_pins.pop(code), "user:test")
            if is_closed(app, batch):
                break
            clock.next_day(app.home)
        booked = rehearsal.books_of(sandbox)

    after = sent_files(app)
    assert is_closed(app, batch)
    assert {each.debited for each in booked.values()} <= {0, 1}, "M1: nobody is paid twice"
    assert len(booked) == len(after) == len(files) >= FILES, "every payment reached its partner"
    assert {name: (row.sha256, row.key_id) for name, row in before.items()} == {
        name: (after[name].sha256, after[name].key_id) for name in before
    }, "M5: a sealed file keeps its bytes and its key"
    assert {after[name].key_id for name in files[2 * third :]} == {new.info.key_id}
    assert len({row.key_id for row in before.values()} | {new.info.key_id}) == 2
    assert list(integrity.check(context)) == []
    require_all_verify(app, after)
    with app.store.read() as tx:
        proven = tx.rows("SELECT partner, count(DISTINCT key_id) AS keys FROM file_in GROUP BY partner")
    assert 2 in {row.keys for row in proven}, "answers by an old key and by its successor counted"
    assert all(len(trusted(app, code)) == 1 for code in context.partners)


def renewed(app: App, code: str) -> str:
    """The partner signs with another key from now on, which two people import; the key id of the old one."""
    (old,) = trusted(app, code)
    folder = app.home / "sandbox" / code / "bank"
    for name in ("key.pem", "certificate.pem"):
        (folder / name).unlink()
    create_key(folder, f"{code} 2", app.clock.now())
    pem = (folder / "certificate.pem").read_bytes()
    key = app.context.read_key("answers", pem)
    params = {"fingerprint": key.fingerprint, "purpose": "answers"}
    proposal = Proposal(code, "renewal", params, "next.pem", BytesIO(pem))
    made = decide.propose(app.context, ACTS["key import"], proposal, "checker", app.operator_key("checker"))
    second = app.operator_key("checker2")
    decide.confirm(app.context, ACTS, made.reference, "checker2", second, grouped(key.fingerprint))
    return app.context.read_key("answers", old).key_id


def require_all_verify(app: App, files: dict[str, Any]) -> None:
    """Every file by the certificate that stands in the keyring, and by no other."""
    held = app.keyring.certificates()
    for row in files.values():
        with TemporarySpool().create() as spool, app.store.read() as tx:
            blobs.copy(tx, row.sha256, spool)
            spool.seek(0)
            with verify_enveloped(spool, held, TemporarySpool(), app.clock.now()) as proven:
                assert proven.key_id == row.key_id
