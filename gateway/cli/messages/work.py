"""What a home, its database, its people and its batches refuse."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    # home and configuration
    "no_home": N_("There is no chitra.toml in {home}. Run chitra init there, or give the home with --home."),
    "home_exists": N_("{home} is a home already; nothing was changed. Choose another folder."),
    "home_in_repository": N_(
        "{home} lies inside {repository}, a source repository; keys must not get there. Choose another folder."
    ),
    "config_unreadable": N_("{path} cannot be read: {reason}. Correct the file."),
    "config_wrong": N_("{path}: {key} is wrong: {reason}. Correct it; every key is explained in the file."),
    "unknown_adapter": N_("There is no adapter {adapter}. Known: {known}. Correct chitra.toml."),
    "payer_unknown": N_("Payer “{payer}” is not in chitra.toml. Give one of these with --payer: {known}."),
    "partner_unknown": N_("Partner {partner} is not in chitra.toml. Known: {known}."),
    "payer_account_missing": N_(
        "Payer {payer} has no account at {partner}. Enter it in chitra.toml under payers, then run chitra send again."
    ),
    "clock_file_unreadable": N_("The rehearsal clock {path} cannot be read; delete it or set it again."),
    "database_trouble": N_(
        "The database is busy, full or was lost ({reason}); nothing of this step is half done. Try again; if it stays,"
        " look at its disk and its server."
    ),
    "database_locked": N_(
        "Another command has kept the database for ten minutes; nothing of this step is half done. Find that command"
        " and let it finish, then try again."
    ),
    "transaction_pooler": N_(
        "The database is reached through a pooler that shares connections between transactions; locks do not hold"
        " there. Give the server's own address, or a pooler's session mode, in chitra.toml."
    ),
    "database_on_network": N_(
        "{path} lies on a network file system ({filesystem}), where SQLite can lose what was paid. Move the home to a"
        " local disk, or use PostgreSQL."
    ),
    "reload_needs_restart": N_("{key} cannot change while the daemon runs. Stop it, then start it again."),
    "cannot_listen": N_("{host}:{port} cannot be listened on: {reason}. Choose another address in chitra.toml."),
    "clock_file_in_production": N_(
        "{path} moves the time and is for rehearsal only. Remove it from a production home."
    ),
    "environment_differs": N_(
        "The database is for {database}, chitra.toml says {config}. The two must never be mixed; use the right home."
    ),
    "not_a_sandbox": N_("{home} is no rehearsal home. Make one with chitra init --sandbox."),
    "port_unavailable": N_("Port {port} cannot be opened: {reason}. Choose another one with --port."),
    "spool_trouble": N_(
        "The scratch folder of the home cannot be written ({reason}): its disk is full, or too many files are open."
        " Nothing of this step is half done; make room, then it is tried again."
    ),
    "disk_almost_full": N_("Only {free_mib} MiB are free, {min_mib} are needed. Make room before anything is sent."),
    # files for people
    "nothing_to_prove": N_("Payment {payment} stands in no signed file yet. Prove it when it was sent."),
    "file_exists": N_("{path} exists already and is not overwritten. Choose another name."),
    "cannot_read": N_("{path} cannot be read: {reason}."),
    "cannot_write": N_("{path} cannot be written: {reason}. Choose another place."),
    # the database and other processes
    "database_unreachable": N_(
        "The database does not answer ({reason}). Check that it runs and that its address is right."
    ),
    "database_url_unknown": N_("Unknown kind of database: {scheme}. Use sqlite or postgresql+psycopg in chitra.toml."),
    "database_denied": N_(
        "The gateway's role may not do this in the database: the owner of the tables is needed, or its rights are gone."
        " Name the owner with --database-owner URL; chitra db upgrade then gives the rights, too."
    ),
    "database_owner_elsewhere": N_(
        "--database-owner must be another role of the very database that chitra.toml names, and that one a PostgreSQL."
    ),
    "database_role_owns": N_(
        "The gateway's own role {role} owns the tables, and could drop what protects them. Name another role in"
        " chitra.toml: one that owns nothing."
    ),
    "database_outdated": N_("The database is empty or of an older version. Run chitra db upgrade."),
    "busy": N_("Another process is at work ({lock}). Wait until it has finished and run the command again."),
    "lock_lost": N_("The hold on {lock} was lost on the way; the step was stopped. Run the command again."),
    "moved_by_another": N_("{subject}: another process was quicker; nothing was changed here. Run the command again."),
    "illegal_move": N_("{subject} is “{source}” and cannot become “{target}”. Nothing was changed."),
    "blob_missing": N_("The stored file {sha256} is missing. Restore the database from a backup and tell the auditor."),
    "blob_tampered": N_("The stored file {sha256} was changed. Stop all work and tell the auditor."),
    "audit_broken": N_("The audit record is broken at number {sequence}. Stop all work and tell the auditor."),
    "database_not_empty": N_(
        "The database has tables already ({table}), and a backup is never restored over anything. Name an empty one as"
        " gateway.database."
    ),
    "database_exists": N_(
        "{path} exists, and a backup is never restored over anything. Move it away with its -wal and -shm files first."
    ),
    "backup_form": N_("This file is no backup of a form that this version knows. Choose the right file."),
    "backup_cut_short": N_("The backup is cut short; nothing was restored. Take another copy, or an earlier backup."),
    "backup_changed": N_(
        "The backup was changed or damaged; nothing was restored. Take another copy, and find out how it came about."
    ),
    "backup_rows_refused": N_(
        "The backup has rows of {table} that no database of ours can have: somebody edited them before it was made."
        " Nothing was restored; take an earlier backup, and tell the auditor."
    ),
    "backup_of_newer_version": N_(
        "The backup is of revision {revision}, and this version knows {newest} at most. Install the newer version."
    ),
    "backup_of_other_storage_key": N_(
        "The backup belongs to the storage key {wanted}, and this keyring holds {found}: people paid before would not"
        " be known again. Put the right vault.key into the keyring; nothing was restored."
    ),
    "storage_key_missing": N_(
        "The storage key {key} is not in this keyring: personal data and stored files stay unreadable, and nothing can"
        " be imported or sent, until its vault.key is put back."
    ),
    "no_vault_here": N_("Stored bytes and personal data cannot be opened without a home. Run it in the home."),
    "head_unreadable": N_("A head is the number of a record and {digits} digits, as chitra audit head shows them."),
    # batches
    "programme_invalid": N_("A programme needs a name of at most 32 letters, digits, dots, _ and -."),
    "period_invalid": N_("“{period}” is not a month. Write the period as YYYY-MM."),
    "batch_unknown": N_("There is no batch {batch}. chitra batch list shows all."),
    "database_missing": N_(
        "There is no database at {path}. Correct gateway.database in chitra.toml, or restore the file from a backup."
    ),
    "no_partners": N_(
        "No partner is configured yet. Add one to chitra.toml under [partners] and name it in [routing]."
    ),
    "own_certificate_not_valid": N_(
        "Our certificate {key} is not valid now ({reason}). Make a new key with chitra key generate and give its"
        " certificate to the partners."
    ),
    "to_fill_in": N_("{key} in chitra.toml still waits to be filled in."),
    "not_renderable": N_(
        "File {file} cannot be written: its field {field} breaks the rule {rule}, though the batch was accepted."
        " Nothing is sent. Tell the auditor."
    ),
    "batch_invalid": N_("Batch {batch} is invalid. Correct its rows and import the file again."),
    "approval_void": N_("The approval of batch {batch} does not hold: {reason}. Nothing is sent. Tell the auditor."),
    "payment_changed": N_("Payment {payment} is no longer what was approved. Nothing is sent. Tell the auditor."),
    "payment_unknown": N_("There is no payment {payment}. chitra payment list shows all."),
    "statement_unknown": N_("There is no statement {statement}. chitra statement list shows all."),
    "schema_unknown": N_("There is no schema for {message} among those we know. chitra schemas list shows all."),
    "exception_unknown": N_("There is no exception {exception}. chitra exception list shows all."),
    # the demo
    "demo_failed": (
        N_("The demo stopped while {step}: {problems} problems in the sample list."),
        N_("The demo stopped: the batch is still open after {days} days."),
    ),
}
