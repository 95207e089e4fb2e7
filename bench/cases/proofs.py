"""What stands beside reading: checking a bank's signature, by us and by libraries, and looking for schema findings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from bench.cases import ours
from bench.harness import measured
from formats.iso20022 import camt, schema
from keys.verified import Verified

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_PLACE = "./{*}BkToCstmrStmt/{*}SplmtryData/{*}Envlp/"


class Spool:
    """Scratch files that vanish."""

    def create(self) -> BinaryIO:
        return ours.temporary()


def enveloped(path: Path) -> None:
    """Ours: verify, then read what was verified."""
    from keys import xmldsig

    trusted, now, size_bytes = [path.with_suffix(".pem").read_bytes()], datetime.now(UTC), path.stat().st_size
    with measured(), path.open("rb") as source:
        _read(xmldsig.verify_enveloped(source, trusted, Spool(), now, size_bytes))


def detached(path: Path) -> None:
    """Ours, with the signature in a document of its own: verify, then read."""
    from keys.detached import sign_detached, verify_detached

    key, now, size_bytes = ours.signing_key(), datetime.now(UTC), path.stat().st_size
    with path.open("rb") as source:
        signature = sign_detached(ours.digest_of(source), path.name, key)
    trusted = [key.certificate_pem]
    with measured(), path.open("rb") as source:
        _read(verify_detached(source, signature, path.name, trusted, Spool(), now, size_bytes, ()))


def findings(path: Path) -> None:
    """Ours: where the official schema is broken; here nowhere."""
    with measured(), path.open("rb") as source:
        assert schema.findings(source, "camt.053.001.08") == []


def with_xmlsec(path: Path) -> None:
    """Verification alone."""
    import xmlsec
    from lxml import etree

    certificate = path.with_suffix(".pem").read_bytes()
    with measured():
        root = etree.parse(path, etree.XMLParser(huge_tree=True)).getroot()
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(certificate, xmlsec.KeyFormat.CERT_PEM)
        context.verify(next(root.iter(f"{{{_DSIG}}}Signature")))


def with_signxml(path: Path) -> None:
    """Verification alone."""
    from lxml import etree
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    certificate = path.with_suffix(".pem").read_text()
    with measured():
        root = etree.parse(path, etree.XMLParser(huge_tree=True)).getroot()
        XMLVerifier().verify(root, x509_cert=certificate, expect_config=SignatureConfiguration(location=_PLACE))


def _read(verified: Verified) -> None:
    with verified:
        for _ in camt.read(verified.open()):
            pass


CASES: dict[str, Callable[[Path], None]] = {
    "enveloped": enveloped,
    "detached": detached,
    "findings": findings,
    "xmlsec": with_xmlsec,
    "signxml": with_signxml,
}

if __name__ == "__main__":
    CASES[sys.argv[1]](Path(sys.argv[2]))
