"""What the shop's backend states in a call about a voucher, checked; pydantic is imported on first use."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from common.application.contact import describe_person
from common.domain.discounts import Checkout
from common.domain.money import InvalidAmount, decimals_of, parse_minor
from common.domain.storefront import Person
from common.domain.triggers import VoucherCalled
from common.domain.vocabulary import Reason, VoucherAction

if TYPE_CHECKING:
    from pydantic import BaseModel

_AMOUNTS = ("total", "shipping", "other_discount")
_WITH_ORDER = (VoucherAction.LOCK, VoucherAction.REDEEM, VoucherAction.RELEASE)
_MOST_MINOR = 10**14


class UnusableBody(ValueError):
    """The body can't be taken; the sentence says what to send."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def read(store: str, code: str, action: VoucherAction, body: bytes) -> tuple[VoucherCalled, str | None]:
    """The call as the engine decides on it, and the language that the shop's customer reads. Raises UnusableBody."""
    stated: Any = _parsed(body)
    if action in _WITH_ORDER and stated.order_id is None:
        raise UnusableBody(f"order_id is missing; {action.value} needs the id of your order", "order_id")
    call = VoucherCalled(
        id=f"voucher:{action.value}",
        store=store,
        code=code,
        action=action,
        order_id=stated.order_id,
        person=_person(stated.customer),
        checkout=_checkout(stated),
        reason=Reason(stated.reason),
    )
    return call, stated.locale


@cache
def _model() -> "type[BaseModel]":
    from pydantic import BaseModel, ConfigDict, Field

    class Shopper(BaseModel):
        """Who wants to use the code."""

        model_config = ConfigDict(extra="forbid", strict=True)
        id: Annotated[str, Field(max_length=200)] | None = None
        email: Annotated[str, Field(max_length=320)] | None = None
        phone: Annotated[str, Field(max_length=40)] | None = None

    minor = Annotated[int, Field(ge=0, le=_MOST_MINOR)] | None
    amount = Annotated[str, Field(max_length=40)] | None

    class Body(BaseModel):
        """Every field of every action; a misspelt one must not silently mean nothing."""

        model_config = ConfigDict(extra="forbid", strict=True)
        order_id: (
            Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")] | None
        ) = None
        customer: Shopper | None = None
        locale: Annotated[str, Field(max_length=64)] | None = None
        currency: Annotated[str, Field(max_length=3)] | None = None
        total: amount = None
        total_minor: minor = None
        shipping: amount = None
        shipping_minor: minor = None
        other_discount: amount = None
        other_discount_minor: minor = None
        reason: Literal["payment_failed", "order_cancelled"] = "payment_failed"

    return Body


def _parsed(body: bytes) -> "BaseModel":
    from pydantic import ValidationError

    try:
        return _model().model_validate_json(body or b"{}")
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(map(str, problem["loc"])) or None
        match problem["type"]:
            case "json_invalid" | "model_type":
                sentence = 'the body is not a JSON object in UTF-8; send one such as {"order_id": "1001"}'
            case "extra_forbidden":
                sentence = f"{field} is not a field that exists; check its spelling or remove it"
            case _:
                sentence = (
                    f"{field} can't be used: {problem['msg'].lower()}; see docs/storefront.openapi.yaml"
                )
        raise UnusableBody(sentence, field) from None


def _person(stated: Any) -> Person | None:
    if stated is None:
        return None
    person, _ = describe_person(external_id=stated.id, email=stated.email, phone=stated.phone)
    return person


def _checkout(stated: Any) -> Checkout | None:
    """The checkout, if one is stated: a currency and the goods' total at least."""
    given = [name for name in _AMOUNTS if _is_given(stated, name)]
    if stated.currency is None:
        if given:
            raise UnusableBody(f"currency is missing; {given[0]} has no meaning without it", "currency")
        return None
    try:
        decimals_of(stated.currency)
    except InvalidAmount as problem:
        raise UnusableBody(f"currency: {problem}", "currency") from None
    if "total" not in given:
        raise UnusableBody("total is missing; send what the goods cost, before discounts", "total")
    return Checkout(currency=stated.currency, **{f"{name}_minor": _minor(stated, name) for name in given})


def _is_given(stated: Any, name: str) -> bool:
    text, minor = getattr(stated, name), getattr(stated, f"{name}_minor")
    if text is not None and minor is not None:
        raise UnusableBody(f"{name} is stated twice; send {name} or {name}_minor, not both", name)
    return text is not None or minor is not None


def _minor(stated: Any, name: str) -> int:
    minor: int | None = getattr(stated, f"{name}_minor")
    if minor is not None:
        return minor
    try:
        return parse_minor(getattr(stated, name), stated.currency)
    except InvalidAmount as problem:
        raise UnusableBody(f"{name}: {problem}", name) from None
