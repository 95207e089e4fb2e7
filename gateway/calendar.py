"""Working days of Viet Nam: the ``holidays`` package (with swapped working Saturdays) and the operator's overrides."""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import date

import holidays


class WorkingDays:
    """Callable ``date -> bool``; ``extra`` days are holidays, ``working`` days are not."""

    def __init__(self, extra: Collection[date] = (), working: Collection[date] = ()) -> None:
        self._holidays = holidays.country_holidays("VN")
        self._extra, self._working = frozenset(extra), frozenset(working)
        self._one_at_a_time = threading.Lock()

    def __call__(self, day: date) -> bool:
        if day in self._working:
            return True
        with self._one_at_a_time:  # the package fills in a year when it is first asked for
            return day not in self._extra and bool(self._holidays.is_working_day(day))
