"""The engine examines itself, so that somebody is told before somebody asks."""

from collections import Counter

from common.application.engine import Engine
from common.logs import log

_SEVERITIES = {"warn": "WARNING", "fail": "ERROR"}


def check_up(engine: Engine) -> dict[str, int]:
    """Log what isn't well, a line for each finding (`unwell`); how many findings there are of each level.

    The verdicts are those of `recoup doctor`. They name sources, stores and fields of policy documents, nobody.
    Raises Unavailable.
    """
    from common.application import health  # only this job asks

    found = health.findings(health.examine(engine))
    for finding in found:
        if (severity := _SEVERITIES.get(finding.level.value)) is not None:
            log("unwell", severity=severity, about=finding.about, detail=finding.sentence)
    levels = Counter(finding.level for finding in found)
    return {level.value: levels[level] for level in health.Level}
