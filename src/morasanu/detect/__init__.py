"""Text in, findings out: detector specs, checks, context, names, addresses, scoring."""
