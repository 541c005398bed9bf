"""Keys that platforms publish: kept, refreshed, and never fetched without bound."""

from dataclasses import dataclass, field

import pytest

from common.application.failures import Unavailable
from functions.storefront_api.signatures.public_keys import PublicKeys


@dataclass(slots=True)
class Web:
    """Documents by address, and a clock."""

    there: dict[str, bytes] = field(default_factory=lambda: {"https://a/": b"one"})
    fetched: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def fetch(self, url: str) -> bytes:
        """As HTTP."""
        self.fetched.append(url)
        if url not in self.there:
            raise Unavailable(f"{url}: status 404")
        return self.there[url]

    def keys(self) -> PublicKeys:
        """What is tested."""
        return PublicKeys(self.fetch, lambda: self.seconds)


def test_a_document_is_kept_for_an_hour() -> None:
    """Then it is had anew."""
    web = Web()
    keys = web.keys()
    for web.seconds in (0, 10, 3599):
        assert keys.document("https://a/") == b"one"
    assert len(web.fetched) == 1
    web.there["https://a/"], web.seconds = b"two", 3600
    assert keys.document("https://a/") == b"two"


def test_a_document_that_lacks_the_key_is_fetched_again_after_a_minute() -> None:
    """And given as it is until then."""
    web = Web()
    keys = web.keys()
    for web.seconds in (0, 1, 59):
        assert keys.document("https://a/", lambda body: b"two" in body) == b"one"
    assert len(web.fetched) == 1
    web.there["https://a/"], web.seconds = b"two", 60
    assert keys.document("https://a/", lambda body: b"two" in body) == b"two"


def test_a_failure_is_remembered_for_a_minute() -> None:
    """While a platform's site is down, not every call waits for it."""
    web = Web({})
    keys = web.keys()
    for web.seconds in (0, 1, 59):
        with pytest.raises(Unavailable):
            keys.document("https://a/")
    assert len(web.fetched) == 1
    web.there["https://a/"], web.seconds = b"up", 61
    assert keys.document("https://a/") == b"up"


def test_made_up_addresses_are_bounded() -> None:
    """At most thirty fetches a minute, whatever callers ask for; and not everything is kept."""
    web = Web({f"https://a/{number}": b"x" for number in range(1000)})
    keys = web.keys()
    for number in range(100):
        try:
            keys.document(f"https://a/{number}")
        except Unavailable:
            continue
    assert len(web.fetched) == 30
    for number in range(1000):
        web.seconds += 2
        keys.document(f"https://a/{number}")
    assert len(keys._kept) == 64
