"""The daemon as the service manager has it: real processes, real signals, a real notification socket."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.command import CHITRA, surroundings
from support.homes import MONTHS, Home, served
from support.stages import Stages

from adapters.registry import PROFILES

PARTNERS = len(PROFILES)
LIST = MONTHS / "month.2026-11.small.csv"
_SECONDS_MAX = 60.0


@dataclass
class Running:
    """A daemon: what it logs, and what it tells the service manager."""

    process: subprocess.Popen[str]
    manager: socket.socket
    events: list[dict[str, Any]] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            with self.news:
                self.events.append(json.loads(line) if line.startswith("{") else {"event": line})
                self.news.notify_all()

    def saw(self, event: str, count: int = 1, **fields: Any) -> dict[str, Any]:
        """Wait until an event has been logged so often; gives the last one."""

        def found() -> list[dict[str, Any]]:
            return [each for each in self.events if each["event"] == event and fields.items() <= each.items()]

        with self.news:
            assert self.news.wait_for(lambda: len(found()) >= count, _SECONDS_MAX), self.events[-12:]
            return found()[-1]

    def told(self) -> str:
        """The next notification that is no sign of life."""
        while (state := self.manager.recv(4096).decode()) == "WATCHDOG=1":
            pass
        return state

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(_SECONDS_MAX)


@contextmanager
def daemon(home: Home, address: str, **environment: str) -> Iterator[Running]:
    """``chitra daemon`` whose service manager listens at ``address`` (``@`` for an abstract one)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0"))
        manager.settimeout(_SECONDS_MAX)
        process = subprocess.Popen(
            [CHITRA, "--home", home.path, "daemon"],
            env=surroundings(NOTIFY_SOCKET=address, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        running = Running(process, manager)
        reader = threading.Thread(target=running.read, daemon=True)
        reader.start()
        try:
            yield running
        finally:
            process.kill()
            process.wait()
            reader.join(_SECONDS_MAX)
            assert process.stderr
            process.stderr.close()


def fetched(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS_MAX) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_d5_the_service_manager_is_told_of_start_life_reload_and_end(sqlite_home: Home, tmp_path: Path) -> None:
    home = sqlite_home
    with daemon(home, str(tmp_path / "notify"), WATCHDOG_USEC="400000") as running:
        assert running.told() == "READY=1"
        assert running.manager.recv(4096) == b"WATCHDOG=1"
        running.process.send_signal(signal.SIGHUP)
        assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=[0-9]+", running.told())
        assert running.told() == "READY=1"
        running.saw("reloaded")
        assert running.end() == 0
        assert running.told() == "STOPPING=1"
        running.saw("daemon_stopped")


def test_an_abstract_socket_is_spoken_to_as_well(sqlite_home: Home, tmp_path: Path) -> None:
    with daemon(sqlite_home, f"@chitra-{tmp_path.name}-{id(tmp_path)}") as running:
        assert running.told() == "READY=1"
        assert running.end(signal.SIGINT) == 0


def test_a_broken_configuration_is_refused_at_a_reload_and_the_old_one_stays(sqlite_home: Home, tmp_path: Path) -> None:
    home = sqlite_home
    with daemon(home, str(tmp_path / "notify")) as running:
        assert running.told() == "READY=1"
        sound = (home.path / "chitra.toml").read_text()
        home.append("\n[nonsense]\nkey = 1\n")
        running.process.send_signal(signal.SIGHUP)
        refused = running.saw("reload_refused")
        assert (refused["code"], refused["params"]["key"]) == ("config_wrong", "nonsense")
        (home.path / "chitra.toml").write_text(sound.replace("chitra.db", "other.db"))
        running.process.send_signal(signal.SIGHUP)
        assert running.saw("reload_refused", 2)["params"] == {"key": "gateway.database"}
        (home.path / "chitra.toml").write_text(sound)
        running.process.send_signal(signal.SIGHUP)
        running.saw("reloaded")
        assert running.end() == 0


def test_a_reload_brings_new_partners_settings_into_effect(sqlite_home: Home, tmp_path: Path) -> None:
    """At first the partners are not served: nobody can be reached. Then they are."""
    home = sqlite_home
    with daemon(home, str(tmp_path / "notify")) as running:
        for code in home.configuration["partners"]:
            running.saw("partner_failed", partner=code, code="unreachable")
        with served(home):
            home.approve(home.submitted(LIST))
            running.process.send_signal(signal.SIGHUP)
            running.saw("reloaded")
            running.saw("file_out", state="sent")
            assert running.end() == 0
        assert all(name.partition("/")[2] for name in home.orders())


def test_a3_health_and_metrics_are_served_to_this_machine_and_name_no_person(
    approved_sqlite_home: Home, tmp_path: Path
) -> None:
    home = approved_sqlite_home
    with LIST.open(encoding="utf-8-sig", newline="") as source:
        people = list(csv.DictReader(source))
    home.append('\n[daemon]\nlisten = "127.0.0.1:0"\n')
    with daemon(home, str(tmp_path / "notify")) as running:
        port = running.saw("listening")["port"]
        running.saw("file_out", len(home.banks), state="sent")
        status, health = fetched(f"http://127.0.0.1:{port}/health")
        _, metrics = fetched(f"http://127.0.0.1:{port}/metrics")
        missing, _ = fetched(f"http://127.0.0.1:{port}/else")
        assert running.end() == 0
    found = json.loads(health)
    assert (status, missing, found["ok"], found["safe_mode"]) == (200, 404, True, False)
    assert {code: partner["failures"] for code, partner in found["partners"].items()} == dict.fromkeys(home.banks, 0)
    for code in home.banks:
        assert f'chitra_files{{direction="out",partner="{code}",state="sent"}} 1.0' in metrics
        assert f'chitra_partner_connections_total{{partner="{code}"}} 1.0' in metrics
    assert "chitra_database_up 1.0" in metrics
    shown = health + metrics
    assert people
    assert not any(each[key] in shown for each in people for key in ("beneficiary_name", "account", "payment_ref"))


@pytest.mark.parametrize("listen", ["0.0.0.0:9180"])
def test_an_address_beyond_this_machine_ends_the_start(sqlite_home: Home, listen: str) -> None:
    sqlite_home.append(f'\n[daemon]\nlisten = "{listen}"\n')
    refused = sqlite_home.chitra("daemon", "--once")
    assert (refused.code, refused.json["error"]["code"]) == (1, "config_wrong")


def test_d3_m1_two_daemons_on_one_postgresql_share_the_work_and_send_every_file_once(
    postgresql_stages: Stages, tmp_path: Path
) -> None:
    """Both start on the same approved batch in many files; together they do it, and nothing is done twice."""
    with postgresql_stages.copy("submitted", tmp_path / "one") as home, served(home):
        for code in home.configuration["partners"]:
            home.append(f"\n[partners.{code}.limits]\npayments_per_file_max = 4\n")
        home.append("\n[daemon]\npoll_seconds = 1\nquiet_poll_seconds = 1\n")
        second = Home(tmp_path / "two" / "home", home.database)
        shutil.copytree(home.path, second.path, ignore=shutil.ignore_patterns("sandbox"))
        with daemon(home, str(tmp_path / "a")) as one, daemon(second, str(tmp_path / "b")) as two:
            assert (one.told(), two.told()) == ("READY=1", "READY=1")
            home.approve(home.batch)
            files, attempts = _sent(home.database)
            assert (one.end(), two.end()) == (0, 0)
        home.work()
        books = home.ledger()
        assert {judged.accepted + judged.rejected for judged in books.values()} == {1}
        assert attempts == files == len(home.orders()) > PARTNERS
        events = [event for running in (one, two) for event in running.events]
        assert [event for event in events if event.get("level") == "error"] == []


_FILES = "SELECT count(*), count(*) FILTER (WHERE state = ANY(%s)) FROM file_out"


def _sent(url: str, *states: str) -> tuple[int, int]:
    """How many files and attempts there are when everything is sent, or as far as these states.

    A thousand looks are a bound, not a time.
    """
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as database:
        for _ in range(1000):
            row = database.execute(_FILES, [["sent", *states]]).fetchone()
            waiting = database.execute("SELECT count(*) FROM payment WHERE state = 'approved'").fetchone()
            attempts = database.execute("SELECT count(*) FROM attempt").fetchone()
            if row and attempts and row[0] == row[1] > 0 and waiting == (0,):
                return int(row[0]), int(attempts[0])
            time.sleep(0.1)
    raise AssertionError("not everything was sent")


def test_d3_a_second_daemon_on_sqlite_is_refused_while_the_first_one_works(sqlite_home: Home, tmp_path: Path) -> None:
    with daemon(sqlite_home, str(tmp_path / "notify")) as running:
        assert running.told() == "READY=1"
        refused = sqlite_home.chitra("daemon", "--once")
        assert (refused.code, refused.json["error"]["code"]) == (1, "busy")
        assert running.end() == 0


def test_m2_a_database_that_cuts_every_connection_again_and_again_does_not_end_the_daemon(
    postgresql_stages: Stages, tmp_path: Path
) -> None:
    """A file that is cut between its intent and its release is unknown and never sent by itself (M9)."""
    with postgresql_stages.copy("submitted", tmp_path) as home, served(home):
        home.append("\n[daemon]\npoll_seconds = 1\nquiet_poll_seconds = 1\nbackoff_seconds_max = 1\n")
        with daemon(home, str(tmp_path / "notify")) as running:
            assert running.told() == "READY=1"
            home.approve(home.batch)
            for _ in range(30):
                _cut_all_connections(home.database)
            files, _attempts = _sent(home.database, "unknown")
            assert running.end() == 0
        ends = Counter(_states(home.database))
        assert files == ends.total() == PARTNERS
        assert ends["sent"] <= len(home.orders()) <= PARTNERS
        assert [event for event in running.events if "timestamp" not in event] == []


def _states(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as database:
        return [state for (state,) in database.execute("SELECT state FROM file_out")]


def _cut_all_connections(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid), pg_sleep(0.02) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
