"""The recoup command."""
