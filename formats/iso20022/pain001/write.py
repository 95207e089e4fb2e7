"""Rendering a pain.001: exclusive canonical XML, written directly, so its SHA-256 is the signature's digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Protocol

from formats.errors import Unrenderable
from formats.iso20022.pain001.elements import (
    BLOCK,
    HEADER,
    TRANSFER,
    VERSIONS,
    WHOLE_STANDARD,
    WITH_ENVELOPE,
    Narrowing,
)
from formats.iso20022.pain001.form import Form
from formats.iso20022.pain001.model import Block, Header, Transfer

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
"""Stands before the signed node, so that it is no part of the digest."""

TRANSFERS_PER_PART = 500
OPEN, BLOCK_END, CLOSE = "<CstmrCdtTrfInitn>", "</PmtInf>", "</CstmrCdtTrfInitn></Document>"
_ENVELOPE, _ENVELOPE_END = "<SplmtryData><Envlp>", "</Envlp></SplmtryData>"

Sign = Callable[[bytes], bytes]
"""SHA-256 of the canonical message with an empty envelope -> the canonical ``Signature`` element."""
Blocks = Iterable[tuple[Block, Iterable[Transfer]]]


class Follower(Protocol):
    """Sees the finished bytes while they are written, cut where the message has its joints."""

    def follow(self, kind: str, part: bytes) -> None:
        """``kind``: head (up to the first block), block (its head), transfers (whole ones), block_end, end."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written.

    ``digest`` is the SHA-256 of the canonical message without its signature; ``sha256`` of every byte in the sink;
    ``values`` of the values as ``extract`` finds them. The signature is the ``signature_bytes`` from the byte
    ``signed_at`` of the canonical message, which begins after the declaration; without one both are 0.
    """

    digest: bytes
    sha256: bytes
    values: bytes
    size_bytes: int
    signed_at: int
    signature_bytes: int


def render(
    header: Header,
    blocks: Blocks,
    sink: BinaryIO,
    version: str = "pain.001.001.09",
    *,
    narrowing: Narrowing = WHOLE_STANDARD,
    sign: Sign | None = None,
    follower: Follower | None = None,
) -> Rendered:
    """Write the message; raises Unrenderable, and then the sink's content is void. Without ``sign`` no envelope."""
    if version not in VERSIONS:
        raise Unrenderable("version", "one_of_" + "_".join(VERSIONS))
    if sign and version not in WITH_ENVELOPE:
        raise Unrenderable("signature", "no_place_in_version")
    return _Writing(header, sink, version, narrowing, follower).run(blocks, sign)


class _Writing:
    """One message on its way into the sink, hashed, measured and counted."""

    def __init__(
        self, header: Header, sink: BinaryIO, version: str, narrowing: Narrowing, follower: Follower | None
    ) -> None:
        self._header, self._sink, self._version, self._follower = header, sink, version, follower
        self._head, self._block, self._transfer = (
            Form(element, elements, version, header.currency, narrowing)
            for element, elements in (("GrpHdr", HEADER), ("", BLOCK), ("CdtTrfTxInf", TRANSFER))
        )
        self._digest, self._sha256, self._values = hashlib.sha256(), hashlib.sha256(DECLARATION), hashlib.sha256()
        self._size_bytes = len(DECLARATION)
        self._count = self._total = 0

    def run(self, blocks: Blocks, sign: Sign | None) -> Rendered:
        self._sink.write(DECLARATION)
        self._write_head()
        for block, transfers in blocks:
            self._write_block(block, transfers)
        self._check_totals("header", (self._header.count, self._header.control_sum), (self._count, self._total))
        digest, signed_at, signature = self._write_end(sign)
        return Rendered(
            digest, self._sha256.digest(), self._values.digest(), self._size_bytes, signed_at, len(signature)
        )

    def _write(self, kind: str, markup: bytes, in_file: bytes = b"") -> None:
        """Hash the canonical ``markup``; what goes into the file is ``in_file`` where that differs."""
        part = in_file or markup
        self._digest.update(markup)
        self._sha256.update(part)
        self._sink.write(part)
        self._size_bytes += len(part)
        if self._follower:
            self._follower.follow(kind, (DECLARATION if kind == "head" else b"") + part)

    def _write_head(self) -> None:
        written = self._head.write([self._header])
        self._values.update(written.text.encode())
        document = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{self._version}">'
        self._write("head", f"{document}{OPEN}{written.markup}".encode())

    def _write_block(self, block: Block, transfers: Iterable[Transfer]) -> None:
        if block.currency != self._header.currency:
            raise Unrenderable("currency", "one_per_message")
        written = self._block.write([block])
        self._values.update(written.text.encode())
        self._write("block", f"<PmtInf>{written.markup}".encode())
        before = self._count, self._total
        rows = iter(transfers)
        while part := list(islice(rows, TRANSFERS_PER_PART)):
            self._write_transfers(part)
        seen = self._count - before[0], self._total - before[1]
        self._check_totals("block", (block.count, block.control_sum), seen)
        self._write("block_end", BLOCK_END.encode())

    def _write_transfers(self, part: list[Transfer]) -> None:
        written = self._transfer.write(part)
        self._values.update(written.text.encode())
        self._write("transfers", written.markup.encode())
        self._count += len(part)
        self._total += sum([transfer.amount for transfer in part])

    def _write_end(self, sign: Sign | None) -> tuple[bytes, int, bytes]:
        """The end, with the signature in its envelope; the digest is of the same with an empty one."""
        if sign is None:
            self._write("end", CLOSE.encode())
            return self._digest.digest(), 0, b""
        opened, closed = _ENVELOPE.encode(), (_ENVELOPE_END + CLOSE).encode()
        digest = self._digest.copy()
        digest.update(opened + closed)
        signature = sign(digest.digest())
        signed_at = self._size_bytes - len(DECLARATION) + len(opened)
        self._write("end", opened + closed, opened + signature + closed)
        return digest.digest(), signed_at, signature

    def _check_totals(self, level: str, declared: tuple[int, int], seen: tuple[int, int]) -> None:
        """M6: what is declared is what the rows give."""
        if declared != seen:
            raise Unrenderable(
                "control_sum", "count_and_sum_of_the_rows", level=level, count=seen[0], declared=declared[0]
            )
