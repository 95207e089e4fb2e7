"""Which payments a received file concerns: the scratch table ``touched``."""

from __future__ import annotations

from gateway.store.store import Transaction


def open_touched(tx: Transaction) -> None:
    """An empty scratch table ``touched``."""
    tx.run("DROP TABLE IF EXISTS touched")
    tx.run("CREATE TEMPORARY TABLE touched (payment_id BIGINT PRIMARY KEY)")


def touch(tx: Transaction, file_in_id: int) -> int:
    """Collect the payments that the file says anything about into the scratch table ``touched``."""
    open_touched(tx)
    return tx.run(
        "INSERT INTO touched"
        " SELECT a.payment_id FROM allocation a JOIN entry e ON e.id = a.entry_id"
        "   JOIN statement s ON s.id = e.statement_id WHERE s.file_in_id = :file"
        " UNION SELECT payment_id FROM moved"
        " UNION SELECT p.id FROM status_report r JOIN status_line n ON n.report_id = r.id"
        "   JOIN payment p ON p.end_to_end_id = n.end_to_end_id AND p.partner = r.partner"
        "   WHERE r.file_in_id = :file AND n.level = 'transfer'"
        " UNION SELECT l.payment_id FROM status_report r JOIN status_line n ON n.report_id = r.id"
        "   JOIN file_out f ON f.payment_information_id = n.original_block_id AND f.partner = r.partner"
        "   JOIN payment_file l ON l.file_id = f.id AND l.live WHERE r.file_in_id = :file AND n.level = 'block'"
        " UNION SELECT l.payment_id FROM status_report r JOIN status_line n ON n.report_id = r.id"
        "   JOIN file_out f ON f.message_id = n.original_message_id AND f.partner = r.partner"
        "   JOIN payment_file l ON l.file_id = f.id AND l.live WHERE r.file_in_id = :file AND n.level = 'group'",
        file=file_in_id,
    ).rowcount
