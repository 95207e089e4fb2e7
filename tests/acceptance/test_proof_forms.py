"""A month whose files are proven in every form there is, both ways: OpenPGP, CMS and XMLDSig beside, and inside."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
from support.inprocess import Gateway as Home
from support.pgp import key, put_in

from gateway import rehearsal
from gateway.app import App
from gateway.calendar import WorkingDays
from gateway.domain.calendar import next_working
from gateway.sandbox import clock, people
from gateway.setup import init_home
from gateway.store import batches
from gateway.usecases import approve, integrity
from gateway.usecases.intake import Request, import_batch
from gateway.usecases.poll import poll
from gateway.usecases.send import send

_ZONE = timezone(timedelta(hours=7))
_DAYS_MAX = 40
_MESSAGES = ("pain.002", "camt.053", "camt.054")
FORMS = {"vietinbank": "openpgp", "momo": "cms", "viettelmoney": "detached"}


def never_asked(name: str) -> bytes:
    raise AssertionError(name)


@pytest.fixture
def app(tmp_path: Path) -> App:
    day = next_working(datetime.now(_ZONE).date() + timedelta(days=1), WorkingDays())
    start = datetime.combine(day, datetime.min.time(), _ZONE) + timedelta(hours=9)
    home = tmp_path / "home"
    init_home(home, True, start, never_asked)
    clock.start(home, start)
    path = home / "chitra.toml"
    written = re.sub(
        r"\[partners\.(\w+)\]\n(.*\n)host(?:.*\n){5}",
        lambda found: f'[partners.{found[1]}]\n{found[2]}directory = "sandbox/{found[1]}/home"\n{_rules(found[1])}',
        path.read_text(),
    )
    path.write_text(f'{written}\n[keys.openpgp]\npassphrase = "file:keyring/passphrase"\n')
    put_in(home, key("ours"))
    return App(home, never_asked)


def _rules(partner: str) -> str:
    """The form of every file of a partner, both ways."""
    form = FORMS.get(partner)
    if form is None:
        return ""
    if form == "openpgp":
        rules = ['openpgp_trusted = ["sandbox/vietinbank/bank/openpgp.asc"]', 'outbox.encryption = "openpgp"']
    else:
        rules = [f'outbox.signature = "{form}"']
    return "\n".join([*rules, *(f'inboxes."{message}".proof = "{form}"' for message in _MESSAGES), ""])


def approved(app: App) -> str:
    path, period = app.home / "batch.csv", f"{app.clock.now():%Y-%m}"
    people.write_csv(path, people.payments(15, 3, period))
    with path.open("rb") as source:
        made = import_batch(app.context, Request(source, path.name, "pension", period, "maker", "thachthat"), {})
    approve.submit(app.context, made.batch.id, "maker", app.operator_key("maker"))
    for name in ("checker", "checker2"):
        approve.approve(app.context, made.batch.id, name, app.operator_key(name))
    return str(made.batch.id)


def is_closed(app: App, batch: str) -> bool:
    with app.store.read() as tx:
        return batches.find(tx, batch).state == "closed"


def test_m1_t9_a_month_in_every_form_of_proof_is_paid_once_and_closed(app: App) -> None:
    with closing(rehearsal.partners(app)) as partners:
        batch = approved(app)
        sent = send(app.context)
        assert sent.errors == []
        assert {delivery.state for delivery in sent.deliveries} == {"sent"}
        for _ in range(_DAYS_MAX):
            partners.work()
            poll(app.context)
            if is_closed(app, batch):
                break
            clock.next_day(app.home)
        assert is_closed(app, batch)
        books = rehearsal.books_of(partners)
    with app.store.read() as tx:
        payments = {row.end_to_end_id: row for row in tx.rows("SELECT * FROM payment")}
        proofs = {(row.partner, row.proof) for row in tx.rows("SELECT partner, proof FROM file_in")}
        states = [row.state for row in tx.rows("SELECT state FROM file_in")]
    assert {name: booked.debited for name, booked in books.items() if booked.debited} == {
        name: 1 for name, payment in payments.items() if payment.debited_at
    }
    assert {partner: form for partner, form in proofs if partner in FORMS} == FORMS
    assert set(states) == {"processed"}
    assert list(integrity.check(app.context)) == []
    _require_exported(app)


def _require_exported(app: App) -> None:
    """As it travelled, and the message in it."""
    home = Home(app.home)
    with app.store.read() as tx:
        file = str(tx.value("SELECT min(message_id) FROM file_out WHERE partner = 'vietinbank'"))
    shown = home.json("file", "show", file).done()
    exported = {}
    for form in ("wire", "message"):
        path = app.home / "reports" / form
        told = home.json("file", "export", file, "-o", path, "--form", form).done()
        exported[form] = (told["name"], told["sha256"], path.read_bytes()[:1])
    assert exported["wire"][:2] == (shown["name"], shown["wire"][0]["sha256"])
    assert exported["message"] == (shown["name"].removesuffix(".pgp"), shown["sha256"], b"<")
    assert len(shown["wire"][0]["encrypted_to"]) == 40
