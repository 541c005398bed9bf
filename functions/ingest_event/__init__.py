"""Events in: a storefront's message becomes a canonical event, and the event its case."""
