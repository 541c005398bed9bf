"""Ids: stable, apart from one another, and telling nothing."""

import re

from hypothesis import given
from hypothesis import strategies as st

from common.domain import ids

PARTS = st.lists(st.text(max_size=6), min_size=1, max_size=4)


@given(PARTS, PARTS)
def test_different_parts_never_run_into_each_other(one: list[str], other: list[str]) -> None:
    """("a", "bc") and ("ab", "c") are two ids; the same parts are always the same id."""
    assert (ids.hash_id(*one) == ids.hash_id(*other)) == (one == other)


@given(st.text(min_size=1, max_size=40), st.integers(0, 5))
def test_a_voucher_code_is_stable_and_legible(case: str, attempt: int) -> None:
    """Three groups of four out of 28 letters and digits that don't look alike (L32)."""
    code = ids.voucher_code(b"key", case, attempt)
    assert re.fullmatch(r"[2-9ACDEFGHJKMNPQRTUVWXY]{4}(-[2-9ACDEFGHJKMNPQRTUVWXY]{4}){2}", code)
    assert code == ids.voucher_code(b"key", case, attempt)
    assert code != ids.voucher_code(b"key", case, attempt + 1)
    assert code != ids.voucher_code(b"another key", case, attempt)


def test_codes_do_not_repeat() -> None:
    """Twenty thousand cases have twenty thousand codes (L33)."""
    assert len({ids.voucher_code(b"key", str(case)) for case in range(20_000)}) == 20_000


def test_a_code_is_found_however_it_is_typed() -> None:
    """Lower case, without dashes, with spaces: one document; another store's is another (L32)."""
    wanted = ids.voucher_id("socks", "ABCD-EFGH-JKMN")
    for typed in ("abcd-efgh-jkmn", "ABCDEFGHJKMN", " abcd efgh jkmn "):
        assert ids.voucher_id("socks", typed) == wanted
    assert ids.voucher_id("lamps", "ABCD-EFGH-JKMN") != wanted


def test_a_suppression_needs_its_key() -> None:
    """Without the key an address can't be told from its hash."""
    assert ids.suppression_id(b"one", "anna@shop.test") != ids.suppression_id(b"other", "anna@shop.test")


def test_every_document_has_a_place_of_its_own() -> None:
    """The same text as cart, order, customer or code never leads to the same document."""
    made = [
        ids.case_id("s", "1"),
        ids.case_id("s", "1", 2),
        ids.order_id("s", "1"),
        ids.customer_id("s", "id", "1"),
        ids.customer_id("s", "phone", "1"),
        ids.voucher_id("s", "1"),
    ]
    assert len(set(made)) == len(made)
