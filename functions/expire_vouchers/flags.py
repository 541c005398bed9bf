"""Flags whose moment has passed."""

from time import monotonic

from common.application.engine import Engine
from common.application.shell import advance
from common.domain.triggers import ReturnedFlagLapsed

PAGE = 200


def lapse_flags(engine: Engine, until: float) -> int:
    """Take the flag from customers whose last return left the window; each is out of the query once it is done.

    Returns how many. What doesn't fit before `until` (monotonic) is left to the next run: a flag that stands too long
    decides nothing.
    """
    now, flags, cursor = engine.clock.now(), 0, None
    while True:
        page = engine.store.due("customers", "returned_until", now, PAGE, cursor)
        for customer_id in page.ids:
            advance(engine, ReturnedFlagLapsed(id=f"flag-{customer_id}", customer_id=customer_id))
        flags, cursor = flags + len(page.ids), page.cursor
        if cursor is None or monotonic() > until:
            return flags
