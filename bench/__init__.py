"""Speed, quality and memory of the product beside its peers; `python -m bench` from the repository root, not a test."""
