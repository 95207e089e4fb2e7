"""A signed statement far above what a tree can hold: how long its verification takes and how much memory.

``python -m bench.cases.enveloped MIB`` makes a camt.053 of that size in a temporary file, believes it, and says size,
entries, seconds and the peak memory of the whole process as JSON. The file is never in memory: 1024 is fair.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import BinaryIO, cast

from keys import certificates, signing, xmldsig
from keys.signing import SigningKey

_HEAD = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
    "<GrpHdr><MsgId>S1</MsgId><CreDtTm>2026-01-12T17:00:00+07:00</CreDtTm></GrpHdr>"
    "<Stmt><Id>S1</Id><Acct><Id><Othr><Id>1030000001</Id></Othr></Id></Acct>"
)
_ENTRY = (
    '<Ntry><NtryRef>{n}</NtryRef><Amt Ccy="VND">500000</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-01-12</Dt></BookgDt><ValDt><Dt>2026-01-12</Dt></ValDt><AcctSvcrRef>FT26012{n:09d}</AcctSvcrRef>"
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    "<NtryDtls><TxDtls><Refs><MsgId>M01VIDU000000000001</MsgId><EndToEndId>E{n:09d}</EndToEndId></Refs>"
    '<Amt Ccy="VND">500000</Amt><RltdPties><Cdtr><Pty><Nm>Nguyễn Thị Ví Dụ</Nm></Pty></Cdtr></RltdPties>'
    "<RmtInf><Ustrd>Trợ cấp tháng 1/2026</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
)
_PLACE, _TAIL = "</Stmt><SplmtryData><Envlp>", "</Envlp></SplmtryData></BkToCstmrStmt></Document>"
_ENTRIES_A_WRITE = 1000


class Scratch:
    """Temporary files."""

    def create(self) -> BinaryIO:
        return cast(BinaryIO, TemporaryFile())


def signing_key() -> SigningKey:
    """A fresh RSA-3072 key with its certificate."""
    private = signing.generate()
    certificate = certificates.self_signed(private, "bench", datetime.now(UTC), 1)
    return signing.from_secret("bench", signing.to_secret(private), certificates.to_pem(certificate))


def parts(size_bytes: int) -> Iterator[bytes]:
    """The statement up to the place of its signature, as many entries as the size asks for."""
    yield _HEAD.encode()
    written = 0
    for first in count(0, _ENTRIES_A_WRITE):
        if written >= size_bytes:
            break
        part = "".join(_ENTRY.format(n=n) for n in range(first, first + _ENTRIES_A_WRITE)).encode()
        written += len(part)
        yield part
    yield _PLACE.encode()


def write_signed(size_bytes: int, key: SigningKey, sink: BinaryIO) -> None:
    """Canonical as it is written: its digest is that of the bytes around the signature."""
    digest = sha256()
    for part in parts(size_bytes):
        digest.update(part)
        sink.write(part)
    digest.update(_TAIL.encode())
    sink.write(xmldsig.sign_digest(digest.digest(), key))
    sink.write(_TAIL.encode())


def main(mib: int) -> None:
    key = signing_key()
    with Scratch().create() as message:
        write_signed(mib << 20, key, message)
        size_bytes = message.tell()
        message.seek(0)
        began = perf_counter()
        with xmldsig.verify_enveloped(
            message, [key.certificate_pem], Scratch(), datetime.now(UTC), size_bytes
        ) as verified:
            seconds = perf_counter() - began
            served_bytes = verified.size_bytes
    figures = {"size_bytes": size_bytes, "served_bytes": served_bytes, "seconds": seconds, "peak_mib": peak_mib()}
    print(json.dumps(figures))


def peak_mib() -> float:
    """Of this process alone, as Linux says it; ``ru_maxrss`` begins with the memory of whoever started it."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
