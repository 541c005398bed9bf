"""A customer's own no, by the link in a message: nothing more is sent (L38)."""

from common.domain import ids
from common.domain.book import CASES, Book, Decision
from common.domain.casework import conclude, noted, remember, repeat, settle
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case, Consent, Customer
from common.domain.effects import Announce
from common.domain.gates import addresses
from common.domain.inbox import find
from common.domain.triggers import OptedOut
from common.domain.vocabulary import Channel

_OPTED_OUT = "opted out"


def opted_out(book: Book, word: OptedOut) -> Decision:
    """The customer's no on the channels: consent, and for good the addresses. Saying it twice is harmless.

    What is under way ends altogether: whoever doesn't want the e-mail about a cart doesn't want the text either.
    """
    customer = follow(book, word.customer_id)
    if customer is None:
        return conclude(book, "customer_gone")
    cases = _cases(book, word, customer)
    reached = _reached(cases, customer, word.channels)
    book.need(*book.suppression_places(reached).values())
    unsaid = [channel for channel in word.channels if not _is_refused(customer, channel)]
    if not unsaid and book.suppressed_of(reached) >= set(reached):
        entry = find(cases[0].inbox, _name(word, customer)) if cases else None
        return repeat(entry) if entry else conclude(book, "opted_out_before")
    for address in reached:
        book.suppress(address, "opted out by link")
    said = {channel: Consent(given=False, at=book.now) for channel in unsaid}
    customer = replace(customer, consent={**customer.consent, **said})
    book.put(customer)
    book.message_id = _name(word, customer)
    _announce(book, word, customer)
    for case in cases:
        ended = replace(noted(book, case, _OPTED_OUT, actor="customer"), stopped=case.stopped or _OPTED_OUT)
        remember(book, settle(book, ended))
    return conclude(book, "opted_out")


def _cases(book: Book, word: OptedOut, customer: Customer) -> tuple[Case, ...]:
    """The message's case, unless it is another person's by now, and the one that runs."""
    named = (word.case_id, *((customer.open_case_id,) if customer.open_case_id else ()))
    book.need(*((CASES, id) for id in named))
    found = [case for id in dict.fromkeys(named) if (case := book.case(id)) is not None]
    holders = {case.id: follow(book, case.customer_id) for case in found}
    return tuple(case for case in found if (holder := holders[case.id]) and holder.id == customer.id)


def _reached(cases: tuple[Case, ...], customer: Customer, channels: tuple[Channel, ...]) -> tuple[str, ...]:
    """The customer's addresses on the channels, those included that messages went to before they changed."""
    known = {address: None for channel, address in addresses(customer).items() if channel in channels}
    sent = {record.recipient for case in cases for record in case.steps if record.channel in channels}
    return (*known, *sorted(address for address in sent if address and address not in known))


def _is_refused(customer: Customer, channel: Channel) -> bool:
    word = customer.consent.get(channel)
    return word is not None and not word.given


def _name(word: OptedOut, customer: Customer) -> str:
    """The word as inboxes know it: the same as long as the customer doesn't agree anew in between."""
    said = (customer.consent[channel].at.isoformat() for channel in word.channels)
    return ids.hash_id("opted_out", customer.id, *word.channels, *said)


def _announce(book: Book, word: OptedOut, customer: Customer) -> None:
    """So that the shop keeps its own list in step."""
    book.owe(
        Announce(
            id=ids.hash_id("event", book.message_id, "customer.opted_out"),
            type="customer.opted_out",
            at=book.now,
            store=customer.store,
            case_id=word.case_id,
            customer_id=customer.id,
            subject=None,
            fields={"channels": [channel.value for channel in word.channels]},
        )
    )
