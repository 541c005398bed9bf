"""Pure decisions: no vendor, clock, environment, randomness or logging in here."""
