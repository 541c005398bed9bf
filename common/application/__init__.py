"""The imperative shell around the domain."""
