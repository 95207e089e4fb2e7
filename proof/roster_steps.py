"""One step with a large roster, in a process of its own: ``python -m proof.roster_steps STEP COUNT FOLDER URL``.

The database stays between the steps. What has to be made for one, such as a list, is made by ``prepare``.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zlib import crc32

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

if TYPE_CHECKING:
    from bench.cases.durable import Durable


@contextmanager
def measured() -> Iterator[None]:
    """The work that counts; says its seconds on stdout."""
    began, worked = time.perf_counter(), time.process_time()
    yield
    spent = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - worked}
    print(json.dumps(spent))


XLSX_ROWS_MAX = 100_000
CHANGED_EVERY = 20
"""Every twentieth row of the second list: another account, somebody new for somebody gone, or a defect."""
_HEADINGS = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Mã xã", "Số tài khoản", "Ngân hàng")
_COMMUNES = ("00004", "00008", "00097")
_OLDEST = date(1931, 1, 1)
_DAYS = 7300
PROGRAMME, MONTH = "huu-tri-xa-hoi", "2026-11"


def rows(count: int, second: bool = False) -> Iterator[tuple[str, ...]]:
    """Invented people; ``second``: what a month later says of every twentieth is something else."""
    from support.legacy_text import names

    spelled = [name.title() for name in names(3, 5000)]
    for number in range(count):
        person, account, sex = number, number, number % 2
        if second and number % CHANGED_EVERY == 0:
            change = number // CHANGED_EVERY % 3
            person += count * (change == 0)
            account += count * (change == 1)
            sex ^= change == 2
        mixed = crc32(str(person).encode())
        born = _OLDEST + timedelta(days=mixed // len(spelled) % _DAYS)
        id_sex = person % 2
        serial = f"{id_sex}{born.year % 100:02d}{person % 900_000 + 100_000:06d}"
        name = spelled[mixed % len(spelled)]
        place = ("001", "036", "038", "040")[person // 900_000]
        words = ("Nam", "Nữ")[sex]
        yield (str(number + 1), name, f"{born:%d/%m/%Y}", words, f"{place}{serial}", _COMMUNES[number % 3],
               f"1012{account:09d}", "Agribank")  # fmt: skip


def prepare(folder: Path, count: int, url: str) -> None:
    """Both lists, and a gateway with the rates that come along."""
    for name, second in (("first", False), ("second", True)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as sink:
            _write(sink, rows(count, second))
    if count <= XLSX_ROWS_MAX:
        _workbook(folder / "first.xlsx", count)
    from exam.play import rate
    from support.gateways import new_gateway
    from support.stores import establish, open_store

    if is_server := url.startswith("postgresql"):
        establish(open_store(url)).close()
    gateway = new_gateway(folder, url if is_server else None)
    rate(gateway)
    gateway.close()


def _write(sink: TextIO, found: Iterator[tuple[str, ...]]) -> None:
    writer = csv.writer(sink, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADINGS)
    writer.writerows(found)


def _workbook(path: Path, count: int) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("List")
    for number, row in enumerate([_HEADINGS, *rows(count)]):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text)
    book.close()


# --- steps -----------------------------------------------------------------------------------------------------


def read(folder: Path, count: int, url: str) -> None:
    """The list alone, into nothing."""
    _read(folder / "first.csv", count)


def read_xlsx(folder: Path, count: int, url: str) -> None:
    _read(folder / "first.xlsx", count)


def _read(path: Path, count: int) -> None:
    from formats.lists import Layout, Row, read_list

    with measured():
        found = sum(isinstance(item, Row) for item in read_list(path, Layout(), path.name))
    assert found == count


def import_first(gateway: Durable, folder: Path, count: int) -> None:
    _import(gateway, folder / "first.csv", (count, count, 0, 0))


def import_xlsx(gateway: Durable, folder: Path, count: int) -> None:
    _import(gateway, folder / "first.xlsx", (count, count, 0, 0))


def import_second(gateway: Durable, folder: Path, count: int) -> None:
    """A third of the changes each: somebody new, another account, the wrong sex."""
    _import(gateway, folder / "second.csv", _counts(count))


def import_again(gateway: Durable, folder: Path, count: int) -> None:
    """The second list; nothing is new."""
    _import(gateway, folder / "second.csv", _counts(count), seen=True)


def _counts(count: int) -> tuple[int, ...]:
    """Rows, new people, changed ones, and those as before."""
    changes = [len(range(place * CHANGED_EVERY, count, 3 * CHANGED_EVERY)) for place in range(3)]
    return (count, changes[0], changes[1] + changes[2], count - sum(changes))


def _import(gateway: Durable, path: Path, wanted: tuple[int, ...], seen: bool = False) -> None:
    from support.gateways import PAYER

    from gateway.usecases.roster.importing import Request, import_list

    with path.open("rb") as source, measured():
        made = import_list(gateway.context, Request(source, path.name, PAYER, PROGRAMME, "maker"))
    file = made.file
    assert made.already_seen is seen
    assert (file.rows, file.added, file.changed, file.same) == wanted, file


def request(gateway: Durable, folder: Path, count: int) -> None:
    from support.gateways import PAYER

    from gateway.usecases.population.request import ask

    with (folder / "request.csv").open("wb") as sink, measured():
        ask(gateway.context, PAYER, PROGRAMME, "maker", sink)


def answer_file(gateway: Durable, folder: Path, count: int) -> None:
    """What the registry would bring: of every hundredth it says something else."""
    profile = gateway.context.population
    names = {heading: name for name, heading in profile.asked.items()}
    told = {"answered_on": gateway.context.today().isoformat(), "known_name": "Lê Thị Khác"}
    with (
        (folder / "request.csv").open("r", encoding="utf-8-sig", newline="") as source,
        (folder / "answer.csv").open("w", encoding="utf-8", newline="") as sink,
    ):
        writer = csv.writer(sink)
        writer.writerow(profile.answered.values())
        for number, row in enumerate(csv.DictReader(source)):
            values = {names[heading]: text for heading, text in row.items()} | told
            values["result"] = "01" if number % 100 == 0 else "00"
            writer.writerow(values.get(name, "") for name in profile.answered)


def answer(gateway: Durable, folder: Path, count: int) -> None:
    from gateway.usecases.population.answer import take

    with (folder / "answer.csv").open("rb") as source, measured():
        taken = take(gateway.context, source, "answer.csv", "maker")
    assert sum(taken.results.values()) >= count


def build(gateway: Durable, folder: Path, count: int) -> None:
    from support.gateways import PAYER

    from gateway.usecases.roster import building

    with measured():
        made = building.build(gateway.context, building.Request(PAYER, PROGRAMME, MONTH, "maker"))
    assert made.imported is not None
    assert made.imported.problems == []
    paid = gateway.value("SELECT count(*) FROM payment")
    assert 0.9 * count < paid <= count, paid


FILES: dict[str, Callable[[Path, int, str], None]] = {"prepare": prepare, "read": read, "read_xlsx": read_xlsx}
STEPS: dict[str, Callable[[Durable, Path, int], None]] = {
    "import_first": import_first,
    "import_xlsx": import_xlsx,
    "import_again": import_again,
    "import_second": import_second,
    "request": request,
    "answer_file": answer_file,
    "answer": answer,
    "build": build,
}


def main(step: str, count: int, folder: Path, url: str) -> None:
    if step in FILES:
        FILES[step](folder, count, url)
        return
    from bench.cases.durable import Durable

    with closing(Durable(folder, url)) as gateway:
        gateway.context  # noqa: B018 - makes the keys of the test, which is no work of ours
        STEPS[step](gateway, folder, count)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
