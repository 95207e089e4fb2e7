"""A month whose files are proven in every form there is, both ways: OpenPGP, CMS and XMLDSig beside, and inside."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
from support.inprocess import Gateway as Home
from support.pgp import key, put_in
from support.rehearsals import DAYS_MAX, approved, is_closed, never_asked, new_home

from gateway import lifecycle, rehearsal
from gateway.app import App
from gateway.domain.errors import Refusal
from gateway.sandbox import clock
from gateway.usecases import integrity
from gateway.usecases.poll import poll
from gateway.usecases.send import send

_MESSAGES = ("pain.002", "camt.053", "camt.054")
FORMS = {"vietinbank": "openpgp", "momo": "cms", "viettelmoney": "detached"}


@pytest.fixture
def app(tmp_path: Path) -> App:
    home = new_home(tmp_path / "home", _rules)
    with (home / "chitra.toml").open("a") as config:
        config.write('\n[keys.openpgp]\npassphrase = "file:keyring/passphrase"\n')
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


def test_m1_t9_a_month_in_every_form_of_proof_is_paid_once_and_closed(app: App) -> None:
    with closing(rehearsal.partners(app)) as partners:
        batch = approved(app, 15)
        sent = send(app.context)
        assert sent.errors == []
        assert {delivery.state for delivery in sent.deliveries} == {"sent"}
        _succeeded(app)
        for _ in range(DAYS_MAX):
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
    with pytest.raises(Refusal, match="key_reads_files"):
        lifecycle.destroy(app, "openpgp", "user:test")
    _require_exported(app)


def _succeeded(app: App) -> None:
    """Another OpenPGP key of ours from now on; the partner, who does not know it yet, encrypts to the old one."""
    lifecycle.rotate(app, "openpgp", app.passphrase("openpgp"), "user:test")
    lifecycle.activate(app, "openpgp-2", None, "user:test")


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
