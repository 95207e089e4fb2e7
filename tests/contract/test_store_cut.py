"""A database session that is cut is said in words, wherever it is cut."""

from __future__ import annotations

import psycopg
import pytest
from support.gateways import Gateway

from gateway.domain.errors import Busy


def _cut_all_sessions(gateway: Gateway) -> None:
    with psycopg.connect(gateway.url.replace("+psycopg", ""), autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_103_a_session_cut_between_the_last_query_and_the_end_of_reading_is_trouble_in_words(
    on_postgres: Gateway,
) -> None:
    with pytest.raises(Busy, match="database_trouble"), on_postgres.store.read() as tx:
        tx.value("SELECT 1")
        _cut_all_sessions(on_postgres)
