"""Pushes the default policy documents that don't exist yet under `config/`; what exists is never touched.

`python -m infra.cloud.policies PROJECT` prints a line for each document.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from google.api_core.exceptions import AlreadyExists, NotFound
from google.cloud.firestore_v1.types.write import Write

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_values import fill_fields
from common.adapters.google_calls import unavailable
from common.application.documents import to_fields
from common.application.failures import Unavailable
from common.application.policies import DOCUMENTS
from common.domain.policy import RecoveryPolicy
from common.domain.shop import Shop

UNAVAILABLE = 3
_TIMEOUT_SECONDS = 20.0


def defaults(now: datetime, storefront_url: str | None = None) -> dict[str, dict[str, Any]]:
    """Each document with all of its fields, so that administrators see what there is to decide.

    Carts that were left before the first deployment are nobody's business yet (L17), hence `activated_at`.
    """
    made = {name: kind() for name, kind in DOCUMENTS.items()}
    made["recovery"] = replace(RecoveryPolicy(), activated_at=now)
    if storefront_url:
        made["shop"] = replace(Shop(), storefront_url=storefront_url.rstrip("/"))
    return {name: {key: _plain(value) for key, value in to_fields(one).items()} for name, one in made.items()}


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return str(value)
        case Enum():
            return value.value
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return value


def missing(database: FirestoreDatabase) -> list[str]:
    """The documents that don't exist; all of them while there is no database. Raises Unavailable."""
    paths = {database.path("config", name): name for name in DOCUMENTS}
    with unavailable("Firestore"):
        try:
            found = {document.name for document in database.get(list(paths), ["__name__"])}
        except NotFound:
            found = set()
    return [name for path, name in paths.items() if path not in found]


def push(database: FirestoreDatabase, name: str, document: Mapping[str, Any]) -> bool:
    """Create the document; False = it exists, and was left as it is. Raises Unavailable."""
    write = Write.pb()()
    write.update.name = database.path("config", name)
    fill_fields(write.update.fields, document)
    write.current_document.exists = False
    with unavailable("Firestore"):
        try:
            database.commit([write])
        except AlreadyExists:
            return False
    return True


def main(arguments: list[str]) -> int:
    """The command."""
    chosen = _parser().parse_args(arguments)
    database = FirestoreDatabase(chosen.project, chosen.database, _TIMEOUT_SECONDS, None)
    documents = defaults(datetime.now(UTC), chosen.storefront_url)
    try:
        absent = missing(database)
        for name, document in documents.items():
            if name not in absent:
                said = "exists"
            elif chosen.dry_run:
                said = "would be created"
            else:
                said = "created" if push(database, name, document) else "exists"
            sys.stdout.write(f"config/{name} {said}\n")
    except Unavailable as problem:
        sys.stderr.write(f"Error: {problem}\nNothing that exists was changed; run it again.\n")
        return UNAVAILABLE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="policies",
        description="Push the default policy documents that don't exist yet.",
        epilog="Example: python -m infra.cloud.policies my-shop-recoup --dry-run",
    )
    parser.add_argument("project")
    parser.add_argument("--database", default="(default)")
    parser.add_argument("--storefront-url", help="address of storefront_api, for the document `shop`")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be created")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
