"""What the law and the house ask for: facts in, obligations and judgements out. Knows no clock and no disk."""
