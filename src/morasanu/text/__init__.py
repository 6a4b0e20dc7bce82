"""Characters and dates: folding with an offset map, charsets, eras."""
