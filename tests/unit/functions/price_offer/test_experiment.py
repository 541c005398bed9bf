"""What is dealt by chance, and how likely it was."""

from hypothesis import given
from hypothesis import strategies as st

from functions.price_offer.contract import Experiment, Mode
from functions.price_offer.experiment import deal

SLOTS = ["none", "a", "b", "none"]


def test_without_an_experiment_the_best_is_certain() -> None:
    """One arm, all the weight."""
    assert deal(None, "customer", "request", "a", SLOTS) == ("a", None, {"a": 1_000_000})


def test_the_weights_worked_out_by_hand() -> None:
    """A tenth held out; of 900,000 a twentieth over four slots, 11,250 each."""
    experiment = Experiment(salt="s", holdout_bp=1_000, explore_bp=500)
    dealt = deal(experiment, "customer", "request", "a", SLOTS)
    assert dealt.propensities == {"a": 866_250, "b": 11_250, "none": 122_500}


@given(
    holdout=st.integers(0, 10_000),
    explore=st.integers(0, 10_000),
    slots=st.lists(st.sampled_from("abc"), max_size=25),
    request=st.text(max_size=5),
)
def test_what_comes_out_was_possible(holdout: int, explore: int, slots: list[str], request: str) -> None:
    """And is in the log with its chance; the log adds up."""
    experiment = Experiment(salt="s", holdout_bp=holdout, explore_bp=explore)
    dealt = deal(experiment, "customer", request, "a", slots)
    assert sum(dealt.propensities.values()) == 1_000_000
    assert dealt.propensities[dealt.arm] > 0
    assert min(dealt.propensities.values()) > 0
    assert dealt.mode is not Mode.HOLDOUT or dealt.arm == "none"
