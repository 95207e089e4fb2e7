"""Check the whole database: definitions, rows, digests, signatures, bytes, and the audit record (T3, M12, A2).

It reads. What is worked out anew is written into transactions that are always rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity import ground, rows, shape
from gateway.store.store import Store, Transaction
from gateway.usecases import audit_log, people
from gateway.usecases.context import Context
from gateway.usecases.integrity import accounts, contents, received, recorded, roster, sealed

Look = Callable[[Context], Iterator[Discrepancy]]
FOR_A_PERSON = frozenset({"proof_not_repeatable"})
"""Codes of what could not be looked at, and is no sign of an edit by itself."""


def check(context: Context) -> Iterator[Discrepancy]:
    """Everything that is not as it must be; on ground that does not hold nothing further is worked out."""
    yield from shape.differences(context.store)
    unsound = False
    for found in _ground(context):
        unsound = True
        yield found
    for look in (_record,) if unsound else _LOOKS:
        yield from look(context)


def _ground(context: Context) -> Iterator[Discrepancy]:
    with context.store.read() as tx:
        for look in (ground.pages, ground.types, ground.identity, ground.orphans):
            yield from look(tx)


def _record(context: Context) -> Iterator[Discrepancy]:
    yield from audit_log.verify(context.store, context.anchors.read()).found


def _rows(context: Context) -> Iterator[Discrepancy]:
    with context.store.read() as tx:
        yield from rows.discrepancies(tx)


def _conclusions(context: Context) -> Iterator[Discrepancy]:
    """In one consistent picture, while others go on."""
    with context.store.read() as tx:
        yield from contents.conclusions(tx)


def _contents(context: Context) -> Iterator[Discrepancy]:
    with context.store.read() as tx:
        for look in (
            *(people.differences, contents.batches_and_files, contents.payments, contents.decisions),
            *(contents.acknowledgements, contents.rates, roster.differences, accounts.differences),
        ):
            yield from look(context, tx)
        yield from recorded.differences(tx)


def _bytes(context: Context) -> Iterator[Discrepancy]:
    with context.store.read() as tx:
        yield from sealed.blobs_of(tx)
        yield from sealed.files_out(context, tx)
        yield from sealed.encrypted(context, tx)


def _evidence(context: Context) -> Iterator[Discrepancy]:
    for number in received.processed(context):
        with scratch(context.store) as tx:
            yield from received.differences(context, tx, number)


_LOOKS: tuple[Look, ...] = (_record, _rows, _conclusions, _contents, _bytes, _evidence)


class _Undone(Exception):
    """Ends a scratch transaction."""


@contextmanager
def scratch(store: Store) -> Iterator[Transaction]:
    """A transaction of which nothing remains."""
    with suppress(_Undone), store.begin() as tx:
        yield tx
        raise _Undone
