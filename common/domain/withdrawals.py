"""What a shop takes back on its own: a code that it honours no more, or itself."""

from common.domain.book import Book
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case
from common.domain.ids import voucher_id
from common.domain.vocabulary import Reason, VoucherState

_HONOURED = (VoucherState.RESERVED, VoucherState.ISSUED, VoucherState.LOCKED, VoucherState.RELEASED)


def withdrawn(book: Book, case: Case, code: str) -> Case:
    """The case without its promise, if this was it: no message may name a code that the shop doesn't honour."""
    voucher = case.voucher
    if voucher is None or voucher.state not in _HONOURED:
        return case
    if voucher_id(case.store, voucher.code) != voucher_id(case.store, code):
        return case
    announce(book, case, "voucher.revoked", code=voucher.code, reason=Reason.WITHDRAWN.value)
    customer = follow(book, case.customer_id)
    if customer is not None and customer.open_voucher and customer.open_voucher.code == voucher.code:
        book.put(replace(customer, open_voucher=None))
    case = noted(book, case, "voucher revoked", Reason.WITHDRAWN, actor="shop")
    return replace(case, voucher=replace(voucher, state=VoucherState.REVOKED))


def store_left(book: Book, store: str) -> None:
    """Nobody of the store is contacted any more. Saying it twice changes nothing."""
    book.suppress(whole_store(store), "the store left")


def whole_store(store: str) -> str:
    """What stands among the suppressions for everybody of a store; no address looks like it."""
    return f"store {store}"
