"""The stories, contracts and house rules of the engine."""
