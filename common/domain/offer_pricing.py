"""From request to price: what the catalogue has, the limits frozen, the question, and what the answer is worth."""

from dataclasses import replace as replaced

from common.domain.book import CASES, Book, Decision
from common.domain.casework import armed, conclude, remember
from common.domain.catalogue import Product
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case, Customer
from common.domain.effects import AskPrice, Effect, FindAlternatives
from common.domain.gates import closed_gate
from common.domain.money import format_minor
from common.domain.offer_limits import frozen, may_be_addressed, offerable, question
from common.domain.offer_stages import at_stage, cancelled, requested, stand_in, tell
from common.domain.offer_timing import PRICING_LEASE, REQUEST_LASTS
from common.domain.offers import PROMISED, Offer, OfferEvidence, Proposal, Wanted
from common.domain.triggers import AlternativesFound, NotPriced, PriceAnswered, Priced
from common.domain.vocabulary import OfferStage, Reason


def look(book: Book, case: Case, offer: Offer) -> Case:
    """What is due of an offer that has no price yet: search, or give up on an answer that never came."""
    due_at = case.held_until or offer.requested_at
    if offer.stage is OfferStage.PRICING:
        return cancelled(book, case, Reason.PRICING_UNAVAILABLE)
    customer = follow(book, case.customer_id)
    reason = closed_gate(case, customer, book.policy, book.now)
    if reason is None and book.now >= due_at + REQUEST_LASTS:
        reason = Reason.PRICING_UNAVAILABLE
    if reason is None and customer is not None and not may_be_addressed(customer, book.policy):
        reason = Reason.CONSENT_MISSING  # nothing is priced that nobody could be told of
    if reason is not None or customer is None:
        case = requested(book, case, offer)
        return cancelled(book, case, reason or Reason.CONTACT_MISSING)
    book.owe(
        FindAlternatives(
            case_id=case.id,
            customer_id=customer.id,
            store=case.store,
            offer_id=offer.id,
            wanted=offer.wanted,
            currency=offer.currency,
            limit=book.policy.pricing.candidates,
        )
    )
    return case


def alternatives_found(book: Book, found: AlternativesFound) -> Decision:
    """The limits, frozen; and the question, saved before it is asked."""
    case = book.case(found.case_id)
    customer = follow(book, case.customer_id) if case else None
    if case is None or customer is None or case.offer is None or case.offer.id != found.offer_id:
        return conclude(book, "offer_gone")
    if case.offer.stage is not OfferStage.REQUESTED:
        return conclude(book, "answered_before")
    offer, policy = case.offer, book.policy
    able = offerable(offer, found.candidates, policy.pricing, _offered_before(book, case, customer))
    if not able:
        case = cancelled(book, requested(book, case, offer), Reason.NO_ALTERNATIVE)
        remember(book, armed(book, case))
        return conclude(book, "no_alternative")
    limits = frozen(offer, [limit for _, limit in able], policy, found.catalogue_version, book.now)
    offer = replace(offer, limits=limits)
    offer = replace(offer, wanted=_as_the_shop_shows_it(offer.wanted, found.wanted))
    products = [product for product, _ in able]
    asked = question(offer, limits, found.wanted, products, customer, policy)
    book.evidence(offer.id)
    book.put(OfferEvidence(id=offer.id, case_id=case.id, request=asked, asked_at=book.now))
    case = at_stage(book, requested(book, case, offer), OfferStage.PRICING, "limits frozen")
    remember(book, armed(book, case))
    if case.offer is not None:
        book.owe(_asking(book, case, case.offer, asked))
    return conclude(book, "price_asked")


def _offered_before(book: Book, case: Case, customer: Customer) -> tuple[str, ...]:
    """Articles that the customer was offered and didn't want, or still may buy: nothing is offered at two prices."""
    others = [id for id in customer.offer_cases if id != case.id]
    book.need(*((CASES, id) for id in others))
    known = [case.former_offer] + [
        other.offer for id in others if (other := book.case(id)) and _is_open(other)
    ]
    return tuple(offer.proposal.sku for offer in known if offer is not None and offer.proposal is not None)


def _is_open(case: Case) -> bool:
    return case.offer is not None and case.offer.stage in (OfferStage.READY, *PROMISED, OfferStage.ACCEPTED)


def _as_the_shop_shows_it(wanted: Wanted, product: Product | None) -> Wanted:
    """The wanted item with what its order didn't say of it."""
    if product is None:
        return wanted
    picture = product.image_urls[0] if product.image_urls else None
    name = product.name if wanted.name in ("", wanted.sku) else wanted.name
    return replaced(wanted, name=name, url=wanted.url or product.url, image_url=wanted.image_url or picture)


def _asking(book: Book, case: Case, offer: Offer, request: str) -> AskPrice:
    pricing = book.policy.pricing
    return AskPrice(
        case_id=case.id,
        customer_id=case.customer_id or "",
        store=case.store,
        offer_id=offer.id,
        request=request,
        quantity=offer.wanted.quantity,
        currency=offer.currency,
        attempts=pricing.attempts,
        attempt_timeout_seconds=pricing.attempt_timeout_seconds,
        deadline_seconds=pricing.deadline_seconds,
    )


def open_question(book: Book, case: Case) -> tuple[Effect, ...]:
    """A redelivered look finds a question without an answer: it is asked again, which is harmless."""
    offer = case.offer
    if offer is None or offer.stage is not OfferStage.PRICING or book.now >= offer.stage_at + PRICING_LEASE:
        return ()
    evidence = book.evidence(offer.id)
    return (_asking(book, case, offer, evidence.request),) if evidence else ()


def price_answered(book: Book, answer: PriceAnswered) -> Decision:
    """The proposal, if it is within the limits; whatever else was answered ends the offer, before anybody saw it."""
    case = book.case(answer.case_id)
    if case is None or case.offer is None or case.offer.id != answer.offer_id:
        return conclude(book, "offer_gone")
    if case.offer.stage is not OfferStage.PRICING:
        return conclude(book, "answered_before")
    case, detail = _judged(book, case, case.offer, answer.outcome)
    evidence = book.evidence(answer.offer_id)
    if evidence is not None:
        said = answer.outcome.answer
        book.put(replaced(evidence, answer=said, answered_at=book.now, detail=detail))
    if case.offer is not None and case.offer.stage is OfferStage.READY:
        stand_in(book, case)
    remember(book, armed(book, case))
    return conclude(book, f"offer_{case.offer.stage if case.offer else 'gone'}")


def _judged(book: Book, case: Case, offer: Offer, outcome: Priced | NotPriced) -> tuple[Case, str | None]:
    if isinstance(outcome, NotPriced):
        return cancelled(book, case, outcome.reason), outcome.detail
    reason, detail = _objection(offer, outcome)
    if reason is not None:
        return cancelled(book, case, reason), detail
    customer = follow(book, case.customer_id)
    closed = closed_gate(case, customer, book.policy, book.now)
    if closed is not None:
        return cancelled(book, case, closed), None
    case = at_stage(book, case, OfferStage.READY, "offer ready", proposal=_proposal(outcome))
    tell(
        book,
        case,
        "offer.ready",
        sku=outcome.sku,
        price=format_minor(outcome.unit_price_minor, offer.currency),
        currency=offer.currency,
        model_version=outcome.model_version,
    )
    return case, None


def _objection(offer: Offer, priced: Priced) -> tuple[Reason | None, str | None]:
    """Why the proposal can't be taken, judged by the frozen limits alone."""
    if offer.limits is None or not offer.limits.allows(priced.sku, priced.unit_price_minor):
        return Reason.LIMIT_BREACHED, "the price is outside of the limits that were frozen"
    if priced.unit_price_minor >= offer.wanted.unit_price_minor:
        return Reason.LIMIT_BREACHED, "the price is not below that of the wanted item"
    if priced.product is None or not priced.product.buyable:
        return Reason.OUT_OF_STOCK, "the product can't be bought any more"
    return None, None


def _proposal(priced: Priced) -> Proposal:
    product = priced.product
    return Proposal(
        sku=priced.sku,
        name=product.name if product else priced.sku,
        unit_price_minor=priced.unit_price_minor,
        regular_price_minor=product.price.minor if product else priced.unit_price_minor,
        url=product.url if product else None,
        image_url=product.image_urls[0] if product and product.image_urls else None,
        decision_id=priced.decision_id,
        model_version=priced.model_version,
        model_sha256=priced.model_sha256,
        mode=priced.mode,
        chosen_arm=priced.chosen_arm,
        chosen_propensity_ppm=priced.chosen_propensity_ppm,
        personalized=priced.personalized,
    )
