"""The roster: lists of people and what they are entitled to, read, compared, cleaned by people."""
