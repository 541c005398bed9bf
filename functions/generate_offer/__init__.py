"""Whether a cart is lost, what is worth offering, and what the pricing algorithm says to it."""
