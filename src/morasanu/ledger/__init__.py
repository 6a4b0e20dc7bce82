"""The append-only evidence store: events made durable in order, sealed into a tree that a stranger can verify."""
