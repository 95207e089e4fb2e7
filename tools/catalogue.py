"""Keep the Vietnamese catalogue: ``python tools/catalogue.py update``, then translate, then ``... compile``.

``update`` brings the texts of the sources, and of click, which speaks for us in help and usage errors, into the ``.po``
file; ``compile`` writes the ``.mo`` file from it. Both files are committed. See docs/translation.md.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
PO = ROOT / "gateway/cli/locale/vi/LC_MESSAGES/chitra.po"
MO = PO.with_suffix(".mo")
OURS = ROOT / "gateway"
CLICKS = Path(click.__file__).parent
_MARKS = {"_": 1, "N_": 1, "ngettext": 2}
"""Functions whose first texts are translated."""
_NOT_SHOWN = ("Windows", "Bash", "DeprecationWarning", "declarations", "declaration", "Boolean option", "defined twice")
"""Words in texts of click that are for programmers or for other systems."""


def texts(*folders: Path) -> Catalog:
    """Every text marked for translation below these folders, also inside f-strings."""
    found = Catalog()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            for text in _marked(ast.parse(path.read_bytes())):
                if not any(word in str(text) for word in _NOT_SHOWN):
                    found.add(text)
    return found


def _marked(tree: ast.Module) -> Iterator[str | tuple[str, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
            forms = [each.value for each in node.args[: _MARKS[node.func.id]] if isinstance(each, ast.Constant)]
            if forms:
                yield str(forms[0]) if len(forms) == 1 else tuple(map(str, forms))


def load() -> Catalog:
    """The catalogue as it is committed."""
    with PO.open("rb") as source:
        return read_po(source, locale="vi", domain="chitra")


def update() -> None:
    """Add new texts untranslated, drop what nothing says any more; a changed text is a new one."""
    catalogue = load()
    wanted = texts(OURS, CLICKS)
    wanted.creation_date = catalogue.creation_date
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    PO.write_bytes(_written(catalogue))


def _written(catalogue: Catalog) -> bytes:
    """Sorted and without places in the sources, so that a diff shows words only."""
    target = BytesIO()
    write_po(target, catalogue, width=110, no_location=True, sort_output=True, omit_header=False)
    return target.getvalue()


def compiled() -> bytes:
    """The ``.mo`` file that belongs to the ``.po`` file."""
    target = BytesIO()
    write_mo(target, load())
    return target.getvalue()


def untranslated(messages: Iterable[Message]) -> list[str]:
    """Texts without their Vietnamese, or with one that somebody only guessed."""
    return [str(message.id) for message in messages if message.id and (not all(forms(message)) or message.fuzzy)]


def forms(message: Message) -> list[str]:
    """Its translations: one, or one for each number."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ("",))


def main(verb: str) -> int:
    if verb == "update":
        update()
    elif verb == "compile":
        MO.write_bytes(compiled())
    else:
        print(__doc__)
        return 2
    missing = untranslated(load())
    print(f"{len(load())} texts, {len(missing)} untranslated", *missing, sep="\n  ")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
