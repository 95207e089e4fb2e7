"""pain.001, customer credit transfer initiation: one message, one block, its transfers."""

from formats.iso20022.pain001.model import VERSIONS, Account, Agent, Block, Header, Transfer
from formats.iso20022.pain001.read import read
from formats.iso20022.pain001.write import Rendered, render

__all__ = ["VERSIONS", "Account", "Agent", "Block", "Header", "Rendered", "Transfer", "read", "render"]
