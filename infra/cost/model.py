"""A month's bill: what was counted for a day's carts, scaled to a month's, times the prices.

Load is spread evenly over the month; docs/scale.md has the arithmetic.
"""

from collections.abc import Iterator
from math import exp

from common.domain.values import dataclass
from infra.cost.measured import Calls, Day
from infra.cost.prices import Price, Prices

GIB, TIB = 2**30, 2**40
DAYS = 30
MONTH_SECONDS = DAYS * 86_400
NOT_IN_IT = (
    "network out of the region (pages, provider calls), inter-region traffic",
    "storefront_api and price_offer: visits to links, webhooks, vouchers at the checkout, offers of alternatives",
    "alert policies, uptime checks and charged metrics; support plans; taxes",
    "retries and repeated deliveries; quiet and busy hours (the load is spread evenly)",
    "the shop's own side: its publisher, its checkout, and the discounts that customers get",
)
"""What the total leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One line of the bill."""

    service: str
    what: str
    amount: float
    unit: str
    dollars: float


def bill(day: Day, prices: Prices, carts: int) -> list[CostLine]:
    """The month's lines for so many carts begun, in the order of the services."""
    return list(_Month(day, prices, carts).lines())


@dataclass(frozen=True, slots=True)
class _Month:
    day: Day
    prices: Prices
    carts: int

    def lines(self) -> Iterator[CostLine]:
        yield from self._firestore()
        yield from self._pubsub()
        table, tasks = self.prices.prices, self._sum("tasks")
        yield self._line("Cloud Tasks", "made and dispatched", 2 * tasks, table.tasks_operations)
        yield from self._functions()
        yield from self._records()
        yield from self._fixed()
        yield from self._providers()

    def _firestore(self) -> Iterator[CostLine]:
        service, table, assumed = "Firestore", self.prices.prices, self.prices.assumptions
        policies = self._running_instances() * DAYS * 1440 * assumed.policy_documents
        examined = DAYS * 24 * assumed.examination_reads
        yield self._line(service, "reads", self._sum("reads") + policies + examined, table.firestore_reads)
        yield self._line(service, "writes", self._sum("writes"), table.firestore_writes)
        yield self._line(service, "deletes", self._sum("deletes"), table.firestore_deletes)
        kept = self.day.kept.values()
        expiring = self._scaled(sum(one.documents for one in kept if one.days))
        yield self._line(service, "deletes by TTL", expiring, table.firestore_ttl_deletes)
        plain = self._scaled(sum(one.bytes * one.days / DAYS for one in kept)) / GIB
        stored = plain * assumed.index_factor
        yield self._line(service, "storage when full", stored, table.firestore_storage)
        yield self._line(service, "backups", plain * assumed.backups_kept, table.firestore_backups)
        yield self._line(
            service, "point in time", stored * assumed.point_in_time, table.firestore_point_in_time
        )
        documents = self._scaled(sum(one.documents * one.days / DAYS for one in kept))
        # Free of charge are the first reads, which the line above has used.
        reads = table.firestore_reads.model_copy(update={"free": 0})
        yield self._line(service, "exports", documents * assumed.exports_per_month, reads)
        yield self._line("Cloud Storage", "exports", plain * assumed.exports_kept, table.cloud_storage)

    def _pubsub(self) -> Iterator[CostLine]:
        service, table, assumed = "Pub/Sub", self.prices.prices, self.prices.assumptions
        times = 1 + assumed.storefront_subscriptions
        events = self._sum("received_billed_bytes") * times
        announced, announced_raw = self._sum("published_billed_bytes"), self._sum("published_bytes")
        yield self._line(service, "storefront events", events / GIB, table.pubsub_throughput)
        # Free of charge is the account's first 10 GiB, which the line above has used.
        rest = table.pubsub_throughput.model_copy(update={"free": 0})
        yield self._line(service, "announcements", announced / GIB, rest)
        yield self._line(service, "written to BigQuery", announced_raw / GIB, table.pubsub_to_bigquery)
        held = (self._sum("received_bytes") + announced_raw) * assumed.topic_retention_days / DAYS
        yield self._line(service, "kept by the topics", held / GIB, table.pubsub_retention)

    def _functions(self) -> Iterator[CostLine]:
        service, table, assumed = "Cloud Run", self.prices.prices, self.prices.assumptions
        busy = sum(self.busy_seconds(one) for one in self.day.calls)
        idle = max(0.0, assumed.warm_instances * MONTH_SECONDS - busy)
        yield self._line(service, "requests", self._sum("calls"), table.run_requests)
        yield self._line(service, "CPU, serving", busy * assumed.vcpu, table.run_cpu)
        yield self._line(service, "memory, serving", busy * assumed.memory_gib, table.run_memory)
        yield self._line(service, "CPU, idle", idle * assumed.vcpu, table.run_idle_cpu)
        yield self._line(service, "memory, idle", idle * assumed.memory_gib, table.run_idle_memory)

    def busy_seconds(self, calls: Calls) -> float:
        """Seconds for which instances are billed: while at least one request is in them (Little's law).

        Few requests seldom meet; many share an instance, up to its concurrency and its CPU.
        """
        assumed, count = self.prices.assumptions, self._scaled(calls.calls)
        if not calls.calls:
            return 0.0
        cpu_ms = calls.cpu_ms * assumed.cpu_factor + calls.round_trips * assumed.client_cpu_ms
        waits_ms = calls.round_trips * assumed.round_trip_ms + calls.sends * assumed.provider_ms
        cpu = count * cpu_ms / calls.calls / 1000
        at_once = (cpu + count * waits_ms / calls.calls / 1000) / MONTH_SECONDS
        alone = MONTH_SECONDS * (1 - exp(-at_once))
        return max(alone, MONTH_SECONDS * at_once / assumed.concurrency, cpu / assumed.vcpu)

    def _running_instances(self) -> float:
        busy = sum(self.busy_seconds(one) for one in self.day.calls) / MONTH_SECONDS
        return max(busy, self.prices.assumptions.warm_instances)

    def _records(self) -> Iterator[CostLine]:
        table, assumed = self.prices.prices, self.prices.assumptions
        logged = self._sum("log_bytes") + self._sum("calls") * assumed.request_log_bytes
        yield self._line("Cloud Logging", "log lines", logged / GIB, table.logging)
        rows = self._sum("published_bytes") * assumed.bigquery_months
        yield self._line("BigQuery", "storage when full", rows / GIB, table.bigquery_storage)
        scanned = rows * assumed.bigquery_scans_per_month
        yield self._line("BigQuery", "queries", scanned / TIB, table.bigquery_queries)

    def _fixed(self) -> Iterator[CostLine]:
        table, assumed = self.prices.prices, self.prices.assumptions
        yield self._line("Cloud Scheduler", "jobs", assumed.scheduler_jobs, table.scheduler_jobs)
        yield self._line("Secret Manager", "versions", assumed.secret_versions, table.secret_versions)

    def _providers(self) -> Iterator[CostLine]:
        for channel, sent in self.day.messages.items():
            known = self.prices.messages.get(channel)
            amount = self._scaled(sent)
            dollars = amount * known.price if known else 0.0
            what = "messages" if known else "messages, no price"
            yield CostLine(
                service=f"Provider: {channel}", what=what, amount=amount, unit="messages", dollars=dollars
            )

    def _sum(self, name: str) -> float:
        return self._scaled(sum(getattr(one, name) for one in self.day.calls))

    def _scaled(self, counted: float) -> float:
        return counted * self.carts / self.day.carts

    @staticmethod
    def _line(service: str, what: str, amount: float, price: Price) -> CostLine:
        return CostLine(service=service, what=what, amount=amount, unit=price.unit, dollars=price.of(amount))
