"""Policy documents, checked at the edge. A bad edit never changes what the engine does; it is reported instead."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from common.application.failures import Unavailable
from common.application.ports import PolicySource
from common.domain.browsers import BrowserAccess, StorefrontPolicy
from common.domain.incentives import IncentivePolicy, Tier
from common.domain.intake_rules import IntakeOverride, IntakePolicy
from common.domain.policy import (
    ConsentPolicy,
    Keys,
    Policy,
    RecoveryPolicy,
    RetentionPolicy,
    SequencePolicy,
    Step,
)
from common.domain.pricing_policy import OfferTriggers, PricingPolicy
from common.domain.shop import Shop
from common.domain.voucher_policy import VoucherPolicy

if TYPE_CHECKING:
    from pydantic import TypeAdapter

DOCUMENTS: Mapping[str, type] = {
    "recovery": RecoveryPolicy,
    "incentives": IncentivePolicy,
    "sequence": SequencePolicy,
    "consent_required": ConsentPolicy,
    "shop": Shop,
    "intake": IntakePolicy,
    "retention": RetentionPolicy,
    "storefront": StorefrontPolicy,
    "vouchers": VoucherPolicy,
    "pricing": PricingPolicy,
}
"""The documents that exist, by the name of the field of Policy that they fill."""


class InvalidPolicy(ValueError):
    """What is wrong with a policy document, in a sentence that names document and field."""


@cache
def _adapters() -> "Mapping[str, TypeAdapter[Any]]":
    from pydantic import ConfigDict, TypeAdapter, with_config

    for kind in (*DOCUMENTS.values(), Tier, Step, BrowserAccess, IntakeOverride, OfferTriggers):
        # A misspelt key must not silently mean the default.
        with_config(ConfigDict(extra="forbid"))(kind)
    return {name: TypeAdapter(kind) for name, kind in DOCUMENTS.items()}


def parse(name: str, written: Mapping[str, Any]) -> Any:
    """One document; what it leaves out keeps its default. Raises InvalidPolicy."""
    from pydantic import ValidationError

    if name not in DOCUMENTS:
        raise InvalidPolicy(f"{name} is not a policy document; there are {', '.join(DOCUMENTS)}")
    try:
        return _adapters()[name].validate_python(written)
    except ValidationError as error:
        raise InvalidPolicy("; ".join(_sentence(name, problem) for problem in error.errors())) from None


def _sentence(name: str, problem: Any) -> str:
    where = ".".join(str(part) for part in (name, *problem["loc"]))
    match problem["type"]:
        case "unexpected_keyword_argument":
            return f"{where} is not a field that exists; check its spelling or remove it"
        case "value_error":
            return f"{where}: {problem['ctx']['error']}"
        case _:
            return f"{where}: {problem['msg']} (it is {problem['input']!r})"


def build(written: Mapping[str, Mapping[str, Any]], keys: Keys) -> Policy:
    """The policy of a whole set of documents. Raises InvalidPolicy with every problem, not just the first."""
    parsed, problems = {}, []
    for name, document in written.items():
        try:
            parsed[name] = parse(name, document)
        except InvalidPolicy as problem:
            problems.append(str(problem))
    if problems:
        raise InvalidPolicy("; ".join(problems))
    return Policy(keys=keys, **parsed)


class Policies:
    """The current policy, read at most once a minute, so that no event costs a read.

    A bad document keeps its last good version, from this instance or another one's report; without any the
    engine pauses rather than fall back to defaults that nobody chose.
    """

    def __init__(
        self,
        source: PolicySource,
        keys: Callable[[], Keys],
        max_age: timedelta | None = timedelta(minutes=1),
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        """`max_age` None = read once."""
        self._source, self._keys, self._elapsed = source, keys, elapsed
        self._max_age = max_age
        self._lock = Lock()
        self._policy: Policy | None = None
        self._read_at = 0.0
        self._good: dict[str, Any] = {}
        self._seen: dict[str, Mapping[str, Any]] = {}
        self._kept: Mapping[str, Mapping[str, Any]] | None = None
        """What was reported good before this instance started; it need not be reported again."""

    def current(self) -> Policy:
        """The policy to decide by. Raises Unavailable only while none could ever be read."""
        if self._policy is not None and not self._is_stale():
            return self._policy
        with self._lock:
            if self._policy is None or self._is_stale():
                self._refresh()
        if self._policy is None:
            raise Unavailable("no policy could be read yet")
        return self._policy

    def review(self) -> tuple[Mapping[str, Any], list[str]]:
        """The documents as they are written now, those that are good, and what is wrong with the others.

        Changes and reports nothing. Raises Unavailable.
        """
        written = self._source.read()
        good, problems = {}, []
        for name in (*DOCUMENTS, *(written.keys() - DOCUMENTS.keys())):
            try:
                good[name] = parse(name, written.get(name, {}))
            except InvalidPolicy as problem:
                problems.append(str(problem))
        return good, problems

    def _is_stale(self) -> bool:
        return self._max_age is not None and self._elapsed() - self._read_at > self._max_age.total_seconds()

    def _refresh(self) -> None:
        try:
            written = self._source.read()
            if self._kept is None:
                self._kept = self._source.last_good()
            good = {name: self._document(name, written.get(name, {}), self._kept) for name in DOCUMENTS}
            policy = Policy(keys=self._keys(), **good)
        except Unavailable:
            if self._policy is None:
                raise
            # An old policy beats no decision; the next event tries again.
            return
        self._policy, self._read_at = policy, self._elapsed()

    def _document(self, name: str, written: Mapping[str, Any], kept: Mapping[str, Mapping[str, Any]]) -> Any:
        if name in self._good and self._seen.get(name) == written:
            return self._good[name]
        try:
            self._good[name] = parse(name, written)
        except InvalidPolicy as problem:
            self._source.report(name, str(problem))
            self._good.setdefault(name, _last_good(name, kept))
        else:
            if name in self._seen or written != kept.get(name):
                self._source.report(name, None, written)
        self._seen[name] = written
        return self._good[name]


def _last_good(name: str, kept: Mapping[str, Mapping[str, Any]]) -> Any:
    """What another instance last took; without any, an engine that contacts nobody."""
    try:
        return parse(name, kept[name])
    except (KeyError, InvalidPolicy):
        return RecoveryPolicy(enabled=False) if name == "recovery" else parse(name, {})
