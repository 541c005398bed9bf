"""Cases say what kind of loss they are about; those from before alternative offers were carts, without saying so."""

from common.domain.changing import replace
from common.domain.documents import CASE_VERSION, Case

ABOUT = "cases from before alternative offers say that they are about a cart"
COLLECTION = "cases"


def migrated(case: Case) -> Case:
    """The case with every field of its version written out, so that queries and exports find it by them."""
    return case if case.schema_version >= CASE_VERSION else replace(case, schema_version=CASE_VERSION)
