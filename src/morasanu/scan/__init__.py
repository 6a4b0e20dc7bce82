"""Source to text to findings to report, on this machine."""
