"""The documentation says what the code does: commands, codes, kinds, keys and moves are compared with their source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import get_args

import click
import pytest
from pydantic import BaseModel

from gateway.cli.main import cli
from gateway.cli.messages.kinds import KINDS
from gateway.config import Config
from gateway.domain.states import MOVES
from gateway.store.matching.conclusions import ODD
from gateway.usecases.rows import COLUMNS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), *(ROOT / "tests").rglob("*.md")])
PROMISES = {
    *(f"M{number}" for number in range(1, 17)),
    *(f"S{number}" for number in range(1, 9)),
    *(f"T{number}" for number in range(1, 10)),
    *(f"D{number}" for number in range(1, 7)),
    *(f"A{number}" for number in range(1, 6)),
}
HELD = ("held", "partly", "later")


@cache
def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def quoted(text: str) -> set[str]:
    """Everything between single back quotes."""
    return set(re.findall(r"`([^`\n]+)`", text))


def section(text: str, heading: str) -> str:
    """From one heading to the next of any level; empty when there is none."""
    found = re.search(rf"^(#+) {re.escape(heading)}$(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[2] if found else ""


def table(text: str) -> list[list[str]]:
    """Cells of all rows of the tables in a text, headings and rules left out."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    rules = {index for index, row in enumerate(rows) if all(set(cell) <= {"-", ":"} for cell in row)}
    return [row for index, row in enumerate(rows) if index not in rules and index + 1 not in rules]


# --- commands --------------------------------------------------------------------------------------------------


def commands(command: click.Command = cli, path: str = "chitra") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    with click.Context(command) as context:
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, f"{path} {name}"
            yield from commands(child, f"{path} {name}")


def spelled(command: click.Command) -> set[str]:
    """Options as they are typed."""
    return {name for param in command.params if isinstance(param, click.Option) for name in param.opts}


def test_every_command_stands_in_the_commands_page_with_all_its_options() -> None:
    gaps = {}
    for path, command in commands():
        described = section(page("commands.md"), f"`{path}`")
        named = {word for words in quoted(described) for word in re.split(r"[ ,]+", words)}
        gaps[path] = ["no section"] if not described else sorted(spelled(command) - named)
    assert {path: missing for path, missing in gaps.items() if missing} == {}


def test_no_section_describes_a_command_or_an_option_that_does_not_exist() -> None:
    known = dict(commands())
    invented = []
    for heading in re.findall(r"^#+ `(chitra [^`]+)`$", page("commands.md"), re.MULTILINE):
        options = {
            word
            for words in quoted(section(page("commands.md"), f"`{heading}`"))
            for word in re.findall(r"(?<!\S)--[a-z-]+", words)
        }
        everywhere = spelled(cli) | {"--help"}
        invented += [f"{heading}: {each}" for each in options - spelled(known.get(heading, cli)) - everywhere]
        invented += [] if heading in known else [heading]
    assert invented == []


def test_global_options_stand_in_the_commands_page() -> None:
    named = {word for words in quoted(section(page("commands.md"), "Everywhere")) for word in words.split()}
    assert spelled(cli) - named == set()


# --- codes -----------------------------------------------------------------------------------------------------


def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def codes_in(node: ast.expr) -> Iterator[str]:
    """The code that an expression yields: a text, or one of two by a condition; a refused value brings its own."""
    if isinstance(node, ast.IfExp):
        yield from (*codes_in(node.body), *codes_in(node.orelse))
    elif isinstance(node, ast.Constant):
        yield str(node.value)


def yielded_flaws() -> set[str]:
    """Codes of ``yield field, code, params`` in the rules for one row."""
    yields = (node.value for node in ast.walk(tree("gateway/usecases/rows.py")) if isinstance(node, ast.Yield))
    codes = {code for each in yields if isinstance(each, ast.Tuple) for code in codes_in(each.elts[1])}
    return codes | {"amount_not_integer"}


def clashes() -> set[str]:
    """Codes of rows that cannot stand beside others."""
    for node in ast.walk(tree("gateway/store/batches.py")):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_CLASHES":
            assert isinstance(node.value, ast.Dict)
            return {
                key.value for key in node.value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
    raise AssertionError("no table of clashes")


def damages() -> set[str]:
    """Codes of damaged lists: the code is an argument of ``Problem`` or ``_Stop``, a value of a table, or raised."""
    source = "".join((ROOT / "formats" / name).read_text(encoding="utf-8") for name in ("tabular.py", "xlsx.py"))
    made = re.findall(r'(?:Problem|_Stop)\((?:[^,()]|\([^()]*\)|\.)+, [^,]+, "([a-z0-9_]+)"', source)
    tables = re.findall(r"_CODES = \{(.*?)\}", source)
    listed = [code for each in tables for code in re.findall(r': "([a-z0-9_]+)"', each)]
    raised = re.findall(r'(?:Unreadable|Forbidden)\("([a-z0-9_]+)"', source)
    return {*made, *listed, *raised, *re.findall(r'return "(number_[a-z_]+)"', source)}


def test_the_searches_for_codes_find_what_is_known_to_exist() -> None:
    assert {"bank_unknown", "missing", "name_too_long", "note_sensitive"} <= yielded_flaws()
    assert {"conflict", "duplicate_payment_ref"} <= clashes()
    assert {"column_missing", "fields_extra", "not_utf8", "cell_error", "workbook_too_large", "doctype"} <= damages()
    assert {"unknown_debit", "sum_entry", "quarantined", "contradiction", "chain_broken"} <= kinds_of_exceptions()


def test_every_problem_code_stands_in_the_batch_page() -> None:
    assert {*yielded_flaws(), *clashes(), *damages(), "empty_file"} - quoted(page("batch.md")) == set()


def test_every_column_stands_in_the_batch_page_with_its_headings() -> None:
    rows = {row[0].strip("`"): row for row in table(section(page("batch.md"), "Columns"))}
    assert {column.name: set(column.headings) for column in COLUMNS} == {
        name: {heading.strip() for heading in row[2].split(";")} for name, row in rows.items()
    }
    assert {column.name for column in COLUMNS if column.required} == {n for n, row in rows.items() if row[1] == "yes"}


def kinds_of_exceptions() -> set[str]:
    """Kinds raised by name, and those that the matching queries conclude."""
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "gateway").rglob("*.py")))
    parts = sorted((ROOT / "gateway/store/matching").glob("*.py"))
    matching = "\n".join(path.read_text(encoding="utf-8") for path in parts)
    concluded = "".join(re.findall(r"^_KIND_OF_\w+ = \((.*?)^\)", matching, re.MULTILINE | re.DOTALL))
    return {
        *re.findall(r'raise_exception\(\s*[\w.]+,\s*"([a-z_]+)"', sources),
        *re.findall(r'_raise_for\(\s*\w+,\s*"([a-z_]+)"', sources),
        *ODD,
        *KINDS,
        *re.findall(r'_exception\("([a-z_]+)"', sources),
        *re.findall(r"(?:THEN|ELSE) '([a-z_]+)'", concluded),
    }


def test_every_kind_of_exception_stands_in_the_exception_page_with_what_to_do() -> None:
    rows = {row[0].strip("`"): row for row in table(page("exception.md"))}
    assert kinds_of_exceptions() - rows.keys() == set()
    assert [kind for kind in kinds_of_exceptions() if len(rows[kind]) < 3 or not all(rows[kind])] == []


# --- configuration ---------------------------------------------------------------------------------------------

_NAMES = {"payers": "CODE", "partners": "CODE", "keys": "NAME", "inboxes": "MESSAGE"}


def settings(model: type[BaseModel] = Config, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(key, default) of every setting; a required one has no default."""
    for name, field in model.model_fields.items():
        inner = next((each for each in (field.annotation, *get_args(field.annotation)) if is_section(each)), None)
        if inner is None:
            yield f"{prefix}{name}", "required" if field.is_required() else written(field.default)
        else:
            yield from settings(inner, f"{prefix}{name}.{_NAMES[name]}." if name in _NAMES else f"{prefix}{name}.")


def is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def written(default: object) -> str:
    """As the page shows a default."""
    if default is None:
        return "profile"
    if default in ((), {}):
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"


def test_every_setting_stands_in_the_configuration_page_with_its_default() -> None:
    described = {row[0].strip("`"): row[2] for row in table(page("configuration.md")) if row[0].startswith("`")}
    optional = {"partners.CODE.host": "none", "partners.CODE.user": "none", "partners.CODE.directory": "none"}
    optional |= dict.fromkeys(
        (f"keys.NAME.{name}" for name in ("directory", "module", "token", "serial", "label")), "none"
    )
    assert described == {**dict(settings()), **optional}


# --- states ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MOVES)
def test_the_states_page_has_exactly_the_legal_moves(kind: str) -> None:
    heading = {"payment": "Payment", "file_out": "File out", "file_in": "File in", "batch": "Batch"}[kind]
    shown = {row[0].strip("`"): quoted(row[1]) for row in table(section(page("states.md"), heading))}
    assert shown == plain(MOVES[kind])


def plain(moves: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    return {str(source): {str(target) for target in targets} for source, targets in moves.items()}


# --- promises and constraints ----------------------------------------------------------------------------------


def existing_tests() -> set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for source in sources for name in re.findall(r"^ *def (test_\w+)", source, re.MULTILINE)}


def test_every_promise_is_judged_and_names_only_existing_tests() -> None:
    rows = {row[0]: row for row in table(page("promises.md")) if row[0] in PROMISES}
    assert rows.keys() == PROMISES
    assert {row[2].split(" ")[0].rstrip(",:;") for row in rows.values()} <= set(HELD)
    assert [name for name, row in rows.items() if row[2].startswith("held") and "test_" not in row[3]] == []


@pytest.mark.parametrize("name", ["promises.md", "security.md", "threats.md"])
def test_every_test_that_a_page_names_exists(name: str) -> None:
    named = {word for word in quoted(page(name)) if word.startswith("test_")}
    assert named
    assert named - existing_tests() == set()


def test_every_arrow_is_looked_at_by_all_of_stride_and_every_threat_has_its_test() -> None:
    arrows = re.findall(r"^## (\d+ .*)$", page("threats.md"), re.MULTILINE)
    assert len(arrows) == 11
    for arrow in arrows:
        rows = table(section(page("threats.md"), arrow))
        assert [row[0] for row in rows] == list("STRIDE"), arrow
        assert all("`test_" in row[3] for row in rows), arrow


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_trigger_stands_in_the_store_page(dialect: str) -> None:
    sql = (ROOT / "gateway/store/triggers" / f"{dialect}.sql").read_text(encoding="utf-8")
    assert set(re.findall(r"CREATE TRIGGER (\w+)", sql)) - quoted(page("store.md")) == set()


# --- the pages themselves --------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as web pages of repositories make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        leads_to = (path.parent / name) if name else path
        if not leads_to.exists() or (anchor and anchor not in anchors(leads_to)):
            broken.append(target)
    assert broken == []


def test_every_page_stands_in_the_index() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)", page("README.md")))
    assert {path.name for path in DOCS.glob("*.md")} - linked == {"README.md"}


def test_the_readme_names_the_two_commands() -> None:
    assert {"make demo", "make test"} <= quoted((ROOT / "README.md").read_text(encoding="utf-8"))
