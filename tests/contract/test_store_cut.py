"""A database session that is cut is said in words, wherever it is cut."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from support.gateways import Gateway

from gateway.domain.errors import Busy
from gateway.store import blobs, bulk


def _cut_all_sessions(gateway: Gateway) -> None:
    with psycopg.connect(gateway.url.replace("+psycopg", ""), autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _read_and_be_cut(gateway: Gateway) -> None:
    with gateway.store.read() as tx:
        tx.value("SELECT 1")
        _cut_all_sessions(gateway)


def test_103_a_session_cut_between_the_last_query_and_the_end_of_reading_is_trouble_in_words(
    on_postgres: Gateway,
) -> None:
    with pytest.raises(Busy, match="database_trouble"):
        _read_and_be_cut(on_postgres)


def test_a3_a_cursor_that_cannot_be_closed_any_more_writes_no_traceback_past_our_log(
    on_postgres: Gateway, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the daemon: what has no handler of ours goes to stderr."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging, "lastResort", logging.StreamHandler(sys.stderr))

    class Lost:
        def close(self) -> None:
            raise psycopg.OperationalError("the connection is lost")

    with on_postgres.store.engine.connect() as connection:
        connection._safe_close_cursor(Lost())  # type: ignore[arg-type]
    assert capsys.readouterr().err == ""


def test_103_a_session_cut_during_bulk_work_is_trouble_in_words(on_postgres: Gateway) -> None:
    def rows() -> Iterator[tuple[str, int]]:
        _cut_all_sessions(on_postgres)
        yield from ((f"name {number}", number) for number in range(100_000))

    with pytest.raises(Busy, match="database_trouble"), on_postgres.store.begin() as tx:
        bulk.insert(tx, "sequence", ("name", "next"), rows())


def test_t7_the_same_bytes_stored_by_another_worker_at_once_are_left_to_it(
    on_postgres: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one commits after we looked, and before our bytes arrive."""
    sealed = blobs._sealed

    def after_the_other(*arguments: Any) -> Any:
        monkeypatch.setattr(blobs, "_sealed", sealed)
        with Gateway(on_postgres.folder, on_postgres.url).store.begin() as other:
            blobs.put(other, io.BytesIO(b"the same"))
        return sealed(*arguments)

    monkeypatch.setattr(blobs, "_sealed", after_the_other)
    with pytest.raises(Busy, match="moved_by_another"), on_postgres.store.begin() as tx:
        blobs.put(tx, io.BytesIO(b"the same"))


def test_d3_a_lost_lock_is_lost_for_every_file_after_it(on_postgres: Gateway) -> None:
    with on_postgres.store.exclusive("x") as lock:
        _cut_all_sessions(on_postgres)
        for _ in range(2):
            with pytest.raises(Busy, match="lock_lost"):
                lock.prove_alive()
