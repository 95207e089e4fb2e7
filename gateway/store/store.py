"""The one Store: an engine, transactions with their audit records, locks.

A write transaction collects its audit records and appends them to the hash chain as its last statement, so that
bulk work does not queue behind the chain's head (A1).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, CursorResult, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from gateway.domain.crash import crash_point
from gateway.domain.errors import Busy, NotConfigured
from gateway.domain.identifiers import Naming
from gateway.ports import Clock, LockHeld, Vault
from gateway.store import audit, dialects

OpenVault = Callable[[], Vault]


class Transaction:
    """One transaction. SQL text for sets of rows, a Session for single rows, and the records of what it did."""

    def __init__(self, connection: Connection, dialect: dialects.Dialect, clock: Clock, vault: OpenVault) -> None:
        self.connection = connection
        self.session = Session(bind=connection, expire_on_commit=False)
        self.dialect = dialect
        self._clock = clock
        self._vault = vault
        self.records: list[audit.Record] = []

    @property
    def vault(self) -> Vault:
        """Opened at first use: what touches no personal data needs no passphrase."""
        return self._vault()

    def now(self) -> str:
        """Time of the Clock port as stored: UTC, ISO 8601."""
        return stored_time(self._clock)

    def run(self, sql: str, **params: Any) -> CursorResult[Any]:
        """Execute one SQL text; pending single rows are flushed first."""
        self.session.flush()
        return self.connection.execute(_text(sql), params)

    def value(self, sql: str, **params: Any) -> Any:
        """First column of the first row, or None."""
        return self.run(sql, **params).scalar()

    def rows(self, sql: str, **params: Any) -> list[Any]:
        return list(self.run(sql, **params).all())

    def stream(self, sql: str, **params: Any) -> Iterator[Any]:
        """Rows one after another with bounded memory."""
        self.session.flush()
        options = {"stream_results": True, "yield_per": 2000}
        yield from self.connection.execute(_text(sql), params, execution_options=options)

    def record(self, actor: str, verb: str, subject: str, rows_sha256: str = "", **details: str | int) -> None:
        """Note one act for the audit chain; details hold no personal data (A3)."""
        self.records.append(audit.Record(actor, verb, subject, rows_sha256, details))


_text = lru_cache(maxsize=512)(text)
"""The same SQL is parsed once."""


def stored_time(clock: Clock) -> str:
    return clock.now().astimezone(UTC).isoformat(timespec="microseconds")


class Store:
    """Opens transactions on one database."""

    def __init__(self, url: str, clock: Clock, vault: OpenVault, lock_folder: Path | None = None) -> None:
        self.url = url
        self._clock, self._vault = clock, vault
        self.engine: Engine = dialects.create_engine(url)
        self.dialect = dialects.dialect_of(self.engine)
        self._lock_folder = lock_folder
        self._one_writer = nullcontext() if self.dialect.has_many_workers else threading.RLock()
        """On SQLite our own threads queue here and not in its busy loop; PostgreSQL has many writers."""
        self._is_direct = False
        """Whether locks are known to hold."""

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A write transaction: commits with its audit records, or rolls everything back.

        A COMMIT without an answer is looked up before anything else; what is certain to have happened is no error.
        """
        receipt = ""
        with self._one_writer, self.connected(writing=True) as connection:
            try:
                with connection.begin():
                    tx = Transaction(connection, self.dialect, self._clock, self._vault)
                    yield tx
                    tx.session.flush()
                    act = tx.records[0].verb if tx.records else "notes"
                    audit.append(tx)
                    tx.session.close()
                    receipt = self.dialect.receipt(connection)
                    crash_point(f"committing {act}")
            except DBAPIError as error:
                lost = receipt and error.connection_invalidated
                if not lost or not self.dialect.happened(self.engine, receipt):
                    raise
            crash_point(f"committed {act}")

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A read transaction: one consistent picture."""
        with self.connected() as connection:
            tx = Transaction(connection, self.dialect, self._clock, self._vault)
            yield tx
            tx.session.close()

    @contextmanager
    def connected(self, writing: bool = False) -> Iterator[Connection]:
        """A connection; what keeps the database from working is said in words, not as a traceback."""
        level = self.dialect.write_isolation if writing else self.dialect.read_isolation
        try:
            connection = self.engine.connect().execution_options(chitra_writing=writing, isolation_level=level)
        except DBAPIError as error:
            raise NotConfigured("database_unreachable", reason=type(error.orig).__name__) from None
        with _translated(), connection:
            yield connection

    @contextmanager
    def exclusive(self, name: str) -> Iterator[LockHeld]:
        """D3: hold ``name`` alone among all processes, or raise ``Busy`` at once."""
        with self.connected():
            pass  # an unreachable database is said here
        if not self._is_direct:
            self.require_direct()
        with _translated(), self.dialect.exclusive(self.engine, name, self._lock_folder) as held:
            yield held

    def require_direct(self) -> None:
        """Refuse a database on which locks would not hold: a transaction pooler, a network file system."""
        with _translated():
            self.dialect.require_direct(self.engine)
        self._is_direct = True

    @contextmanager
    def sole_daemon(self) -> Iterator[None]:
        """D3: one daemon on SQLite; on PostgreSQL as many as there are, which claim their work from each other."""
        if self.dialect.has_many_workers:
            yield
            return
        with self.exclusive("daemon"):
            yield

    @contextmanager
    def claimed(self, kind: str, subject: str) -> Iterator[bool]:
        """Whether this worker has a piece of work for itself; False at once when another one has it.

        On PostgreSQL each ``subject`` is claimed by itself, on SQLite all of one ``kind`` together.
        """
        with ExitStack() as held:
            try:
                held.enter_context(self.exclusive(f"{kind}-{subject}" if self.dialect.has_many_workers else kind))
            except Busy as error:
                if error.code != "busy":
                    raise
                mine = False
            else:
                mine = True
            yield mine

    def naming(self) -> Naming:
        """Identity of this installation."""
        with self.read() as tx:
            return naming(tx)

    def close(self) -> None:
        self.engine.dispose()


def read_only(place: str, clock: Clock) -> Store:
    """A database that is looked at only: by its URL, or an SQLite file, which may lie where nothing can be written."""
    if "://" in place:
        return Store(place, clock, _no_vault)
    path = Path(place).absolute()
    if not path.is_file():
        raise NotConfigured("database_missing", path=place)
    untouched = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return Store(f"sqlite:///file:{quote(str(path))}?mode=ro{untouched}&uri=true", clock, _no_vault)


def _no_vault() -> Vault:
    raise NotConfigured("no_vault_here")


_TROUBLE = frozenset({"SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY"})
_STATES = {
    "40P01": "deadlock",
    "40001": "serialization_failure",
    "55P03": "lock_not_available",
    "25006": "read_only",
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "too_many_connections",
    "57P01": "server_shuts_down",
    "57P02": "server_crashed",
    "57P03": "server_starts",
}
"""SQLSTATE -> what to call it: nothing was done, and the step may be tried again from its beginning."""

_DENIED = "42501"


@contextmanager
def _translated() -> Iterator[None]:
    """A lost, full or busy database is for the operator; every other database error is a bug and stays one."""
    try:
        yield
    except DBAPIError as error:
        name = _known(error)
        if getattr(error.orig, "sqlstate", "") == _DENIED:
            raise NotConfigured("database_denied") from error
        if name.startswith("SQLITE_BUSY"):
            raise Busy("database_locked") from error
        if not name and not error.connection_invalidated:
            raise
        raise Busy("database_trouble", reason=name or type(error.orig).__name__) from error


def _known(error: DBAPIError) -> str:
    """What is not our fault, by its name; empty for everything else."""
    name: str = getattr(error.orig, "sqlite_errorname", "")
    if "_".join(name.split("_")[:2]) in _TROUBLE:
        return name
    state: str | None = getattr(error.orig, "sqlstate", "")
    if state is None and isinstance(error, OperationalError):
        return "connection_lost"  # PostgreSQL said nothing any more
    return _STATES.get(state or "", "")


def naming(tx: Transaction) -> Naming:
    row = tx.run("SELECT instance, epoch FROM instance WHERE id = 1").one()
    return Naming(row.instance, row.epoch)


def take(tx: Transaction, name: str, count: int = 1) -> range:
    """``count`` fresh numbers of a counter; gone even when unused, never given twice."""
    return tx.dialect.take(tx.connection, name, count)
