"""Every query of the code has its index, what expires expires, and what production holds can't be lost by mistake."""

import base64
import json
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from common.adapters.firestore_catalogue import _shelf_query
from common.application.documents import COLLECTIONS, kind_of
from common.application.retention import Terms
from common.domain.policy import RetentionPolicy
from tests.deployment_cloud.source_text import queries
from tests.deployment_cloud.terraform import Plan

NONE: set[str] = set()
_NOT_EXPORTED = {"health"}
"""Whether sends are paused must not come back with documents of the past."""
_ERASED = ("cases", "orders", "voucher_codes", "intake_failures", "customers")
NEEDS = {
    ("common/application/dead_letters.py", "engine.store.browse(FAILURES, PAGE, cursor, where=where)"): {
        "intake_failures/state"
    },
    ("common/application/health.py", "engine.store.due('cases', 'next_due_at', now - LATE, LATE_PAGE)"): {
        "cases/next_due_at"
    },
    (
        "common/application/health.py",
        "engine.store.due('cases', 'next_due_at', now - VERY_LATE, LATE_PAGE)",
    ): {"cases/next_due_at"},
    ("common/application/privacy.py", "browse(engine, REQUESTS, ('state', RequestState.RUNNING.value))"): {
        "privacy_requests/state"
    },
    ("common/application/privacy.py", "browse(engine, 'cases', ('customer_id', ref.id))"): {
        "cases/customer_id"
    },
    ("common/application/privacy_finding.py", "browse(engine, 'customers', ('merged_into', id))"): {
        "customers/merged_into"
    },
    (  # what all of `browse` goes through
        "common/application/privacy_finding.py",
        "engine.store.browse(collection, page, cursor, where=where)",
    ): NONE,
    ("common/application/privacy_finding.py", "browse(engine, REQUESTS, ('subject_ids[]', id))"): {
        "privacy_requests/subject_ids[]"
    },
    ("common/application/privacy_finding.py", "browse(engine, collection, ('customer_id', id))"): {
        f"{collection}/customer_id" for collection in ("cases", "voucher_codes", "orders")
    },
    ("common/application/privacy_finding.py", "browse(engine, 'customers', (name, id))"): {
        "customers/apart_from[]",
        "customers/shared_by[]",
    },
    (
        "common/application/privacy_stores.py",
        "browse(progress.engine, REQUESTS, ('state', RequestState.OPEN.value))",
    ): {"privacy_requests/state"},
    (
        "common/application/privacy_stores.py",
        "engine.store.browse(collection, size, cursor, where=('store', store))",
    ): {f"{collection}/store" for collection in _ERASED},
    # Of the rehearsal, which passes on what the others ask.
    ("common/application/rehearsal.py", "self._store.due(collection, field, until, limit, cursor)"): NONE,
    ("common/application/rehearsal.py", "self._store.browse(collection, limit, cursor, where=where)"): NONE,
    (
        "functions/expire_vouchers/sweep.py",
        "engine.store.due('cases', 'next_due_at', now - GRACE, PAGE, cursor)",
    ): {"cases/next_due_at"},
    (
        "functions/expire_vouchers/flags.py",
        "engine.store.due('customers', 'returned_until', now, PAGE, cursor)",
    ): {"customers/returned_until"},
    ("infra/cli/privacy.py", "browse(engine, REQUESTS, ('store', store) if store else None)"): {
        "privacy_requests/store"
    },
    ("infra/offers/found.py", "browse(engine, CASES, ('store', store) if store else None)"): {"cases/store"},
}
"""By file and call, the fields that the query needs the index of; [] = of the elements of a list."""


def _indexed(plan: Plan) -> dict[str, set[str]]:
    """The indexed fields of each collection whose other fields have no index."""
    found: dict[str, set[str]] = {}
    for one in plan.all("google_firestore_field"):
        fields = found.setdefault(one.values["collection"], set())
        for index in one.values["index_config"][0]["indexes"]:
            kind = {"ASCENDING": "", None: "[]"}[index["order"]]
            assert index["array_config"] == ("CONTAINS" if kind else None)
            assert index["query_scope"] == "COLLECTION"
            fields.add(one.values["field"] + kind)
    return found


def test_every_query_of_the_code_is_known_here() -> None:
    assert set(queries()) == NEEDS.keys()


def test_every_query_has_its_index_and_no_index_is_for_nothing(dev: Plan) -> None:
    indexed = {f"{collection}/{field}" for collection, fields in _indexed(dev).items() for field in fields}
    assert indexed == set().union(*NEEDS.values())


def test_what_is_indexed_is_a_field_of_the_document(dev: Plan) -> None:
    for collection, names in _indexed(dev).items():
        if collection in COLLECTIONS:
            known = {field.name for field in fields(kind_of(collection))}
            assert {name.removesuffix("[]") for name in names} <= known


def test_collections_of_large_documents_index_nothing_else(dev: Plan) -> None:
    bare = {
        one.values["collection"]
        for one in dev.all("google_firestore_field")
        if one.values["field"] == "*" and one.values["index_config"] == [{"indexes": []}]
    }
    assert bare == _indexed(dev).keys()
    assert {"cases", "catalog", "intake_parts", "shards"} <= bare
    assert len(dev.all("google_firestore_field")) <= 200, "Firestore allows no more"


def test_the_composite_index_is_the_one_the_catalogue_s_query_needs(dev: Plan) -> None:
    index = dev.one("google_firestore_index").values
    made = [(one["field_path"], one["array_config"] or one["order"]) for one in index["fields"]]
    query = _shelf_query("a shelf", 100, 5)
    assert index["collection"] == query.from_[0].collection_id
    assert made == _needed(query)


def _needed(query: Any) -> list[tuple[str, str]]:
    """Fields that must contain something come first, then those that the answer is ordered by."""
    conditions = [one.field_filter for one in query.where.composite_filter.filters]
    operators = type(conditions[0]).Operator
    contains = [one.field.field_path for one in conditions if one.op == operators.Value("ARRAY_CONTAINS")]
    directions = {1: "ASCENDING", 2: "DESCENDING"}
    ordered = [(one.field.field_path, directions[one.direction]) for one in query.order_by]
    return [(path, "CONTAINS") for path in contains] + ordered


def test_whatever_the_code_lets_expire_expires(dev: Plan) -> None:
    kept = Terms(RetentionPolicy(), timedelta(days=1))._kept
    expected = {
        collection
        for collection in COLLECTIONS
        if kind_of(collection).__name__ in kept
        or "expire_at" in {field.name for field in fields(kind_of(collection))}
    }
    expiring = [one.values for one in dev.all("google_firestore_field") if one.values["ttl_config"]]
    assert {one["collection"] for one in expiring} == expected
    assert {one["field"] for one in expiring} == {"expire_at"}
    assert all(one["index_config"] == [{"indexes": []}] for one in expiring)


@pytest.mark.parametrize(
    ("environment", "protection", "recovery", "backups"),
    [
        ("dev", "DELETE_PROTECTION_DISABLED", "POINT_IN_TIME_RECOVERY_DISABLED", ["604800s"]),
        ("prod", "DELETE_PROTECTION_ENABLED", "POINT_IN_TIME_RECOVERY_ENABLED", ["2592000s", "8467200s"]),
    ],
)
def test_production_can_be_had_back(
    request: pytest.FixtureRequest, environment: str, protection: str, recovery: str, backups: list[str]
) -> None:
    plan: Plan = request.getfixturevalue(environment)
    database = plan.one("google_firestore_database").values
    assert database["type"] == "FIRESTORE_NATIVE"
    assert database["delete_protection_state"] == protection
    assert database["point_in_time_recovery_enablement"] == recovery
    assert [one.values["retention"] for one in plan.all("google_firestore_backup_schedule")] == backups
    is_prod = environment == "prod"
    table = plan.one("google_bigquery_table", "recovery_events").values
    assert table["deletion_protection"] is is_prod
    assert {one.values["deletion_protection"] for one in plan.all("google_secret_manager_secret")} == {
        is_prod
    }


def test_every_document_is_exported_and_the_copy_deleted_again(dev: Plan, prod: Plan) -> None:
    for plan in (dev, prod):
        (bucket,) = (one.values for one in plan.all("google_storage_bucket") if one.name == "exports")
        (job,) = (one.values for one in plan.all("google_cloud_scheduler_job") if one.name == "exports")
        (target,) = job["http_target"]
        asked = json.loads(base64.b64decode(target["body"]))
        assert asked["outputUriPrefix"] == f"gs://{bucket['name']}"
        assert (
            set(asked["collectionIds"]) == {*COLLECTIONS, "config", "config_status", "shards"} - _NOT_EXPORTED
        )
        assert target["uri"].endswith("/databases/(default):exportDocuments")
        (token,) = target["oauth_token"]
        assert token["service_account_email"].startswith("recoup-exports@")
        (rule,) = bucket["lifecycle_rule"]
        assert rule["action"][0]["type"] == "Delete"
        assert 1 <= rule["condition"][0]["age"] <= 30, "an erasure has to be done with within a month"
        assert bucket["public_access_prevention"] == "enforced"
