"""What a partner's manual says, as data: one frozen profile a partner, no code but naming.

What *our contract* with the partner says (host, user, keys, accounts) stands in ``chitra.toml``, which may also
override every field here, key by key. See ``docs/adapters.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from fnmatch import fnmatchcase
from typing import Literal

from adapters.accounts import ACCOUNT_LIST, AccountList
from formats.text import Charset

Delivery = Literal["rename", "direct", "marker", "dropbox"]
"""How a file becomes the partner's: see ``docs/file.md``."""
Proof = Literal["enveloped", "detached", "cms", "openpgp", "channel"]
Signature = Literal["enveloped", "detached", "cms"]
Encryption = Literal["none", "openpgp"]
Answer = Literal["pain.002", "camt.052", "camt.053", "camt.054"]
Ready = Literal["rename", "done", "stable"]
Result = Literal["confirmed", "name_differs", "birth_differs", "deceased", "moved", "unknown"]
"""What a registry says of one person."""

DUPLICATE_CODES = frozenset({"AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05"})
RETURN_CODES = frozenset({"PMNT/ICDT/RRTN", "PMNT/RCDT/RRTN"})
"""Bank transaction codes (domain/family/sub-family) of "reversal due to payment return"."""

DONE = ".done"
"""What a companion's name has behind the name of the file that it says is complete."""

_BESIDE = {"detached": ".sig", "cms": ".p7s"}
"""What a signature's name has behind the name of the file beside which it lies."""

OPENPGP = ".pgp"
"""What the name of an OpenPGP message has behind the name of the message inside."""

_REMOTE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Where our files go and how they are named; a name is used once for ever."""

    folder: str
    filename: str
    """Format with ``{date:%Y%m%d}``, ``{sequence:06d}`` (never repeats at this partner) and ``{message_id}``."""
    message: str = "pain.001.001.09"
    delivery: Delivery = "rename"
    temporary: str = ".{name}.{attempt}.part"
    """Name during the upload; holds the attempt number, so that two attempts never share one."""
    marker: str = ".done"
    """Of ``marker``: what the name of the empty file beside the data ends with."""
    signature: Signature = "enveloped"
    """Which one a file carries; ``detached`` and ``cms``: another lies beside it, ``NAME.sig`` or ``NAME.p7s``."""
    encryption: Encryption = "none"
    """``openpgp``: a file travels as an OpenPGP message, ``NAME.pgp``, signed and encrypted to the partner."""
    archives: tuple[str, ...] = ()
    """Folders into which the partner moves our files, under the same name."""
    opens: time | None = None
    """Local time from which files are taken, on working days; None for at any time."""
    closes: time | None = None
    """Local time from which no more are taken; given exactly when ``opens`` is."""

    @property
    def final(self) -> str:
        """The format of the names that files bear there."""
        return self.filename + (OPENPGP if self.encryption == "openpgp" else "")

    def name(self, date: date, sequence: int, message_id: str) -> str:
        """Final file name."""
        return self.final.format(date=date, sequence=sequence, message_id=message_id)

    def beside(self, name: str) -> str | None:
        """Name of the signature that lies beside the file; None when it is inside only."""
        return _beside(self.signature, name)

    def temporary_name(self, name: str, attempt: int) -> str:
        """Name to upload under before the rename to ``name``."""
        return self.temporary.format(name=name, attempt=attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Where one kind of answer arrives and which proof it must carry (T9)."""

    folder: str
    archive: str
    """Folder the file is moved to after our commit (T4)."""
    pattern: str
    """File name with one ``*``; case matters."""
    message: Answer
    proof: Proof = "enveloped"
    size_bytes_max: int = 16 * 1024 * 1024
    ready: Ready = "rename"
    """When a file is complete: at once, since the partner renames it into place; when ``NAME.done`` lies beside it;
    when size and time have not changed for ``stable_polls`` rounds."""
    stable_polls: int = 2
    wait_minutes_max: int = 60
    """A file that is still not complete after this goes to a person."""
    files_per_round_max: int = 2000
    """So that no inbox keeps the others waiting; the rest is taken in the next round."""

    def accepts(self, name: str) -> bool:
        """True for a plain basename of this inbox; paths, hidden and odd names are refused."""
        return _REMOTE_NAME.fullmatch(name) is not None and fnmatchcase(name, self.pattern)

    def resembles(self, name: str) -> bool:
        """True for a name that is meant for this inbox to all appearance, whether it is accepted or not."""
        return fnmatchcase(name.casefold(), self.pattern.casefold())

    def completed(self, name: str) -> str | None:
        """The file that ``name`` says is complete; None when it is no companion of one."""
        file = name.removesuffix(DONE)
        return file if self.ready == "done" and file != name and self.accepts(file) else None

    def beside(self, name: str) -> str | None:
        """Name of the signature that proves the file from beside it; None when no such one is awaited."""
        return _beside(self.proof, name)

    def signed(self, name: str) -> str | None:
        """The file whose signature ``name`` is; None when it is none of one."""
        file = name.removesuffix(_beside(self.proof, "") or "")
        return file if file != name and self.accepts(file) else None

    def name(self, text: str) -> str:
        """The name a partner would give: the pattern with ``text`` for its ``*``."""
        return self.pattern.replace("*", text)


def _beside(form: str, name: str) -> str | None:
    return name + _BESIDE[form] if form in _BESIDE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Most that one file or payment may hold; amounts in minor units of the profile's currency."""

    payments_per_file_max: int
    amount_per_file_max: int
    amount_per_payment_max: int
    amount_per_day_max: int = 5_000_000_000_000
    """All files for one execution date; more holds the batch (M14)."""
    amount_per_account_max: int = 1_000_000_000
    """To one payee's account on one execution date, over all partners; likewise."""
    amount_per_person_max: int = 1_000_000_000
    """To one person on one execution date, over all partners; likewise."""
    name_chars_max: int = 70
    remittance_chars_max: int = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One partner, as its manual describes it."""

    code: str
    name: str
    kind: Literal["bank", "wallet"]
    bic: str | None
    napas_bin: str
    """Six digits, text."""
    short_codes: tuple[str, ...]
    """Names of the partner in lists of people, besides ``code`` and ``napas_bin``."""
    status: str
    """How far this declaration can be trusted; shown by ``partner show``."""
    source: str
    """Manual and version, or where else the facts are from."""

    outbox: Outbox
    inboxes: tuple[Inbox, ...]
    limits: Limits
    cutoff: time
    """Local time after which a file is executed on the next working day."""
    currency: str = "VND"

    without: frozenset[str] = frozenset()
    """Values the partner does not take, named as in ``formats.iso20022.pain001.elements``."""
    charset: Charset = "swift_x"
    uppercase_names: bool = True
    agent_scheme: str | None = "NAPAS"
    """``ClrSysMmbId/ClrSysId/Prtry`` when agents are named by NAPAS BIN; None when by BIC."""
    account_scheme: str | None = None
    """``Acct/Id/Othr/SchmeNm/Prtry``; None for a plain account number."""
    batch_booking: bool = False
    sum_booking: Literal["all", "less_rejected"] = "less_rejected"
    """What one entry for a whole file amounts to: all lines, also rejected ones that come back by themselves, or all
    but those rejected by then."""
    charge_bearer: Literal["DEBT", "SHAR", "SLEV"] = "DEBT"

    verification: Literal["acmt.023.001.04", "list"] = "acmt.023.001.04"
    """How it is asked whose accounts are."""
    opening: Literal["acmt.007.001.05", "list"] = "acmt.007.001.05"
    """How it is asked to open accounts; a message is one account."""
    account_list: AccountList = ACCOUNT_LIST
    """Its lists about accounts; answers may always come as one."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    """The partner's own reason codes -> ISO external codes."""
    duplicate_codes: frozenset[str] = DUPLICATE_CODES
    """Reasons that prove an earlier copy arrived: never a rejection of a payment."""
    return_codes: frozenset[str] = RETURN_CODES
    """Bank transaction codes of a booked credit that make it a return."""
    book_of_record: Answer = "camt.053"
    statement_by: time | None = None
    """Local time of the next working day by which the statement of a working day must be here; None when no statement
    of every working day is agreed."""
    acknowledgement_hours: int | None = 4
    """T1: no answer by then raises ``overdue``; None when the partner sends no pain.002."""
    person_hours: int | None = 24
    """T2: no answer by then goes to a person."""
    return_window_days: int = 5
    """Working days after the debit in which money may still come back."""
    poll_seconds: int | None = None
    """Shortest pause between two looks into the partner's folders; None when the manual does not say."""
    recall: str | None = "camt.055.001.12"
    """Message by which a released payment is recalled; the answer, a camt.029, comes to the inbox of pain.002. None:
    the partner takes none, and somebody calls."""
    absence_days: int = 3
    """Working days after the execution date whose statements must all be there before absence is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankProfile(Profile):
    """A bank: accounts are 1 to 19 letters and digits."""

    kind: Literal["bank", "wallet"] = "bank"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletProfile(Profile):
    """An e-wallet or mobile money: accounts are phone numbers under a proprietary scheme."""

    kind: Literal["bank", "wallet"] = "wallet"
    bic: str | None = None
    account_scheme: str | None = "PHONE"
    verification: Literal["acmt.023.001.04", "list"] = "list"
    opening: Literal["acmt.007.001.05", "list"] = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryProfile:
    """A registry of the state that answers lists of people with lists, as its rules describe it."""

    name: str
    status: str
    """How far this declaration can be trusted."""
    source: str

    outbox: Outbox
    """Where request lists go."""
    folder: str
    """Where answer lists arrive."""
    archive: str
    pattern: str
    proof: Proof
    """What an answer must carry when it arrives by itself."""

    asked: Mapping[str, str]
    """Columns of a request list in their order, with the registry's headings."""
    answered: Mapping[str, str]
    """Columns of an answer list, likewise; all must be there, and ``name`` and ``birth`` repeat what was asked."""
    results: Mapping[str, Result]
    """The registry's codes -> what they mean."""
