"""`replace` for documents does what `dataclasses.replace` does."""

import dataclasses

import pytest
from hypothesis import given

from common.domain.changing import replace
from common.domain.documents import Case, Customer
from tests.generated import documents


@given(documents(Case), documents(Case))
def test_a_copy_differs_in_what_was_changed_only(case: Case, other: Case) -> None:
    """As the standard library's, and the original stays as it was."""
    before = dataclasses.replace(case)
    assert replace(case, stage=other.stage, steps=other.steps) == dataclasses.replace(
        case, stage=other.stage, steps=other.steps
    )
    assert case == before


def test_a_field_that_does_not_exist_is_refused() -> None:
    """A misspelt name is an error, not a new attribute."""
    with pytest.raises(TypeError, match="emial"):
        replace(Customer(id="c", store="s"), emial="x")  # type: ignore[call-arg]
