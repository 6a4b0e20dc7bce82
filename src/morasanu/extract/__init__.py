"""Any file's bytes to pieces of text with where they stand, in a sandboxed child."""
