"""Formats of the nineties: compound files (doc, ppt, jtd) and RTF."""
