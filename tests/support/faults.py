"""Bad input as fixtures: each fault of 77 to 100 as files named by their defect, and what becomes of them as JSON.

``python tests/support/faults.py`` writes the golden files that are missing; look at each before you commit it.

    77.truncated.camt053.xml                  number, defect, message of the inbox it arrives in
    98.accepted-then-rejected.1.pain002.xml   the first of several that arrive one after another
    77.truncated.json                         what readers and the collector make of it
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree
from support import hostile
from support.gateways import Gateway, bank_key, copy_of, new_gateway, row
from support.signatures import sign

from adapters.profile import Inbox
from formats import tabular
from formats.errors import FormatError
from formats.iso20022 import camt, pain002, schema
from formats.tabular import Column, Row
from gateway.usecases import gravity

FOLDER = Path(__file__).parents[1] / "fixtures" / "faults"
MESSAGES = {"camt052": "camt.052", "camt053": "camt.053", "camt054": "camt.054", "pain002": "pain.002"}
PROOFS = ("enveloped", "channel")
_LINES_MAX = 100
_PLACE = "<Envlp></Envlp>"
_COLUMNS = (Column("payment_ref", required=True), Column("amount"))


@dataclass(frozen=True)
class Fault:
    """One defect: its files in the order of arrival."""

    name: str
    files: tuple[str, ...]

    @property
    def number(self) -> int:
        return int(self.name.partition(".")[0])

    @property
    def golden(self) -> Path:
        return FOLDER / f"{self.name}.json"

    @property
    def is_received(self) -> bool:
        """Whether a partner could send it; the others are lists and archives of ours."""
        return all(kind_of(file) in MESSAGES for file in self.files)

    def expected(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.golden.read_text("utf-8"))
        return found


def faults() -> list[Fault]:
    """Every defect that has a file, kept or made."""
    kept = [path.name for path in FOLDER.iterdir() if path.suffix != ".json" and path.name[0].isdigit()]
    by_name: dict[str, list[str]] = {}
    for file in sorted([*kept, *(name for name in hostile.MADE if not name.startswith("0."))]):
        by_name.setdefault(".".join(file.split(".")[:2]), []).append(file)
    return [Fault(name, tuple(files)) for name, files in sorted(by_name.items(), key=lambda each: _order(each[0]))]


def _order(name: str) -> tuple[int, str]:
    number, _, defect = name.partition(".")
    return int(number), defect


def kind_of(file: str) -> str:
    return file.split(".")[-2]


def write(file: str, sink: BinaryIO) -> None:
    """The bytes as they arrive; a gigabyte takes no room."""
    if file == "85.file-of-1-gigabyte.camt053.xml":
        hostile.sparse(sink)
    elif file in hostile.MADE:
        hostile.MADE[file](sink, 1)
    else:
        sink.write((FOLDER / file).read_bytes())


# --- what readers make of it -----------------------------------------------------------------------------------


def told(file: str, path: Path) -> dict[str, Any]:
    """What the reader of this kind says, line by line, and the rules of the schema that are broken."""
    kind = kind_of(file)
    if kind not in MESSAGES:
        return {"reads": list(_TOLD[kind](path))}
    with path.open("rb") as source:
        reads = list(_lines(pain002.read if kind.startswith("pain") else camt.read, source))
    return {"reads": _shortened(reads), "findings": _findings(path)}


def _shortened(lines: list[str]) -> list[str]:
    """Long ones by their ends and a digest of all."""
    if len(lines) <= _LINES_MAX:
        return lines
    digest = sha256("\n".join(lines).encode()).hexdigest()
    return [*lines[:3], f"... {len(lines)} lines, sha256 {digest}", *lines[-3:]]


def _lines(read: Callable[[BinaryIO], Iterator[Any]], source: BinaryIO) -> Iterator[str]:
    try:
        for item in read(source):
            yield from _SAID[type(item).__name__](item)
    except FormatError as error:
        yield f"error {error.code}"


def _findings(path: Path) -> list[str]:
    """Rules, each once."""
    with path.open("rb") as source:
        try:
            found = schema.findings(source, schema.message_name(source))
        except FormatError:
            return []
    return list(dict.fromkeys(finding.rule for finding in found))


def _statement(item: camt.Statement) -> Iterator[str]:
    where = [f"account {item.account}", f"sequence {item.sequence}", f"page {item.page}"]
    yield _line("statement", item.message_id, item.statement_id, *(each for each in where if "None" not in each), item)
    for balance in item.balances:
        yield _line("  balance", balance.kind, balance.amount, balance.currency, balance)


def _entry(item: camt.Entry) -> Iterator[str]:
    reversal = "reversal" if item.reversal else None
    yield _line("  entry", item.amount, item.currency, item.status, item.servicer_reference, reversal, item)
    for detail in item.details:
        returned = f"return {detail.return_reason}" if detail.is_return else None
        yield _line("    detail", detail.amount, detail.currency, detail.end_to_end_id, returned)


def _report(item: pain002.Report) -> Iterator[str]:
    yield _line("report", item.message_id, item.created, item)


def _group(item: pain002.GroupStatus) -> Iterator[str]:
    yield _line("group", item.original_message_id, item.status, _reasons(item), item)


def _block(item: pain002.BlockStatus) -> Iterator[str]:
    yield _line("  block", item.original_payment_information_id, item.status, _reasons(item))


def _transfer(item: pain002.TransferStatus) -> Iterator[str]:
    yield _line("    transfer", item.original_end_to_end_id, item.status, _reasons(item), item)


def _reasons(item: Any) -> str | None:
    return " ".join(filter(None, (reason.code or reason.proprietary for reason in item.reasons))) or None


def _line(*parts: Any) -> str:
    """Those that are there; of the item itself, when it comes last, its problems."""
    *words, last = parts
    problems = getattr(last, "problems", None)
    words += [f"({', '.join(problems)})"] if problems else [] if hasattr(last, "problems") else [last]
    return " ".join(str(word) for word in words if word is not None)


_SAID: dict[str, Callable[[Any], Iterator[str]]] = {
    "Statement": _statement,
    "Entry": _entry,
    "Report": _report,
    "GroupStatus": _group,
    "BlockStatus": _block,
    "TransferStatus": _transfer,
}


def _list(path: Path) -> Iterator[str]:
    for item in tabular.read(path, _COLUMNS, path.name):
        yield f"row {dict(item.values)}" if isinstance(item, Row) else f"problem {item.code}"


def _schemas(path: Path) -> Iterator[str]:
    """What installing from this archive would do; nothing of it may be installed."""
    try:
        installation = schema.install(path)
    except FormatError as error:
        yield f"error {error.code}"
    else:
        yield f"taken {list(installation.taken)}, refused {list(installation.refused)}"


_TOLD: dict[str, Callable[[Path], Iterator[str]]] = {"list": _list, "schemas": _schemas}


# --- what the collector makes of it ----------------------------------------------------------------------------


def sent_home(folder: Path) -> Path:
    """A gateway whose four payments are in one file that the partner has taken away."""
    gateway = new_gateway(folder)
    gateway.approved(*(row(number) for number in (1, 2, 3, 4)))
    gateway.send()
    for name in gateway.outbox():
        (gateway.place() / "in" / name).unlink()
    return gateway.snapshot()


def collected(fault: Fault, gateway: Gateway, proof: str) -> dict[str, Any]:
    """The files arrive one after another, signed where the inbox asks for it and the bank could have signed them."""
    _open_inboxes(gateway, proof)
    received = [each for number, file in enumerate(fault.files) for each in _arrived(gateway, file, str(number), proof)]
    (sent,) = gateway.files()
    return {
        "files": [" ".join([each.state, *([each.error.code] if each.error else [])]) for each in received],
        "exit_code": gravity.gravest(map(gravity.of_received, received)),
        "payments": " ".join(gateway.states().values()),
        "file": sent.state,
        "exceptions": _shortened(gateway.open_exceptions()),
    }


def _arrived(gateway: Gateway, file: str, name: str, proof: str) -> list[Any]:
    message = MESSAGES[kind_of(file)]
    gateway.put(message, name, b"")
    inbox = next(each for each in gateway.profiles["vietinbank"].inboxes if each.message == message)
    place = gateway.place() / inbox.folder.strip("/") / inbox.name(name)
    with place.open("wb") as sink:
        write(file, sink)
    if proof == "enveloped" and file not in hostile.MADE:
        place.write_bytes(as_signed(place.read_bytes()))
    received = gateway.collect()
    if bug := next((each.bug for each in received if each.bug), None):
        raise bug
    place.unlink(missing_ok=True)
    return received


def as_signed(content: bytes) -> bytes:
    """Signed by the bank, in the encoding it has; as it is where it is no message that anybody can sign."""
    hardened = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        doctype = etree.fromstring(content, hardened).getroottree().docinfo.internalDTD
    except (etree.XMLSyntaxError, ValueError):
        return content
    found = next((each for each in ("utf-8", "utf-16-le", "utf-16-be") if _PLACE.encode(each) in content), None)
    if doctype is not None or found is None:
        return content
    signed = sign(content, bank_key())
    signature = signed[signed.index(b"<Signature") : signed.index(b"</Signature>") + len(b"</Signature>")]
    return content.replace(_PLACE.encode(found), f"<Envlp>{signature.decode()}</Envlp>".encode(found), 1)


def _open_inboxes(gateway: Gateway, proof: Any) -> None:
    """One more for interim reports, all of them with the given proof."""
    profile = gateway.profiles["vietinbank"]
    interim = Inbox(folder="/out/interim", archive="/out/interim/archive", pattern="INT_*.xml", message="camt.052")
    inboxes = tuple(replace(inbox, proof=proof) for inbox in (*profile.inboxes, interim))
    gateway.profiles["vietinbank"] = replace(profile, inboxes=inboxes)
    (gateway.place() / interim.archive.strip("/")).mkdir(parents=True)


# --- golden files ----------------------------------------------------------------------------------------------


def outcome(fault: Fault, home: Path, folder: Path) -> dict[str, Any]:
    """Everything that the golden file of a fault holds; ``folder`` is scratch."""
    return {"files": reader_outcome(fault, folder)} | (
        {proof: collector_outcome(fault, proof, home, folder / proof) for proof in PROOFS} if fault.is_received else {}
    )


def reader_outcome(fault: Fault, folder: Path) -> dict[str, Any]:
    outcomes = {}
    for file in fault.files:
        path = folder / file
        with path.open("wb") as sink:
            write(file, sink)
        outcomes[file] = told(file, path)
        path.unlink()
    return outcomes


def collector_outcome(fault: Fault, proof: str, home: Path, folder: Path) -> dict[str, Any]:
    gateway = copy_of(home, folder)
    try:
        return collected(fault, gateway, proof)
    finally:
        gateway.close()


@cache
def _own_home() -> Path:
    return sent_home(Path(tempfile.mkdtemp()))


def write_missing() -> None:
    for fault in faults():
        if not fault.golden.exists():
            with tempfile.TemporaryDirectory() as folder:
                found = outcome(fault, _own_home(), Path(folder))
            fault.golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write_missing()
