"""People: who may act, and on what that rests."""

from __future__ import annotations

from gateway.cli.messages import Templates
from gateway.cli.words import N_

TEMPLATES: Templates = {
    "operator_unknown": N_("There is no operator {operator}. chitra operator list shows all."),
    "operator_revoked": N_("{operator} is no operator any more. Let somebody else do it."),
    "operator_exists": N_("Operator {operator} is enrolled already, with this or another key or role."),
    "operator_name_unfit": N_("“{operator}” is no name for an operator: use a-z, 0-9, _ and -."),
    "operator_key_unfit": N_("The key of {operator} is not a key of one person alone. Make a new one."),
    "operator_not_stated": N_(
        "{operator} was enrolled before there were root admins. Two of them first: chitra operator add {operator}."
    ),
    "roles_unknown": N_("Unknown role in: {roles}."),
    "admins_too_few": N_("After that fewer than two admins would be left, and nobody could be enrolled any more."),
    "kept_unsigned": N_("{operator} has not approved every batch that is to count on. Propose it anew."),
    "role_missing": N_("{operator} may not do this: the role “{role}” is needed and must not be revoked."),
    "key_not_enrolled": N_(
        "The key of {operator} is not the one enrolled. Use the right key, or enrol the person under another name."
    ),
    "not_the_maker": N_("{operator} did not import batch {batch}. Only its maker submits it."),
    "maker_cannot_approve": N_("{operator} made batch {batch} and cannot approve it. Ask another person."),
    "already_approved": N_("{operator} has signed batch {batch} already. Another person is needed."),
    "maker_cannot_acknowledge": N_("{operator} made batch {batch} and cannot acknowledge its signals. Ask a checker."),
    "signals_unacknowledged": N_(
        "Batch {batch} has signals that {operator} has not acknowledged as they are now: {signals}. Look: chitra batch"
        " signals {batch}; then chitra batch acknowledge {batch} --signal NAME --reason TEXT --operator {operator}."
    ),
    "signal_absent": N_("Batch {batch} has no signal {signal}. chitra batch signals {batch} shows all."),
    "release_not_required": N_("Batch {batch} needs no releaser."),
    "release_before_checkers": N_("Batch {batch}: {count} checkers must sign before the releaser."),
    # what they rest on
    "roots_missing": N_(
        "No root admins are fixed here, so nobody's signature counts yet. Two admins together: chitra operator root"
        " NAME NAME; then enrol everybody (docs/keys.md)."
    ),
    "roots_exist": N_("The root admins are fixed already. chitra operator root shows them."),
    "roots_too_few": N_("At least {min} different root admins are needed; names are of a-z, 0-9, _ and -."),
    "roots_unreadable": N_("keyring/roots.json is not as it was written. Stop; compare its digest with the paper."),
    "roots_unfit": N_("keyring/roots.json does not name two admins with keys of their own. Stop; tell the auditor."),
    "root_is_other": N_("{operator} is enrolled with another key or another role than admin. Choose a new name."),
    "people_broken": N_(
        "Decision {decision} on a person does not follow from the root admins: it is not signed by two admins, was"
        " changed, or one before it is missing. Nothing is sent. Stop; tell the auditor."
    ),
    "person_differs": N_(
        "What the database says of {operator} is not what two admins have signed. Nothing is done. Stop; tell the"
        " auditor."
    ),
}
