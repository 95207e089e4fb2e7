"""A partner for tests: a connection that fails where it is told, a bank that takes files away, answers it signs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from support.signatures import EMPTY_PLACE, ISO, Partner, sign
from support.stores import Points

from adapters.profile import Delivery
from gateway.domain.errors import RemoteRefused
from gateway.ports import RemoteFile, RemoteWriter, Transport

MARKER = ".done"
SIGNATURE = ".p7s"
END = b"</Document>"
"""How every whole order ends."""

# --- delivery ------------------------------------------------------------------------------------------------------


@dataclass
class TinyBank:
    """Judges M1 and M7 without any of our code: every file that it ever took for an order, with its bytes.

    It works on what lies under a final name at once: whole files only where there is no other sign (``direct``,
    ``dropbox``), files with a marker where that is agreed.
    """

    place: Path
    takes: bool
    """Whether a file is gone the moment it is there, before the server has answered."""
    form: Delivery = "rename"
    archives: bool = False
    """Whether what it takes is moved to ``/in/archive``, else it is gone."""
    appeared: list[tuple[str, bytes]] = field(default_factory=list)
    signatures: dict[str, bytes | None] = field(default_factory=dict)
    """What lay beside each order when it appeared."""

    def look(self) -> None:
        for path in self._orders():
            found = (path.name, path.read_bytes())
            beside = path.with_name(path.name + SIGNATURE)
            self.signatures.setdefault(path.name, beside.read_bytes() if beside.exists() else None)
            if self.takes:
                self._take(path)
                self.appeared.append(found)
            elif found not in self.appeared:
                self.appeared.append(found)

    def take(self) -> None:
        """The bank's own time has come: everything that it takes for an order is worked on."""
        self.look()
        for path in self._orders():
            self._take(path)

    def _orders(self) -> list[Path]:
        paths = [path for path in sorted((self.place / "in").iterdir()) if path.is_file()]
        paths = [path for path in paths if not path.name.endswith(SIGNATURE)]
        if self.form == "marker":
            names = {path.name for path in paths}
            return [path for path in paths if f"{path.name}{MARKER}" in names]
        shown = [path for path in paths if not path.name.startswith(".")]
        return shown if self.form == "rename" else [path for path in shown if path.read_bytes().endswith(END)]

    def _take(self, path: Path) -> None:
        if self.archives:
            (path.parent / "archive").mkdir(exist_ok=True)
            path.rename(path.parent / "archive" / path.name)
        else:
            path.unlink()
        for companion in (MARKER, SIGNATURE):
            (path.parent / f"{path.name}{companion}").unlink(missing_ok=True)


@dataclass
class WatchedTransport:
    """Every primitive is a point at which something may go wrong; the bank looks after each.

    A drop box lets nobody look, read, rename or remove.
    """

    inner: Transport
    points: Points
    bank: TinyBank

    @property
    def host_key(self) -> str:
        return self.inner.host_key

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        return iter(self._reach("listing", lambda: list(self.inner.listing(folder))))

    @contextmanager
    def open_exclusive(self, path: str) -> Iterator[RemoteWriter]:
        opened = self.inner.open_exclusive(path)
        writer = self._reach(f"open {path}", opened.__enter__)
        try:
            yield _WatchedWriter(writer, self)
        finally:
            opened.__exit__(None, None, None)

    @contextmanager
    def read(self, path: str, size_bytes_max: int) -> Iterator[Iterator[bytes]]:
        def all_of_it() -> list[bytes]:
            with self.inner.read(path, size_bytes_max) as parts:
                return list(parts)

        yield iter(self._reach(f"read {path}", all_of_it))

    def stat(self, path: str) -> RemoteFile | None:
        found: RemoteFile | None = self._reach(f"stat {path}", lambda: self.inner.stat(path))
        return found

    def rename(self, source: str, target: str) -> None:
        self._reach(f"rename {source} {target}", lambda: self.inner.rename(source, target))

    def remove(self, path: str) -> bool:
        return bool(self._reach(f"remove {path}", lambda: self.inner.remove(path)))

    def close(self) -> None:
        self.inner.close()

    def _reach(self, name: str, effect: Callable[[], Any]) -> Any:
        if self.bank.form == "dropbox" and name.split()[0] not in ("open", "write", "sync", "close"):
            raise RemoteRefused("permission_denied", operation=name)

        def and_the_bank_looks() -> Any:
            result = effect()
            self.bank.look()
            return result

        return self.points.reach(name, and_the_bank_looks)


@dataclass
class _WatchedWriter:
    inner: RemoteWriter
    transport: WatchedTransport

    def write(self, data: bytes) -> None:
        self.transport._reach("write", lambda: self.inner.write(data))

    def sync(self) -> bool:
        return bool(self.transport._reach("sync", self.inner.sync))

    def close(self) -> None:
        self.transport._reach("close", self.inner.close)


# --- answers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Booking:
    """One entry with one transaction; ``amount`` is signed as the account sees it."""

    end_to_end_id: str | None
    amount: int
    reference: str | None = None
    day: str = "2026-11-02"
    return_reason: str | None = None
    reversal: bool = False
    currency: str = "VND"
    status: str = "BOOK"
    instruction_id: str | None = None
    uetr: str | None = None
    charges: int | None = None

    def xml(self) -> str:
        dates = f"<BookgDt><Dt>{self.day}</Dt></BookgDt><ValDt><Dt>{self.day}</Dt></ValDt>" if self.day else ""
        family = "RRTN" if self.return_reason else "DMCT"
        returned = f"<RtrInf><Rsn><Cd>{self.return_reason}</Cd></Rsn></RtrInf>" if self.return_reason else ""
        return (
            f"<Ntry>{self._money()}{'<RvslInd>true</RvslInd>' if self.reversal else ''}"
            f"<Sts><Cd>{self.status}</Cd></Sts>{dates}{_element('AcctSvcrRef', self.reference)}"
            f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>{family}</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs>{_element('InstrId', self.instruction_id)}"
            f"{_element('EndToEndId', self.end_to_end_id)}{_element('UETR', self.uetr)}</Refs>{self._money()}"
            f"{self._kept()}{returned}</TxDtls></NtryDtls></Ntry>"
        )

    def _kept(self) -> str:
        if self.charges is None:
            return ""
        kept = f'<Amt Ccy="{self.currency}">{self.charges}</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        return f"<Chrgs><Rcrd>{kept}</Rcrd></Chrgs>"

    def _money(self) -> str:
        side = "DBIT" if self.amount < 0 else "CRDT"
        return f'<Amt Ccy="{self.currency}">{abs(self.amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


class Worded(Protocol):
    """Anything that stands in a statement as one entry."""

    @property
    def amount(self) -> int: ...

    def xml(self) -> str: ...


@dataclass(frozen=True)
class SumBooking:
    """One entry for a whole file, without transactions; or with one that names nothing but the file."""

    amount: int
    message_id: str | None = None
    block_id: str | None = None
    reference: str | None = "SUM"
    day: str = "2026-11-02"
    reversal: bool = False
    as_detail: bool = False

    def xml(self) -> str:
        ids = f"{_element('MsgId', self.message_id)}{_element('PmtInfId', self.block_id)}"
        money = f'<Amt Ccy="VND">{abs(self.amount)}</Amt><CdtDbtInd>{"DBIT" if self.amount < 0 else "CRDT"}</CdtDbtInd>'
        batch = f"<Btch>{ids}<NbOfTxs>999</NbOfTxs></Btch>"
        detail = f"<TxDtls><Refs>{ids}<EndToEndId>NOTPROVIDED</EndToEndId></Refs>{money}</TxDtls>"
        return (
            f"<Ntry>{money}{'<RvslInd>true</RvslInd>' if self.reversal else ''}<Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>{self.day}</Dt></BookgDt><ValDt><Dt>{self.day}</Dt></ValDt>"
            f"{_element('AcctSvcrRef', self.reference)}"
            "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
            f"<NtryDtls>{detail if self.as_detail else batch}</NtryDtls></Ntry>"
        )


@dataclass(frozen=True)
class Answerer:
    """Writes and signs what a partner sends; message ids and times are the caller's."""

    key: Partner

    def signed(self, document: str) -> bytes:
        return sign(document.encode(), self.key)

    def statement(
        self,
        *bookings: Worded,
        account: str = "110000000001",
        message: str = "camt.053",
        id_: str = "S1",
        opening: int | None = None,
        closing: int | None = None,
        sequence: str = "",
        day: str | None = "2026-11-02",
    ) -> bytes:
        """camt.053 or camt.054 of one account; balances only when given (the closing one computed by default)."""
        root, body, version = _KINDS[message]
        period = f"<FrToDt><FrDtTm>{day}T00:00:00+07:00</FrDtTm><ToDtTm>{day}T23:59:59+07:00</ToDtTm></FrToDt>"
        balances = ""
        if opening is not None:
            end = opening + sum(booking.amount for booking in bookings) if closing is None else closing
            balances = _balance("OPBD", opening) + _balance("CLBD", end)
        return self.signed(
            f'<Document xmlns="{ISO}:{message}.{version}"><{root}>{_header(id_, "2026-11-02T17:00:00+07:00")}'
            f"<{body}><Id>{id_}</Id>{_element('ElctrncSeqNb', sequence)}"
            f"<CreDtTm>2026-11-02T17:00:00+07:00</CreDtTm>{period if day else ''}"
            f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>VND</Ccy></Acct>{balances}"
            f"{''.join(booking.xml() for booking in bookings)}</{body}>{EMPTY_PLACE}</{root}></Document>"
        )

    def status(
        self,
        message_id: str,
        *,
        group: tuple[str, str] | None = None,
        block: tuple[str, str, str] | None = None,
        transfers: tuple[tuple[str, str, str], ...] = (),
        id_: str = "P1",
        created: str = "2026-11-02T10:00:00+07:00",
        references: Mapping[str, str] = MappingProxyType({}),
    ) -> bytes:
        """pain.002: ``group`` (status, reason), ``block`` (id, status, reason), transfers (end-to-end id, ...).

        ``references``: end-to-end id -> the bank's own reference.
        """
        status = f"<GrpSts>{group[0]}</GrpSts>{_reason(group[1])}" if group else ""
        lines = "".join(
            f"<TxInfAndSts><OrgnlEndToEndId>{e2e}</OrgnlEndToEndId><TxSts>{code}</TxSts>{_reason(reason)}"
            f"{_element('AcctSvcrRef', references.get(e2e))}</TxInfAndSts>"
            for e2e, code, reason in transfers
        )
        block_id, block_status = (
            (block[0], f"<PmtInfSts>{block[1]}</PmtInfSts>{_reason(block[2])}") if block else ("", "")
        )
        inner = f"<OrgnlPmtInfId>{block_id or 'NONREF'}</OrgnlPmtInfId>{block_status}{lines}"
        blocks = f"<OrgnlPmtInfAndSts>{inner}</OrgnlPmtInfAndSts>" if block or transfers else ""
        return self.signed(
            f'<Document xmlns="{ISO}:pain.002.001.12"><CstmrPmtStsRpt>{_header(id_, created)}'
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
            f"{status}</OrgnlGrpInfAndSts>{blocks}{EMPTY_PLACE}</CstmrPmtStsRpt></Document>"
        )

    def resolution(self, case: str, end_to_end_id: str, said: str, *, id_: str, created: str) -> bytes:
        """camt.029: what becomes of the request ``case`` not to execute one payment."""
        agent = "<Agt><FinInstnId><BICFI>ICBVVNVX</BICFI></FinInstnId></Agt>"
        ends = f"<Assgnr>{agent}</Assgnr><Assgne>{agent}</Assgne><CreDtTm>{created}</CreDtTm>"
        transfer = f"<OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxCxlSts>{said}</TxCxlSts>"
        return self.signed(
            f'<Document xmlns="{ISO}:camt.029.001.13"><RsltnOfInvstgtn><Assgnmt><Id>{id_}</Id>{ends}</Assgnmt>'
            f"<RslvdCase><Id>{case}</Id><Cretr>{agent}</Cretr></RslvdCase><Sts><Conf>CNCL</Conf></Sts>"
            f"<CxlDtls><TxInfAndSts>{transfer}</TxInfAndSts></CxlDtls>{EMPTY_PLACE}</RsltnOfInvstgtn></Document>"
        )


_KINDS = {
    "camt.053": ("BkToCstmrStmt", "Stmt", "001.08"),
    "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn", "001.08"),
}


def _header(message_id: str, created: str) -> str:
    return f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>"


def _balance(kind: str, amount: int) -> str:
    side = "DBIT" if amount < 0 else "CRDT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="VND">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-11-02</Dt></Dt></Bal>"
    )


def _reason(code: str) -> str:
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{text}</{name}>" if text else ""
