"""The demo: an invented bank to look at, and the door through which a visitor goes in."""
