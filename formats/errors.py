"""Every error a message or a list can raise.

    FormatError              a stable ``code`` and parameters; words are made by the command line only
    ├── Unreadable           not well-formed, empty, a value that is no number or date, an unknown code
    ├── Forbidden            DOCTYPE, entities, too deep, too large: refused before it is understood
    ├── Missing              an element that must stand exactly once does not: path, expected, got
    ├── SchemaMissing        the schema is not installed; ``chitra schemas install`` mends it
    ├── SchemaInvalid        breaks the official schema, or its own counts and sums (M6)
    └── Unrenderable         a value that must not be written: field and rule

Parameters name places, never contents: no name, no account number, no text of a person (A3).
"""

from __future__ import annotations


class FormatError(Exception):
    """Bytes or values that do not make a message."""

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.params = params
        super().__init__(code)

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code}({details})" if details else self.code


class Unreadable(FormatError):
    """The bytes, or one value in them, cannot be understood."""


class Forbidden(FormatError):
    """A construct that no honest message needs."""


class Missing(FormatError):
    """``expected unique 'GrpHdr/MsgId', got none``."""

    def __init__(self, path: str, got: str) -> None:
        super().__init__("element_missing", expected=path, got=got)


class SchemaMissing(FormatError):
    """No schema file for this message; ``run`` names the command that brings it."""

    def __init__(self, message: str) -> None:
        super().__init__("schema_not_installed", message=message, run="chitra schemas install --from DIR|ZIP")


class SchemaInvalid(FormatError):
    """The message breaks the official schema or contradicts itself."""


class Unrenderable(FormatError):
    """A value breaks a rule of writing; nothing is cut or mended silently."""

    def __init__(self, field: str, rule: str, **params: str | int) -> None:
        super().__init__("unrenderable", field=field, rule=rule, **params)
        self.field = field
        self.rule = rule
