"""Money: integer minor units and an ISO 4217 code inside, decimal strings outside, never floats."""

import re
from decimal import Decimal

from common.domain.values import dataclass

_TWO_DECIMALS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR
ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV
MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ANG
"""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"

_DECIMALS: dict[str, int] = {
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(_NO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?", re.ASCII)


class InvalidAmount(ValueError):
    """The amount or currency can't be taken; the message says what to send instead."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency; sums of different currencies don't exist."""

    minor: int
    currency: str

    @property
    def major(self) -> str:
        """The decimal string in major units, with the currency's own number of decimals."""
        return format_minor(self.minor, self.currency)


def is_currency(code: str) -> bool:
    """Whether `code` is an active ISO 4217 code of money (upper case)."""
    return code in _DECIMALS


def decimals_of(currency: str) -> int:
    """How many decimals the currency has: JPY 0, PLN 2, KWD 3. Raises InvalidAmount."""
    try:
        return _DECIMALS[currency]
    except KeyError:
        raise InvalidAmount(f"{currency!r} is not a currency; send an ISO 4217 code such as EUR") from None


def parse_minor(text: str, currency: str) -> int:
    """Minor units of a decimal string such as "499.00"; zeros beyond the currency's decimals are harmless.

    Raises InvalidAmount for signs, exponents, NaN, and for decimals that the currency doesn't have.
    """
    decimals = decimals_of(currency)
    if not _AMOUNT.fullmatch(text):
        raise InvalidAmount(
            f'{text[:40]!r} is not an amount; send a decimal string of at least 0 such as "499.00"'
        )
    whole, _, fraction = text.partition(".")
    if fraction[decimals:].strip("0"):
        raise InvalidAmount(f"{text!r} has too many decimals; {currency} has {decimals}")
    return int(whole + fraction[:decimals].ljust(decimals, "0"))


def format_minor(minor: int, currency: str) -> str:
    """The decimal string of an amount in minor units; the inverse of `parse_minor`."""
    decimals = decimals_of(currency)
    if not decimals:
        return str(minor)
    sign, digits = ("-", -minor) if minor < 0 else ("", minor)
    whole, fraction = divmod(digits, 10**decimals)
    return f"{sign}{whole}.{fraction:0{decimals}d}"


def minor_of(amount: Decimal, currency: str) -> int:
    """Minor units of a policy's amount. Raises InvalidAmount if the currency lacks the decimals."""
    return parse_minor(f"{amount:f}", currency)
