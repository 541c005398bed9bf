"""Payloads broken at random: dropped, retyped, nested, doubled and cut. Never an exception, never a loop."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.functions.ingest_event.events import (
    CANONICAL_EVENTS,
    NOW,
    SHOPIFY_EVENTS,
    PubSubMessage,
    from_recoup,
    from_shopify,
    outcome_of,
)

NONSENSE: list[Any] = [
    *(None, True, False, 0, -1, 1.5, -0.0, 1e308, 10**30, 10**400),
    *(
        "",
        " ",
        "x",
        "-1.00",
        "NaN",
        "1e9",
        "0",
        "12.345678901",
        "999999999999.99",
        "\x00",
        "\u202e",
        "💥" * 400,
    ),
    *(
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "PLN",
        "JPY",
        "XXX",
        "../../etc/passwd",
        "x" * 3_000,
    ),
    *([], [[]], [None], {}, {"": {}}, {"amount": []}, "gid://shopify/Order/"),
]
Path = tuple[str | int, ...]


def paths(value: Any, way: Path = ()) -> list[Path]:
    """The way to every value inside, deepest last."""
    found: list[Path] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += [(*way, key), *paths(inner, (*way, key))]
    return found


@st.composite
def broken(draw: st.DrawFn, originals: list[Any]) -> Any:
    """One of the originals with up to four things wrong."""
    index = draw(st.integers(0, len(originals) - 1))
    kind, payload = deepcopy(originals[index])
    for _ in range(draw(st.integers(1, 4))):
        ways = paths(payload)
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
        holder = payload
        for step in way:
            holder = holder[step]
        match draw(st.sampled_from(["drop", "retype", "nest", "double", "swap"])):
            case "drop":
                del holder[last]
            case "retype":
                holder[last] = deepcopy(draw(st.sampled_from(NONSENSE)))
            case "nest":
                holder[last] = [holder[last]] if draw(st.booleans()) else {"value": holder[last]}
            case "double":
                holder[last] = [holder[last], deepcopy(holder[last])]
            case _:
                holder[last] = draw(st.text(max_size=20) | st.integers() | st.floats())
    return kind, payload


UNLIKELY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@UNLIKELY
@given(broken([(event["type"], event) for event in CANONICAL_EVENTS]))
def test_a_broken_canonical_event_is_understood_or_refused(case: tuple[str, Any]) -> None:
    """Whatever is wrong with it, a canonical event ends as an event or as a refusal with its reason."""
    assert outcome_of(from_recoup(case[1])) != "ignored"


@UNLIKELY
@given(broken(list(SHOPIFY_EVENTS)))
def test_a_broken_webhook_is_understood_ignored_or_refused(case: tuple[str, Any]) -> None:
    """Whatever is wrong with it, a webhook has one of the three outcomes."""
    assert outcome_of(from_shopify(*case))


@UNLIKELY
@given(st.sampled_from(CANONICAL_EVENTS), st.data())
def test_a_damaged_message_is_understood_or_refused(event: dict[str, Any], data: st.DataObject) -> None:
    """Bytes that were cut, overwritten or doubled on the way have an outcome too."""
    raw = bytearray(json.dumps(event).encode())
    start = data.draw(st.integers(0, len(raw) - 1))
    raw[start : start + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    assert outcome_of(from_recoup(bytes(raw)[: data.draw(st.integers(0, 2 * len(raw)))]))


@UNLIKELY
@given(
    st.dictionaries(
        st.text(max_size=30) | st.sampled_from(["source", "X-Shopify-Topic"]), st.text(max_size=30)
    ),
    st.binary(max_size=30),
)
def test_any_attributes_have_an_outcome(attributes: dict[str, str], data: bytes) -> None:
    """Attributes are as untrusted as data."""
    assert outcome_of(PubSubMessage("m", NOW, attributes, data))
