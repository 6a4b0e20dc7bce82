"""Rules as data: loading, checking, as of a date."""
