"""Sending over OpenSSH on loopback, every check on, beside the OpenSSH client on the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.harness import Case, Result, python_case, run
from bench.report import Aim, Section, compared, table

_FILES = {0: 1_000, 30: 100}
"""By round trip in milliseconds; far away every file takes a quarter of a second."""
_PAYMENTS_PER_FILE = 10
_LARGE_BYTES = 1 << 30
_ROUNDS = 3
_CASES = "bench.cases.exchange"
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Load:
    """What is sent, over which round trip."""

    prepare: tuple[object, ...]
    milliseconds: int
    files: int = 1
    payments: int | None = None
    size_bytes: int = 0


def small_files(told: Told) -> Section:
    """Rates of many small files on one connection."""
    loads = [
        _Load(("prepare", files, _PAYMENTS_PER_FILE), milliseconds, files, files * _PAYMENTS_PER_FILE)
        for milliseconds, files in _FILES.items()
    ]
    title = f"Files of {_PAYMENTS_PER_FILE} payments on one connection"
    return _sent(title, loads, _SMALL_REMARKS, told)


def large_file(told: Told) -> Section:
    """Memory of one large file."""
    loads = [_Load(("prepare-large", _LARGE_BYTES), each, size_bytes=_LARGE_BYTES) for each in _FILES]
    return _sent("One file of 1 GiB", loads, _LARGE_REMARKS, told)


_SMALL_REMARKS = (
    "Ours: the whole send protocol over SQLite with `synchronous=FULL`: two intents, the upload noted and the "
    "outcome committed, exclusive create, `fsync@openssh.com`, read-back and SHA-256, plain rename. The client "
    "writes and renames; with `put -f` it asks for the fsync, too.",
    "0 ms is the bare loopback; 30 ms are added by a TCP proxy in a process of its own (`bench/cases/delay.py`), "
    "which both senders meet; `tc netem` would slow down the whole machine.",
    "The client's peak is that of the Python around it.",
)
_LARGE_REMARKS = (
    "No partner takes a file of that size; it shows that memory does not grow with it. "
    "Ours travels twice: up and back.",
)


def _sent(title: str, loads: list[_Load], remarks: tuple[str, ...], told: Told) -> Section:
    tables: list[str] = []
    aims: list[Aim] = []
    with TemporaryDirectory(prefix="chitra-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        with _server(folder) as place:
            for load in loads:
                home = folder / "-".join(map(str, load.prepare))
                if not home.exists():
                    _python(_CASES, load.prepare[0], home, *load.prepare[1:])
                with _line(place, load.milliseconds) as there:
                    results = run(_cases(home, there), _ROUNDS, told)
                many = f", {load.files:,} files" if load.payments else ""
                tables += [f"{load.milliseconds} ms round trip{many}:", compared(results), _rates(load, results)]
                aims += _aims(load, results)
    return Section(title, tuple(tables), tuple(aims), remarks)


def _cases(home: Path, place: dict[str, Any]) -> list[Case]:
    where = json.dumps(place)
    return [
        python_case("ours: every check on", "exchange", "deliver", home, where),
        python_case("OpenSSH client: put, rename", "exchange", "client", home, where),
        python_case("OpenSSH client: put -f, rename", "exchange", "client", home, where, "-f"),
    ]


def _rates(load: _Load, results: list[Result]) -> str:
    if load.payments is None:
        rows = [[each.case.title, f"{load.size_bytes / 2**20 / each.seconds:.0f}"] for each in results]
        return table(["case", "MiB a second"], rows)
    rows = [
        [each.case.title, f"{load.files / each.seconds:.1f}", f"{load.payments / each.seconds:.0f}"] for each in results
    ]
    return table(["case", "files a second", "payments a second"], rows)


def _aims(load: _Load, results: list[Result]) -> list[Aim]:
    ours, _, with_sync = results
    milliseconds = load.milliseconds
    slower = 1 / ours.times(with_sync)
    most = {0: 10, 30: 1.5} if load.payments else {0: 4, 30: 4}
    what = "small files" if load.payments else "1 GiB"
    aims = [
        Aim(f"{what}, {milliseconds} ms, in times of `put -f`", most[milliseconds], slower, "times", at_least=False)
    ]
    if not load.payments:
        aims.append(Aim(f"peak memory at 1 GiB, {milliseconds} ms", 256, ours.peak_mib, "MiB", at_least=False))
    return aims


@contextmanager
def _server(folder: Path) -> Iterator[dict[str, Any]]:
    """The tests' own OpenSSH server, with an empty ``/in``."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    sshd = import_module("support.sshd")
    public = sshd.generate_key(folder / "identity")
    with sshd.sshd(folder / "partner", public, LogLevel="INFO") as server:
        (folder / "partner" / "in").mkdir()
        yield {
            "root": str(folder / "partner"),
            "port": server.port,
            "host_key": server.host_key,
            "user": server.user,
            "identity": str(folder / "identity"),
        }


@contextmanager
def _line(place: dict[str, Any], milliseconds: int) -> Iterator[dict[str, Any]]:
    """The same place, so far away."""
    with ExitStack() as stack:
        if milliseconds == 0:
            yield place
            return
        command = [sys.executable, "-m", "bench.cases.delay", str(place["port"]), str(milliseconds)]
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(process.terminate)
        assert process.stdout is not None
        yield {**place, "port": int(process.stdout.readline())}


def _python(module: str, *arguments: object) -> None:
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)
