"""camt.052, camt.053, camt.054: what the bank has booked or will book, any version."""

from formats.iso20022.camt.model import Balance, Detail, Ending, Entry, Statement
from formats.iso20022.camt.read import read

__all__ = ["Balance", "Detail", "Ending", "Entry", "Statement", "read"]
