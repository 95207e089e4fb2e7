"""Every stable code of the product and the parameters it is given with, read from the source tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.domain import chains
from gateway.usecases import awaited

ROOT = Path(__file__).parents[2]
ROOMS = ("formats", "keys", "adapters", "gateway")
_ELSEWHERE = ("gateway/sandbox", "gateway/cli/messages", "gateway/store/tables", "adapters/banks", "adapters/ewallets")
"""The other party, the words themselves, rows as they are stored, and profiles, whose ``code`` is a partner's name."""
_CODE = re.compile("[a-z][a-z0-9_]*_[a-z0-9_]+|[a-z]{4,}")
_CODE_TABLES = re.compile("_CODES$|_REFUSALS$|^_CLASHES$")


@dataclass(frozen=True, slots=True)
class Use:
    """One place where a code is said; ``params`` is None where the tree does not tell them."""

    code: str
    params: frozenset[str] | None
    place: str


@dataclass(frozen=True, slots=True)
class Takes:
    """A function or class that is given a code: where it stands, and whether keywords become parameters."""

    wanted: str
    position: int
    keywords: frozenset[str] | None
    """Its own named parameters, which are no parameters of the words; None when it takes no further keywords."""
    params_at: int | None
    """Position of a mapping of parameters."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    """(path, tree) of every product module that may say a code."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(_ELSEWHERE):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def codes() -> list[Use]:
    """Codes of errors and of problems of rows."""
    trees = dict(modules())
    takers = _takers(trees, "code") | {"super": _SUPER}
    uses = [use for place, tree in trees.items() for use in _said(place, tree, takers)]
    scans = (_tables, _flaws, _attributes, _returned)
    return uses + [use for place, tree in trees.items() for scan in scans for use in scan(place, tree)]


def kinds() -> set[str]:
    """Kinds of exceptions: given to ``raise_exception`` and its wrappers, or written in the SQL of matching."""
    trees = dict(modules())
    takers = {name: taker for name, taker in _takers(trees, "kind").items() if name in _RAISERS}
    said = {use.code for place, tree in trees.items() for use in _said(place, tree, takers)}
    matching = [
        node for place, tree in trees.items() if place.startswith("gateway/store/matching/") for node in tree.body
    ]
    for node in matching:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id.startswith("_KIND_OF_"):
                said |= set(re.findall(r"(?:THEN|ELSE) '([a-z_]+)'", ast.unparse(node.value).replace("\\'", "'")))
            if node.targets[0].id == "ODD" and isinstance(node.value, ast.Dict):
                said |= {code for key in node.value.keys for code in _literals(key, {})}
    return said | {*chains.KINDS, awaited.LATE}


_RAISERS = (
    "raise_exception",
    "raise_for_unanswered",
    "_exception",
    "_raise_for",
    "raise_once",
    "tell_once",
    "_tell_once",
    "_wait",
)


def _takers(trees: dict[str, ast.Module], wanted: str) -> dict[str, Takes]:
    """Every callable with a parameter of this name, by its own name; subclasses of errors take what errors take."""
    found: dict[str, Takes] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and (takes := _takes(node, wanted)):
                found[node.name] = takes
            if isinstance(node, ast.ClassDef) and (takes := _class_takes(node, wanted)):
                found[node.name] = takes
    _inherit(trees, found)
    return {name: takes for name, takes in found.items() if name != "__init__"}


def _takes(function: ast.FunctionDef, wanted: str) -> Takes | None:
    names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    if wanted not in names:
        return None
    own = frozenset(names) if function.args.kwarg else None
    return Takes(wanted, names.index(wanted), own, names.index("params") if "params" in names else None)


def _class_takes(node: ast.ClassDef, wanted: str) -> Takes | None:
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and each.name == "__init__":
            return _takes(each, wanted)
    fields = [
        each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]
    if wanted not in fields:
        return None
    return Takes(wanted, fields.index(wanted), None, fields.index("params") if "params" in fields else None)


def _inherit(trees: dict[str, ast.Module], found: dict[str, Takes]) -> None:
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    own_init = {node.name for node in classes if any(getattr(each, "name", "") == "__init__" for each in node.body)}
    for _ in range(3):
        for node in classes:
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in found and node.name not in own_init:
                    found.setdefault(node.name, found[base.id])


def _said(place: str, tree: ast.Module, takers: dict[str, Takes]) -> Iterator[Use]:
    for function in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]:
        values = _assigned(function)
        for call in _calls(function):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            taker = takers.get("super" if _is_super_init(call) else name)
            if taker is not None and not _is_log(call):
                for code in _literals(_argument(call, taker), values):
                    yield Use(code, _params(call, taker), f"{place}:{call.lineno}")


_SUPER = Takes("code", 0, frozenset(), None)


def _is_super_init(call: ast.Call) -> bool:
    """``super().__init__("code", ...)`` of an error class with a code of its own."""
    function = call.func
    return isinstance(function, ast.Attribute) and function.attr == "__init__" and isinstance(function.value, ast.Call)


def _is_log(call: ast.Call) -> bool:
    """An event of the log, which is for machines."""
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return getattr(value, "id", "") == "log" or getattr(value, "attr", "") == "_log"


def _calls(function: ast.AST) -> Iterator[ast.Call]:
    """Calls of this function, not those of functions inside it."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from _calls(node)


def _assigned(function: ast.AST) -> dict[str, ast.expr]:
    return {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _argument(call: ast.Call, taker: Takes) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == taker.wanted:
            return keyword.value
    before = call.args[: taker.position + 1]
    if len(before) <= taker.position or any(isinstance(each, ast.Starred) for each in before):
        return None
    return call.args[taker.position]


def _literals(node: ast.expr | None, values: dict[str, ast.expr], depth: int = 0) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, values, depth)
        yield from _literals(node.orelse, values, depth)
    elif isinstance(node, ast.Name) and depth < 3:
        yield from _literals(values.get(node.id), values, depth + 1)


def _params(call: ast.Call, taker: Takes) -> frozenset[str] | None:
    if taker.params_at is not None:
        at = call.args[taker.params_at] if len(call.args) > taker.params_at else ast.Dict([], [])
        return _keys(at)
    if taker.keywords is None or any(keyword.arg is None for keyword in call.keywords):
        return None
    return frozenset(str(keyword.arg) for keyword in call.keywords) - taker.keywords


def _keys(node: ast.expr) -> frozenset[str] | None:
    if not isinstance(node, ast.Dict) or not all(isinstance(key, ast.Constant) for key in node.keys):
        return None
    return frozenset(str(key.value) for key in node.keys if isinstance(key, ast.Constant))


_KEYED = {"_CLASHES": frozenset({"other"}), "_REISSUE_REFUSALS": frozenset({"other", "payment"})}
"""Tables from a code to its query, and the parameters that are given with it."""


def _tables(place: str, tree: ast.Module) -> Iterator[Use]:
    """Tables from something to a code, such as ``_REFUSALS``; of those with queries the keys are the codes."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if _CODE_TABLES.search(name):
                params = _KEYED.get(name)
                sides = node.value.values if params is None else node.value.keys
                for each in sides:
                    yield from (
                        Use(code, params, f"{place}:{node.lineno}") for code in _literals(each, _assigned(tree))
                    )


def _flaws(place: str, tree: ast.Module) -> Iterator[Use]:
    """``yield field, code, parameters`` of the checks of a row."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3:
            _field, code, params = node.value.elts
            if isinstance(params, ast.Dict):
                for each in _literals(code, {}):
                    yield Use(each, _keys(params), f"{place}:{node.lineno}")


def _attributes(place: str, tree: ast.Module) -> Iterator[Use]:
    """``code = "..."`` in the body of a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and (value := _assigned(ast.Module(node.body, [])).get("code")):
            yield from (Use(code, None, f"{place}:{node.lineno}") for code in _literals(value, {}))


def _returned(place: str, tree: ast.Module) -> Iterator[Use]:
    """What functions named ``..._problem`` and ``..._code`` return."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.endswith(("_problem", "_code")):
            for each in ast.walk(node):
                if isinstance(each, ast.Return):
                    yield from (Use(code, None, f"{place}:{each.lineno}") for code in _literals(each.value, {}))
