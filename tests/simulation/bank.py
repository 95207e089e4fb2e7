"""A simulated partner: takes what lies under a final name, debits it every time, answers, books, returns, and errs.

Its ledger is the judge of M1. It trusts every file whose bytes are signed by us, and checks nothing else: no message
id, no name, no end-to-end id twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from support.banks import Answerer

from adapters.profile import Profile
from simulation.books import Books
from simulation.chance import Chance
from simulation.orders import END, Ledger, Line, Order, is_recall, read_order, read_recall
from simulation.server import Server


class Bank:
    """One partner; ``appeared`` is told of every file at the moment it stands under a final name."""

    def __init__(
        self,
        profile: Profile,
        account: str,
        server: Server,
        chance: Chance,
        answerer: Answerer,
        today: Callable[[], date],
    ) -> None:
        self.profile, self.account, self.server, self.chance = profile, account, server, chance
        self.ledger = Ledger()
        self.orders: list[Order] = []
        self.recalls: list[tuple[str, str]] = []
        """(message id, end-to-end id) of every request not to execute that it has not answered."""
        self.outbox = profile.outbox.folder
        self.sent: list[tuple[str, str, bytes]] = []
        """(inbox message, name, content) of everything it ever put out."""
        self.swept: Callable[[Bank, bytes], bool] = lambda bank, content: True
        """Asked about a file that nobody has released, whether to work on it."""
        self.misdirected: Callable[[str, bytes], None] = lambda partner, content: None
        """Told of what it signed for somebody else and laid into our folder."""
        self.answerer = answerer
        self._today, self._last_day = today, today()
        self._later: list[tuple[str, bytes]] = []
        """(path, content) that it has still to write."""
        self._number = 0
        self.books = Books(self)
        self.at_once = chance.happens(0.35)
        self._leaves = chance.one(("removes", "archives", "keeps"))
        self.swept_names: set[str] = set()
        self.blocked: set[str] = set()
        """Message ids that it has promised never to work on."""
        server.clobbers = chance.happens(0.2)

    def today(self) -> date:
        """The bank's own day, which never goes back."""
        self._last_day = max(self._last_day, self._today())
        return self._last_day

    # --- taking files -------------------------------------------------------------------------------------------

    def order_at(self, name: str) -> str | None:
        """The file that is released by this name in the outbox, by the form of delivery; None when none is."""
        form, marker = self.profile.outbox.delivery, self.profile.outbox.marker
        if form == "rename":
            return None if name.startswith(".") else name
        if form == "marker":
            data = name.removesuffix(marker)
            return data if data != name and self._lies(data) else None
        return name if self._lies(name) and self._content(name).endswith(END) else None

    def _lies(self, name: str) -> bool:
        return name in self.server.folder(self.outbox)

    def _content(self, name: str) -> bytes:
        return self.server.get(f"{self.outbox}/{name}").content

    def look(self, folder: str, name: str) -> None:
        """Fault 48: what appears may be gone before the server has answered."""
        if folder == self.outbox and self.at_once and self.order_at(name):
            self.chance.count(48)
            self._take(name)

    def take(self) -> None:
        for name in sorted(self.server.folder(self.outbox)):
            if self.order_at(name):
                self._take(name)

    def _take(self, name: str) -> None:
        order = self.order_at(name)
        assert order is not None
        node = self.server.get(f"{self.outbox}/{order}")
        if not any(each.name == order and each.content == node.content for each in self.orders):
            self._accept(order, node.content)
        if self._leaves != "keeps":
            self.server.unlink(f"{self.outbox}/{name}")
            self.server.unlink(f"{self.outbox}/{order}")
        if self._leaves == "archives":
            self.server.folder(f"{self.outbox}/archive")[order] = node

    def _accept(self, name: str, content: bytes) -> None:
        """What is not signed by us is thrown away."""
        if b"<Signature" not in content or not content.endswith(END):
            return
        if is_recall(content):
            self.recalls.append(read_recall(content))
        else:
            order = read_order(name, content)
            if order.message_id not in self.blocked:
                self.orders.append(order)

    def receive_by_hand(self, name: str, content: bytes) -> None:
        """A person of the payer uploads what we have sealed."""
        self.server.put(f"{self.outbox}/{name}", content)
        if self.profile.outbox.delivery == "marker":
            self.server.put(f"{self.outbox}/{name}{self.profile.outbox.marker}", b"")

    def take_temporary(self) -> None:
        """Fault 49: this partner takes away a file that is not released yet, and may even work on it."""
        names = sorted(self.server.folder(self.outbox))
        orders = {self.order_at(name) for name in names}
        hidden = [name for name in names if not self.order_at(name) and name not in orders]
        if hidden:
            self.chance.count(49)
            name = self.chance.one(hidden)
            content = self._content(name)
            self.swept_names.add(name)
            self.server.unlink(f"{self.outbox}/{name}")
            if content.endswith(END) and self.chance.happens(0.5) and self.swept(self, content):
                self._accept(name, content)

    # --- answers ------------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """A pain.002 for one file: accepted, some lines refused, all refused, or a word about duplicates."""
        waiting = [order for order in self.orders if not order.answered]
        if not waiting:
            return
        order = self.chance.one(waiting)
        order.answered = True
        how = self.chance.weighted({"accepts": 60, "some": 20, "group": 8, "block": 5, "duplicate": 3, "pending": 4})
        open_ = [line for line in order.lines if line.state == "taken"]
        if how in ("group", "block") and len(open_) == len(order.lines):
            self._reject(open_)
            self._say(order, **{how: self._refusal(how, order)})
        elif how == "some" and open_:
            self._reject([self.chance.one(open_)])
            told = {"taken": "ACSP", "rejected": "RJCT"}
            transfers = tuple(
                (line.end_to_end_id, told.get(line.state, "ACSP"), "AC04" if line.state == "rejected" else "")
                for line in order.lines
            )
            self._say(order, transfers=transfers)
        elif how == "duplicate":
            self._say(order, group=("RJCT", self.chance.one(("DUPL", "AM05"))))
        else:
            self._say(order, group=("PDNG" if how == "pending" else "ACSP", ""))

    @staticmethod
    def _refusal(how: str, order: Order) -> tuple[str, ...]:
        return ("RJCT", "AM04") if how == "group" else (order.block_id, "RJCT", "AM04")

    def _reject(self, lines: list[Line]) -> None:
        for line in lines:
            line.state = "rejected"
            self.ledger.rejected.add(line.end_to_end_id)

    def _say(self, order: Order, **words: object) -> None:
        hour, second = divmod(self._number, 3600)
        created = f"{self.today()}T{10 + hour}:{second // 60:02d}:{second % 60:02d}+07:00"
        content = self.answerer.status(order.message_id, id_=self.id("P"), created=created, **words)  # type: ignore[arg-type]
        self.put("pain.002", content)

    def answer_recall(self) -> None:
        """What it has not debited yet it may let be, and says so twice; else it refuses."""
        if not self.recalls:
            return
        message_id, end_to_end_id = self.recalls.pop(0)
        lines = [(order, each) for order in self.orders for each in order.lines if each.end_to_end_id == end_to_end_id]
        stopped = [(order, line) for order, line in lines if line.state == "taken" and self.chance.happens(0.6)]
        number = self.id("X")
        created = f"{self.today()}T12:00:00+07:00"
        said = "ACCR" if stopped else "RJCR"
        answer = self.answerer.resolution(message_id, end_to_end_id, said, id_=number, created=created)
        self.put("pain.002", answer)
        for order, line in stopped:
            self._reject([line])
            self._say(order, transfers=((end_to_end_id, "RJCT", "CUST"),))

    def contradict(self) -> None:
        """S8: a late word that a debited line is refused; the booking stands."""
        lines = [(order, line) for order in self.orders for line in order.lines if line.state == "debited"]
        if lines:
            order, line = self.chance.one(lines)
            status = self.chance.one(("RJCT", "ACSP"))
            if status == "RJCT":
                self.ledger.rejected.add(line.end_to_end_id)
            self._say(order, transfers=((line.end_to_end_id, status, "AC06"),))

    # --- putting out --------------------------------------------------------------------------------------------

    def put(self, message: str, content: bytes, name: str = "") -> None:
        """Into its folder: at once, or in two halves (66), or begun with nothing (67)."""
        inbox = next(each for each in self.profile.inboxes if each.message == message)
        name = name or inbox.name(f"{self._number:06d}")
        self.sent.append((message, name, content))
        path = f"{inbox.folder}/{name}"
        number = self.chance.likely(66, 67)
        if number:
            self._later.append((path, content))
            content = content[: len(content) // 2] if number == 66 else b""
        self.server.put(path, content)
        self.chance.tell(f"{self.profile.code} puts {path}")
        self._age(path)
        if inbox.ready == "done":
            self._complete(path, number is not None)

    def _complete(self, path: str, is_half: bool) -> None:
        """The companion; it may be late (68), or there before the file (69)."""
        if is_half or self.chance.likely(68):
            self._later.append((f"{path}.done", b""))
        else:
            self.server.put(f"{path}.done", b"")
            if self.chance.likely(69):
                self.server.put(f"{path}9.done", b"")

    def _age(self, path: str) -> None:
        """Faults 63 and 64: times of the server that mean nothing."""
        if number := self.chance.likely(63, 64):
            self.server.get(path).modified = 0 if number == 63 else self.server.now() + 7200

    def finish_halves(self) -> None:
        """The rest of what was begun; anew where it was taken away meanwhile."""
        for path, content in self._later:
            self.server.put(path, content)
        self._later.clear()

    def repeat(self) -> None:
        """Faults 70, 71, 72: an earlier file again, under its own or a new name; or its name in our archive."""
        if not self.sent:
            return
        message, name, content = self.chance.one(self.sent)
        inbox = next(each for each in self.profile.inboxes if each.message == message)
        number = self.chance.likely(70, 71, 72)
        if number == 70:
            self.put("camt.054", self.books.statement([], "camt.054"), self._name_in("camt.054"))
        elif number == 71:
            if message == "camt.053":
                self.chance.count(91)
            self.put(message, content, inbox.name(f"again{self.id('')}"))
        elif number == 72 and name not in self.server.folder(inbox.archive):
            self.server.put(f"{inbox.archive}/{name}", b"something else")

    def _name_in(self, message: str) -> str:
        return next((name for kind, name, _ in self.sent if kind == message), "")

    def id(self, letter: str) -> str:
        self._number += 1
        return f"{letter}{self.profile.code[:1].upper()}{self._number:05d}"

    # --- one turn, and the end ----------------------------------------------------------------------------------

    def work(self) -> None:
        act = self.chance.weighted(
            {
                self.take: 25,
                self.answer: 22,
                self.answer_recall: 10 if self.recalls else 0,
                self.books.book: 22,
                self.books.close_day: 10,
                self.books.give_back: 6,
                self.books.foreign: 3,
                self.books.book_after_all: 1,
                self.contradict: 2,
                self.books.err: 2,
                self.repeat: 6,
                self.finish_halves: 6,
                self.take_temporary: 4,
            }
        )
        self.chance.tell(f"{self.profile.code} {act.__name__}")
        act()

    def honest_day(self) -> None:
        """The end: everything is taken, answered and booked, and every word of it arrives."""
        self.take()
        self.finish_halves()
        self._put_again()
        for order in self.orders:
            if not order.answered:
                order.answered = True
                self._say(order, group=("ACSP", ""))
        while self.recalls:
            self.answer_recall()
        self.books.book(most=10_000)
        if self.books.unreported:
            self.books.close_day()

    def _put_again(self) -> None:
        """What was spoiled at the server while it was read: somebody has asked for it."""
        while self.server.spoiled:
            content = self.server.spoiled.pop()
            for message in {message for message, _, genuine in self.sent if genuine == content}:
                inbox = next(each for each in self.profile.inboxes if each.message == message)
                self.put(message, content, inbox.name(f"anew{self.id('')}"))
