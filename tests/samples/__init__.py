"""Real payloads of other people's systems, each with the attributes that it would have been delivered with."""
