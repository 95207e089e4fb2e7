"""Every row of a table of which there are as many as batches, files or people; never payments."""

from __future__ import annotations

from typing import TypeVar

from sqlmodel import SQLModel, select

from gateway.store.store import Transaction

Row = TypeVar("Row", bound=SQLModel)


def every(tx: Transaction, table: type[Row]) -> list[Row]:
    return list(tx.session.exec(select(table)).all())
