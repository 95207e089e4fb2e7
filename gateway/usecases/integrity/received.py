"""Files in against their rows: each is verified and read again into scratch rows, which must be those that are stored.

Each is judged as on the day it arrived. A proof that does not hold (a certificate that was taken out of the
configuration) is told; such a file is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO

from formats.errors import FormatError
from formats.iso20022 import schema
from gateway.domain.errors import Alarm, BadProof, ChitraError, NotConfigured, Tampered
from gateway.ports import Proven
from gateway.store import blobs
from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity import again
from gateway.store.store import Transaction
from gateway.store.tables import FileIn
from gateway.usecases.context import Context
from gateway.usecases.statements import Reading, record_statements
from gateway.usecases.statuses import record_statuses
from gateway.usecases.understand import verified_again


def processed(context: Context) -> list[int]:
    """Files that became rows."""
    with context.store.read() as tx:
        return [row.id for row in tx.rows("SELECT id FROM file_in WHERE state = 'processed' ORDER BY id")]


def differences(context: Context, tx: Transaction, number: int) -> Iterator[Discrepancy]:
    """Within a transaction that is rolled back."""
    file = tx.session.get_one(FileIn, number)
    where = f"file_in {file.reference}"
    with closing(context.spool.create()) as spool:
        try:
            blobs.copy(tx, file.sha256, spool)
            boundary = again.begin(tx, number)
            _read(context, tx, file, spool)
        except Tampered as error:
            yield Discrepancy("rows_differ", where, str(error.params.get("expected", "")), error.code)
            return
        except (BadProof, Alarm, NotConfigured) as error:
            yield Discrepancy("proof_not_repeatable", where, file.proof, error.code)
            return
        except (ChitraError, FormatError, ValueError) as error:
            yield Discrepancy("rows_differ", where, "readable", getattr(error, "code", "unreadable"))
            return
    for table, count in again.differing(tx, number, boundary):
        yield Discrepancy("rows_differ", f"{where}: {table}", "as its bytes say", str(count))
    for table, row in again.personal(tx, number, boundary):
        yield Discrepancy("envelope_differs", f"{where}: {table} {row}")


def _read(context: Context, tx: Transaction, file: FileIn, spool: BinaryIO) -> None:
    if file.proof == "none":
        record_statements(tx, file, spool, Reading(None, proven=False))
        return
    partner = context.partner(file.partner)
    with closing(verified_again(tx, partner, file, spool)) as proven:
        _require_same(file, proven)
        profile = partner.profile
        if (file.message or "").startswith("camt.05"):
            record_statements(tx, file, proven.open(), Reading(None, proven=False, reasons=profile.reasons))
        elif (file.message or "").startswith("pain.002"):
            record_statuses(tx, profile, file, proven.open(), context.clock.now().tzinfo)


def _require_same(file: FileIn, proven: Proven) -> None:
    told = (schema.message_name(proven.open()), proven.proof, proven.key_id)
    if told != (file.message, file.proof, file.key_id):
        raise Tampered("proof_differs", expected=" ".join(map(str, told)))
