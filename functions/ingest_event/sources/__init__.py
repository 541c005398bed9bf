"""One module per platform; a new one is found by itself (see `functions.ingest_event.understanding`)."""
