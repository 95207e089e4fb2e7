"""Somebody who can write into the folders between us and a partner, but has nobody's key."""

from __future__ import annotations

from collections.abc import Mapping

from support.banks import Answerer, Booking

from simulation.bank import Bank
from simulation.chance import Chance
from simulation.judge import Judge

ODD_NAMES = ("../up", "a\nb", "\u202e053.xml", "x" * 255, ".hidden", "STM_\x00.xml", "stm_1.XML")
"""Fault 62."""


class Attacker:
    """Replays, reflects, forges, swaps, floods; everything forged is written down for the judge."""

    def __init__(self, chance: Chance, judge: Judge, banks: Mapping[str, Bank], stranger: Answerer) -> None:
        self._chance, self._judge, self._banks, self._stranger = chance, judge, banks, stranger
        self._number = 0

    def act(self) -> None:
        bank = self._chance.one(list(self._banks.values()))
        act = self._chance.weighted(
            {
                self._replay: 4,
                self._reflect: 3,
                self._forge: 5,
                self._tamper: 4,
                self._swap: 2,
                self._garbage: 2,
                self._truncate: 2,
                self._odd_name: 2,
                self._odd_kind: 1,
                self._too_large: 1,
            }
        )
        self._chance.tell(f"attacker {act.__name__} {bank.profile.code}")
        act(bank)

    # --- words of others ----------------------------------------------------------------------------------------

    def _replay(self, bank: Bank) -> None:
        """Fault 90: an old file under a new name."""
        if bank.sent:
            self._chance.count(90)
            message, _, content = self._chance.one(bank.sent)
            self._lay(bank, message, content)

    def _reflect(self, bank: Bank) -> None:
        """T5: our own signed file comes back as an answer."""
        if bank.orders:
            self._lay_forged(bank, self._any_message(bank), self._chance.one(bank.orders).content)

    def _forge(self, bank: Bank) -> None:
        """T1: a debit or a rejection of everything, signed by a stranger or by nobody."""
        lines = [line for order in bank.orders for line in order.lines]
        if not lines:
            return
        if self._chance.happens(0.5):
            entries = [Booking(line.end_to_end_id, -line.amount, f"F{line.end_to_end_id}") for line in lines]
            message = self._chance.one(("camt.053", "camt.054"))
            content = self._stranger.statement(*entries, account=bank.account, message=message)
        else:
            message, order = "pain.002", self._chance.one(bank.orders)
            content = self._stranger.status(order.message_id, group=("RJCT", "AC04"), id_=f"F{self._next()}")
        if self._chance.happens(0.5):
            content = _unsigned(content)
        self._lay_forged(bank, message, content)

    def _tamper(self, bank: Bank) -> None:
        """T2: another amount or another status in what the partner signed."""
        if not bank.sent:
            return
        message, _, content = self._chance.one(bank.sent)
        changed = content.replace(b">DBIT<", b">CRDT<").replace(b">ACSP<", b">RJCT<").replace(b"AC04", b"AC06")
        if changed != content:
            self._lay_forged(bank, message, changed)

    def _swap(self, bank: Bank) -> None:
        """T5: what another partner said to us."""
        others = [each for each in self._banks.values() if each is not bank and each.sent]
        if others:
            message, _, content = self._chance.one(self._chance.one(others).sent)
            self._lay_forged(bank, message, content)

    # --- things that are no words -------------------------------------------------------------------------------

    def _garbage(self, bank: Bank) -> None:
        self._lay_forged(bank, self._any_message(bank), f"garbage {self._next()}".encode())

    def _truncate(self, bank: Bank) -> None:
        if bank.sent:
            message, _, content = self._chance.one(bank.sent)
            self._lay_forged(bank, message, content[: len(content) * self._chance.number(1, 99) // 100])

    def _odd_name(self, bank: Bank) -> None:
        self._chance.count(62)
        inbox = self._chance.one(bank.profile.inboxes)
        bank.server.put(f"{inbox.folder}/{self._chance.one(ODD_NAMES).replace('/', '_')}", b"odd")

    def _odd_kind(self, bank: Bank) -> None:
        """Fault 62 too: a folder, link or pipe under a good name."""
        self._chance.count(62)
        inbox = self._chance.one(bank.profile.inboxes)
        bank.server.put(f"{inbox.folder}/{inbox.name(f'odd{self._next()}')}", b"").is_regular = False

    def _too_large(self, bank: Bank) -> None:
        inbox = self._chance.one(bank.profile.inboxes)
        node = bank.server.put(f"{inbox.folder}/{inbox.name(f'big{self._next()}')}", b"x")
        node.size_bytes = inbox.size_bytes_max + 1

    # --- laying down --------------------------------------------------------------------------------------------

    def _any_message(self, bank: Bank) -> str:
        return self._chance.one(bank.profile.inboxes).message

    def _lay_forged(self, bank: Bank, message: str, content: bytes) -> None:
        self._judge.forge(bank.profile.code, content)
        self._lay(bank, message, content)

    def _lay(self, bank: Bank, message: str, content: bytes) -> None:
        inbox = next(each for each in bank.profile.inboxes if each.message == message)
        bank.server.put(f"{inbox.folder}/{inbox.name(f'x{self._next()}')}", content)

    def _next(self) -> int:
        self._number += 1
        return self._number


def _unsigned(document: bytes) -> bytes:
    end = b"</Signature>"
    return document[: document.index(b"<Signature")] + document[document.index(end) + len(end) :]
