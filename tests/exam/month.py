"""The whole exam from a seed: what the roster knew before, the nine lists with what is planted, and the registry."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from random import Random

from exam.defects import KINDS, WHOLE, fits
from exam.people import ASSISTANCE, PENSION, Entry, Office, Population, Values, personal_number
from formats.text import comparable
from gateway.domain.identifiers import iso_date

MONTH = "2026-11"
OFFICES = tuple(
    Office(f"xa{number}", programme, province, shape)
    for number, (programme, province, shape) in enumerate(
        (
            (ASSISTANCE, "01", "plain"),
            (PENSION, "79", "below_titles"),
            (ASSISTANCE, "38", "two_headings"),
            (PENSION, "31", "name_apart"),
            (ASSISTANCE, "22", "birth_apart"),
            (ASSISTANCE, "40", "sex_marked"),
            (PENSION, "08", "in_sections"),
            (ASSISTANCE, "48", "in_sheets"),
            (PENSION, "56", "old_font"),
        ),
        1,
    )
)
NEW_SHARE = 0.02
_LISTS_OF_ASSISTANCE = tuple(office for office in OFFICES if office.programme == ASSISTANCE)
REGISTRY = {
    "registry: another name": "01",
    "registry: another birth": "02",
    "registry: deceased": "03",
    "registry: moved": "04",
    "registry: unknown": "05",
}
"""Kind -> the registry's code."""


@dataclass
class Paper:
    """What one office has: the list of before, the list of the exam, and what the registry says of its people."""

    office: Office
    before: list[Entry] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    """People whom somebody stopped after the list of before."""
    removed: list[Entry] = field(default_factory=list)
    """Whom the list does not name any more."""
    registry: dict[str, str] = field(default_factory=dict)
    """Person -> kind; everybody else is confirmed."""

    @property
    def known(self) -> dict[str, Values]:
        """What the roster holds before the exam."""
        return {entry.person: entry.truth for entry in self.before}

    def live(self) -> dict[str, Values]:
        """What the roster is to hold afterwards, by person."""
        held = {entry.kept["beneficiary_id"]: entry.kept for entry in self.entries if entry.kept is not None}
        return self.known | held

    def absent(self) -> set[str]:
        """People of the roster whom no row names, be it that theirs does not tell any more who it is."""
        named = {entry.kept["beneficiary_id"] for entry in self.entries if entry.kept is not None}
        twice = {entry.person for entry in self.entries if entry.defect == "twice with other values"}
        return self.known.keys() - named - twice

    def blocked(self) -> set[str]:
        told = (
            (entry.kept or entry.truth)["beneficiary_id"]
            for entry in self.entries
            if any(blocks for _, _, blocks in entry.told)
        )
        return {*told, *self.absent(), *self.registry}


class Exam:
    """``share`` of the rows have a defect; every kind that fits somewhere is planted in turn."""

    def __init__(self, seed: int, count: int, share: float = 0.05) -> None:
        self.population = Population(seed, count)
        self._chance = Random(seed + 1)
        self._kinds = deque(self._chance.sample([*KINDS, *WHOLE], len(KINDS) + len(WHOLE)))
        self.papers = {office: Paper(office) for office in OFFICES}
        for place, office in enumerate(OFFICES):
            these = count // len(OFFICES) + (place < count % len(OFFICES))
            self._fill(self.papers[office], these, round(these * share))
        for paper in self.papers.values():
            self._conclude(paper)

    @property
    def planted(self) -> list[Entry]:
        """Every entry with a defect; of two rows of one defect only the further one."""
        found = [each for paper in self.papers.values() for each in (*paper.entries, *paper.removed)]
        return [each for each in found if each.defect]

    def _fill(self, paper: Paper, count: int, defects: int) -> None:
        entries = [_entry(values) for values in self.population.people(paper.office, count)]
        fresh = set(self._chance.sample(range(count), round(count * NEW_SHARE)))
        paper.before = [_entry(entry.truth) for place, entry in enumerate(entries) if place not in fresh]
        paper.entries += entries
        places = self._chance.sample(range(count), defects)
        for place in places:
            self._plant(paper, entries[place], is_known=place not in fresh)

    def _plant(self, paper: Paper, entry: Entry, *, is_known: bool) -> None:
        kind = next(each for each in self._kinds if self._is_possible(each, paper, entry, is_known))
        self._kinds.remove(kind)
        self._kinds.append(kind)
        entry.defect = kind
        if kind in KINDS:
            entry.kept = None
            KINDS[kind].plant(entry, paper.office, self._chance)
        else:
            self._plant_whole(kind, paper, entry)

    def _is_possible(self, kind: str, paper: Paper, entry: Entry, is_known: bool) -> bool:
        if kind in KINDS:
            return fits(KINDS[kind], paper.office) and (is_known or kind != "name changed")
        if kind in ("absent", "resumed"):
            return is_known
        if kind == "in another commune's list":
            return paper.office in _LISTS_OF_ASSISTANCE[:-1]
        return kind != "two ids of one name and birth" or iso_date(entry.truth["birth"]) is not None

    def _plant_whole(self, kind: str, paper: Paper, entry: Entry) -> None:
        if kind in REGISTRY:
            paper.registry[entry.person] = kind
        elif kind == "absent":
            paper.entries.remove(entry)
            paper.removed.append(entry)
        elif kind == "resumed":
            paper.stopped.append(entry.person)
            entry.told.append(("beneficiary_id", "resumed_in_list", True))
        elif kind == "in another commune's list":
            self._elsewhere(paper, entry)
        else:
            self._beside(kind, paper, entry)

    def _elsewhere(self, paper: Paper, entry: Entry) -> None:
        """Told by the list that comes later."""
        later = _LISTS_OF_ASSISTANCE[_LISTS_OF_ASSISTANCE.index(paper.office) + 1 :]
        office = self._chance.choice(later)
        commune = self._chance.choice(list(office.communes))
        other = _entry(entry.truth | {"commune": commune, "from_month": "2026-10"})
        entry.defect, other.defect = "", entry.defect
        other.told.append(("beneficiary_id", "in_two_communes", True))
        self.papers[office].entries.append(other)

    def _beside(self, kind: str, paper: Paper, entry: Entry) -> None:
        """A further row at the end of the list, or of its section."""
        other = replace(entry, cells={}, told=[])
        if kind == "twice with other values":
            other.cells |= {"account": "1012000001", "bank": "BIDV"}
            other.defect = ""
            entry.kept = other.kept = None
            for each in (entry, other):
                each.told.append(("beneficiary_id", "person_twice_in_list", True))
        elif kind == "twice with the same values":
            other.kept = None
            entry.defect = ""
            other.told.append(("beneficiary_id", "repeated_row", False))
        else:
            other = _entry(_with_another_number(entry.truth, self._chance))
            other.defect = kind
            for each in (entry, other):
                each.told.append(("name", "alike", False))
            entry.defect = ""
        paper.entries.append(other)

    def _conclude(self, paper: Paper) -> None:
        """What the roster adds: another name than before, or the same under another id."""
        known = paper.known
        for entry in paper.entries:
            if entry.defect == "id of no province" and entry.person in known and iso_date(entry.truth["birth"]):
                entry.told.append(("name", "alike", False))
            if entry.kept is None or entry.kept["beneficiary_id"] not in known:
                continue
            if comparable(entry.kept["name"]) != comparable(known[entry.kept["beneficiary_id"]]["name"]):
                entry.told.append(("name", "name_changed", True))


def _entry(values: Values) -> Entry:
    return Entry(values, kept=dict(values))


def _with_another_number(values: Values, chance: Random) -> Values:
    born = iso_date(values["birth"])
    assert born is not None
    number = personal_number(values["beneficiary_id"][:3], born, values["sex"], chance.randrange(10_001, 99_999))
    return values | {"beneficiary_id": number, "account": f"10129{number[-8:]}", "bank": "BIDV"}
