"""The roster in the database."""
