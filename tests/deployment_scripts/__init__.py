"""The deployment's scripts, run with tools that only pretend: what they call, in which order, and what they say."""
