"""The provider's schema, and Terraform's plan of infra/cloud for each environment, made once a process."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deployment_cloud.provider_schema import GoogleProvider, NotAvailable, package
from tests.deployment_cloud.terraform import CLOUD, Configuration, Plan, configuration

PROJECT, REGION = "my-shop", "europe-west1"
STORES = [
    {"id": "shop", "platforms": ["shopify", "ga4"]},
    {"id": "My.Other-Shop", "platforms": ["woocommerce"]},
]
EVERYTHING = {
    "stores": STORES,
    "secret_versions": {
        "voucher_key": 3,
        "smtp_password": 2,
        "twilio_auth_token": 1,
        "api_key_shop": 1,
        "webhook_shopify_shop": 4,
        "webhook_woocommerce_my_other_shop": 1,
    },
    "smtp": {"host": "smtp.example.com", "username": "recoup"},
    "twilio": {
        "account_sid": "AC0",
        "api_key": "SK0",
        "status_callback": "https://shop.example/callbacks/twilio",
    },
    "billing_account": "000000-000000-000000",
    "traces_endpoint": "https://collector.shop.example:4318",
}
"""Variables that configure whatever can be configured."""


@pytest.fixture(scope="session")
def provider() -> GoogleProvider:
    """Google's provider, as far as its schema goes."""
    try:
        if shutil.which("terraform") is None:
            raise NotAvailable("terraform is not on PATH")
        return GoogleProvider(package())
    except NotAvailable as reason:
        if os.environ.get("REQUIRE_TERRAFORM") == "1":
            pytest.fail(f"REQUIRE_TERRAFORM=1, but {reason}", pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def cloud(provider: GoogleProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configuration]:
    """A copy of infra/cloud."""
    with configuration(CLOUD, tmp_path_factory.mktemp("cloud"), provider) as copy:
        yield copy


@pytest.fixture(scope="session")
def plan_of(cloud: Configuration) -> Callable[..., Plan]:
    """Plans an environment with more variables than the required ones; equal plans are made once."""
    archive = cloud.folder / "archive.zip"
    archive.write_bytes(b"the archive")
    needed = {
        "project": PROJECT,
        "region": REGION,
        "archive": str(archive),
        "archive_sha256": hashlib.sha256(b"the archive").hexdigest(),
        "alert_email": "operations@shop.example",
    }
    made: dict[str, Plan] = {}

    def plan(environment: str, /, **more: object) -> Plan:
        key = repr((environment, more))
        if key not in made:
            made[key] = cloud.plan(f"{environment}.tfvars", **{**needed, **more})
        return made[key]

    return plan


@pytest.fixture
def dev(plan_of: Callable[..., Plan]) -> Plan:
    """With nothing configured."""
    return plan_of("dev")


@pytest.fixture
def prod(plan_of: Callable[..., Plan]) -> Plan:
    """With everything configured."""
    return plan_of("prod", **EVERYTHING)


@pytest.fixture
def broken(provider: GoogleProvider, tmp_path: Path) -> Callable[[str], None]:
    """Validates a configuration of a few lines."""

    def validate(text: str) -> None:
        source = tmp_path / "source"
        source.mkdir()
        (source / "one.tf").write_text(text)
        with configuration(source, tmp_path / "copy", provider) as copy:
            copy.validate()

    return validate
