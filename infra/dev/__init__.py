"""recoup dev: the engine on localhost, with real time, its mailbox and a page to watch it by."""
