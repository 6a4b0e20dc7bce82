"""Writes the fictitious bank of the examples from marked sources; standard library only, the same bytes every time."""
