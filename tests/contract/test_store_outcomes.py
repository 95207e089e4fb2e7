"""What a COMMIT without an answer was (fault 103), poolers (109), and failures that are retried (101, 102, 110)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from support.gateways import Gateway, row
from support.pg_proxy import Line, Pooler, listening
from support.stores import open_store, sqlite_url, together

from gateway.domain.errors import Busy, NotConfigured
from gateway.store import audit, dialects, postgresql
from gateway.store.store import Store


@contextmanager
def through(line: Line, gateway: Gateway) -> Iterator[Gateway]:
    """The same home, whose database is reached over this line."""
    with listening(line.relay, gateway.url) as url:
        other = Gateway(gateway.folder, url)
        try:
            yield other
        finally:
            other.close()


def commits_of_one_delivery(gateway: Gateway) -> int:
    """How many COMMITs a run of sending has, counted on a batch of its own."""
    gateway.approved(row(900))
    line = Line(gateway.url, cut_at=-1)
    with through(line, gateway) as other:
        other.states()
        before = line.cut_at
        assert [each.state for each in other.send().deliveries] == ["sent"]
        return before - line.cut_at


@pytest.mark.parametrize("before", [True, False], ids=["lost before", "lost after"])
def test_fault_103_104_m1_m9_a_connection_killed_at_any_commit_of_sending_pays_once(
    on_postgres: Gateway, before: bool
) -> None:
    """Before the server saw the COMMIT, and after it was done: the outcome is looked up, then the next run goes on."""
    commits = commits_of_one_delivery(on_postgres)
    assert commits >= 8
    unknown = 0
    for number in range(1, commits + 1):
        batch = on_postgres.approved(row(number))
        line = Line(on_postgres.url, before=before)
        with through(line, on_postgres) as other:
            other.states()
            line.cut_at = number
            other.send()
            assert line.cuts == 1
        on_postgres.send()
        states = [each.state for each in on_postgres.files() if each.batch_id == batch]
        assert states in (["sent"], ["unknown"])
        unknown += states == ["unknown"]
    assert unknown <= (0 if not before else 1)
    names = [file.name for file in on_postgres.files() if file.state == "sent"]
    assert sorted(on_postgres.outbox()) == sorted(names)
    with on_postgres.store.read() as tx:
        assert audit.first_break(tx) is None


def counted(store: Store) -> int:
    with store.read() as tx:
        return int(tx.value("SELECT count(*) FROM audit"))


@pytest.mark.parametrize(("before", "happened"), [(True, False), (False, True)])
def test_fault_103_what_is_certain_to_have_happened_is_no_error_and_all_else_is_busy(
    on_postgres: Gateway, before: bool, happened: bool
) -> None:
    records = counted(on_postgres.store)
    line = Line(on_postgres.url, before=before)
    with listening(line.relay, on_postgres.url) as url:
        store = open_store(url)
        counted(store)
        line.cut_at = 1
        if happened:
            with store.begin() as tx:
                tx.record("system", "test", "x")
        else:
            with pytest.raises(Busy, match="database_trouble"), store.begin() as tx:
                tx.record("system", "test", "x")
        store.close()
    assert line.cuts == 1
    assert counted(on_postgres.store) == records + happened


def test_fault_107_another_server_is_not_believed_about_a_commit(on_postgres: Gateway) -> None:
    """A standby that took over may have given the same number to something else."""
    dialect, engine = on_postgres.store.dialect, on_postgres.store.engine
    with engine.connect() as connection:
        receipt = dialect.receipt(connection)
        connection.commit()
    assert dialect.happened(engine, receipt)
    number, _, _started = receipt.partition(" ")
    assert not dialect.happened(engine, f"{number} 2001-01-01 00:00:00+00")


def test_fault_103_a_commit_that_still_works_is_waited_for(
    on_postgres: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect, engine = on_postgres.store.dialect, on_postgres.store.engine
    with engine.connect() as connection:
        receipt = dialect.receipt(connection)
        monkeypatch.setattr(postgresql, "sleep", lambda seconds: connection.commit())
        assert dialect.happened(engine, receipt)


def test_fault_103_d5_a_server_that_stays_away_is_asked_about_a_commit_for_a_bounded_time(
    on_postgres: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look takes as long as a connection is waited for; their time together is bounded, not their number."""
    looks, now = [], [0.0]

    def look(_engine: object) -> object:
        looks.append(now[0])
        now[0] += 10.0
        raise OperationalError("", None, psycopg.OperationalError())

    monkeypatch.setattr(postgresql, "monotonic", lambda: now[0])
    monkeypatch.setattr(postgresql, "sleep", lambda seconds: None)
    monkeypatch.setattr(postgresql, "_autocommitting", look)
    store = on_postgres.store
    assert not store.dialect.happened(store.engine, "1 2026-01-01 00:00:00+00")
    assert looks == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]


@pytest.mark.parametrize("backends", [1, 2, 3])
def test_fault_109_a_transaction_pooler_is_refused(on_postgres: Gateway, backends: int) -> None:
    pooler = Pooler(on_postgres.url, backends)
    with listening(pooler.relay, on_postgres.url) as url:
        store = open_store(url)
        for _ in range(2):
            with pytest.raises(NotConfigured, match="transaction_pooler"), store.exclusive("x"):
                raise AssertionError("no lock is believed here")
        store.close()


def test_fault_109_a_plain_server_is_not(gateway: Gateway) -> None:
    gateway.store.require_direct()


def test_fault_101_a_deadlock_is_busy_for_one_and_nothing_for_the_other(on_postgres: Gateway) -> None:
    both = threading.Barrier(2)

    def lock(first: str, second: str) -> None:
        with on_postgres_store(on_postgres) as store, store.begin() as tx:
            tx.run("SELECT 1 FROM operator WHERE name = :n FOR UPDATE", n=first)
            both.wait(60)
            tx.run("SELECT 1 FROM operator WHERE name = :n FOR UPDATE", n=second)

    results = together(lambda: lock("maker", "checker"), lambda: lock("checker", "maker"))
    (error,) = [result for result in results if result is not None]
    assert isinstance(error, Busy)
    assert error.params == {"reason": "deadlock"}


def test_fault_102_a_failure_to_serialise_is_busy(on_postgres: Gateway) -> None:
    def overtaken() -> None:
        with on_postgres.store.read() as tx:
            tx.value("SELECT roles FROM operator WHERE name = 'maker'")
            with on_postgres_store(on_postgres) as store, store.begin() as other:
                other.run("UPDATE operator SET roles = roles WHERE name = 'maker'")
            tx.run("UPDATE operator SET roles = roles WHERE name = 'maker'")

    with pytest.raises(Busy, match="serialization_failure"):
        overtaken()


def test_fault_106_a_read_only_database_is_busy(on_postgres: Gateway) -> None:
    def write() -> None:
        with on_postgres.store.begin() as tx:
            tx.run("SET TRANSACTION READ ONLY")
            tx.run("UPDATE operator SET roles = roles")

    with pytest.raises(Busy, match="read_only"):
        write()


@contextmanager
def on_postgres_store(gateway: Gateway) -> Iterator[Store]:
    store = open_store(gateway.url)
    try:
        yield store
    finally:
        store.close()


def test_d5_a_server_that_goes_silent_is_given_up_on_both_sides(on_postgres: Gateway) -> None:
    with psycopg.connect(on_postgres.url.replace("+psycopg", "")) as plain:
        default = plain.execute("SHOW idle_in_transaction_session_timeout").fetchone()
    with on_postgres.store.read() as tx:
        shown = {name: tx.value(f"SHOW {name}") for name in ("idle_in_transaction_session_timeout", "lock_timeout")}
        info = tx.connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
    assert default == ("0",)
    assert shown == {"idle_in_transaction_session_timeout": "10min", "lock_timeout": "10min"}
    assert (info["tcp_user_timeout"], info["connect_timeout"]) == ("60000", "10")


def test_fault_110_an_sqlite_database_that_another_command_keeps_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "BUSY_TIMEOUT_SECONDS", 0)
    url = sqlite_url(tmp_path)
    one, other = open_store(url), open_store(url)
    with one.begin(), pytest.raises(Busy, match="database_locked"), other.begin():
        raise AssertionError("two writers at a time")
    with other.begin():
        pass
    one.close()
    other.close()
