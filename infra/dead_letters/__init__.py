"""What `recoup dead-letters` chooses, and how it says it."""
