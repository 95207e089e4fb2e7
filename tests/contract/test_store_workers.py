"""Many workers: locks between processes, and the same act done twice at once."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from support.banks import Answerer, Booking
from support.gateways import PAYER, PERIOD, Gateway, bank_key, csv_of, person, row
from support.stores import together

from gateway.domain.errors import Busy, NotAllowed, Refusal
from gateway.ports import Transport
from gateway.store import audit
from gateway.store.store import take
from gateway.usecases import approve
from gateway.usecases.collect import collect
from gateway.usecases.intake import Request, import_batch
from gateway.usecases.send import prepare

_HOLDER = """
import sys
from pathlib import Path
from support.stores import open_store
with open_store(sys.argv[1], folder=Path(sys.argv[2])).exclusive(sys.argv[3]):
    print("held", flush=True)
    sys.stdin.read()
"""
TESTS = Path(__file__).parents[1]


@contextmanager
def _held_elsewhere(gateway: Gateway, name: str) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the lock until it is told, or killed."""
    command = [sys.executable, "-c", _HOLDER, gateway.url, str(gateway.folder), name]
    environment = {"PYTHONPATH": f"{TESTS}:{TESTS.parent}"}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout
    assert process.stdin
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def _can_hold(gateway: Gateway, name: str) -> bool:
    try:
        with gateway.store.exclusive(name) as lock:
            lock.prove_alive()
    except Busy:
        return False
    return True


def test_d3_a_lock_of_another_process_is_busy_at_once_and_free_when_it_is_killed(gateway: Gateway) -> None:
    with _held_elsewhere(gateway, "partner-x") as process:
        assert not _can_hold(gateway, "partner-x")
        assert _can_hold(gateway, "partner-y")
        process.kill()
        process.wait()
        _until(lambda: _can_hold(gateway, "partner-x"))


def _until(true: Callable[[], bool]) -> None:
    """The server notices a dead client in its own time; a thousand looks are a bound, not a time."""
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("never became true")


def test_d3_a_lock_is_free_after_its_holder_and_after_its_errors(gateway: Gateway) -> None:
    def fail() -> None:
        with gateway.store.exclusive("x"):
            assert not _can_hold(gateway, "x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _can_hold(gateway, "x")


def test_d3_a_lock_whose_connection_was_cut_is_noticed(on_postgres: Gateway) -> None:
    with on_postgres.store.exclusive("x") as lock:
        lock.prove_alive()
        with on_postgres.store.begin() as tx:
            tx.run("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        for _ in range(3):  # once for each file of the run
            with pytest.raises(Busy, match="lock_lost"):
                lock.prove_alive()


def _cut_all_connections(gateway: Gateway) -> None:
    """As a restart of the server does."""
    with psycopg.connect(gateway.url.replace("+psycopg", ""), autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_d3_the_end_of_a_lock_that_was_cut_is_quiet(on_postgres: Gateway) -> None:
    with on_postgres.store.exclusive("x") as lock:
        _cut_all_connections(on_postgres)
        with pytest.raises(Busy, match="lock_lost"):
            lock.prove_alive()
    assert _can_hold(on_postgres, "x")


class _CuttingReader:
    """A partner at which the read-back ends with a restart of our database."""

    def __init__(self, inner: Transport, gateway: Gateway) -> None:
        self._inner, self._gateway = inner, gateway

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def read(self, path: str, size_bytes_max: int) -> Any:
        _cut_all_connections(self._gateway)
        return self._inner.read(path, size_bytes_max)


def test_m9_a_lock_lost_during_the_upload_releases_nothing_and_the_next_run_sends(on_postgres: Gateway) -> None:
    on_postgres.approved(row(1), row(2, bank="momo", account="0912345678"))
    on_postgres.wrap = lambda transport: _CuttingReader(transport, on_postgres)
    assert [each.state for each in on_postgres.send().deliveries] == ["uploading", "uploading"]
    assert set(on_postgres.states().values()) == {"allocated"}
    on_postgres.wrap = lambda transport: transport
    assert [each.state for each in on_postgres.send().deliveries] == ["sent", "sent"]


def test_d1_commits_wait_for_the_disk(on_postgres: Gateway) -> None:
    with on_postgres.store.engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


# --- the same act at once ------------------------------------------------------------------------------------------


def another(gateway: Gateway) -> Gateway:
    """The same home in another worker."""
    return Gateway(gateway.folder, gateway.url)


def _at_once(gateway: Gateway, *acts: Callable[[Gateway], Any]) -> list[Any]:
    """Each act in a worker of its own, whose connections are open already."""
    workers = [another(gateway) for _ in acts]
    for worker in workers:
        worker.states()
    results = together(*(lambda act=act, worker=worker: act(worker) for act, worker in zip(acts, workers, strict=True)))
    for worker in workers:
        worker.close()
    return results


def _approve(batch: str, name: str) -> Callable[[Gateway], Any]:
    return lambda worker: approve.approve(worker.context, batch, name, person(name)).batch.state


def _submitted(gateway: Gateway, number: int) -> str:
    batch = gateway.import_([row(number)]).batch.id
    approve.submit(gateway.context, batch, "maker", person("maker"))
    return batch


def test_m11_two_people_who_approve_at_once_approve_the_batch(gateway: Gateway) -> None:
    for number in (1, 2, 3):
        batch = _submitted(gateway, number)
        results = _at_once(gateway, _approve(batch, "checker"), _approve(batch, "checker2"))
        assert sorted(results) == ["approved", "submitted"]
        assert gateway.value("SELECT state FROM payment WHERE batch_id = :b", b=batch) == "approved"


def test_m11_one_person_who_approves_twice_at_once_counts_once(gateway: Gateway) -> None:
    for number in (1, 2, 3):
        batch = _submitted(gateway, number)
        results = _at_once(gateway, _approve(batch, "checker"), _approve(batch, "checker"))
        assert sorted(type(result).__name__ for result in results) == ["NotAllowed", "str"]
        (refused,) = (result for result in results if isinstance(result, NotAllowed))
        assert refused.code == "already_approved"
        assert gateway.value("SELECT state FROM batch WHERE id = :b", b=batch) == "submitted"


def test_m13_approving_and_cancelling_at_once_ends_in_one_of_both(gateway: Gateway) -> None:
    batch = _submitted(gateway, 1)
    approve.approve(gateway.context, batch, "checker", person("checker"))
    _at_once(
        gateway,
        _approve(batch, "checker2"),
        lambda worker: approve.cancel(worker.context, batch, "maker", person("maker")),
    )
    states = gateway.value("SELECT state FROM batch"), gateway.value("SELECT state FROM payment")
    assert states in {("approved", "approved"), ("cancelled", "cancelled")}


def test_m1_m4_two_senders_at_once_send_every_file_once(gateway: Gateway) -> None:
    for number in (1, 2, 3):
        gateway.approved(row(number))
    _at_once(gateway, *[lambda worker: worker.send()] * 3)
    gateway.send()
    assert set(gateway.states().values()) == {"sent"}
    assert [file.state for file in gateway.files()] == ["sent"] * 3
    assert sorted(gateway.outbox()) == sorted(file.name for file in gateway.files())
    assert gateway.value("SELECT count(*) FROM attempt") == 3
    assert gateway.value("SELECT count(*) FROM payment_file") == 3
    with gateway.store.read() as tx:
        assert audit.first_break(tx) is None


def test_the_same_list_imported_twice_at_once_is_one_batch(gateway: Gateway) -> None:
    content = csv_of([row(1), row(2)])

    def import_(worker: Gateway) -> Any:
        request = Request(io.BytesIO(content), "list.csv", "pension", PERIOD, "maker", PAYER)
        return import_batch(worker.context, request, {})

    results = _at_once(gateway, import_, import_)
    assert all(isinstance(result, Refusal) or not result.problems for result in results)
    assert gateway.value("SELECT count(*) FROM batch") == 1
    assert gateway.value("SELECT count(*) FROM payment") == 2


def test_t7_two_workers_that_collect_at_once_take_each_file_once(gateway: Gateway) -> None:
    for number in (1, 2, 3):
        content = Answerer(bank_key()).statement(Booking(None, 100 * number), id_=f"S{number}")
        gateway.put("camt.053", str(number), content)
    results = _at_once(gateway, *[lambda worker: _collected(worker)] * 2)
    assert sorted(chain.from_iterable(results)) == ["1", "2", "3"]
    assert gateway.exceptions() == ["unknown_credit"] * 3


def _collected(worker: Gateway) -> list[str]:
    received, _errors = collect(worker.context, worker.context.partners["vietinbank"])
    return [each.name[4:5] for each in received if each.state == "processed"]


# --- claims ----------------------------------------------------------------------------------------------------------


def test_d3_a_claim_is_for_one_worker_and_nobody_waits(gateway: Gateway) -> None:
    other = another(gateway)
    with gateway.store.claimed("seal", "F1") as mine, other.store.claimed("seal", "F1") as theirs:
        assert (mine, theirs) == (True, False)
    with other.store.claimed("seal", "F1") as theirs:
        assert theirs
    other.close()


def test_claims_of_different_files_go_on_at_the_same_time_on_postgresql(on_postgres: Gateway) -> None:
    other = another(on_postgres)
    with on_postgres.store.claimed("seal", "F1") as mine, other.store.claimed("seal", "F2") as theirs:
        assert (mine, theirs) == (True, True)
    other.close()


def test_d3_an_error_inside_a_claim_is_its_own(gateway: Gateway) -> None:
    def busy() -> None:
        with gateway.store.claimed("seal", "F1"):
            raise Busy("busy", lock="inner")

    with pytest.raises(Busy, match="inner"):
        busy()


def test_d3_m1_what_another_worker_allocates_or_seals_is_left_to_it(gateway: Gateway) -> None:
    gateway.approved(row(1))
    other = another(gateway)
    batch = gateway.value("SELECT id FROM batch")
    with other.store.claimed("allocate", batch):
        assert gateway.send().deliveries == []
    assert gateway.value("SELECT count(*) FROM file_out") == 0
    assert prepare(gateway.context).allocated
    with other.store.claimed("seal-vietinbank", gateway.files()[0].message_id):
        assert gateway.send().deliveries == []
    assert gateway.states() == {"TC-0001": "allocated"}
    assert [each.state for each in gateway.send().deliveries] == ["sent"]
    other.close()


@pytest.mark.parametrize(("state", "code"), [("releasing", "busy"), ("unknown", "file_unknown_outcome")])
def test_m9_what_another_worker_is_just_releasing_is_not_called_unknown(
    gateway: Gateway, state: str, code: str
) -> None:
    gateway.approved(row(1))
    prepare(gateway.context)
    with gateway.store.begin() as tx:
        tx.run("UPDATE file_out SET state = :state", state=state)
    other = another(gateway)
    with other.store.exclusive("partner-vietinbank"):
        (delivery,) = gateway.send().deliveries
    assert delivery.error is not None
    assert (delivery.state, delivery.error.code) == (state, code)
    other.close()


def test_d3_one_daemon_on_sqlite_and_many_on_postgresql(gateway: Gateway) -> None:
    other = another(gateway)
    many = gateway.store.dialect.name == "postgresql"
    with gateway.store.sole_daemon():
        if many:
            with other.store.sole_daemon():
                pass
        else:
            with pytest.raises(Busy), other.store.sole_daemon():
                raise AssertionError("there is a daemon")
    other.close()


def test_t7_sealing_for_one_partner_keeps_no_other_waiting(gateway: Gateway) -> None:
    gateway.approved(row(1), row(2, bank="momo", account="0912345678"))
    prepare(gateway.context)
    other = another(gateway)
    busy = next(file for file in gateway.files() if file.partner == "momo")
    with other.store.claimed("seal-momo", busy.message_id):
        gateway.send()
    assert gateway.states() == {"TC-0001": "sent", "TC-0002": "allocated"}
    other.close()


def test_one_thread_writes_on_postgresql_while_another_one_does(on_postgres: Gateway) -> None:
    """A partner's worker whose transaction takes long keeps no other partner from its own."""
    written = threading.Event()

    def write() -> None:
        with on_postgres.store.begin() as tx:
            take(tx, "x")
        written.set()

    with on_postgres.store.begin() as tx:
        take(tx, "y")
        other = threading.Thread(target=write)
        other.start()
        assert written.wait(30)
    other.join()
