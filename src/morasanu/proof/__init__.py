"""Bytes in, proof out: what makes a ledger verifiable by a stranger. No file, no clock, no randomness."""
