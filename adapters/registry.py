"""Every adapter by its code. A partner more is a file more and one line here; nothing registers itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adapters.banks import agribank, vietcombank, vietinbank
from adapters.ewallets import momo, viettelmoney
from adapters.profile import Profile, RegistryProfile
from adapters.registries import population

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "vietinbank": vietinbank.PROFILE,
        "vietcombank": vietcombank.PROFILE,
        "agribank": agribank.PROFILE,
        "momo": momo.PROFILE,
        "viettelmoney": viettelmoney.PROFILE,
    }
)

POPULATION: RegistryProfile = population.PROFILE
"""Who says whether people are who they are said to be."""


class UnknownAdapter(LookupError):
    """No adapter has this code; ``params`` names the code and those that exist."""

    code = "unknown_adapter"

    def __init__(self, adapter: str) -> None:
        self.params = {"adapter": adapter, "known": ", ".join(PROFILES)}
        super().__init__(f"{self.code}({adapter})")


def profile(code: str) -> Profile:
    """The profile of an adapter, or ``UnknownAdapter``."""
    try:
        return PROFILES[code]
    except KeyError:
        raise UnknownAdapter(code) from None
