"""The document `shop`: what administrators may write, and the sentence they get for what they may not."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from common.domain.shop import Shop


def test_a_missing_document_is_a_usable_shop() -> None:
    """All defaults together are valid."""
    assert Shop().accepts_sms_replies
    assert Shop().unsubscribe_link(customer_id="c") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 61),
        ("name", "Bielik\r\nBcc: eve@example.com"),
        ("url", "bielik.example"),
        ("url", "javascript:alert(1)"),
        ("url", "https://"),
        ("url", "https://bielik.example/a b"),
        ("url", "https://bielik.example/\n"),
        ("url", "http://[bielik"),
        ("from_email", "bielik"),
        ("from_email", "Bielik <hello@bielik.example>"),
        ("reply_to", "a@b.example, c@d.example"),
        ("unsubscribe_email", "x@y\r\nz"),
        ("postal_address", "x" * 301),
        ("time_zone", "Warsaw"),
        ("time_zone", "Europe"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("default_locale", "polski język"),
        ("default_locale", ""),
        ("sms_sender", "0048 600 100 200"),
        ("sms_sender", "A name that is far too long"),
        ("unsubscribe_url", "ftp://bielik.example"),
        ("unsubscribe_url", "https://bielik.example/{email}"),
        ("unsubscribe_url", "https://bielik.example/{customer_id.__class__}"),
        ("unsubscribe_url", "https://bielik.example/{customer_id!r}"),
        ("unsubscribe_url", "https://bielik.example/{customer_id:>99999999}"),
        ("unsubscribe_url", "https://bielik.example/{"),
        ("unsubscribe_url", "https://bielik.example/{}"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence_that_names_its_field(field: str, value: str) -> None:
    """Administrators learn which field is wrong, also through pydantic, which reads the document."""
    with pytest.raises(ValueError, match=field):
        Shop(**{field: value})
    with pytest.raises(ValidationError, match=field):
        TypeAdapter(Shop).validate_python({field: value})


def test_a_document_is_read_by_its_field_names() -> None:
    """The YAML keys are the fields."""
    fields: dict[str, Any] = {
        "name": "Bielik & Sons",
        "url": "https://bielik.example/",
        "from_email": "hello@bielik.example",
        "reply_to": "help@bielik.example",
        "postal_address": "ul. Piękna 12/4\n00-540 Warszawa",
        "time_zone": "Europe/Warsaw",
        "default_locale": "pl-PL",
        "sms_sender": "BIELIK",
        "unsubscribe_url": "https://bielik.example/stop/{customer_id}",
        "unsubscribe_email": "stop@bielik.example",
    }
    assert TypeAdapter(Shop).validate_python(fields) == Shop(**fields)


@pytest.mark.parametrize(
    ("sender", "replies"),
    [(None, True), ("+48600100200", True), ("12345", True), ("MG" + "0" * 32, True), ("BIELIK", False)],
)
def test_a_sender_that_is_a_name_takes_no_replies(sender: str | None, replies: bool) -> None:
    """STOP can only be answered to a number."""
    shop = Shop(sms_sender=sender, unsubscribe_email="stop@bielik.example")
    assert shop.accepts_sms_replies is replies


def test_a_sender_that_is_a_name_needs_another_way_out() -> None:
    """A customer must be able to opt out of SMS somehow (L38)."""
    with pytest.raises(ValueError, match="unsubscribe_url or unsubscribe_email"):
        Shop(sms_sender="BIELIK")


def test_an_unsubscribe_link_carries_ids_safely() -> None:
    """Placeholders are filled in percent-encoded."""
    shop = Shop(unsubscribe_url="https://bielik.example/{store}?c={customer_id}")
    assert shop.unsubscribe_link(store="a/b", customer_id="ü&x", case_id="unused") == (
        "https://bielik.example/a%2Fb?c=%C3%BC%26x"
    )


@pytest.mark.parametrize(
    ("url", "identifies"),
    [(None, False), ("https://bielik.example/stop", False), ("https://bielik.example/{store}", False),
     ("https://bielik.example/{claim_id}", True)],
)  # fmt: skip
def test_one_click_needs_to_know_who_clicks(url: str | None, identifies: bool) -> None:
    """Only a link with an id of the customer's identifies them (RFC 8058)."""
    assert Shop(unsubscribe_url=url).identifies_on_unsubscribe is identifies
