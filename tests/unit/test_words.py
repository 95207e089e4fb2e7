"""Every stable code has words in both languages, and the two catalogues agree."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from string import Formatter

import click
import pytest
from support import codes

from gateway.cli import messages, words
from gateway.cli.main import cli
from gateway.cli.messages import kinds, states
from gateway.domain.states import BatchState, FileState, InboundState, PaymentState

sys.path.insert(0, str(codes.ROOT / "tools"))

import catalogue

TEMPLATES = messages._templates()
USES = codes.codes()


@pytest.fixture
def _english() -> Iterator[None]:
    yield from _speaking("en")


@pytest.fixture
def _vietnamese() -> Iterator[None]:
    yield from _speaking("vi")


def _speaking(language: str) -> Iterator[None]:
    words.use(language)
    yield
    words.use("en")


def choices(templates: messages.Templates, code: str) -> tuple[str, ...]:
    found = templates[code]
    return (found,) if isinstance(found, str) else found


# --- every code has words --------------------------------------------------------------------------------------


def test_every_code_of_the_product_has_words() -> None:
    silent = {use.code: use.place for use in USES if use.code not in TEMPLATES}
    assert silent == {}


def test_no_words_are_left_for_codes_that_nothing_says() -> None:
    assert set(TEMPLATES) - {use.code for use in USES} == set()


def test_the_scan_finds_codes_in_every_form_they_are_written() -> None:
    said = {use.code for use in USES}
    raised, fixed, in_a_table, in_a_row, of_a_shape = (
        "no_home",
        "illegal_move",
        "bad_message",
        "kind_unknown",
        "not_utf8",
    )
    handed_on, assigned, returned = "connection_lost", "already_approved", "number_for_text"
    assert {raised, fixed, in_a_table, in_a_row, of_a_shape, handed_on, assigned, returned} <= said


def test_each_sentence_asks_only_for_parameters_its_code_is_given() -> None:
    unfilled = [
        f"{use.place} {use.code}{sorted(use.params)}"
        for use in USES
        if use.params is not None
        and not any(messages.placeholders(each) <= use.params for each in choices(TEMPLATES, use.code))
    ]
    assert unfilled == []


def test_every_kind_of_exception_has_a_name_and_advice() -> None:
    assert set(kinds.KINDS) == set(kinds.ADVICE) == codes.kinds()


def test_every_state_has_a_word() -> None:
    known = {state.value for table in (PaymentState, FileState, InboundState, BatchState) for state in table}
    assert known <= set(states.STATES)


def test_themes_do_not_claim_the_same_code() -> None:
    from gateway.cli.messages import exchange, formats, proofs, rows, work

    owners: dict[str, list[str]] = defaultdict(list)
    for theme in (exchange, formats, proofs, rows, work):
        for code in theme.TEMPLATES:
            owners[code].append(theme.__name__)
    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


# --- what is shown ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_english")
def test_a_sentence_names_what_it_is_about() -> None:
    assert messages.explain("batch_unknown", {"batch": "AB0100001"}).startswith("There is no batch AB0100001.")


@pytest.mark.usefixtures("_vietnamese")
def test_the_chosen_language_is_spoken() -> None:
    assert messages.explain("batch_unknown", {"batch": "AB0100001"}).startswith("Không có đợt chi AB0100001.")
    assert messages.state_word("settled") == "đã ghi nợ"
    assert messages.kind_word("overdue") == "quá hạn trả lời"


@pytest.mark.usefixtures("_english")
def test_the_sentence_that_the_parameters_fill_is_taken() -> None:
    assert "/in/a.xml" in messages.explain("no_such_file", {"path": "/in/a.xml", "operation": "read"})
    assert "no such file" in messages.explain("no_such_file", {})


@pytest.mark.usefixtures("_english")
def test_amounts_are_grouped_and_codes_inside_parameters_are_spoken() -> None:
    assert "500.000.000" in messages.explain("amount_over_limit", {"max": 500_000_000})
    assert "a signature does not match" in messages.explain(
        "approval_void", {"batch": "B", "reason": "signature_invalid"}
    )
    assert "second debit" in messages.explain("alarming_entries", {"kinds": "second_debit, unknown_debit"})


@pytest.mark.parametrize("params", [{}, {"batch": None}, {"home": 7, "{": "}"}, {"batch": "{x} %s \x1b"}])
@pytest.mark.parametrize("code", ["no_such_code", "batch_unknown", "no_home", ""])
def test_explaining_never_fails_and_never_hides_code_or_parameters(code: str, params: dict[str, object]) -> None:
    said = messages.explain(code, params)
    assert code in said or TEMPLATES.get(code)
    assert all(str(value) in said for value in params.values()) or TEMPLATES.get(code)
    messages.advise(code, params)


def test_a_missing_parameter_gives_the_code_and_what_there_is() -> None:
    assert messages.explain("role_missing", {"operator": "lan"}) == "role_missing (operator=lan)"


# --- the catalogues --------------------------------------------------------------------------------------------


def test_every_text_of_ours_stands_in_the_catalogue_and_nothing_else_does() -> None:
    ours, committed = ids(catalogue.texts(catalogue.OURS)), ids(catalogue.load())
    assert ours - committed == set(), "run: python tools/catalogue.py update"
    assert committed - ours - ids(catalogue.texts(catalogue.CLICKS)) == set(), "run: python tools/catalogue.py update"


def ids(texts: catalogue.Catalog) -> set[object]:
    return {message.id for message in texts if message.id}


def test_nothing_is_untranslated_or_only_guessed() -> None:
    assert catalogue.untranslated(catalogue.load()) == []


def test_both_forms_of_the_catalogue_agree() -> None:
    assert catalogue.MO.read_bytes() == catalogue.compiled(), "run: python tools/catalogue.py compile"


def test_placeholders_are_the_same_in_both_languages() -> None:
    differing = [
        message.id
        for message in catalogue.load()
        if message.id and any(fields(form) != fields(english(message)) for form in catalogue.forms(message))
    ]
    assert differing == []


def english(message: catalogue.Message) -> str:
    """The text itself, or its plural, which names more."""
    return str(message.id if isinstance(message.id, str) else message.id[-1])


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _text, name, spec, _conversion in Formatter().parse(text) if name is not None}


def test_vietnamese_is_written_in_composed_letters() -> None:
    loose = [form for message in catalogue.load() for form in catalogue.forms(message)]
    assert [form for form in loose if form != unicodedata.normalize("NFC", form)] == []


# --- help ------------------------------------------------------------------------------------------------------


def chitra(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gateway.cli.main import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONIOENCODING": "utf-8"})


@pytest.mark.parametrize(
    ("language", "headings"),
    [("vi", ("Cách dùng:", "Tùy chọn:", "Lệnh:", "Ví dụ:")), ("en", ("Usage:", "Options:", "Commands:", "Example:"))],
)
def test_help_has_its_headings_in_the_chosen_language(language: str, headings: tuple[str, ...]) -> None:
    shown = chitra("--lang", language, "--help").stdout
    assert [heading for heading in headings if heading not in shown] == []


def test_vietnamese_help_leaves_no_english_behind() -> None:
    shown = chitra("batch", "import", "--help").stdout
    left = ("Usage", "Options", "TEXT", "PATH", "required", "Show", "Example", "Month")
    assert [word for word in left if word in shown] == []


def test_every_help_text_stands_in_the_catalogue() -> None:
    known = ids(catalogue.load())
    shown = {text for command in commands(cli) for text in helps(command)}
    assert shown - known == set(), "mark it with N_"


def commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found)


def helps(command: click.Command) -> Iterator[str]:
    """Its own help and that of its options, without click's ``--help``."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    yield from (str(each.help) for each in (command, *options))


def test_wrong_usage_is_explained_in_the_chosen_language() -> None:
    assert "Thiếu tham số 'ĐƯỜNG DẪN'" in chitra("batch", "import").stderr
    assert "Missing argument 'PATH'" in chitra("--lang", "en", "batch", "import").stderr


def test_help_imports_neither_the_store_nor_anything_heavy() -> None:
    code = "import sys\nfrom gateway.cli import main\nmain.words.use('vi')\nmain.run(['--help'])\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = ("sqlmodel", "sqlalchemy", "paramiko", "rich", "pydantic", "lxml", "cryptography", "babel", "gateway.app")
    assert [name for name in heavy if name in loaded] == []
