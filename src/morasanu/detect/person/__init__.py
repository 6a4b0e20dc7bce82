"""Names of persons: what announces one proposes, dictionaries support, stop words veto, the document remembers."""
