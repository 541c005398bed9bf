"""What the shop's backend is told about a code while its customer waits."""

from common.domain.discounts import Discount
from common.domain.values import dataclass
from common.domain.vocabulary import VoucherRefusal, VoucherState
from common.domain.vouchers import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to one call; without `refusal` the code may be used, or the action was done."""

    refusal: VoucherRefusal | None = None
    voucher: Voucher | None = None
    """None = the code is nobody's."""
    state: VoucherState | None = None
    """Where it stands now, lapsed or not; what the document says may be older."""
    case_id: str | None = None
    customer_id: str | None = None
    customer_reference: str | None = None
    """The shop's own id of the customer it was made for."""
    locale: str | None = None
    """The customer's, for what they are told."""
    discount: Discount | None = None
