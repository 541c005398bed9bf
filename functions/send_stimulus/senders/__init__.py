"""Who takes a message to its customer: one file per provider, each in the role `Sender`."""
