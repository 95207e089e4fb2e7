"""Column shorthands shared by the table modules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, text
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

Big: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")
"""64 bits; INTEGER on SQLite, where only that is an alias of the row id."""


def key() -> Any:
    """A 64-bit primary key taken from ``sequences`` (never from the database's own counter)."""
    return Field(primary_key=True, sa_type=Big, sa_column_kwargs={"autoincrement": False})


def big(**options: Any) -> Any:
    """A 64-bit integer: money in minor units, or a size in bytes."""
    return Field(sa_type=Big, **options)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def index_where(name: str, *columns: str, where: str) -> Index:
    """A partial index, the same on both databases."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def unique_where(name: str, *columns: str, where: str) -> Index:
    """A partial unique index, the same on both databases."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))
