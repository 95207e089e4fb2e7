"""The other side in the sandbox's tests: a payer that writes pain.001 as plain text and signs it with signxml."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

from adapters.banks import vietinbank
from gateway.sandbox.bank import Bank
from gateway.sandbox.clock import ZONE
from gateway.sandbox.signing import PLACE, Signer, create_key


@dataclass
class Time:
    """A clock the test moves."""

    value: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)

    def __call__(self) -> datetime:
        return self.value

    def next_day(self) -> None:
        self.value += timedelta(days=1)


@dataclass(frozen=True)
class Line:
    end_to_end_id: str
    account: str
    amount: int = 540_000
    name: str = "NGUYEN THI LAN"


@dataclass
class World:
    """One partner, its payer's key, and time."""

    root: Path
    time: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        (self.root / "payer").mkdir()
        certificate = create_key(self.root / "payer", "payer", self.time())
        self.signer = Signer(self.root / "payer")
        self.bank = Bank.create(vietinbank.PROFILE, self.root / "bank", self.time, [certificate])

    def send(self, *lines: Line, sequence: int = 1, signed: bool = True, **changes: str) -> bytes:
        """Put an order into the partner's folder; returns its bytes."""
        document = order(lines, **changes)
        content = self.signer.sign(document) if signed else document
        self.put(content, sequence)
        return content

    def put(self, content: bytes, sequence: int = 1) -> None:
        (self.bank.home / "in" / f"CHITRA_20261102_{sequence:06d}.xml").write_bytes(content)

    def answers(self, kind: str) -> list[etree._Element]:
        """Answers of a kind (``status``, ``notification``, ``statement``), in order of their names."""
        folder = self.bank.home / "out" / kind
        return [etree.parse(str(path)).getroot() for path in sorted(folder.glob("*.xml"))]

    def files(self) -> list[Path]:
        return sorted((self.bank.home / "out").rglob("*.xml"))


def order(
    lines: tuple[Line, ...],
    *,
    message_id: str = "E1MSG1",
    count: str = "",
    total: str = "",
    execution_date: str = "2026-11-02",
    currency: str = "VND",
) -> bytes:
    totals = f"<NbOfTxs>{count or len(lines)}</NbOfTxs><CtrlSum>{total or sum(line.amount for line in lines)}</CtrlSum>"
    transfers = "".join(_transfer(line, currency) for line in lines)
    agent = "<FinInstnId><BICFI>ICBVVNVX</BICFI></FinInstnId>"
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>2026-11-02T08:00:00+07:00</CreDtTm>{totals}"
        "<InitgPty><Nm>UBND XA THACH THAT</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{message_id}P</PmtInfId><PmtMtd>TRF</PmtMtd>{totals}"
        f"<ReqdExctnDt><Dt>{execution_date}</Dt></ReqdExctnDt><Dbtr><Nm>UBND XA THACH THAT</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>110000000001</Id></Othr></Id></DbtrAcct><DbtrAgt>{agent}</DbtrAgt>"
        f"{transfers}</PmtInf><SplmtryData>{PLACE}</SplmtryData></CstmrCdtTrfInitn></Document>"
    ).encode()


def _transfer(line: Line, currency: str) -> str:
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>I{line.end_to_end_id}</InstrId><EndToEndId>{line.end_to_end_id}</EndToEndId>"
        "<UETR>6ba7b810-9dad-41d1-80b4-00c04fd430c8</UETR></PmtId>"
        f'<Amt><InstdAmt Ccy="{currency}">{line.amount}</InstdAmt></Amt><Cdtr><Nm>{escape(line.name)}</Nm></Cdtr>'
        f"<CdtrAcct><Id><Othr><Id>{line.account}</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>"
    )
