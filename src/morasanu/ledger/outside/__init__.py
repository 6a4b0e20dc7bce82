"""Where checkpoints go so that they are not on this machine alone, and what came back."""
