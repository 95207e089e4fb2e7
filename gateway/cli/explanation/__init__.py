"""What was found out about a file: as a document, and as tables and words. Names and account numbers are masked."""

from gateway.cli.explanation.document import document, unread
from gateway.cli.explanation.tables import say

__all__ = ["document", "say", "unread"]
