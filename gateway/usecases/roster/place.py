"""The commune of a row: codes of before July 2025 and names become the code of today where one commune is certain."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.domain import identifiers
from gateway.usecases.context import Commune, Context, FoundCommune
from gateway.usecases.roster.remark import Remark


def locate(context: Context, written: str, province: str) -> tuple[str, list[Remark]]:
    """The code of today, else what is written; and what there is to say of it (codes and names of places only)."""
    if not written:
        return "", [Remark("commune", "missing")]
    if written.isdecimal() and not identifiers.is_commune(written):
        return written, [Remark("commune", "commune_code_invalid")]
    found = context.commune(written, province)
    if not found.kind and found.commune is not None:
        return found.commune.code, []
    remark = _unknown(written, province) if not found.communes else _remark(found)
    return found.commune.code if found.commune is not None else written, [remark]


def _unknown(written: str, province: str) -> Remark:
    if written.isdecimal():
        return Remark("commune", "commune_code_unknown")
    if province:
        return Remark("commune", "commune_name_unknown", {"province": province})
    return Remark("commune", "commune_province_missing")


def _remark(found: FoundCommune) -> Remark:
    meant = _told(found.communes)
    if found.kind == "merged":
        return Remark("commune", "commune_merged", {"before": found.before, "commune": meant}, blocking=False)
    if found.kind == "disputed":
        return Remark("commune", "commune_code_disputed", {"commune": meant}, blocking=False)
    if found.kind == "divided":
        return Remark("commune", "commune_divided", {"before": found.before, "candidates": meant})
    return Remark("commune", "commune_name_unclear", {"candidates": meant})


def _told(communes: Iterable[Commune]) -> str:
    return "; ".join(f"{each.code} {each.name}" for each in communes)
