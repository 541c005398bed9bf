"""docs/storefront.openapi.yaml says what the running function does: made-up calls are answered as it has them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from common.application.ports import Put, Ref
from common.application.tokens import CART, OFFER, UNSUBSCRIBE, issue
from common.domain import ids
from common.domain.documents import Armed, Customer
from common.domain.storefront import Line
from common.domain.vocabulary import LookKind, OfferStage
from tests.conftest import ROOT
from tests.integration.test_vouchers_by_http import API_KEY, STORE, Shop, running
from tests.unit.functions.storefront_api import offered

TOKEN_KEY = "a key for links"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
DOCUMENT = ROOT / "docs" / "storefront.openapi.yaml"
SCHEMA = schemathesis.openapi.from_dict(yaml.safe_load(DOCUMENT.read_text()))
OPERATIONS = {
    operation.label: operation
    for found in SCHEMA.get_all_operations()
    if (operation := found.ok() if isinstance(found, Ok) else None) is not None
}
EXAMPLES = 20


@pytest.fixture(scope="module")
def shop(
    firestore_emulator: str, pubsub_emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """The function with a key for links."""
    folder = tmp_path_factory.mktemp("openapi")
    yield from running(firestore_emulator, pubsub_emulator, folder, {"RECOUP_SECRET_TOKEN_KEY": TOKEN_KEY})


@pytest.fixture(scope="module")
def known(shop: Shop) -> dict[str, list[str]]:
    """Path parameters that lead somewhere: a code in each state, and the links of a message."""
    codes = [shop.issued() for _ in range(4)]
    for action, code in zip(("lock", "redeem", "release"), codes, strict=False):
        shop.call("redeem" if action == "release" else action, code, f"order-{action}")
    shop.call("release", codes[2], "order-release")
    case, now, keys = shop.case(codes[3]), datetime.now(UTC), (TOKEN_KEY.encode(),)
    ref = Ref("cases", case.id)
    lines = (Line(sku="MUG", name="Mug, blue", quantity=1, unit_price_minor=100),)
    shop.store.save([Put(ref, replace(case, lines=lines), shop.store.load([ref])[ref].version)])
    named = (case.id, case.customer_id or "")
    tokens = [issue(keys, CART, named, now), issue(keys, UNSUBSCRIBE, (*named, "email"), now)]
    tokens += [issue(keys, OFFER, (id,), now) for id in with_offers(shop, now)]
    return {"code": codes, "token": tokens, "store": [STORE], "id": ["c-anna"]}


def with_offers(shop: Shop, now: datetime) -> list[str]:
    """A customer with an offer in each state, of whom some are still to be answered; the offers' ids."""
    stages = (*OfferStage, OfferStage.DELIVERED, OfferStage.VIEWED, OfferStage.VIEWED)
    until = {number: now + timedelta(days=number - 6) for number in range(len(stages))}
    cases = [
        offered.case(
            offered.offer(stage, f"o-{number}", valid_until=until[number]),
            f"o-{number}",
            store=STORE,
            customer_id=ids.customer_id(STORE, "id", "c-anna"),
            armed=Armed(LookKind.LAPSE, now + timedelta(minutes=1)),  # so that no answer sets a timer
        )
        for number, stage in enumerate(stages)
    ]
    anna = Customer(
        id=ids.customer_id(STORE, "id", "c-anna"), store=STORE, offer_cases=tuple(one.id for one in cases)
    )
    shop.store.save([Put(Ref("customers", anna.id), anna, None)])
    shop.store.save([Put(Ref("cases", one.id), one, None) for one in cases])
    return [one.offer.id for one in cases if one.offer]


def headers_of(label: str, known_key: bool) -> dict[str, str]:
    """The proof that the operation asks for, or a wrong one."""
    if "/vouchers/" in label or "/customers/" in label:
        return {"Authorization": f"Bearer {API_KEY if known_key else 'wrong'}", "X-Recoup-Store": STORE}
    return {"X-Recoup-Key": "pk_bielik" if known_key else "wrong"} if "/events/" in label else {}


@pytest.mark.parametrize("label", OPERATIONS)
def test_the_function_does_what_the_document_says(
    label: str, shop: Shop, known: dict[str, list[str]]
) -> None:
    """Statuses, content types, headers and bodies, for calls that keep to it and calls that don't; no server error."""
    made_up = [OPERATIONS[label].as_strategy(mode) for mode in GenerationMode]

    @settings(
        max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(st.one_of(made_up), st.data())
    def ask(case: schemathesis.Case[Any], data: st.DataObject) -> None:
        for name, values in known.items():
            made = case.path_parameters.get(name)
            # A line feed in an address meets the framework's own 404, before the function is asked.
            if made is not None and (data.draw(st.integers(0, 3)) or not unquote(str(made)).isprintable()):
                case.path_parameters[name] = data.draw(st.sampled_from(values))
        headers = headers_of(label, known_key=data.draw(st.integers(0, 5)) > 0)
        if "{token}" in case.path and data.draw(st.booleans()):
            headers["Accept"] = "application/json"
        case.call_and_validate(
            base_url=shop.process.url, headers=headers, checks=CHECKS, allow_redirects=False
        )

    ask()


def test_every_address_is_described() -> None:
    """What routes.py answers stands in the document, every operation of it is sound, and there is nothing else."""
    assert len(OPERATIONS) == sum(1 for _ in SCHEMA.get_all_operations()) == 17
    assert {path.split("/")[1] for path in SCHEMA.raw_schema["paths"]} == {
        "vouchers",
        "cart",
        "offers",
        "customers",
        "unsubscribe",
        "events",
        "webhooks",
        "healthz",
        "readyz",
    }
