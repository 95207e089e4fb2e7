"""``python -m fuzz TARGET SECONDS``: fuzz one reader with atheris, seeded with the kept corpus and the tests' fixtures.

What it finds new stands in ``fuzz/found/TARGET`` (not kept); a crash is written there and ends the run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import copyfile

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["formats", "keys"]):
    from fuzz.targets import TARGETS

ROOT = Path(__file__).parents[1]
_SEEDS = {
    "camt": ("generic/camt*.xml", "faults/*.camt05*.xml"),
    "acmt": ("generic/acmt*.xml",),
    "pain002": ("generic/pain002*.xml", "faults/*.pain002.xml"),
    "pain001": ("generic/pain001*.xml",),
    "schema": ("generic/*.xml",),
    "explain": ("generic/*.xml",),
    "enveloped": ("generic/camt053*.xml",),
    "streamed": ("generic/camt053*.xml",),
    "detached": ("generic/pain002*.xml",),
    "cms": (),
    "csv": ("months/*.csv",),
    "xlsx": ("months/*.xlsx",),
    "list_csv": ("lists/*.csv",),
    "list_xlsx": ("lists/*.xlsx",),
    "text": ("months/*.csv",),
}
_WORDS = (
    *("<Ntry>", "</Ntry>", '<Amt Ccy=\\"VND\\">', "CdtDbtInd", "TxDtls", "NtryDtls", "OrgnlPmtInfAndSts"),
    *("<![CDATA[", "<!DOCTYPE", "&#x0;", "xmlns=", "Signature"),
)


def main(target: str, seconds: int) -> None:
    found = ROOT / "fuzz" / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    for pattern in _SEEDS[target]:
        for path in (ROOT / "tests" / "fixtures").glob(pattern):
            copyfile(path, found / path.name)
    words = found.parent / "words.dict"
    words.write_text("".join(f'"{word}"\n' for word in _WORDS))
    kept = ROOT / "fuzz" / "corpus" / target
    kept.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20", f"-dict={words}", "-print_final_stats=1"]
    options.append(f"-artifact_prefix={found.parent}/{target}-")
    atheris.Setup([sys.argv[0], *options, str(found), str(kept)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
