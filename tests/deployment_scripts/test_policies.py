"""Default policy documents, pushed onto a real Firestore: what is missing, and never what is there."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud.firestore_v1.types.write import Write

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_policies import FirestorePolicySource
from common.adapters.firestore_values import fill_fields
from common.application.policies import DOCUMENTS, Policies
from common.domain.policy import Keys, Policy
from infra.cloud import policies

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://storefront-api.example/"


def put(project: str, name: str, document: dict[str, Any]) -> None:
    """As an administrator writes it."""
    database = FirestoreDatabase(project, "(default)", 10, None)
    write = Write.pb()()
    write.update.name = database.path("config", name)
    fill_fields(write.update.fields, document)
    database.commit([write])


def test_a_new_project_gets_every_document(
    firestore_project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which the engine takes, with each field at its default but for the two that deploying decides."""
    assert policies.main([firestore_project, "--storefront-url", URL]) == 0
    assert capsys.readouterr().out.splitlines() == [f"config/{name} created" for name in DOCUMENTS]
    source = FirestorePolicySource(firestore_project)
    written = source.read()
    assert written.keys() == DOCUMENTS.keys()
    good, problems = Policies(source, lambda: Keys(voucher=b"v", suppression=b"s")).review()
    assert problems == []
    default = Policy(keys=Keys(voucher=b"v", suppression=b"s"))
    changed = {name for name in DOCUMENTS if good[name] != getattr(default, name)}
    assert changed == {"recovery", "shop"}
    assert good["shop"].storefront_url == URL.rstrip("/")
    assert good["recovery"].enabled
    assert good["recovery"].activated_at is not None
    for name, kind in DOCUMENTS.items():
        assert set(written[name]) == {field.name for field in fields(kind)}, name


def test_what_exists_is_never_touched(firestore_project: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even an empty document, which says that the defaults of the version that runs are wanted."""
    shop = {"name": "Bielik", "url": "https://bielik.example/", "a field of a later version": 1}
    put(firestore_project, "shop", shop)
    put(firestore_project, "recovery", {})
    for _ in range(2):
        assert policies.main([firestore_project, "--storefront-url", URL]) == 0
        said = capsys.readouterr().out.splitlines()
        assert "config/shop exists" in said
        assert "config/recovery exists" in said
    assert [line for line in said if not line.endswith(" exists")] == []
    written = FirestorePolicySource(firestore_project).read()
    assert written["shop"] == shop
    assert written["recovery"] == {}


def test_a_rehearsal_writes_nothing(firestore_project: str, capsys: pytest.CaptureFixture[str]) -> None:
    put(firestore_project, "sequence", {})
    assert policies.main([firestore_project, "--dry-run"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "config/sequence exists" in said
    assert "config/shop would be created" in said
    assert FirestorePolicySource(firestore_project).read() == {"sequence": {}}


def test_somebody_else_is_faster(firestore_project: str) -> None:
    """Between looking and writing: their document stays."""
    put(firestore_project, "shop", {"name": "Bielik"})
    database = FirestoreDatabase(firestore_project, "(default)", 10, None)
    assert not policies.push(database, "shop", policies.defaults(NOW)["shop"])
    assert FirestorePolicySource(firestore_project).read()["shop"] == {"name": "Bielik"}


def test_no_firestore(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setattr(policies, "_TIMEOUT_SECONDS", 2.0)
    assert policies.main(["bielik-recoup"]) == policies.UNAVAILABLE
    assert "run it again" in capsys.readouterr().err
