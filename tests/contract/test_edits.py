"""A2, T3, M12: data edited at random, by somebody who puts every trigger back, is found by ``db check``."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import SQLModel
from support.edits import FREE, FREE_TABLES, MAY_VANISH, Edit, Editor, on_postgresql, prepared, tried
from support.postgres import Cluster

EDITS = 50
EDITS_ON_POSTGRESQL = 10


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Editor:
    return prepared(tmp_path_factory.mktemp("edits"), 40)


def test_a_month_that_nobody_edited_has_no_finding(editor: Editor) -> None:
    assert editor.found(Edit("the same again", "UPDATE payment SET line = line")) is None


def test_a2_t3_m12_random_edits_of_stored_data_are_found(editor: Editor) -> None:
    assert [each.told for each, code in tried(editor, EDITS) if code is None] == []


def test_a2_t3_m12_random_edits_are_found_on_postgresql_as_well(
    editor: Editor, postgres_cluster: Cluster, postgres_url: str
) -> None:
    there = on_postgresql(editor, postgres_cluster, postgres_url)
    assert there.found(Edit("the same again", "UPDATE payment SET line = line")) is None
    assert [each.told for each, code in tried(there, EDITS_ON_POSTGRESQL) if code is None] == []


def test_a2_a_tail_cut_off_together_with_the_head_is_found_by_the_anchor(editor: Editor) -> None:
    head = "UPDATE audit_head SET (sequence, hash) = (SELECT sequence, hash FROM audit WHERE sequence = 40)"
    assert editor.found(Edit("head", head)) == "audit_beyond_head"
    cut = "DELETE FROM audit WHERE sequence > 40"
    assert editor.found(Edit("tail", cut)) == "audit_cut"


def test_a2_a_status_report_moved_to_a_file_that_was_set_aside_is_found(editor: Editor) -> None:
    other = "SELECT min(id) FROM file_in WHERE state <> 'processed'"
    moved = f"UPDATE status_report SET file_in_id = ({other}) WHERE id = 1"
    assert editor.found(Edit("moved", moved)) == "rows_differ"


def test_what_may_change_without_notice_is_there_and_has_its_reason() -> None:
    columns = {f"{table.name}.{column.name}" for table in SQLModel.metadata.sorted_tables for column in table.columns}
    assert FREE.keys() - columns == set()
    assert (FREE_TABLES.keys() | MAY_VANISH.keys()) - SQLModel.metadata.tables.keys() == set()
    assert all(reason for reason, _ in FREE.values())


def test_what_may_change_without_notice_stands_in_the_store_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "store.md").read_text(encoding="utf-8")
    assert [name for name in (*FREE, *FREE_TABLES, *MAY_VANISH) if f"`{name}`" not in page] == []
