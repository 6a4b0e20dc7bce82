"""Findings in, safe text out."""
