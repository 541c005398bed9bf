"""Pub/Sub `storefront-events`: what the shop says happened becomes the state of a case."""

import functions_framework
from cloudevents.http import CloudEvent

from common import wiring
from common.application.edge import pubsub_message, receive
from functions.ingest_event.health import serve_health
from functions.ingest_event.understanding import understand

serve_health()


@functions_framework.cloud_event
def ingest_event(event: CloudEvent) -> None:
    """Take one message. Returning acknowledges it; only Unavailable is raised, and has it delivered again."""
    engine = wiring.engine()
    message = pubsub_message(event["id"], event.get("time"), event.data, engine.clock.now())
    with wiring.call("ingest_event"):
        receive(engine, message, understand)
