"""A step is due: render the message, hand it to its provider."""
