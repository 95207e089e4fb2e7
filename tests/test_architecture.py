"""The laws of the house, read from the source tree: who imports whom, where each library lives, how long a file may be.

A law that must change is changed here, in the open, with the reason in ``docs/``.
"""

from __future__ import annotations

import ast
import itertools
import re
import statistics
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from adapters.registry import PROFILES

ROOT = Path(__file__).parents[1]
OURS = ("adapters", "formats", "gateway", "keys")
LINES_MAX = 400

ROOMS: dict[str, tuple[str, ...]] = {
    "formats": (),
    "keys": (),
    "adapters": ("formats",),
    "gateway.domain": (),
    "gateway.ports": (),
    "gateway.calendar": ("gateway.domain",),
    "gateway.clock": ("gateway.domain", "gateway.ports"),
    "gateway.config": ("gateway.domain",),
    "gateway.spool": ("gateway.domain", "gateway.ports"),
    "gateway.anchors": ("gateway.domain", "gateway.ports"),
    "gateway.proof": ("gateway.domain", "gateway.ports", "keys"),
    "gateway.bundle_check": ("gateway.domain", "gateway.bundle_people", "formats", "keys"),
    "gateway.bundle_people": ("gateway.domain", "keys"),
    "gateway.checking": ("gateway.domain", "gateway.ports", "formats"),
    "gateway.usecases": ("gateway.domain", "gateway.ports", "gateway.store", "formats", "adapters.profile"),
    "gateway.store": ("gateway.domain", "gateway.ports"),
    "gateway.transport": ("gateway.domain", "gateway.ports"),
    "gateway.sandbox": ("adapters",),
    "gateway.reports": ("gateway.domain", "gateway.ports", "gateway.store", "formats"),
    "gateway.observe": ("gateway.domain", "gateway.ports"),
    "gateway.signals": (),
    "gateway.cli": (
        *("gateway.app", "gateway.backups", "gateway.setup", "gateway.demo", "gateway.rehearsal", "gateway.doctor"),
        "gateway.demo_roster",
        *(
            "gateway.daemon",
            "gateway.inspection",
            "gateway.lifecycle",
            "gateway.proving",
            "gateway.rewrapping",
            "gateway.ceremony",
        ),
        *("gateway.clock", "gateway.signals", "gateway.ports"),
        *("gateway.usecases", "gateway.store", "gateway.reports", "gateway.domain", "formats", "keys.errors"),
    ),
    "gateway.daemon": (
        *("gateway.app", "gateway.usecases", "gateway.domain", "gateway.ports", "gateway.observe", "gateway.signals"),
        *("gateway.endings", "gateway.transport.keeper"),
    ),
}
"""A room and the rooms of ours it may import, besides itself."""

COMPOSITION = (
    "gateway.app",
    "gateway.backups",
    "gateway.partners",
    "gateway.setup",
    "gateway.demo",
    "gateway.demo_roster",
    "gateway.rehearsal",
    "gateway.doctor",
    "gateway.endings",
    "gateway.inspection",
    "gateway.lifecycle",
    "gateway.proving",
    "gateway.ceremony",
    "gateway.rewrapping",
)
"""Where the rooms are put together: may import all."""

HOMES: dict[str, tuple[str, ...]] = {
    "alembic": ("gateway.store",),
    "anyascii": ("formats.text",),
    "click": ("gateway.cli",),
    "cryptography": ("keys", "gateway.sandbox"),
    "holidays": ("gateway.calendar",),
    "lxml": ("formats", "keys", "gateway.sandbox"),
    "pkcs11": ("keys",),
    "paramiko": ("gateway.transport", "gateway.sandbox"),
    "prometheus_client": ("gateway.observe",),
    "psycopg": ("gateway.store",),
    "pydantic": ("gateway.config",),
    "pysequoia": ("keys", "gateway.sandbox"),
    "rich": ("gateway.cli",),
    "signxml": ("keys", "gateway.sandbox"),
    "sqlalchemy": ("gateway.store",),
    "sqlmodel": ("gateway.store",),
    "structlog": ("gateway.observe",),
    "xlsxwriter": ("formats.tabular", "gateway.reports", "gateway.sandbox"),
    "xmlschema": ("formats",),
}
"""Where each library lives; one that is not here has no home yet."""

_IMPORTED_AS = {"python_pkcs11": "pkcs11"}
"""Where a distribution has another name than its package."""

BOUNDARIES = (
    *("gateway.cli.main", "gateway.usecases.collect", "gateway.usecases.send"),
    *("gateway.usecases.understand", "gateway.daemon.tasks", "gateway.daemon.worker"),
)
"""Modules that may catch every exception: to show it to a person; to go on with others and raise later (T7)."""

MIGRATIONS = "gateway.store.migrations.versions"
"""Written once from the tables and never edited: may be long."""

NAMES_PARTNERS = ("adapters", "gateway.sandbox.people")
"""Where a partner's name may stand: its adapter, and the invented people of rehearsals."""


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    source: str
    tree: ast.Module

    def inside(self, *rooms: str) -> bool:
        return any(is_inside(self.name, room) for room in rooms)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and full name of everything imported, at the top or inside a function."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}:{node.lineno} imports relatively"
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_inside(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


@cache
def product() -> tuple[Module, ...]:
    """Every module of product code."""
    paths = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))
    return tuple(module_of(path) for path in paths)


def module_of(path: Path) -> Module:
    source = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(name, path, source, ast.parse(source))


def room_of(module: Module) -> str | None:
    """The room a module stands in; None for package roots, which must be empty."""
    return next((room for room in (*ROOMS, *COMPOSITION) if module.inside(room)), None)


def test_every_module_stands_in_a_room() -> None:
    assert [module.name for module in product() if room_of(module) is None and module.tree.body[1:]] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_the_house_allows(room: str) -> None:
    allowed = (room, *ROOMS[room])
    breaches = [
        f"{module.name}:{line} imports {name}"
        for module in product()
        if room_of(module) == room
        for line, name in module.imports()
        if name.split(".")[0] in OURS and not any(is_inside(name, each) for each in allowed)
    ]
    assert breaches == []


def test_each_library_stays_at_home() -> None:
    breaches = [
        f"{module.name}:{line} imports {name}"
        for module in product()
        for line, name in module.imports()
        if (library := name.split(".")[0]) not in (*OURS, *sys.stdlib_module_names, "_typeshed")
        and not module.inside(*HOMES.get(library, ()))
    ]
    assert breaches == []


def test_the_libraries_with_a_home_are_the_declared_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[\[><=]", each)[0].replace("-", "_") for each in declared}
    assert {_IMPORTED_AS.get(name, name) for name in names} == set(HOMES)


def test_formats_read_no_clock_no_chance_and_no_environment() -> None:
    breaches = [
        f"{module.name}: {found}"
        for module in product()
        if module.inside("formats")
        for found in (
            *(name for _, name in module.imports() if name.split(".")[0] in ("random", "secrets", "time", "uuid")),
            *re.findall(r"\b(?:os\.environ|os\.getenv|datetime\.now|date\.today)\b", module.source),
        )
    ]
    assert breaches == []


def test_a5_no_float_is_made_where_money_is_handled() -> None:
    breaches = [
        f"{module.name}:{node.lineno}"
        for module in product()
        if module.inside("formats", "gateway.domain", "gateway.usecases", "gateway.store", "gateway.reports")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]
    assert breaches == []


def test_no_error_is_turned_into_nothing() -> None:
    breaches = [
        f"{module.name}:{node.lineno}"
        for module in product()
        if not module.inside(*BOUNDARIES)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and not isinstance(node.body[-1], ast.Raise)
    ]
    assert breaches == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    names = ast.walk(handler.type) if handler.type else ()
    return handler.type is None or any(
        isinstance(node, ast.Name) and node.id in ("Exception", "BaseException") for node in names
    )


def test_no_file_is_longer_than_a_person_reads() -> None:
    lengths = {module.name: module.source.count("\n") for module in product() if not module.inside(MIGRATIONS)}
    assert {name: lines for name, lines in lengths.items() if lines > LINES_MAX} == {}


def test_the_median_function_fits_ten_lines() -> None:
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for module in product()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert statistics.median(lengths) <= 10


def test_every_adapter_stands_in_the_registry() -> None:
    files = {
        path.stem
        for folder in ("banks", "ewallets")
        for path in (ROOT / "adapters" / folder).glob("*.py")
        if path.stem != "__init__"
    }
    assert files == set(PROFILES)


def test_no_partner_is_named_outside_its_adapter() -> None:
    words = {word for profile in PROFILES.values() for word in (profile.code, profile.name, profile.bic) if word}
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, sorted(words)))})\b", re.IGNORECASE)
    breaches = [
        f"{module.name}: {match[0]}"
        for module in product()
        if not module.inside(*NAMES_PARTNERS)
        for match in [pattern.search(module.source)]
        if match
    ]
    assert breaches == []


def test_no_adapter_names_another_partner() -> None:
    breaches = [
        f"{module.name} names {code}"
        for module in product()
        if module.inside("adapters.banks", "adapters.ewallets")
        for code in PROFILES
        if code in module.source.lower() and not module.name.endswith(f".{code}")
    ]
    assert breaches == []
