"""Where data lives: folders now, mailboxes and databases later."""
