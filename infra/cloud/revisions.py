"""Which revision each service goes back to.

`python -m infra.cloud.revisions SERVICES REVISIONS` reads what `gcloud run services list` and `gcloud run revisions
list` say with --format=json, and prints a line for each service to change: its name, what serves now, what shall.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from common.domain.values import dataclass

ONE_DEPLOYMENT = timedelta(minutes=30)
"""Revisions made within so long of the newest came with the same deployment. A service that has none of that time
wasn't changed by it, and going back with the others it would run code older than theirs.
"""


class Unusable(ValueError):
    """What is asked for can't be done; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a service."""

    name: str
    service: str
    made_at: datetime
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One service's step back."""

    service: str
    serving: str
    target: str


def read_revisions(listed: Iterable[Mapping[str, Any]]) -> list[Revision]:
    """What gcloud lists."""
    return [
        Revision(
            name=one["metadata"]["name"],
            service=one["metadata"]["labels"]["serving.knative.dev/service"],
            made_at=datetime.fromisoformat(one["metadata"]["creationTimestamp"]),
            is_ready=any(
                condition.get("type") == "Ready" and condition.get("status") == "True"
                for condition in one.get("status", {}).get("conditions", ())
            ),
        )
        for one in listed
    ]


def serving(listed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By service, the revision that gets most of its traffic."""
    most: dict[str, str] = {}
    for one in listed:
        traffic = [part for part in one.get("status", {}).get("traffic", ()) if part.get("revisionName")]
        if traffic:
            greatest = max(traffic, key=lambda part: int(part.get("percent") or 0))
            most[one["metadata"]["name"]] = greatest["revisionName"]
    return most


def to_named(now: Mapping[str, str], revisions: Sequence[Revision], names: Sequence[str]) -> list[Change]:
    """The changes to exactly these revisions. Raises Unusable."""
    known = {revision.name: revision for revision in revisions}
    for name in names:
        if name not in known:
            raise Unusable(f"there is no revision {name}; `gcloud run revisions list` names those that exist")
        if not known[name].is_ready:
            raise Unusable(f"revision {name} is not ready, so it would answer nobody; choose another")
    wanted = [known[name] for name in names]
    return [Change(one.service, now.get(one.service, "nothing"), one.name) for one in wanted]


def to_previous(now: Mapping[str, str], revisions: Sequence[Revision]) -> list[Change]:
    """The changes that undo the last deployment, for the services that it changed. Raises Unusable."""
    made_at = {one.name: one.made_at for one in revisions}
    current = {service: made_at[name] for service, name in now.items() if name in made_at}
    if not current:
        raise Unusable("no function of the engine serves here; check project and region")
    began = max(current.values()) - ONE_DEPLOYMENT
    changes = [
        _step_back(service, now[service], began, revisions)
        for service in current
        if current[service] >= began
    ]
    return sorted((one for one in changes if one is not None), key=lambda change: change.service)


def _step_back(service: str, name: str, began: datetime, revisions: Sequence[Revision]) -> Change | None:
    older = [one for one in revisions if one.service == service and one.is_ready and one.made_at < began]
    if not older:
        return None
    return Change(service, name, max(older, key=lambda one: one.made_at).name)


def main(arguments: list[str]) -> int:
    """The command."""
    chosen = _parser().parse_args(arguments)
    now = {
        service: name
        for service, name in serving(_json(chosen.services)).items()
        if service in chosen.function
    }
    revisions = [one for one in read_revisions(_json(chosen.revisions)) if one.service in now]
    try:
        changes = to_named(now, revisions, chosen.to) if chosen.to else to_previous(now, revisions)
    except Unusable as problem:
        sys.stderr.write(f"Error: {problem}\n")
        return 1
    for one in changes:
        if one.target != one.serving:
            sys.stdout.write(f"{one.service} {one.serving} {one.target}\n")
    for service in sorted(now.keys() - {one.service for one in changes}):
        why = "not named" if chosen.to else "not changed by the last deployment, or nothing earlier is ready"
        sys.stderr.write(f"{service} stays at {now[service]} ({why}).\n")
    return 0


def _json(path: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(path.read_text("utf-8") or "[]")
    return listed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="revisions", description="Say which revisions to go back to.")
    parser.add_argument("services", type=Path)
    parser.add_argument("revisions", type=Path)
    parser.add_argument(
        "--function", action="append", required=True, help="a service of the engine; repeatable"
    )
    parser.add_argument("--to", action="append", default=[], help="exactly this revision; repeatable")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
