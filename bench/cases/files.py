"""Makes the answers that readers read: ``python -m bench.cases.files KIND COUNT PATH``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from bench import answers
from bench.cases import ours
from keys import xmldsig


def statement(count: int, path: Path) -> None:
    with path.open("wb") as sink:
        answers.write_statement(sink, count)


def signed_statement(count: int, path: Path) -> None:
    """With an enveloped signature of the accepted form; its certificate stands beside it, as ``.pem``."""
    key = ours.signing_key()
    with ours.temporary() as unsigned, path.open("wb") as sink:
        splice_at = answers.write_statement(unsigned, count, answers.PLACE)
        unsigned.seek(0)
        signature = xmldsig.sign_digest(ours.digest_of(unsigned), key)
        xmldsig.splice(unsigned, splice_at, signature, sink)
    path.with_suffix(".pem").write_bytes(key.certificate_pem)


def report(count: int, path: Path) -> None:
    with path.open("wb") as sink:
        answers.write_report(sink, count)


KINDS: dict[str, Callable[[int, Path], None]] = {
    "statement": statement,
    "signed": signed_statement,
    "report": report,
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
