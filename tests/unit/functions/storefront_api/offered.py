"""Offers put straight into the store of a running engine, and customers who follow their links."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from common.application.engine import Engine
from common.application.policies import build
from common.application.ports import Put, Ref
from common.application.tokens import OFFER, issue
from common.domain import ids
from common.domain.documents import Case, Customer
from common.domain.offers import Offer, OfferLimits, Proposal, Wanted, limits_hash
from common.domain.policy import Keys, Policy
from common.domain.price_limits import SkuLimit
from common.domain.vocabulary import CaseKind, OfferStage, OfferTrigger, Stage
from functions.storefront_api.calls import Answer
from infra.local.machine import LOCAL_KEYS
from tests.builders import DAY, STORE
from tests.shop_backend import ShopBackend
from tests.stories import Story

OURS = "https://recoup.socks.test"
NOW = DAY + timedelta(hours=12)
UNTIL = DAY + timedelta(days=7, hours=9, minutes=30)
ANNAS_ID = ids.customer_id(STORE, "id", "c-anna")
JSON = {"accept": "application/json"}
FORM = {"accept": "text/html,*/*;q=0.8", "content-type": "application/x-www-form-urlencoded"}

WANTED = Wanted(
    sku="PHONE-X",
    name="Phone X 256 GB",
    quantity=1,
    unit_price_minor=499900,
    image_url="https://cdn.socks.test/phone-x.jpg",
)
PROPOSAL = Proposal(
    sku="PHONE-S",
    name="Phone S 128 GB",
    unit_price_minor=279900,
    regular_price_minor=299900,
    url="https://socks.test/phone-s",
    image_url="https://cdn.socks.test/phone-s.jpg",
)


def policy(keys: Keys = LOCAL_KEYS, *, shop: Mapping[str, Any] | None = None, **documents: Any) -> Policy:
    """A shop whose links storefront_api answers."""
    known = {
        "recovery": {"holdout_percent": 0},
        "shop": {
            "name": "Socks & Co",
            "url": "https://socks.test/",
            "storefront_url": f"{OURS}/",
            "time_zone": "Europe/Warsaw",
            **(shop or {}),
        },
    }
    return build({**known, **documents}, keys)


def limits(proposal: Proposal = PROPOSAL, wanted: Wanted = WANTED) -> OfferLimits:
    """Within which the proposal is."""
    frozen = OfferLimits(
        base_price_minor=wanted.unit_price_minor,
        hard_limit_minor=proposal.unit_price_minor - 100,
        upper_limit_minor=wanted.unit_price_minor - 1,
        currency="PLN",
        tax_mode="gross",
        policy_version="p1",
        catalogue_version=3,
        frozen_at=DAY,
        skus=(SkuLimit(proposal.sku, proposal.regular_price_minor, proposal.unit_price_minor - 100),),
    )
    return replace(frozen, sha256=limits_hash(frozen))


def offer(stage: OfferStage = OfferStage.DELIVERED, subject: str = "o-7", **changes: Any) -> Offer:
    """Instead of a lost order, delivered unless a test says otherwise."""
    wanted, proposal = changes.get("wanted", WANTED), changes.get("proposal", PROPOSAL)
    known: dict[str, Any] = {
        "id": ids.offer_id(case_id(subject), 1),
        "trigger": OfferTrigger.VERIFICATION_FAILED,
        "wanted": wanted,
        "currency": "PLN",
        "requested_at": DAY,
        "stage": stage,
        "stage_at": DAY,
        "version": 4,
        "proposal": proposal,
        "limits": limits(proposal, wanted) if proposal else None,
        "valid_until": None if stage is OfferStage.READY else UNTIL,
    }
    return Offer(**known | changes)


def case_id(subject: str) -> str:
    """The case of a lost order."""
    return ids.offer_case_id(STORE, "order", f"order {subject}")


def case(made: Offer, subject: str = "o-7", **changes: Any) -> Case:
    """The lost order, with its offer."""
    known: dict[str, Any] = {
        "id": case_id(subject),
        "store": STORE,
        "cart_id": "",
        "kind": CaseKind.VERIFICATION,
        "lost_order_id": subject,
        "opened_at": DAY,
        "last_activity_at": DAY,
        "abandoned_at": DAY,
        "stage": Stage.STIMULATED,
        "customer_id": ANNAS_ID,
        "currency": "PLN",
        "total_minor": 499900,
        "offer": made,
        "announced": True,
    }
    return Case(**known | changes)


ANNA = Customer(
    id=ANNAS_ID,
    store=STORE,
    external_id="c-anna",
    email="anna@shop.test",
    phone="+48600123456",
    name="Anna Nowak",
    locale="pl-PL",
    time_zone="Europe/Warsaw",
)


@dataclass(slots=True)
class Shop:
    """An engine with offers, its backend, and whoever follows a link."""

    story: Story
    backend: ShopBackend

    @property
    def engine(self) -> Engine:
        """The engine, whose parts a test may replace."""
        return self.backend.engine

    def put(self, *documents: Case | Customer) -> None:
        """Save each as it is, whatever was there."""
        for document in documents:
            ref = Ref("cases" if isinstance(document, Case) else "customers", document.id)
            known = self.story.machine.store.load([ref])[ref].version
            self.story.machine.store.save([Put(ref, document, known)])

    def offer(self, subject: str = "o-7") -> Offer:
        """The offer as it is stored."""
        ref = Ref("cases", case_id(subject))
        found = self.story.machine.store.load([ref])[ref].document.offer
        assert isinstance(found, Offer)
        return found

    def token(self, offer_id: str | None = None, at: datetime = DAY) -> str:
        """The link's token."""
        return issue(LOCAL_KEYS.links, OFFER, (offer_id or offer().id,), at)

    def visit(self, action: str = "", *, token: str | None = None, method: str | None = None,
              headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:  # fmt: skip
        """A browser at the offer's page, or pressing a button of it."""
        address = f"{OURS}/offers/{token or self.token()}" + (f"/{action}" if action else "")
        known = headers if headers is not None else FORM if action else {"accept": "text/html"}
        return self.backend.visit(address, method or ("POST" if action else "GET"), body, known)

    def press(self, action: str, **form: Any) -> Answer:
        """A form of the page, sent."""
        return self.visit(action, body=urlencode(form).encode())

    def app(self, action: str = "", told: Any = None, *, token: str | None = None, **headers: str) -> Answer:
        """The app's own call."""
        body = b"" if told is None else json.dumps(told).encode()
        sent = {**JSON, **({"content-type": "application/json"} if action else {}), **headers}
        return self.visit(action, token=token, headers=sent, body=body)

    def said(self, type: str) -> list[Mapping[str, Any]]:
        """What the engine announced of that kind."""
        return [one.fields for one in self.story.announced if one.type == type]


def shop(made: Offer | None = None, rules: Policy | None = None, **changes: Any) -> Shop:
    """Anna lost an order and has an offer instead."""
    story = Story(rules or policy())
    story.clock.set(NOW)
    opened = Shop(story, ShopBackend(story.machine.engine))
    found = case(made or offer(), **changes)
    opened.put(found, replace(ANNA, offer_cases=(found.id,)))
    return opened
