"""Accounts of people: what was told of them, and what banks say."""
