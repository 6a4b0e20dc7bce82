"""Whom data goes to and comes from: vendors and theirs, recipients, joint users, authorities."""
