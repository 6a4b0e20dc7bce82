"""A scan's result as people and programs read it."""
