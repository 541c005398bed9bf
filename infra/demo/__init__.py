"""The demonstration: an invented shop's day and the days after it, through the real functions in virtual time."""
