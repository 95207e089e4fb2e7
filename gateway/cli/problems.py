"""Problems of a list, row by row: shown the same wherever a list is brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.cli.messages import explain
from gateway.cli.words import _

if TYPE_CHECKING:
    from gateway.cli.output import Output
    from gateway.usecases.rows import RowProblem

PROBLEMS_SHOWN_MAX = 50


def show_problems(output: Output, problems: Sequence[RowProblem]) -> None:
    """A table of the first ones, and how many more there are."""
    output.table(
        [_("Row"), _("Field"), _("Problem")],
        [[each.row, each.field, explain(each.code, each.params)] for each in problems[:PROBLEMS_SHOWN_MAX]],
        numbers=[0],
    )
    if len(problems) > PROBLEMS_SHOWN_MAX:
        output.say(_("... and {count} more; --json lists all.").format(count=len(problems) - PROBLEMS_SHOWN_MAX))
