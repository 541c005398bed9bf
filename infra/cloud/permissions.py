"""Whether whoever deploys may do what a deployment does, asked before anything is changed.

`python -m infra.cloud.permissions PROJECT` reads an access token from standard input.
"""

import argparse
import os
import sys
from collections.abc import Sequence

import requests

MAY, MAY_NOT, UNKNOWN = 0, 1, 2
_ENDPOINT = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER"
"""The environment variable by which gcloud too is told to call another address."""
_GOOGLE = "https://cloudresourcemanager.googleapis.com/"
_TIMEOUT_SECONDS = 30

ROLES = {
    "roles/serviceusage.serviceUsageAdmin": ("serviceusage.services.enable", "serviceusage.services.use"),
    "roles/resourcemanager.projectIamAdmin": ("resourcemanager.projects.setIamPolicy",),
    "roles/iam.roleAdmin": ("iam.roles.create", "iam.roles.update"),
    "roles/iam.serviceAccountAdmin": ("iam.serviceAccounts.create", "iam.serviceAccounts.setIamPolicy"),
    "roles/iam.serviceAccountUser": ("iam.serviceAccounts.actAs",),
    "roles/pubsub.admin": (
        "pubsub.schemas.create",
        "pubsub.subscriptions.create",
        "pubsub.subscriptions.consume",
        "pubsub.topics.attachSubscription",
        "pubsub.topics.create",
        "pubsub.topics.publish",
        "pubsub.topics.setIamPolicy",
    ),
    "roles/datastore.owner": (
        "datastore.backupSchedules.create",
        "datastore.databases.create",
        "datastore.entities.create",
        "datastore.entities.delete",
        "datastore.entities.get",
        "datastore.indexes.create",
    ),
    "roles/cloudtasks.admin": ("cloudtasks.queues.create", "cloudtasks.queues.setIamPolicy"),
    "roles/secretmanager.admin": (
        "secretmanager.secrets.create",
        "secretmanager.secrets.setIamPolicy",
        "secretmanager.versions.add",
    ),
    "roles/cloudfunctions.admin": ("cloudfunctions.functions.create",),
    "roles/run.admin": ("run.services.setIamPolicy", "run.services.update"),
    "roles/cloudscheduler.admin": ("cloudscheduler.jobs.create",),
    "roles/logging.configWriter": ("logging.logMetrics.create",),
    "roles/monitoring.admin": (
        "monitoring.alertPolicies.create",
        "monitoring.dashboards.create",
        "monitoring.notificationChannels.create",
        "monitoring.uptimeCheckConfigs.create",
    ),
    "roles/bigquery.admin": (
        "bigquery.datasets.create",
        "bigquery.tables.create",
        "bigquery.transfers.update",
    ),
    "roles/storage.admin": ("storage.buckets.create",),
}
"""What a deployment needs, and the role that gives it to those who don't have it."""


class Unanswered(Exception):
    """Could not find out; the sentence says why, and what to do."""


def granted(project: str, token: str, asked: Sequence[str]) -> set[str]:
    """Those of the permissions that the token's owner has on the project. Raises Unanswered."""
    address = os.environ.get(_ENDPOINT, _GOOGLE).rstrip("/")
    try:
        answer = requests.post(
            f"{address}/v1/projects/{project}:testIamPermissions",
            json={"permissions": list(asked)},
            headers={"Authorization": f"Bearer {token}", "X-Goog-User-Project": project},
            timeout=_TIMEOUT_SECONDS,
        )
        content = answer.json()
    except requests.RequestException as problem:
        raise Unanswered(f"{type(problem).__name__} from {address}; check the connection") from problem
    if answer.status_code != requests.codes.ok:
        raise Unanswered(str(content.get("error", {}).get("message", content)))
    return set(content.get("permissions", ()))


def lacking(project: str, token: str) -> dict[str, list[str]]:
    """What is not permitted, by the role that would permit it. Raises Unanswered."""
    asked = [permission for permissions in ROLES.values() for permission in permissions]
    has = granted(project, token, asked)
    found = {role: [one for one in needed if one not in has] for role, needed in ROLES.items()}
    return {role: missing for role, missing in found.items() if missing}


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="permissions", description="Check the deployer's permissions.")
    parser.add_argument("project")
    project = parser.parse_args(arguments).project
    try:
        missing = lacking(project, sys.stdin.read().strip())
    except Unanswered as problem:
        sys.stderr.write(f"Your permissions could not be checked: {problem}\n")
        return UNKNOWN
    for role, permissions in missing.items():
        sys.stderr.write(f"You lack {', '.join(permissions)} on {project}: have somebody grant you {role}.\n")
    return MAY_NOT if missing else MAY


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
