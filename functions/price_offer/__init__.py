"""The reference pricing algorithm: which alternative at which price, or which incentive, or nothing."""
