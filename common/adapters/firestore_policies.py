"""The PolicySource on Firestore: documents under `config/`, their reception under `config_status/`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from google.cloud.firestore_v1.types.query import StructuredQuery
from google.cloud.firestore_v1.types.write import DocumentTransform, Write

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_values import fields_of, fill_fields
from common.adapters.google_calls import unavailable

if TYPE_CHECKING:
    import grpc

_SERVICE = "Firestore"


class FirestorePolicySource:
    """Thread-safe; every method is one RPC. `channel` is for tests, as with FirestoreStore."""

    def __init__(
        self,
        project: str,
        database: str = "(default)",
        *,
        timeout_seconds: float = 10.0,
        channel: "grpc.Channel | None" = None,
    ) -> None:
        self._database = FirestoreDatabase(project, database, timeout_seconds, channel)

    def read(self) -> Mapping[str, Mapping[str, Any]]:
        """Every document under `config/`."""
        return self._all("config")

    def last_good(self) -> Mapping[str, Mapping[str, Any]]:
        """What `report` kept as good, by any instance."""
        return {
            name: status["good"] for name, status in self._all("config_status").items() if "good" in status
        }

    def report(self, name: str, problem: str | None, good: Mapping[str, Any] | None = None) -> None:
        """Write `config_status/{name}` (taken, problem, good, reported_at); a problem leaves `good` alone."""
        fields: dict[str, Any] = {"taken": problem is None, "problem": problem}
        if problem is None and good is not None:
            fields["good"] = dict(good)
        write = Write.pb()()
        write.update.name = self._database.path("config_status", name)
        fill_fields(write.update.fields, fields)
        write.update_mask.field_paths.extend(fields)
        now = DocumentTransform.FieldTransform.ServerValue.REQUEST_TIME
        write.update_transforms.add(field_path="reported_at", set_to_server_value=now)
        with unavailable(_SERVICE):
            self._database.commit([write])

    def _all(self, collection: str) -> dict[str, dict[str, Any]]:
        query = StructuredQuery.pb()()
        query.from_.add().collection_id = collection
        with unavailable(_SERVICE):
            found = self._database.query(self._database.documents, query)
        return {document.name.rpartition("/")[2]: fields_of(document.fields) for document in found}
