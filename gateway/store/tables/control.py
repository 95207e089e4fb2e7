"""What people decide over the exchange, and what the exchange must remember: stops, decisions, verdicts, sightings."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.domain.key_life import KeyState
from gateway.domain.rates import CONFIDENCES, KINDS
from gateway.store.tables.columns import Big, big, key, one_of, unique_where


class Stop(SQLModel, table=True):
    """Nothing is released in this scope until the stop is lifted by two people (M16).

    Made by one person, or by ``system`` when it saw something only a person may judge.
    """

    __table_args__ = (
        one_of("scope", ("all", "partner", "batch", "programme", "payer")),
        CheckConstraint("(scope = 'all') = (subject = '')", name="scope_named"),
    )

    id: int = key()
    scope: str
    subject: str
    """Code or id of what is stopped; empty for everything."""
    code: str
    """``emergency`` when a person stopped, else what the system saw."""
    reason: str
    """The person's words, or the file that the system means."""
    actor: str
    stopped_at: str
    lifted_at: str | None = None
    decision_id: int | None = big(default=None, foreign_key="decision.id")
    """By which decision it was lifted."""


class Decision(SQLModel, table=True):
    """One act that needs two people: proposed and signed by one, executed with the signature of another (M11).

    ``precondition`` is a digest of the state it rests on; when that has changed, the decision lapses unexecuted.
    """

    __table_args__ = (
        one_of("state", ("proposed", "executed", "lapsed")),
        CheckConstraint("confirmed_by <> proposed_by AND confirmed_key <> proposed_key", name="four_eyes"),
        CheckConstraint(
            "state <> 'executed' OR (confirmed_by IS NOT NULL AND confirmation IS NOT NULL)", name="executed_by_two"
        ),
    )

    id: int = key()
    reference: str = Field(unique=True)
    verb: str
    subject: str
    params: str
    reason: str
    evidence_name: str | None = None
    evidence_sha256: str | None = None
    """A blob: the partner's letter, or what else the decision rests on."""
    precondition: str
    state: str
    proposed_by: str = Field(foreign_key="operator.name")
    proposed_key: str
    proposed_at: str
    proposal: bytes
    """Signature of the first person."""
    confirmed_by: str | None = Field(default=None, foreign_key="operator.name")
    confirmed_key: str | None = None
    confirmation: bytes | None = None
    """Signature of the second person."""
    ended_at: str | None = None
    lapse: str | None = None
    """Why it lapsed."""


class Verdict(SQLModel, table=True):
    """What two people say of a file whose delivery is unknown; evidence for its payments like a partner's answer.

    The newest counts.
    """

    __table_args__ = (one_of("verdict", ("delivered", "absent")),)

    decision_id: int = Field(primary_key=True, sa_type=Big, foreign_key="decision.id")
    file_id: int = Field(foreign_key="file_out.id", index=True)
    verdict: str


class Sighting(SQLModel, table=True):
    """A name in a partner's inbox as last seen: whether it still grows, and whether we have taken it already."""

    partner: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    size_bytes: int = big()
    modified: int = big()
    polls: int
    """How many rounds in a row saw exactly this; of a received file, how often its bytes were found the same."""
    tries: int
    """How often reading it, or moving it away, has failed."""
    first_seen_at: str
    said: str | None = None
    """The kind of the last exception about it, so that each is said once."""
    file_in_id: int | None = big(default=None, foreign_key="file_in.id")
    """The file received from it, when it could not be moved away at the partner."""


class Funding(SQLModel, table=True):
    """Money that came to an account of ours by the word of two people, until a statement shows it. Insert-only."""

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        UniqueConstraint("partner", "account", "reference", name="uq_funding_reference"),
    )

    id: int = key()
    decision_id: int = big(foreign_key="decision.id", unique=True)
    partner: str
    account: str
    reference: str
    """The transfer's, so that it counts once."""
    amount: int = big()
    currency: str
    value_date: str
    confirmed_at: str


class Recall(SQLModel, table=True):
    """A released payment that the partner is asked not to execute (M13). Insert-only; it moves no money.

    Two people ask, or the gateway itself, once, for a payment whose predecessor is booked after all (M10, trigger).
    """

    __table_args__ = (unique_where("uq_recall_own", "payment_id", where="decision_id IS NULL"),)

    id: int = key()
    payment_id: int = big(foreign_key="payment.id", index=True)
    file_id: int = Field(foreign_key="file_out.id", index=True)
    """The file that asks; it carries no payment."""
    decision_id: int | None = big(default=None, foreign_key="decision.id", unique=True)
    """None for the gateway's own."""
    reason: str
    """ISO external cancellation reason."""
    requested_at: str


class RecallAnswer(SQLModel, table=True):
    """What a partner says of a recall; the latest counts, by the time inside the message. Insert-only."""

    __tablename__ = "recall_answer"
    __table_args__ = (one_of("status", ("accepted", "rejected", "pending")),)

    id: int = key()
    recall_id: int = big(foreign_key="recall.id", index=True)
    file_in_id: int = big(foreign_key="file_in.id", index=True)
    message_id: str
    created_at: str
    status: str
    reason: str | None = None


class KeyStep(SQLModel, table=True):
    """A step in the life of a key of ours, or of a partner's that we believe. Insert-only; their order counts.

    A key of a partner's is believed only by a decision of two people (trigger).
    """

    __tablename__ = "key_step"
    __table_args__ = (
        one_of("purpose", ("signing", "transport", "answers", "server", "openpgp")),
        one_of("state", tuple(KeyState)),
    )

    id: int = key()
    name: str
    """A key of ours; of a partner's key its key id, or the fingerprint of the server: that tells them apart."""
    key_id: str
    line: str
    """The first key of those that succeed each other; of a partner's key its name."""
    purpose: str
    partner: str
    """Towards whom; empty for every partner."""
    state: str
    actor: str
    at: str
    decision_id: int | None = big(default=None, foreign_key="decision.id")


class Rate(SQLModel, table=True):
    """What a programme pays, by a list that two people confirmed. Insert-only; the newest of one name counts."""

    __table_args__ = (
        one_of("kind", KINDS),
        one_of("confidence", CONFIDENCES),
        CheckConstraint("value >= 0", name="value_not_negative"),
        CheckConstraint("(kind IN ('coefficient', 'amount')) = (group_code <> '')", name="group_of_kind"),
        CheckConstraint("(kind IN ('instead', 'addition')) = (place <> '')", name="place_of_kind"),
    )

    id: int = key()
    decision_id: int = big(foreign_key="decision.id", index=True)
    kind: str
    programme: str
    group_code: str
    place: str
    age_from: int
    age_below: int | None = None
    since: str
    until: str | None = None
    value: int = big()
    """VND, of a coefficient hundredths."""
    in_force: str
    legal: str
    source: str
    confidence: str
