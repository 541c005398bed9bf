"""Addresses that must never be contacted, and codes that are taken."""

from common.application.ports import Put, Ref
from common.domain import ids
from common.domain.documents import Suppression
from common.domain.vouchers import VoucherCode
from infra.local.machine import LOCAL_KEYS
from tests.builders import ANNA, DAY, STORE, Shopper
from tests.stories import Story


def suppress(story: Story, address: str | None) -> None:
    """Put the address on the list, as its keyed hash."""
    id = ids.suppression_id(LOCAL_KEYS.suppression, address or "")
    document = Suppression(id=id, at=DAY, reason="complaint")
    story.machine.store.save([Put(Ref("suppressions", id), document, None)])


def test_a_suppressed_address_is_never_used() -> None:
    """The next channel is, with its own address; consent makes no difference."""
    story = Story()
    suppress(story, ANNA.email)
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    assert story.sent() == [("first", "sms", ANNA.phone)]


def test_somebody_suppressed_altogether_is_withheld_with_the_reason() -> None:
    """No message, no code, and the reason that says most (L35)."""
    story = Story()
    suppress(story, "anna@shop.test")
    story.cart("k1", "10:00", Shopper(email="anna@shop.test"))
    story.run_until("+9d 00:00")
    assert [said["reason"] for said in story.said("stimulus.skipped")] == ["suppressed_address"] * 2
    assert story.said("voucher.issued") == []


def test_an_address_suppressed_between_two_reminders_gets_no_second_one() -> None:
    """The list is asked at each send (L38)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    suppress(story, ANNA.email)
    suppress(story, ANNA.phone)
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 1


def test_a_code_that_is_taken_is_passed_over() -> None:
    """Two cases never share a code: the next one in turn is issued, and only that one is honoured (L33)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:45")
    voucher = story.case("k1").voucher
    assert voucher is not None
    taken = VoucherCode(code=voucher.code, store=STORE, case_id="another", customer_id="somebody")
    ref = Ref("voucher_codes", ids.voucher_id(STORE, voucher.code))
    story.machine.store.save([Put(ref, taken, None)])
    story.run_until("11:00")
    assert story.code() != voucher.code
    assert story.provider.delivered[0].voucher_code == story.code()
    assert story.document(*ref) == taken
    story.order("o1", "11:30", codes=[voucher.code])
    assert "voucher.redeemed" not in story.types()
    story.order("o2", "11:31", codes=[story.code()])
    assert story.types()[-2:] == ["voucher.redeemed", "case.recovered"]
