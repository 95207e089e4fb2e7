"""Seal: render from stored values, sign once, read back and compare every field, store the bytes (M5, M6, M7)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from adapters.profile import Outbox, Profile
from formats.errors import FormatError, SchemaMissing, Unrenderable
from formats.iso20022 import cancel, pain001
from formats.iso20022.pain001 import check
from gateway.domain.calendar import VIET_NAM
from gateway.domain.crash import crash_point
from gateway.domain.errors import ApprovalVoid, NotConfigured, Tampered
from gateway.domain.states import FileState
from gateway.ports import MessageSigner, Vault, Verdict
from gateway.store import batches, blobs, files, moves, recalls
from gateway.store.store import Transaction
from gateway.store.tables import FileOut, WireObject
from gateway.usecases import recall, wording
from gateway.usecases.approve import require_signatures
from gateway.usecases.context import Context, Partner
from gateway.usecases.rows import Line, content_blind

_PURPOSE, _CATEGORY = "SSBE", "SSBE"
"""Social security benefit: says nothing about health (formats notes)."""


class Travelling(NamedTuple):
    """What goes to the partner, and the certificate to which it is encrypted."""

    content: BinaryIO
    encrypted_to: str | None

    def close(self) -> None:
        self.content.close()


class Beside(NamedTuple):
    """A signature of its own, which travels with the file."""

    name: str
    content: bytes


def seal(context: Context, message_id: str) -> None:
    """Make the bytes of an allocated file. Nothing is kept when any check fails."""
    with context.store.read() as tx:
        file = files.find(tx, message_id)
        partner = context.partner(file.partner)
        signer = partner.signer()
        with closing(context.spool.create()) as final:
            _write_signed(context, tx, file, partner.profile, signer, final)
            with closing(_travelling(context, partner, final)) as wire:
                beside = _beside(partner.profile.outbox, file, signer, wire.content)
                crash_point("file signed and checked")
                _store(context, file, final, wire, beside, signer.key_id)


def _write_signed(
    context: Context, tx: Transaction, file: FileOut, profile: Profile, signer: MessageSigner, final: BinaryIO
) -> None:
    """Write and sign while a check follows; then the bytes in the file must be those that were checked and signed."""
    if file.message in cancel.VERSIONS:
        rendered, verdict = _rendered_recall(context, tx, file, signer, final)
        _require_alike(file, rendered, verdict, signer, final)
        return
    if file.message not in pain001.WITH_ENVELOPE:
        raise NotConfigured("no_place_for_signature", message=file.message)
    rendered, verdict = _rendered(context, tx, file, profile, signer, final)
    _require_alike(file, rendered, verdict, signer, final)


def _require_alike(
    file: FileOut, rendered: pain001.Rendered, verdict: Verdict, signer: MessageSigner, final: BinaryIO
) -> None:
    if (verdict.sha256, verdict.values) != (rendered.sha256, rendered.values):
        raise Tampered("sealed_bytes_differ", file=file.message_id)
    if blobs.digest(final)[0] != rendered.sha256.hex():
        raise Tampered("sealed_bytes_differ", file=file.message_id)
    final.seek(len(pain001.DECLARATION))
    if signer.digest_of(final, rendered.signed_at, rendered.signature_bytes) != rendered.digest:
        raise Tampered("sealed_bytes_differ", file=file.message_id)


def _rendered(
    context: Context, tx: Transaction, file: FileOut, profile: Profile, signer: MessageSigner, final: BinaryIO
) -> tuple[pain001.Rendered, Verdict]:
    blocks = [(_block(file, profile), _transfers(context, tx, file, profile))]
    try:
        with context.check(file.message, file.payments) as check:
            rendered = pain001.render(
                _header(file),
                blocks,
                final,
                file.message,
                narrowing=_narrowing(profile),
                sign=signer.signature,
                follower=check,
            )
            return rendered, check.verdict()
    except Unrenderable as error:
        raise Tampered("not_renderable", file=file.message_id, field=error.field, rule=error.rule) from error
    except SchemaMissing as error:
        raise NotConfigured(error.code, **error.params) from None
    except FormatError as error:
        raise Tampered("sealed_bytes_differ", file=file.message_id, reason=error.code) from error


def _rendered_recall(
    context: Context, tx: Transaction, file: FileOut, signer: MessageSigner, final: BinaryIO
) -> tuple[pain001.Rendered, Verdict]:
    """The recall of a payment (M13), read back by the official schema."""
    partner, rows = context.partner(file.partner), recalls.content(tx, file.id)
    head = recall.request(file, rows, _agent(partner.profile, partner.profile.napas_bin))
    try:
        rendered = cancel.render(head, recall.transfers(rows, partner), final, file.message, signer.signature)
        return rendered, check.Verdict(*cancel.check(final, file.message))
    except Unrenderable as error:
        raise Tampered("not_renderable", file=file.message_id, field=error.field, rule=error.rule) from error
    except SchemaMissing as error:
        raise NotConfigured(error.code, **error.params) from None
    except FormatError as error:
        raise Tampered("sealed_bytes_differ", file=file.message_id, reason=error.code) from error


def _narrowing(profile: Profile) -> pain001.Narrowing:
    limits = profile.limits
    names = dict.fromkeys(("creditor.name", "ultimate_creditor.name"), limits.name_chars_max)
    return pain001.Narrowing(
        charset=profile.charset,
        chars_max={**names, "remittance": limits.remittance_chars_max},
        without=profile.without,
    )


def _header(file: FileOut) -> pain001.Header:
    return pain001.Header(
        message_id=file.message_id,
        created=datetime.fromisoformat(file.created_at).astimezone(VIET_NAM),
        initiating_party=pain001.Party(file.initiating_party, organisation_id=file.initiating_party_id),
        count=file.payments,
        control_sum=file.amount,
        currency=file.currency,
    )


def _block(file: FileOut, profile: Profile) -> pain001.Block:
    return pain001.Block(
        payment_information_id=file.payment_information_id,
        execution_date=date.fromisoformat(file.execution_date),
        debtor=pain001.Party(file.debtor),
        debtor_account=pain001.Account(file.debtor_account),
        debtor_agent=_agent(profile, profile.napas_bin),
        currency=file.currency,
        count=file.payments,
        control_sum=file.amount,
        category_purpose=_CATEGORY,
        batch_booking=profile.batch_booking,
        charge_bearer=profile.charge_bearer,
    )


def _agent(profile: Profile, napas_bin: str) -> pain001.Agent:
    if profile.agent_scheme is None and napas_bin == profile.napas_bin:
        return pain001.Agent(bicfi=profile.bic)
    return pain001.Agent(member_id=napas_bin, clearing_system=profile.agent_scheme or "NAPAS")


def _transfers(context: Context, tx: Transaction, file: FileOut, profile: Profile) -> Iterator[pain001.Transfer]:
    """The file's rows as transfers, each proved against the content that was approved (M12)."""
    vault = context.vault()
    for row in files.content(tx, file.id):
        personal = _opened(vault, row, file)
        yield pain001.Transfer(
            instruction_id=f"I{row.end_to_end_id[1:]}",
            end_to_end_id=row.end_to_end_id,
            uetr=None if "uetr" in profile.without else row.uetr,
            amount=row.amount,
            creditor=pain001.Party(wording.name_for(profile, personal["payee_name"])),
            creditor_account=pain001.Account(personal["account"], _scheme(profile, row.bank)),
            creditor_agent=_agent(profile, row.bank),
            purpose=_PURPOSE,
            remittance=wording.remittance_for(profile, personal["note"], row.benefit_month),
            ultimate_creditor=_beneficiary(profile, personal),
        )


def _scheme(profile: Profile, bank: str) -> str | None:
    """Wallet numbers carry the partner's scheme; accounts elsewhere are plain."""
    return profile.account_scheme if bank == profile.napas_bin else None


def _beneficiary(profile: Profile, personal: dict[str, Any]) -> pain001.Party:
    """Named only when somebody else receives the money."""
    if personal["payee_name"] == personal["beneficiary_name"]:
        return pain001.NOBODY
    return pain001.Party(wording.name_for(profile, personal["beneficiary_name"]))


def _opened(vault: Vault, row: Any, file: FileOut) -> dict[str, Any]:
    """The personal envelope, whose content must be what was imported and approved."""
    personal: dict[str, Any] = json.loads(vault.open(bytes(row.personal), f"payment:{row.id}"))
    if content_blind(vault, approved_line(row, file.partner, personal)) != bytes(row.content_blind):
        raise Tampered("payment_changed", payment=row.end_to_end_id)
    return personal


def approved_line(row: Any, partner: str, personal: Mapping[str, Any]) -> Line:
    """The line as it was imported, put together again from its columns and its envelope."""
    return Line(
        row=0,
        partner=partner,
        payment_ref=row.payment_ref,
        commune_code=row.commune_code,
        benefit_month=row.benefit_month,
        kind=row.kind,
        amount=row.amount,
        entitled_amount=row.entitled_amount,
        bank=row.bank,
        **personal,
    )


def _travelling(context: Context, partner: Partner, final: BinaryIO) -> Travelling:
    """What goes to the partner: the message, or an OpenPGP message made of it, once for ever (M5)."""
    if partner.profile.outbox.encryption == "none":
        return Travelling(final, None)
    sealed = Travelling(context.spool.create(), "")
    return sealed._replace(encrypted_to=partner.envelope().seal(final, sealed.content))


def _beside(outbox: Outbox, file: FileOut, signer: MessageSigner, wire: BinaryIO) -> Beside | None:
    """The signature over the travelling bytes that is to lie beside them, where one is declared."""
    name = outbox.beside(file.name)
    if name is None:
        return None
    digest = bytes.fromhex(blobs.digest(wire)[0])
    return Beside(name, signer.signature_beside(outbox.signature, digest, file.name))


def _store(
    context: Context, file: FileOut, final: BinaryIO, wire: Travelling, beside: Beside | None, key_id: str
) -> None:
    """One short transaction: the approval is checked again, the bytes become the file's for ever."""
    with context.store.begin() as tx:
        current = files.claim(tx, file.id)
        if current.state != FileState.ALLOCATED:
            return  # another worker was first; these bytes were never anybody's
        require_signatures(context, tx, batches.find(tx, current.batch_id))
        if batches.file_digest(tx, current.id) != current.content_sha256:
            raise ApprovalVoid("approval_void", batch=current.batch_id, reason="content_changed")
        current.sha256, current.key_id = blobs.put(tx, final), key_id
        blobs.put(tx, wire.content)
        tx.session.add(_wire(current, 0, current.name, wire.content, wire.encrypted_to))
        if beside is not None:
            signature = BytesIO(beside.content)
            blobs.put(tx, signature)
            tx.session.add(_wire(current, 1, beside.name, signature))
        moves.move(tx, "file_out", current.id, FileState.SEALED, f"signed with {key_id}")
        tx.record("system", "file seal", current.message_id, current.sha256, key=key_id)


def _wire(file: FileOut, ordinal: int, name: str, content: BinaryIO, encrypted_to: str | None = None) -> WireObject:
    """What travels: the message itself first, or what it is encrypted in, then the signature beside it."""
    sha256, size_bytes = blobs.digest(content)
    return WireObject(
        file_id=file.id,
        ordinal=ordinal,
        name=name,
        sha256=sha256,
        size_bytes=size_bytes,
        encrypted_to=encrypted_to,
    )
