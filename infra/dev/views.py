"""What the pages show, read from the engine; they only lay it out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from common.application.documents import from_json, to_json
from common.application.ports import Ref
from common.domain.documents import Case, Customer
from common.domain.money import InvalidAmount, Money
from common.domain.vocabulary import LookKind
from infra.demo.words import REASONS, amount
from infra.dev import telling
from infra.dev.engine import DevEngine
from infra.dev.journal import Kept

SHOWN = 40
_CASES = """SELECT id, body FROM documents WHERE collection = 'cases' ORDER BY rowid DESC LIMIT ?"""
_CASE_COUNT = "SELECT COUNT(*) FROM documents WHERE collection = 'cases'"

_LONGEST_TRAIL = 6
"""Documents shown of one case: its own, and the signposts that lead to its customer."""

WAITS = {
    LookKind.QUIET: "counts as abandoned",
    LookKind.STEP: "next message",
    LookKind.LAPSE: "lapses",
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of the list."""

    case: Case
    who: str
    total: str
    why: str
    """Why it stands where it stands; may be empty."""
    due: datetime | None
    waits_for: str


@dataclass(frozen=True, slots=True)
class Event:
    """One announcement of the list."""

    at: datetime
    title: str
    detail: str
    tone: str
    case_id: str | None
    subject: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter, taken apart."""

    kept: Kept
    headers: list[tuple[str, str]]
    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the first page shows of the engine's state."""

    now: datetime
    letters: list[Kept]
    letter_count: int
    cases: list[CaseRow]
    case_count: int
    events: list[Event]
    event_count: int


def overview(engine: DevEngine) -> Overview:
    """The newest of everything."""
    counts = engine.journal.counts()
    cases, case_count = _cases(engine)
    return Overview(
        now=engine.clock.now(),
        letters=engine.journal.letters(SHOWN),
        letter_count=counts.letters,
        cases=cases,
        case_count=case_count,
        events=[event(line) for line in engine.journal.newest(SHOWN)],
        event_count=counts.announcements,
    )


def _cases(engine: DevEngine) -> tuple[list[CaseRow], int]:
    database = engine.database
    with database.lock:
        rows = database.execute(_CASES, (SHOWN,)).fetchall()
        total = database.execute(_CASE_COUNT).fetchone()[0]
    cases: list[Case] = [from_json("cases", body) for _, body in rows]
    refs = {case.id: Ref("customers", case.customer_id) for case in cases if case.customer_id}
    loaded = engine.machine.store.load(list(dict.fromkeys(refs.values())))
    customers = {id: loaded[ref].document for id, ref in refs.items()}
    return [case_row(case, customers.get(case.id)) for case in cases], total


def case_row(case: Case, customer: Customer | None) -> CaseRow:
    """One case as the list has it."""
    return CaseRow(
        case=case,
        who=(customer and (customer.name or customer.email or customer.phone or customer.external_id))
        or "nobody known",
        total=_total(case),
        why=REASONS.get(case.reason, case.reason) if case.reason else "",
        due=case.next_due_at,
        waits_for=WAITS[case.armed.kind] if case.armed else "looked at again",
    )


def _total(case: Case) -> str:
    try:
        return amount(Money(case.total_minor, case.currency or "").minor, case.currency or "")
    except (InvalidAmount, ValueError):
        return ""


def event(line: Mapping[str, Any]) -> Event:
    """One announcement as the list has it."""
    return Event(
        at=datetime.fromisoformat(line["at"]),
        title=telling.title(line),
        detail=telling.detail(line),
        tone=telling.tone(line),
        case_id=line.get("case_id"),
        subject=str(line.get("subject") or ""),
    )


def mail(kept: Kept) -> Mail:
    """A letter's headers and bodies."""
    if kept.channel != "email":
        return Mail(kept, [("To", kept.recipient)], kept.source.decode(), None)
    message = message_from_bytes(kept.source, policy=policy.default)
    names = ("From", "To", "Subject", "Date", "Reply-To", "List-Unsubscribe")
    headers = [(name, str(message[name])) for name in names if message[name]]
    return Mail(kept, headers, _part(message, "plain") or "", _part(message, "html"))


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content())


def documents_of(engine: DevEngine, case_id: str) -> list[tuple[str, str, Any]]:
    """The case and its customer: place, JSON and the document itself. Empty if there is no such case."""
    found: list[tuple[str, str, Any]] = []
    place: Ref | None = Ref("cases", case_id)
    while place is not None and len(found) < _LONGEST_TRAIL:
        document = engine.machine.store.load([place])[place].document
        if document is None:
            break
        text = json.dumps(json.loads(to_json(document)), indent=2, ensure_ascii=False)
        found.append((f"{place.collection}/{place.id}", text, document))
        owner = getattr(document, "customer_id", None) or getattr(document, "merged_into", None)
        place = Ref("customers", owner) if owner else None
    return found
