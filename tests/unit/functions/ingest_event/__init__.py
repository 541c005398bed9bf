"""What storefronts send, and what becomes of it."""
