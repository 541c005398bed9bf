"""Whether a refused message is about a person: every spelling of them, and nobody else."""

import pytest

from common.application.privacy_mentions import mentions

ZOE = mentions(
    {"email": {"zoe@shop.test"}, "phone": {"+48601777888"}, "id": {"7731", "cus_8fj2k1"}, "anonymous": set()}
)


@pytest.mark.parametrize(
    "text",
    [
        '{"email": "Zoe@Shop.TEST"',
        "email=zoe%40shop.test&x=1",
        '"zoe\\u0040shop.test"',
        '{"phone": "+48 601-777-888"}',
        '{"phone": "(601) 777 888"}',
        '{"phone": 601777888}',
        '{"customer_id": 7731}',
        '{"customerId":"7731"}',
        '{"customer": {"name": "Z", "id": 7731}}',
        "user_id=7731",
        '{"anything": "cus_8fj2k1"}',
    ],
)
def test_the_person_is_found(text: str) -> None:
    """In any case, escaped, with blanks and dashes, and by an id where it stands for a person."""
    assert ZOE.found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"email": "mazoe@shop.test"}',
        '{"email": "zoe@shop.tester"}',
        '{"price": 7731}',
        '{"customer_id": 77310}',
        '{"customer": {"id": 1}, "line": {"id": 7731}}',
        '{"phone": "+48 601 777 889"}',
        '{"x": "6017", "y": "77888"}',
        '{"id": "xcus_8fj2k1x"}',
        "",
    ],
)
def test_nobody_else_is(text: str) -> None:
    """Longer addresses and ids, and a number that only looks like the person's id."""
    assert not ZOE.found_in(text)


def test_without_identifiers_nothing_is_found() -> None:
    """An erasure by orders alone must not take every message for the person's."""
    nobody = mentions({"email": set(), "phone": set(), "id": set(), "anonymous": set()})
    assert not nobody.found_in("anything at all")


def test_a_short_phone_number_is_no_proof() -> None:
    """Three digits are in everything."""
    assert not mentions({"email": set(), "phone": {"+112"}, "id": set(), "anonymous": set()}).found_in("112")
