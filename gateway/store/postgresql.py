"""PostgreSQL: connecting through psycopg, bulk insert by COPY, advisory locks, the outcome of a lost commit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy import Connection, Engine, ExceptionContext, event, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from gateway.domain.errors import Busy, NotConfigured
from gateway.ports import LockHeld
from gateway.store.dialects import AS_MANY_AS_NEEDED, BUSY_TIMEOUT_SECONDS, advance

_COMMIT_LOOK_SECONDS = 0.25
_COMMIT_LOOKS_SECONDS_MAX = 60
"""How soon, and for how long, a commit without an answer is looked up: over a restart of the server."""

_SILENCE: dict[str, str | int] = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server that has gone silent is given up after a minute, so that a stop comes in bounded time (D5)."""

_SESSION = (
    "SET synchronous_commit = on",
    "SET timezone = 'UTC'",
    "SET jit = off",  # compiling one of our statements takes longer than running it
    f"SET idle_in_transaction_session_timeout = '{BUSY_TIMEOUT_SECONDS}s'",  # a frozen worker holds no row for ever
    f"SET lock_timeout = '{BUSY_TIMEOUT_SECONDS}s'",
    "SET tcp_keepalives_idle = 20",  # the server, too, gives a worker up that was cut off, and frees its locks
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = '60s'",
)


_QUOTES_A_VALUE = "22"
"""Class of SQLSTATE (data exception) whose first line holds the value that was wrong."""


def create_engine(url: str) -> Engine:
    """An engine with durable settings, whose errors quote no value of a row."""
    engine = sqlalchemy.create_engine(
        url, hide_parameters=True, pool_pre_ping=True, max_overflow=AS_MANY_AS_NEEDED, connect_args=_SILENCE
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "handle_error", _hide_values)
    return engine


def _configure(connection: Any, _record: Any) -> None:
    connection.execute("; ".join(_SESSION))
    connection.commit()


def _hide_values(context: ExceptionContext) -> None:
    if isinstance(context.original_exception, psycopg.Error) and context.sqlalchemy_exception is not None:
        quoting = str(context.original_exception)
        _without_values(context.original_exception)
        told = context.sqlalchemy_exception.args[0].replace(quoting, str(context.original_exception))
        context.sqlalchemy_exception.args = (told,)


def _without_values(error: psycopg.Error) -> None:
    """Its first line and its SQLSTATE: the detail and the context that follow quote the row."""
    if error.sqlstate:
        first = "" if error.sqlstate.startswith(_QUOTES_A_VALUE) else f"{error.diag.message_primary} "
        error.args = (f"{first}[{error.sqlstate}]",)


class Postgresql:
    name = "postgresql"
    read_isolation, write_isolation = "REPEATABLE READ", "READ COMMITTED"
    binary_order = 'COLLATE "C"'
    has_many_workers = True

    def insert(self, connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        copying = f'COPY "{table}" ({names}) FROM STDIN'
        try:
            with connection.connection.cursor() as cursor, cursor.copy(copying) as copy:  # type: ignore[attr-defined]
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            raise _as_if_executed(connection, copying, error) from error

    def take(self, connection: Connection, name: str, count: int) -> range:
        """On a connection of its own, committed at once: no worker waits for another's bulk work, or deadlocks."""
        with _autocommitting(connection.engine) as own:
            return advance(own, name, count)

    @contextmanager
    def exclusive(self, engine: Engine, name: str, _folder: Path | None) -> Iterator[LockHeld]:
        """A session advisory lock on a connection of its own."""
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with _autocommitting(engine) as connection:
            if not connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar():
                raise Busy("busy", lock=name)
            held = _AdvisoryLock(connection, name)
            try:
                yield held
            finally:
                held.release(number)

    def require_direct(self, engine: Engine) -> None:
        """Two connections have two backends, each always the same; behind a transaction pooler they have not."""
        with _autocommitting(engine) as one, _autocommitting(engine) as other:
            first, second, again, last = (_backend(each) for each in (one, other, other, one))
        if first != last or second != again or first == second:
            raise NotConfigured("transaction_pooler")

    def receipt(self, connection: Connection) -> str:
        found = connection.execute(text("SELECT pg_current_xact_id()::text, pg_postmaster_start_time()::text")).one()
        return f"{found[0]} {found[1]}"

    def happened(self, engine: Engine, receipt: str) -> bool:
        """The same server remembers; a backend that still works on the commit is asked about until it has ended.

        After a restart or a failover nobody can tell: a standby that lagged may have given the number to another one.
        """
        number, _, server = receipt.partition(" ")
        end = monotonic() + _COMMIT_LOOKS_SECONDS_MAX
        while monotonic() < end:
            try:
                with _autocommitting(engine) as connection:
                    found = connection.execute(_OUTCOME, {"number": number, "server": server}).scalar()
            except DBAPIError:
                found = "unreachable"
            if found in ("committed", "aborted", None):
                return found == "committed"
            sleep(_COMMIT_LOOK_SECONDS)
        return False


def _autocommitting(engine: Engine) -> Connection:
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _backend(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


_OUTCOME = text(
    "SELECT pg_xact_status(CAST(:number AS xid8)) WHERE pg_postmaster_start_time() = CAST(:server AS timestamptz)"
)


def _as_if_executed(connection: Connection, statement: str, error: psycopg.Error) -> DBAPIError:
    """What a statement of SQLAlchemy would have raised: COPY goes past it."""
    _without_values(error)
    _without_values(error)
    lost = bool(connection.connection.driver_connection.closed)  # type: ignore[union-attr]
    if lost:
        connection.invalidate(error)
    raised = DBAPIError.instance(
        statement, None, error, psycopg.Error, connection_invalidated=lost, dialect=connection.dialect
    )
    assert isinstance(raised, DBAPIError)
    return raised


class _AdvisoryLock:
    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name
        self._backend = _backend(connection)

    def prove_alive(self) -> None:
        """The same backend still answers; a pooler that changes backends would void the lock."""
        try:
            alive = _backend(self._connection) == self._backend
        except (DBAPIError, PendingRollbackError):  # the second: it was lost before
            alive = False
        if not alive:
            raise Busy("lock_lost", lock=self._name)

    def release(self, number: int) -> None:
        """A session that died holds no lock any more."""
        with suppress(DBAPIError, PendingRollbackError):
            self._connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})
