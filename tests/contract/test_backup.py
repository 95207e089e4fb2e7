"""The rows of a backup on both databases: one picture while others work, and back into an empty database only (M15)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from support.gateways import Gateway, new_gateway, person, row
from support.postgres import Cluster
from support.tampering import edit

from gateway.domain.errors import Refusal, SafeMode, Tampered
from gateway.store import audit, backup, schema
from gateway.store.revision import NEWEST
from gateway.store.store import Store
from gateway.usecases import decide, integrity
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal
from gateway.usecases.resume import survey

Taken = tuple[dict[str, Any], list[bytes]]
Empty = Callable[[str], str]


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Empty]:
    """URL of an empty database of either kind."""
    with ExitStack() as stack:

        def make(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / 'restored.db'}"
            cluster: Cluster = request.getfixturevalue("postgres_cluster")
            return stack.enter_context(cluster.database())

        yield make


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Gateway]:
    with closing(new_gateway(tmp_path)) as gateway:
        yield gateway


def _taken(gateway: Gateway) -> Taken:
    with gateway.store.read() as tx:
        return backup.about(tx), list(backup.lines(tx))


def _restore(store: Store, taken: Taken) -> int:
    with store.begin() as tx:
        return backup.restore(tx, *taken)


def _restored(gateway: Gateway, url: str, taken: Taken) -> Gateway:
    """A gateway on the restored database, in front of partners that are as they are now."""
    after = Gateway(gateway.folder, url)
    _restore(after.store, taken)
    return after


def _rows(taken: Taken) -> dict[str, list[Any]]:
    """Table -> its rows, but for truth, which SQLite holds as a number."""
    found: dict[str, list[Any]] = {}
    for table, rows in map(json.loads, taken[1]):
        found.setdefault(str(table), []).extend([[_plain(value) for value in each] for each in rows] if table else [])
    return found


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_of_either_database_goes_into_either(gateway: Gateway, empty: Empty, target: str) -> None:
    gateway.approved(row(1), row(2))
    gateway.send()
    gateway.import_([row(3)])
    before = _taken(gateway)
    with closing(_restored(gateway, empty(target), before)) as restored:
        assert list(integrity.check(restored.context)) == []
        after = _taken(restored)
        for table in ("instance", "audit", "audit_head"):  # where the restore itself is told
            assert len(_rows(after)[table]) - len(_rows(before)[table]) == (table == "audit")
        told = {"instance", "audit", "audit_head"}
        assert {k: v for k, v in _rows(after).items() if k not in told} == {
            k: v for k, v in _rows(before).items() if k not in told
        }


def test_it_is_one_picture_while_others_go_on(gateway: Gateway, empty: Empty) -> None:
    gateway.approved(row(1))
    with gateway.store.read() as tx:
        about, lines = backup.about(tx), backup.lines(tx)
        first = next(lines)
        gateway.import_([row(2)])
        gateway.send()
        taken = about, [first, *lines]
    assert gateway.states() == {"TC-0001": "sent", "TC-0002": "ready"}
    with closing(_restored(gateway, empty("sqlite"), taken)) as restored:
        assert restored.states() == {"TC-0001": "approved"}
        assert list(integrity.check(restored.context)) == []


def test_m15_what_was_restored_sends_nothing_until_two_people_resumed(gateway: Gateway, empty: Empty) -> None:
    """The backup of yesterday; today the file was sent. Nobody is paid twice."""
    gateway.approved(row(1), row(2))
    yesterday = _taken(gateway)
    gateway.send()
    (sent,) = [name for name in gateway.outbox() if not name.startswith(".")]
    with closing(_restored(gateway, empty(gateway.store.dialect.name), yesterday)) as restored:
        assert restored.value("SELECT safe_code FROM instance") == "backup_restored"
        assert {type(error) for error in restored.send().errors} == {SafeMode}
        assert restored.states() == {"TC-0001": "approved", "TC-0002": "approved"}

        found = survey(restored.context)
        decision = decide.propose(
            restored.context, ACTS["resume"], Proposal("all", "restored"), "checker", person("checker")
        )
        decide.confirm(restored.context, ACTS, decision.reference, "checker2", person("checker2"))
        assert len(found.adopted) == 1
        assert restored.states() == {"TC-0001": "sent", "TC-0002": "sent"}
        assert restored.value("SELECT epoch FROM instance") == 2
        restored.send()
        assert [name for name in restored.outbox() if not name.startswith(".")] == [sent]
        assert list(integrity.check(restored.context)) == []


def test_nothing_is_restored_over_anything(gateway: Gateway) -> None:
    taken = _taken(gateway)
    with pytest.raises(Refusal, match="database_not_empty"):
        _restore(gateway.store, taken)
    assert _taken(gateway)[1] == taken[1]


def _changed(taken: Taken) -> dict[str, list[bytes]]:
    lines = taken[1]
    return {
        "without its end": lines[:-1],
        "with a line less": [*lines[:3], *lines[4:]],
        "with a line twice": [*lines[:-1], lines[-2], lines[-1]],
        "with something behind its end": [*lines, lines[0]],
        "with another row": [*lines[:-1], lines[-2].replace(b"0", b"1"), lines[-1]],
        "of nothing": [json.dumps([None, [0, sha256().hexdigest()]]).encode() + b"\n"],
    }


def test_a_backup_that_is_not_whole_leaves_nothing(on_sqlite: Gateway, empty: Empty) -> None:
    about, _ = taken = _taken(on_sqlite)
    with closing(Gateway(on_sqlite.folder, empty("sqlite"))) as target:
        for lines in _changed(taken).values():
            with pytest.raises(Tampered, match=r"backup_changed|backup_rows_refused"):
                _restore(target.store, (about, lines))
        assert _restore(target.store, taken) == sum(each["rows"] for each in about["tables"].values())


def test_rows_that_this_database_would_refuse_are_not_restored(gateway: Gateway, empty: Empty) -> None:
    """Somebody edited the database past its constraints before the backup was made."""
    gateway.import_([row(1)])
    edit(gateway, "DELETE FROM payer", ())
    with closing(Gateway(gateway.folder, empty(gateway.store.dialect.name))) as target:
        with pytest.raises(Tampered, match="backup_rows_refused") as refused:
            _restore(target.store, _taken(gateway))
        assert refused.value.params == {"table": "batch"}


def test_a_backup_of_a_newer_version_is_refused(on_sqlite: Gateway, empty: Empty) -> None:
    about, lines = _taken(on_sqlite)
    for revision in (f"{int(NEWEST) + 1:04}", "head", "base; DROP TABLE x"):
        with closing(Gateway(on_sqlite.folder, empty("sqlite"))) as target, pytest.raises(Refusal) as refused:
            _restore(target.store, (about | {"revision": revision}, lines))
        assert refused.value.code == "backup_of_newer_version"


def _without_rewrap(about: dict[str, Any], lines: list[bytes]) -> Iterator[bytes]:
    """The row of the instance as it was before ``rewrap_to``, its last column."""
    columns = about["tables"]["instance"]["columns"]
    assert columns.pop() == "rewrap_to"
    for line in lines:
        table, rows = json.loads(line)
        if table == "instance":
            yield json.dumps([table, [row[:-1] for row in rows]]).encode() + b"\n"
        else:
            yield line


def test_d6_a_backup_of_an_older_version_is_brought_to_this_one(gateway: Gateway, empty: Empty) -> None:
    """As revision 0014 wrote it: a received file had no signature beside it."""
    about, lines = _taken(gateway)
    file_in = about["tables"]["file_in"]["columns"]
    older = [name for name in file_in if name != "signature_sha256"]
    about["tables"]["file_in"] = {"columns": older, "rows": 1}
    values = {"id": 1, "reference": "I1", "name": "a.xml", "folder": "/out", "sha256": "0" * 64, "size_bytes": 1}
    values |= {"params": "{}", "proof": "none"}
    arrived = {"partner": "vietinbank", "state": "duplicate", "received_at": "2026-11-02T02:00:00+00:00", "code": None}
    line = json.dumps(["file_in", [[(values | arrived).get(name) for name in older]]]).encode() + b"\n"
    with gateway.store.connected() as connection:
        columns = {each["name"]: each for each in schema.inspect(connection).get_columns("file_in")}
    assert {name for name in older if not columns[name]["nullable"]} <= (values | arrived).keys()
    lines = [*_without_rewrap(about, lines[:-1]), line]
    digest = sha256(b"".join(lines)).hexdigest()
    total = sum(each["rows"] for each in about["tables"].values())
    lines.append(json.dumps([None, [total, digest]]).encode() + b"\n")
    url = empty(gateway.store.dialect.name)
    with closing(_restored(gateway, url, (about | {"revision": "0014"}, lines))) as restored:
        assert restored.value("SELECT count(*) FROM file_in WHERE signature_sha256 IS NULL") == 1
        assert restored.value("SELECT version_num FROM alembic_version") == NEWEST
        with restored.store.read() as tx:
            assert audit.first_break(tx) is None
