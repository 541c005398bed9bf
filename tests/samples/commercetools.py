"""commercetools' messages, changes and resources in public projects, which write them by hand for their tests."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
PROJECT = "klaviyo-dev"

_EXPECTED = {
    "ctGet2Orders": "understood,understood",
    "sampleCategoryResourceDeletedMessage": "ignored",
    "sampleCustomerApiResponse": "understood",
    "sampleCustomerFirstNameSetMessage": "understood",
    "sampleCustomerLastNameSetMessage": "understood",
    "sampleCustomerResourceUpdatedMessage": "ignored",
    "sampleOrderCustomerSetMessage": "understood",
    "sampleOrderStateChangedMessage": "refused:occurred_at_invalid",
    "sampleOrderWithPaymentMessage": "refused:occurred_at_invalid",
    "samplePaymentCreatedMessage": "ignored",
    "samplePaymentTransactionAddedMessage": "ignored",
    "sampleProductPublishedMessage": "ignored",
    "sampleReturnInfoSetMessage": "refused:occurred_at_invalid",
}
"""Some moments are written without zone and offset, which commercetools never does. Payments name no order."""


def samples(root: Path) -> Iterator[Sample]:
    """Every file; the project's key stands in changes only, so the attribute names the store for all."""
    for file in sorted((root / "other_platforms/commercetools").rglob("*.json")):
        attributes = {"source": "commercetools", "store": PROJECT}
        content = json.dumps(json.loads(file.read_text()))
        message = PubSubMessage(file.stem, AT, attributes, content.encode())
        yield Sample("commercetools", file.stem, message, _EXPECTED[file.stem])
