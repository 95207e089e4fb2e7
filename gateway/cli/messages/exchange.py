"""What happens between us and a partner's server, and to the files that go and come."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    # the connection
    "partner_failed": N_("{partner}: {reason}"),
    "unreachable": N_("{host}:{port} cannot be reached. Check network and address, then try again."),
    "handshake_failed": N_(
        "{host} answers, but no secure connection came about. Try again; if it stays, call the partner."
    ),
    "algorithms_refused": N_("{host} offers no encryption that we accept. Ask the partner to renew its server."),
    "host_key_mismatch": N_(
        "The host key of {host} is not the pinned one (shown: {shown}); no credential was sent. Call the partner by"
        " telephone before anything else."
    ),
    "host_key_not_pinned": N_(
        "No host key is pinned for {host}. Get it from the partner and enter it under host_keys."
    ),
    "host_key_unreadable": N_("A host key in chitra.toml cannot be read. Copy it anew as “ssh-ed25519 AAAA...”."),
    "host_key_type_unsupported": N_("Host keys of type {type} are not accepted. Ask the partner for ssh-ed25519."),
    "host_key_algorithm": N_("This host key is of a type that is not accepted. Accepted: {allowed}."),
    "host_key_too_short": N_("This host key is shorter than {bits_min} bits. Ask the partner for a stronger one."),
    "auth_refused": N_("{host} does not accept our key for user {user}. Send the partner our public key again."),
    "sftp_refused": N_("{host} let us in, but offers no file transfer. Ask the partner to enable SFTP."),
    "identity_missing": N_("Our key file {file} for the connection is missing. Run chitra key generate."),
    "identity_unreadable": N_(
        "Our key file {file} for the connection cannot be used. Check its passphrase and format."
    ),
    "identity_unsafe": N_("Our key file {file} can be read by others. Set its mode to 600 and make a new key."),
    # an answer of the server
    "no_such_file": (
        N_("The partner's server has no {path} ({operation}). Check the folders agreed with the partner."),
        N_("The partner's server has no such file or folder. Check the folders agreed with the partner."),
    ),
    "permission_denied": (
        N_("The partner's server does not allow this on {path}. Ask the partner for the right."),
        N_("The partner's server does not allow this. Ask the partner for the right."),
    ),
    "failure": (
        N_("The partner's server refused: {operation} of {path}. Try again; if it stays, call the partner."),
        N_("The partner's server refused. Try again; if it stays, call the partner."),
    ),
    "too_large": (
        N_("{path} is larger than agreed and was not read. Ask the partner what it is."),
        N_("The file is larger than {size_bytes_max:,} bytes and was not read. Ask the partner what it is."),
    ),
    "unsupported": N_("The partner's server does not know this operation. Ask the partner to renew its server."),
    "bad_message": N_("The partner's server did not understand us. Call the partner."),
    "status_not_known": N_(
        "The partner's server refused with status {status}, which we do not know. Call the partner."
    ),
    "end_of_file": N_("The partner's file ended earlier than announced. It will be fetched again."),
    # no answer
    "protocol": N_("The partner's server answered in a way that means nothing. What was under way may have happened."),
    "timeout": N_("The partner's server did not answer in time. What was under way may have happened."),
    "connection_lost": N_("The connection was lost. What was under way may have happened."),
    "half_renamed": N_("{path} may or may not have been renamed. Look into the folder before anything is done again."),
    # files to a partner
    "file_unknown": N_("There is no file {file}. chitra file list shows all."),
    "file_unknown_outcome": N_(
        "It is not known whether the partner has file {file}. It is never sent again by itself: ask the partner, then"
        " wait for the answer or the statement."
    ),
    "read_back_differs": N_("File {file} arrived damaged and was not released. Run chitra send again."),
    "final_name_taken": N_(
        "At {partner} something lies under the name of file {file} already. Nothing was sent. Ask the partner."
    ),
    "final_name_differs": (
        N_("At {partner} other bytes lie under the name of file {file}. Nothing more is sent to it. Ask it at once."),
        N_("Other bytes lie under the name of one of our files. Nothing more is sent to this partner. Ask it at once."),
    ),
    "duplicate_rejection": N_("The partner says that it has a file already. Nothing more is sent to it; ask it."),
    "status_for_unsent_message": N_(
        "The partner answered a file that we did not send. Nothing more is sent to it; call it at once."
    ),
    "evidence_for_unsent": N_(
        "The partner booked something that we did not send. Nothing more is sent to it; call it at once."
    ),
    "window_closed": N_("Nothing is wrong: {partner} takes files again from {opens_at}. They are sent then."),
    "execution_date_passed": N_(
        "The execution date {date} of file {file} can no longer be kept. Nothing was released; the next run makes a"
        " new file."
    ),
    "file_not_sealed": N_("File {file} has no bytes yet. Run chitra send first."),
    "partner_frozen": N_("Sending to {partner} is stopped until a person has looked. See chitra exception list."),
    "sealed_bytes_differ": N_("File {file}, read back, is not what was to be written. It is not sent. Tell support."),
    "no_place_for_signature": N_("{message} has no place for a signature. Choose another version in the adapter."),
    # files from a partner
    "file_too_large": N_("{name} has {size_bytes:,} bytes, more than the {max:,} agreed; it was left at the partner."),
    "unexpected_message": (
        N_("This folder is for {expected}, the file is {got}. It is set aside; ask the partner."),
        N_("{message} was not expected here. Check that this is the right file."),
    ),
    "foreign_account": N_("{file} speaks of an account that is not ours. It is set aside; call the partner."),
    "alarming_entries": N_("Money moved that should not have: {kinds}. See chitra exception list at once."),
    "no_inbox_for_message": N_("No folder of {partner} is for {message}. Check the partner, or the file."),
    "brought_without_signature": N_(
        "{file} is believed only by its signature, and there is no {signature} beside it. Put it there as the partner"
        " made it, and import again. Nothing was stored."
    ),
    "fault": N_(
        "This program failed over the file ({kind}); it is set aside and its bytes are kept. Report the traceback of"
        " the log; when the program is mended, run chitra file reprocess."
    ),
    "no_inbox_for_file": N_(
        "The folder {folder}, where {file} came from, is no longer one of the partner's inboxes. Correct chitra.toml."
    ),
    "more_waits": N_("{files} more files wait in {folder}; the next rounds take them."),
    "no_group_header": N_("The answer has no header and is set aside. Ask the partner to send it again."),
    "proof_not_supported": N_("The proof “{proof}” is not available. Correct the inbox in chitra.toml."),
    "dropbox_with_signature": N_(
        "The outbox is a drop box and declares a signature beside the file ({signature}). Nobody can look whether it"
        " lies there; choose another form in chitra.toml."
    ),
    "no_signature_beside": N_("No signature lies beside {file}. chitra file show says what travels."),
}
