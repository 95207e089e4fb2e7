"""Accounts of people: collected from lists, held beside the roster."""
