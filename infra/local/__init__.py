"""The whole engine on one machine."""
