"""Messages of every platform, hand-written in its own shape; each one is understood."""
