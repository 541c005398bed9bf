"""What the pricing bench measures is the real thing."""

import json

from tests.bench.pricing import answer, request_body


def test_the_request_is_answered_with_an_offer() -> None:
    """Most of its alternatives can be offered; a bench of refusals would measure nothing."""
    told = json.loads(answer(request_body(50)))
    assert told["action"] in ("alternative", "none")
    assert sum(one["feasible"] for one in told["considered"]) == 20
