"""Every target of the fuzzer over its kept corpus and over every fixture: only our own errors come out of a reader."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.signatures import TemporarySpool

from formats.iso20022 import schema
from keys.cms import verify_cms
from keys.xmldsig import verify_enveloped

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT))
from fuzz.targets import TARGETS  # noqa: E402 - stands beside the packages that are installed

CERTIFICATE = (ROOT / "fuzz" / "seed" / "certificate.pem").read_bytes()
NOW = datetime(2026, 12, 1, tzinfo=UTC)
FIXTURES = [path for path in (ROOT / "tests" / "fixtures").glob("*/*") if path.is_file()]

pytestmark = pytest.mark.skipif(bool(schema.missing()), reason="schemas are not installed: make schemas")


@pytest.mark.parametrize("target", TARGETS)
def test_only_our_own_errors_come_out_of_a_reader(target: str) -> None:
    for path in [*FIXTURES, *(ROOT / "fuzz" / "corpus" / target).glob("*")]:
        TARGETS[target](path.read_bytes())


def test_the_seeds_of_signatures_are_believed() -> None:
    for target in ("enveloped", "streamed"):
        content = (ROOT / "fuzz" / "corpus" / target / "signed.xml").read_bytes()
        with verify_enveloped(io.BytesIO(content), [CERTIFICATE], TemporarySpool(), NOW) as found:
            assert found.open().read() == (ROOT / "fuzz" / "seed" / "statement.xml").read_bytes()
    document = (ROOT / "fuzz" / "corpus" / "cms" / "signed.p7s").read_bytes()
    pinned = (ROOT / "fuzz" / "seed" / "cms.pem").read_bytes()
    assert verify_cms(io.BytesIO(b"message"), document, [pinned], TemporarySpool(), NOW, 100).proof == "cms"
