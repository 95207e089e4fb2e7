"""What there is to say of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say of one field; parameters hold no personal data, the suggestion may."""

    field: str
    code: str
    params: Mapping[str, str | int] = dataclass_field(default_factory=dict)
    blocking: bool = True
    suggestion: str = ""
