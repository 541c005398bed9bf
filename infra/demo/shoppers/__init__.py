"""The customers of the demonstration: they fill carts, read what they are sent, and do as people do."""
