"""One Firestore database, as store and policy source both talk to it: one call, one RPC, no retries."""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.types import firestore

from common.adapters.google_calls import OnFirstUse, emulator_channel

if TYPE_CHECKING:
    import grpc

EMULATOR = "FIRESTORE_EMULATOR_HOST"
"""The environment variable that Google's own clients read too."""


class FirestoreDatabase:
    """On the generated client, because the hand-written one can't replace a document conditionally.

    Thread-safe; the client is built by the first call, on `channel` if one is given.
    """

    def __init__(
        self, project: str, database: str, timeout_seconds: float, channel: "grpc.Channel | None"
    ) -> None:
        self.name = f"projects/{project}/databases/{database}"
        self.documents = f"{self.name}/documents"
        self._timeout_seconds = timeout_seconds
        self._channel = channel
        self._client = OnFirstUse(self._connect)
        self._metadata = [("google-cloud-resource-prefix", self.name)]

    def path(self, *parts: str) -> str:
        """The full name of a document or collection."""
        return "/".join((self.documents, *parts))

    def get(self, paths: Sequence[str], fields: Sequence[str] = ()) -> list[Any]:
        """BatchGetDocuments: the protobuf documents that exist, or only those `fields`; in no order."""
        mask = {"field_paths": fields} if fields else None
        request = firestore.BatchGetDocumentsRequest(database=self.name, documents=paths, mask=mask)
        answers = self._client().batch_get_documents(request, **self._options())
        found = (firestore.BatchGetDocumentsResponse.pb(answer) for answer in answers)
        return [answer.found for answer in found if answer.HasField("found")]

    def commit(self, writes: Iterable[Any]) -> list[Any]:
        """Commit: the protobuf results of the protobuf writes, in their order."""
        request = firestore.CommitRequest.pb()(database=self.name, writes=writes)
        answer = self._client().commit(firestore.CommitRequest.wrap(request), **self._options())
        return list(firestore.CommitResponse.pb(answer).write_results)

    def query(self, parent: str, query: Any) -> list[Any]:
        """RunQuery: the protobuf documents found by a protobuf StructuredQuery, in its order."""
        request = firestore.RunQueryRequest.pb()(parent=parent, structured_query=query)
        answers = self._client().run_query(firestore.RunQueryRequest.wrap(request), **self._options())
        found = (firestore.RunQueryResponse.pb(answer) for answer in answers)
        return [answer.document for answer in found if answer.HasField("document")]

    def count(self, parent: str, query: Any) -> int:
        """RunAggregationQuery: how many documents a protobuf StructuredQuery finds."""
        request = firestore.RunAggregationQueryRequest.pb()(parent=parent)
        counted = request.structured_aggregation_query
        counted.structured_query.CopyFrom(query)
        counted.aggregations.add(alias="count").count.SetInParent()
        answers = self._client().run_aggregation_query(
            firestore.RunAggregationQueryRequest.wrap(request), **self._options()
        )
        found = (firestore.RunAggregationQueryResponse.pb(answer) for answer in answers)
        return sum(answer.result.aggregate_fields["count"].integer_value for answer in found)

    def _options(self) -> dict[str, Any]:
        return {"retry": None, "timeout": self._timeout_seconds, "metadata": self._metadata}

    def _connect(self) -> FirestoreClient:
        emulator = os.environ.get(EMULATOR)
        channel = self._channel
        if channel is None and emulator:
            channel = emulator_channel(emulator)
        if channel is None:
            return FirestoreClient()
        return FirestoreClient(transport=FirestoreGrpcTransport(channel=channel))
