"""From a request's bytes to `PriceRequest`. Unknown fields are ignored; a field that is read must be right."""

import json
from typing import Any, NoReturn

from common.domain.money import is_currency
from functions.price_offer import limits_parsing
from functions.price_offer.contract import (
    Alternative,
    Basket,
    Customer,
    DecisionType,
    Experiment,
    Fault,
    Kind,
    Line,
    PriceRequest,
    Wanted,
)
from functions.price_offer.reading import (
    MAX_BP,
    Fields,
    InvalidRequest,
    choice,
    distinct,
    flag,
    listed,
    moment,
    moment_or_none,
    section,
    text,
    text_or_none,
    whole,
    whole_or_none,
)

MAX_BYTES = 1_000_000
MAX_ALTERNATIVES = 2_000
MAX_LINES = 500
MAX_ATTRIBUTES = 50
MAX_CATEGORIES = 10
MAX_QTY = 100_000
MAX_COUNT = 1_000_000
_TYPES = [kind.value for kind in DecisionType]
_NEEDS_WANTED = {DecisionType.FAILED_VERIFICATION, DecisionType.OUT_OF_STOCK}
_NO_KIND = Kind()


def parse(body: bytes) -> PriceRequest:
    """Read the request. Raises InvalidRequest with the first field that is wrong."""
    fields = _object(body)
    decision_type = DecisionType(choice(fields, "decision_type", _TYPES))
    basket, wanted = _basket(fields), _wanted(fields)
    _check_needs(decision_type, basket, wanted)
    limits, limits_fault = _or_fault(limits_parsing.limits, fields)
    budget, budget_fault = _or_fault(limits_parsing.budget, fields)
    rule = fields.get("rule")
    return PriceRequest(
        request_id=text(fields, "request_id"),
        tenant_id=text(fields, "tenant_id"),
        decision_type=decision_type,
        requested_at=moment(fields, "requested_at"),
        currency=_currency(fields),
        market=_market(fields),
        customer=_customer(section(fields, "customer")),
        basket=basket,
        wanted=wanted,
        alternatives=_alternatives(fields) if wanted else (),
        limits=limits[0] if limits else None,
        limits_sha256=limits[1] if limits else None,
        rule=None if rule is None else limits_parsing.arm(section(fields, "rule"), "rule."),
        budget=budget,
        experiment=_experiment(fields),
        fault=limits_fault or budget_fault,
    )


def _object(body: bytes) -> Fields:
    if len(body) > MAX_BYTES:
        raise InvalidRequest(None, f"the body must not have more than {MAX_BYTES} bytes")
    try:
        fields = json.loads(body, parse_constant=_not_json)
    except (ValueError, RecursionError):
        fields = None
    if type(fields) is not dict:
        raise InvalidRequest(None, "the body must be a JSON object in UTF-8")
    return fields


def _not_json(name: str) -> NoReturn:
    raise ValueError(name)


def _or_fault(read: Any, fields: Fields) -> Any:
    """What guards the price fails closed: what can't be read is no reason to refuse, but nothing is offered."""
    try:
        return read(fields), None
    except InvalidRequest as invalid:
        return None, Fault(invalid.field, invalid.message)


def _check_needs(decision_type: DecisionType, basket: Basket | None, wanted: Wanted | None) -> None:
    if decision_type in _NEEDS_WANTED and wanted is None:
        raise InvalidRequest("wanted", f"wanted must be an object when decision_type is {decision_type}")
    if decision_type is DecisionType.ABANDONED_CART and basket is None:
        raise InvalidRequest("basket", f"basket must be an object when decision_type is {decision_type}")
    if basket is None and wanted is None:
        raise InvalidRequest("basket", f"send basket or wanted when decision_type is {decision_type}")


def _currency(fields: Fields) -> str:
    value = fields.get("currency")
    if type(value) is str and is_currency(value):
        return value
    raise InvalidRequest("currency", "currency must be an ISO 4217 code in capitals, such as EUR")


def _market(fields: Fields) -> str | None:
    value = text_or_none(fields, "market")
    if value is None or (len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()):
        return value
    raise InvalidRequest("market", "market must be an ISO 3166-1 code of two capitals, such as DE")


def _customer(fields: Fields) -> Customer:
    where = "customer."

    def count(name: str, highest: int = MAX_COUNT) -> int | None:
        return whole_or_none(fields, name, where, highest)

    return Customer(
        id_hash=text(fields, "id_hash", where),
        personalization_consent=flag(fields, "personalization_consent", where),
        orders_lifetime=count("orders_lifetime"),
        orders_365d=count("orders_365d"),
        days_since_last_order=count("days_since_last_order"),
        returns_90d=count("returns_90d"),
        coupon_share_365d_bp=count("coupon_share_365d_bp", MAX_BP),
        offers_received_30d=count("offers_received_30d"),
        email_engagement_bp=count("email_engagement_bp", MAX_BP),
    )


def _basket(fields: Fields) -> Basket | None:
    if fields.get("basket") is None:
        return None
    basket, where = section(fields, "basket"), "basket."
    lines = [_line(line, path) for path, line in listed(basket, "lines", MAX_LINES, where, least=1)]
    distinct([line.line_id for line in lines], "basket.lines", "line_id")
    return Basket(
        lines=tuple(sorted(lines, key=lambda line: line.line_id)),
        shipping_fee_minor=whole_or_none(basket, "shipping_fee_minor", where) or 0,
        shipping_cost_minor=whole_or_none(basket, "shipping_cost_minor", where),
        abandoned_at=moment_or_none(basket, "abandoned_at", where),
        visits_since=whole_or_none(basket, "visits_since", where, MAX_COUNT),
    )


def _line(fields: Fields, where: str) -> Line:
    return Line(
        line_id=text(fields, "line_id", where),
        sku=text(fields, "sku", where),
        qty=whole(fields, "qty", where, MAX_QTY, lowest=1),
        unit_price_minor=whole(fields, "unit_price_minor", where),
        unit_cost_minor=whole_or_none(fields, "unit_cost_minor", where),
    )


def _wanted(fields: Fields) -> Wanted | None:
    if fields.get("wanted") is None:
        return None
    wanted, where = section(fields, "wanted"), "wanted."
    qty = whole(wanted, "qty", where, MAX_QTY, lowest=1)
    return Wanted(
        sku=text(wanted, "sku", where),
        qty=qty,
        amount_minor=whole(wanted, "amount_minor", where, lowest=qty),
        kind=_kind(wanted, where),
    )


def _alternatives(fields: Fields) -> tuple[Alternative, ...]:
    found = [
        Alternative(
            text(one, "sku", where),
            whole_or_none(one, "base_price_minor", where),
            whole_or_none(one, "hard_floor_minor", where),
            whole_or_none(one, "unit_cost_minor", where),
            whole_or_none(one, "similarity_bp", where, MAX_BP),
            whole(one, "stock_qty", where),
            _kind(one, where),
        )
        for where, one in listed(fields, "alternatives", MAX_ALTERNATIVES)
    ]
    distinct([one.sku for one in found], "alternatives", "sku")
    return tuple(found)


def _kind(fields: Fields, where: str) -> Kind:
    if not ("category" in fields or "brand" in fields or "attributes" in fields):
        return _NO_KIND
    category = fields.get("category")
    path = () if category is None else category
    if type(category) is str:
        path = tuple(part.strip() for part in category.split("/"))
    if (
        type(path) not in (tuple, list)
        or len(path) > MAX_CATEGORIES
        or any(type(part) is not str for part in path)
    ):
        message = f'{where}category must be a text such as "phones/smartphones", or a list of at most {MAX_CATEGORIES}'
        raise InvalidRequest(f"{where}category", message)
    return Kind(tuple(path), text_or_none(fields, "brand", where), _attributes(fields, where))


def _attributes(fields: Fields, where: str) -> Fields:
    value = fields.get("attributes")
    if value is None:
        return {}
    if (
        type(value) is dict
        and len(value) <= MAX_ATTRIBUTES
        and all(isinstance(one, str) or _is_number(one) for one in value.values())
    ):
        return value
    message = f"must be an object of at most {MAX_ATTRIBUTES} texts, numbers or truth values"
    raise InvalidRequest(f"{where}attributes", f"{where}attributes {message}")


def _is_number(value: object) -> bool:
    """Truth values are numbers too; beyond this a comparison could not be computed."""
    return isinstance(value, int | float) and -1e15 < value < 1e15


def _experiment(fields: Fields) -> Experiment | None:
    if fields.get("experiment") is None:
        return None
    experiment, where = section(fields, "experiment"), "experiment."
    return Experiment(
        salt=text(experiment, "salt", where),
        holdout_bp=whole_or_none(experiment, "holdout_bp", where, MAX_BP) or 0,
        explore_bp=whole_or_none(experiment, "explore_bp", where, MAX_BP) or 0,
    )
