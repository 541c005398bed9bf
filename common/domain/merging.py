"""Two documents that turn out to be one person: nothing is lost, nothing counts twice."""

from common.domain.book import CASES, Book
from common.domain.casework import settle
from common.domain.changing import replace
from common.domain.documents import MAX_HISTORY, MAX_OFFERS, Customer, OpenVoucher, Redemption
from common.domain.histories import last_word, with_purchases, with_returns
from common.domain.timing import pending_step


def merge(book: Book, customer: Customer, other: Customer) -> Customer:
    """One document of two that turned out to be one person; nothing is lost and nothing is doubled."""
    older, newer = sorted(
        (customer, other), key=lambda one: one.updated_at.timestamp() if one.updated_at else 0
    )
    open_case_id = _one_open_case(book, customer, other)
    earlier, messaged = sorted(
        (other, customer), key=lambda one: one.last_message_at.timestamp() if one.last_message_at else 0
    )
    consent = dict(customer.consent)
    for channel, word in other.consent.items():
        consent[channel] = last_word(word, consent.get(channel))
    merged = replace(
        customer,
        external_id=customer.external_id or other.external_id,
        **{
            name: getattr(newer, name) or getattr(older, name)
            for name in ("email", "phone", "name", "locale", "time_zone", "country", "updated_at")
        },
        apart_from=tuple(dict.fromkeys((*customer.apart_from, *other.apart_from))),
        consent=consent,
        redemptions=_union(customer.redemptions, other.redemptions),
        purchases=with_purchases(customer, *other.purchases).purchases,
        last_message_at=messaged.last_message_at,
        last_message_case_id=messaged.last_message_case_id or earlier.last_message_case_id,
        open_case_id=open_case_id,
        open_voucher=_one_open_voucher(book, customer, other),
        offer_cases=tuple(dict.fromkeys((*other.offer_cases, *customer.offer_cases)))[-MAX_OFFERS:],
    )
    merged = with_returns(merged, other.returns, book.policy, book.now)
    book.put(replace(other, merged_into=customer.id))
    return merged


def _union(one: tuple[Redemption, ...], other: tuple[Redemption, ...]) -> tuple[Redemption, ...]:
    both = {(entry.code, entry.order_id): entry for entry in (*other, *one)}
    return tuple(sorted(both.values(), key=lambda entry: entry.at))[-MAX_HISTORY:]


def _one_open_case(book: Book, customer: Customer, other: Customer) -> str | None:
    """Of two running sequences the one of the newer cart goes on; the other is never continued (L11)."""
    if customer.open_case_id is None or other.open_case_id in (None, customer.open_case_id):
        return customer.open_case_id or other.open_case_id
    promised = [one.open_voucher.case_id for one in (customer, other) if one.open_voucher]
    book.need(*((CASES, id) for id in (customer.open_case_id, other.open_case_id, *promised)))
    cases = [case for id in (customer.open_case_id, other.open_case_id) if (case := book.case(id))]
    cases.sort(key=lambda case: (pending_step(case, book.policy) is not None, case.last_activity_at))
    for replaced in cases[:-1]:
        book.put(replace(replaced, superseded_by=cases[-1].id))
    return cases[-1].id if cases else None


def _one_open_voucher(book: Book, customer: Customer, other: Customer) -> OpenVoucher | None:
    """Of two open vouchers the one that is valid for longer; the other one is taken back by its own case, so that it is
    told once whatever crashes. An order that carries it already comes first, and so does a checkout that has locked it.
    """
    vouchers = [one.open_voucher for one in (customer, other) if one.open_voucher]
    kept = max(vouchers, key=lambda voucher: voucher.valid_until, default=None)
    for promised in vouchers:
        if kept is None or promised.code == kept.code:
            continue
        book.need((CASES, promised.case_id))
        case = book.case(promised.case_id)
        if case is not None and case.voucher is not None and case.voucher.code == promised.code:
            settle(book, replace(case, voucher=replace(case.voucher, revoke_at=book.now)))
    return kept
