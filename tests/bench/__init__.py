"""Figures to show: ratios measured in one run, beside their targets. `make bench` prints them."""
