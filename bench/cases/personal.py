"""Personal data of payments: sealed and blinded, beside the same rows as they would be without."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import inputs
from bench.cases.inserts import payment_row, prepare
from bench.harness import measured
from gateway.clock import RealClock
from gateway.ports import Vault
from gateway.proof import TranslatedVault
from gateway.store import bulk
from gateway.store.batches import PAYMENT_COLUMNS
from gateway.store.store import Store
from keys import vault as keys_vault

_VAULT = TranslatedVault(keys_vault.Vault(bytes(range(32))))
_APART = tuple(
    PAYMENT_COLUMNS.index(name)
    for name in (
        *("id", "line", "payment_ref", "end_to_end_id", "uetr", "amount"),
        *("personal", "person_blind", "account_blind", "content_blind"),
    )
)


def _content(payment: inputs.Payment) -> tuple[bytes, str, str, str]:
    """What the envelope holds, and what is looked for: person, account, whole row."""
    person, account = f"001045{payment.number % 1_000_000:06d}", f"{payment.bank}:{payment.account}"
    fields = {
        "beneficiary_id": person,
        "beneficiary_name": payment.name,
        "date_of_birth": "1945-03-02",
        "payee_name": payment.name,
        "payee_basis": "",
        "account": payment.account,
        "note": payment.remittance,
    }
    return json.dumps(fields, separators=(",", ":")).encode(), person, account, "\x1f".join(fields.values())


def _plain(count: int) -> Iterator[tuple[Any, ...]]:
    """The same columns, readable by everybody."""
    for payment in inputs.payments(count):
        content, *looked_for = _content(payment)
        yield _filled(payment, (content, *(each.encode() for each in looked_for)))


def _sealed(count: int) -> Iterator[tuple[Any, ...]]:
    for payment in inputs.payments(count):
        content, person, account, row = _content(payment)
        sealed = _VAULT.seal(content, f"payment:{payment.number}")
        blinds = (_VAULT.blind("person", person), _VAULT.blind("account", account), _VAULT.blind("content", row))
        yield _filled(payment, (sealed, *blinds))


_TEMPLATE = payment_row(next(inputs.payments(1)))


def _filled(payment: inputs.Payment, values: tuple[bytes, ...]) -> tuple[Any, ...]:
    """A row like every other, but for what tells payments apart."""
    row = list(_TEMPLATE)
    apart = (payment.number, payment.number + 1, f"R{payment.number}", payment.end_to_end_id, payment.uetr)
    for position, value in zip(_APART, (*apart, payment.amount, *values), strict=True):
        row[position] = value
    return tuple(row)


def _written(store: Store, rows: Iterator[tuple[Any, ...]]) -> None:
    with store.begin() as tx:
        bulk.insert(tx, "payment", PAYMENT_COLUMNS, rows)


def _read(store: Store, opened: Callable[[bytes, str], bytes]) -> None:
    with store.read() as tx:
        for row in tx.stream("SELECT id, personal FROM payment ORDER BY id"):
            json.loads(opened(bytes(row.personal), f"payment:{row.id}"))


def _as_it_is(content: bytes, _context: str) -> bytes:
    return content


def main(act: str, form: str, count: int) -> None:
    """``act`` is ``write`` or ``read``; ``form`` is ``sealed`` or ``plain``."""
    rows = {"sealed": _sealed, "plain": _plain}[form](count)
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'chitra.db'}", RealClock(), _vault)
        prepare(store, "VIDU")
        if act == "write":
            with measured():
                _written(store, rows)
        else:
            _written(store, rows)
            with measured():
                _read(store, _VAULT.open if form == "sealed" else _as_it_is)
        store.close()


def _vault() -> Vault:
    return _VAULT


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
