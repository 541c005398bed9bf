"""Payloads broken at random: dropped, retyped, nested, doubled. For every platform alike."""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

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


UNLIKELY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
