"""Found first on PYTHONPATH by the function processes of a test: lets the engine's clock run ahead.

Only what the engine takes for `now` moves. Tokens, time-outs and what the emulators do go by the real time.
Nothing of this is in the deployed code, nor does it know of it.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from common.adapters.clock import SystemClock

_real_time = SystemClock.now
_ahead_by = Path(os.environ["TEST_CLOCK_AHEAD"])


def _now(self: SystemClock) -> datetime:
    return _real_time(self) + timedelta(seconds=float(_ahead_by.read_text()))


SystemClock.now = _now  # type: ignore[method-assign]
