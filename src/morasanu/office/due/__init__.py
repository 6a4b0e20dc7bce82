"""One list of what is due: a date kept in the database, worked off once, whatever dies meanwhile."""
