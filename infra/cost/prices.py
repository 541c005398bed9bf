"""The table of prices and assumptions: the bundled one, or a copy that somebody re-priced."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

BUNDLED = Path(__file__).parent / "prices.yaml"
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class InvalidPrices(ValueError):
    """The table can't be used; the message names each entry and what is wrong with it."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Strict):
    """`price` dollars for `per` units, after the month's first `free` ones."""

    price: Amount
    per: Annotated[float, Field(gt=0)]
    free: Amount
    unit: str
    noted: date
    source: str

    def of(self, amount: float) -> float:
        """What a month with so many units costs."""
        return max(0.0, amount - self.free) / self.per * self.price


class MessagePrice(_Strict):
    """What a provider takes for one message."""

    price: Amount
    noted: date | None = None
    source: str


class PriceList(_Strict):
    """One price for each thing that is billed."""

    firestore_reads: Price
    firestore_writes: Price
    firestore_deletes: Price
    firestore_ttl_deletes: Price
    firestore_storage: Price
    firestore_backups: Price
    firestore_point_in_time: Price
    cloud_storage: Price
    pubsub_throughput: Price
    pubsub_to_bigquery: Price
    pubsub_retention: Price
    tasks_operations: Price
    run_requests: Price
    run_cpu: Price
    run_memory: Price
    run_idle_cpu: Price
    run_idle_memory: Price
    logging: Price
    bigquery_storage: Price
    bigquery_queries: Price
    scheduler_jobs: Price
    secret_versions: Price


class Assumptions(_Strict):
    """What counting can't tell; the bundled table says what each is."""

    storefront_subscriptions: Annotated[int, Field(ge=1)]
    topic_retention_days: Amount
    round_trip_ms: Amount
    provider_ms: Amount
    client_cpu_ms: Amount
    cpu_factor: Amount
    vcpu: Annotated[float, Field(gt=0)]
    memory_gib: Annotated[float, Field(gt=0)]
    concurrency: Annotated[int, Field(ge=1)]
    warm_instances: Amount
    request_log_bytes: Amount
    index_factor: Annotated[float, Field(ge=1)]
    backups_kept: Amount
    point_in_time: Annotated[float, Field(ge=0, le=1)]
    exports_per_month: Amount
    exports_kept: Amount
    examination_reads: Amount
    policy_documents: Amount
    scheduler_jobs: Amount
    secret_versions: Amount
    bigquery_months: Amount
    bigquery_scans_per_month: Amount


class Prices(_Strict):
    """The whole table."""

    prices: PriceList
    messages: Mapping[str, MessagePrice]
    assumptions: Assumptions


def read_prices(path: Path = BUNDLED) -> Prices:
    """The table of a file. Raises InvalidPrices, or OSError."""
    try:
        return Prices.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidPrices(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise InvalidPrices(f"{path}: {'; '.join(problems)}") from None
