"""One folder is one deployed function."""
