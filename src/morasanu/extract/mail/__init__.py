"""Mail: internet messages and mailboxes, Outlook messages."""
