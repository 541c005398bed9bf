"""An invented shop's day and the week after it, through the real functions in virtual time."""
