"""Google Cloud behind the ports."""
