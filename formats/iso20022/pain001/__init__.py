"""pain.001, customer credit transfer initiation: one message, its blocks, their transfers."""

from formats.iso20022.pain001.elements import VERSIONS, WITH_ENVELOPE, Narrowing
from formats.iso20022.pain001.model import NOBODY, Account, Address, Agent, Block, Header, Party, Transfer
from formats.iso20022.pain001.read import read
from formats.iso20022.pain001.write import DECLARATION, Follower, Rendered, render

__all__ = [
    "DECLARATION",
    "NOBODY",
    "VERSIONS",
    "WITH_ENVELOPE",
    "Account",
    "Address",
    "Agent",
    "Block",
    "Follower",
    "Header",
    "Narrowing",
    "Party",
    "Rendered",
    "Transfer",
    "read",
    "render",
]
