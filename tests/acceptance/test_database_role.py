"""The tables of PostgreSQL belong to another role than the gateway's: what then needs the owner."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text
from support.homes import Home
from support.postgres import OWNER, as_role
from support.stages import Stages

from keys.passphrase import Passphrase


def test_m15_upgrade_check_and_restore_need_the_owner_and_give_the_gateway_its_rights(
    postgresql_stages: Stages, tmp_path: Path
) -> None:
    with postgresql_stages.copy("approved", tmp_path) as home:
        owner = ("--database-owner", as_role(home.database, OWNER))
        for command in ("upgrade", "check"):
            refused = home.chitra("db", command)
            assert (refused.code, refused.json["error"]["code"]) == (1, "database_denied")
            home.chitra("db", command, *owner).done()
        passphrase = tmp_path / "passphrase"
        Passphrase.random().save(passphrase)
        sealed = ("--passphrase-file", passphrase)
        home.chitra("db", "backup", "-o", tmp_path / "whole.backup", *sealed).done()
        _empty(home)
        refused = home.chitra("db", "restore", tmp_path / "whole.backup", *sealed)
        assert refused.json["error"]["code"] == "database_denied"
        assert home.chitra("db", "restore", tmp_path / "whole.backup", *sealed, *owner).code == 3
        assert home.states(home.batch) == {"approved": 40}
        assert home.chitra("db", "check", *owner).json["ok"]


def _empty(home: Home) -> None:
    """As PostgreSQL makes a new database."""
    engine = create_engine(home.database)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public AUTHORIZATION pg_database_owner"))
        connection.execute(text("GRANT USAGE ON SCHEMA public TO PUBLIC"))
    engine.dispose()
