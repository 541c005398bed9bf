"""The providers of e-mail and SMS on loopback, well-behaved and not, and messages to give them."""
