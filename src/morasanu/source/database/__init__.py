"""Databases: the tables of an address such as `postgresql://host/database`, row by row, without changing anything."""
