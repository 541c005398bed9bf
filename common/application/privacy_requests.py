"""Requests that somebody dealt with."""

from common.application.engine import Engine
from common.application.failures import Conflict, Unavailable
from common.application.ports import Ref
from common.application.privacy_finding import REQUESTS
from common.application.privacy_progress import Progress
from common.domain.privacy import RequestState


def handed_over(engine: Engine, request_id: str) -> bool:
    """Close a customer's request for their data; False = somebody had before. Raises Unavailable."""
    ref = Ref(REQUESTS, request_id)
    entry = engine.store.load([ref])[ref]
    if entry.document is None or entry.document.state is not RequestState.OPEN:
        return False
    try:
        Progress(engine, entry.document, entry).finish()
    except Conflict as conflict:
        raise Unavailable("somebody else is dealing with the same request; try again") from conflict
    return True
