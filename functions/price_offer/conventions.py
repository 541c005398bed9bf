"""Rules of this service that nothing is learnt about."""

from datetime import timedelta

LIMITS_LAST = timedelta(days=7)
"""Limits frozen longer ago are stale: prices and costs have moved on."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""A moment so far in the future is somebody's clock; further, it is a mistake."""
OFFER_LASTS = timedelta(hours=72)
"""Long enough to sleep on it twice, short enough for stock and cost to hold."""
MOST_OFFERS_30D = 4
"""Whoever had so many offers in 30 days would learn to wait for the next one."""
ASSUMED_COST_BP = 7_000
"""Of the base price of what is in a cart, which is decided without the model, where its cost isn't known."""
RULE_FIRST_RETURN_BP = 1_000
RULE_OTHER_BP = 500
"""The rule without one in the request: 10 % for whoever returned once, 5 % for everybody else."""
SHORTLIST = 400
"""How many alternatives are priced, the most alike first: what is less alike than 400 others hardly wins."""
SHOWN = 20
"""How many of the arms and SKUs that were looked at an answer lists."""
EXPLORED_SKUS = 3
"""How many of the best SKUs may be tried by chance."""
Z_90 = 1.645
"""Half the width of a 90 % interval, in standard deviations."""
