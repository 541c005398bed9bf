"""Where the pricing algorithm is, as the environment says."""

import pytest

from common import config
from common.config import InvalidSettings, PricingSettings


def test_there_need_not_be_one() -> None:
    """An engine without offers says nothing of it; an empty variable counts as not set."""
    for environment in ({}, {"RECOUP_PRICING_URL": "", "RECOUP_PRICING_AUDIENCE": ""}):
        settings = config.read(PricingSettings, environment)
        assert (settings.url, settings.audience) == (None, None)


def test_address_and_audience() -> None:
    """As they are written."""
    named = {
        "RECOUP_PRICING_URL": "https://pricing.example.com/price_offer",
        "RECOUP_PRICING_AUDIENCE": "pricing",
    }
    settings = config.read(PricingSettings, named)
    assert (settings.url, settings.audience) == ("https://pricing.example.com/price_offer", "pricing")


def test_what_is_no_address_is_told_with_its_variable() -> None:
    """Before anything is called."""
    with pytest.raises(InvalidSettings, match=r"^RECOUP_PRICING_URL: "):
        config.read(PricingSettings, {"RECOUP_PRICING_URL": "pricing.example.com"})
