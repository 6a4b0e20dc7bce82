"""Office files: Open XML, OpenDocument, Excel binary, encrypted packages."""
