"""Rendering a pain.001: exclusive canonical XML, written directly, so its SHA-256 is the signature's digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import BinaryIO

from formats.errors import Unrenderable
from formats.iso20022 import codes
from formats.iso20022.pain001.model import (
    VERSIONS,
    Account,
    Agent,
    Block,
    Header,
    Transfer,
    Version,
    check_agent,
    check_head,
    check_transfer,
)
from formats.iso20022.xml import escape, leaf, tag

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written: digest of the canonical unsigned document; the byte where a signature is spliced in.

    ``splice_at`` is None in versions without a place for it.
    """

    digest: bytes
    splice_at: int | None
    size_bytes: int
    count: int
    total: int


def render(
    header: Header, block: Block, transfers: Iterable[Transfer], sink: BinaryIO, version: str = "pain.001.001.09"
) -> Rendered:
    """Write the message; raises Unrenderable, and then the sink's content is void."""
    check_head(header, block)
    form = _form(version)
    out = _Output(sink)
    out.write(f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><CstmrCdtTrfInitn>')
    out.write(_group_header(header) + "<PmtInf>" + _block_head(header, block, form))
    count, total = _write_transfers(out, transfers, block.currency, form)
    if (count, total) != (header.count, header.control_sum):
        raise Unrenderable("control_sum", "count_and_sum_of_the_rows", count=count, declared=header.count)
    out.write("</PmtInf>")
    splice_at = _write_envelope(out) if form.envelope else None
    out.write("</CstmrCdtTrfInitn></Document>")
    return Rendered(out.digest.digest(), splice_at, out.size_bytes, count, total)


class _Output:
    """The sink, hashed and measured on the way."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self.digest = hashlib.sha256()
        self.size_bytes = 0

    def write(self, markup: str) -> None:
        data = markup.encode()
        self._sink.write(data)
        self.digest.update(data)
        self.size_bytes += len(data)


def _form(version: str) -> Version:
    if version not in VERSIONS:
        raise Unrenderable("version", "one_of_" + "_".join(VERSIONS))
    return VERSIONS[version]


def _group_header(header: Header) -> str:
    return tag(
        "GrpHdr",
        leaf("MsgId", header.message_id),
        leaf("CreDtTm", header.created.isoformat()),
        leaf("NbOfTxs", str(header.count)),
        leaf("CtrlSum", codes.amount_text(header.control_sum, header.currency)),
        tag(
            "InitgPty",
            leaf("Nm", header.initiating_party),
            leaf("Id/OrgId/Othr/Id", header.initiating_party_id),
        ),
    )


def _block_head(header: Header, block: Block, form: Version) -> str:
    day = block.execution_date.isoformat()
    return "".join(
        (
            leaf("PmtInfId", block.payment_information_id),
            leaf("PmtMtd", "TRF"),
            leaf("BtchBookg", "true" if block.batch_booking else "false"),
            leaf("NbOfTxs", str(header.count)),
            leaf("CtrlSum", codes.amount_text(header.control_sum, header.currency)),
            leaf("PmtTpInf/CtgyPurp/Cd", block.category_purpose),
            leaf("ReqdExctnDt/Dt" if form.choice_of_date else "ReqdExctnDt", day),
            leaf("Dbtr/Nm", block.debtor),
            tag("DbtrAcct", _account(block.debtor_account), leaf("Ccy", block.currency)),
            tag("DbtrAgt", _agent(block.debtor_agent, form)),
            leaf("ChrgBr", block.charge_bearer),
        )
    )


def _write_transfers(out: _Output, transfers: Iterable[Transfer], currency: str, form: Version) -> tuple[int, int]:
    count = total = 0
    rows = iter(transfers)
    markup = _transfer_writer(currency, form)
    while batch := list(islice(rows, _BATCH)):
        out.write("".join(map(markup, batch)))
        count += len(batch)
        total += sum(transfer.amount for transfer in batch)
    return count, total


def _transfer_writer(currency: str, form: Version) -> Callable[[Transfer], str]:
    """One f-string a transfer; agents, which repeat, are written once and remembered."""
    agents = cache(lambda agent: tag("CdtrAgt", _agent(agent, form)))

    def markup(transfer: Transfer) -> str:
        check_transfer(transfer)
        if transfer.uetr and not form.uetr:
            raise Unrenderable("uetr", "not_in_version")
        return (
            f"<CdtTrfTxInf><PmtId><InstrId>{transfer.instruction_id}</InstrId>"
            f"<EndToEndId>{transfer.end_to_end_id}</EndToEndId>{leaf('UETR', transfer.uetr)}</PmtId>"
            f'<Amt><InstdAmt Ccy="{currency}">{codes.amount_text(transfer.amount, currency)}</InstdAmt></Amt>'
            f"{agents(transfer.creditor_agent) if transfer.creditor_agent else ''}"
            f"<Cdtr><Nm>{escape(transfer.creditor)}</Nm></Cdtr>"
            f"<CdtrAcct>{_account(transfer.creditor_account)}</CdtrAcct>"
            f"{leaf('UltmtCdtr/Nm', transfer.ultimate_creditor)}"
            f"{leaf('Purp/Cd', transfer.purpose)}"
            f"{leaf('RmtInf/Ustrd', transfer.remittance)}</CdtTrfTxInf>"
        )

    return markup


def _agent(agent: Agent, form: Version) -> str:
    check_agent("agent", agent)
    member = ""
    if agent.member_id is not None:
        member = tag("ClrSysMmbId", leaf("ClrSysId/Prtry", agent.clearing_system), leaf("MmbId", agent.member_id))
    return tag("FinInstnId", leaf(form.bic, agent.bicfi), member)


def _account(account: Account) -> str:
    scheme = leaf("SchmeNm/Prtry", account.scheme)
    return f"<Id><Othr><Id>{account.number}</Id>{scheme}</Othr></Id>"


def _write_envelope(out: _Output) -> int:
    """An empty envelope at the end of the message; returns the byte where its content goes."""
    out.write("<SplmtryData><Envlp>")
    splice_at = out.size_bytes
    out.write("</Envlp></SplmtryData>")
    return splice_at
