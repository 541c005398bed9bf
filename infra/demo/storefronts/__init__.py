"""The shop windows of the demonstration, one per platform; each speaks to the engine in its own shape."""
