"""The register of personal data (個人データ取扱台帳): what is held, where it lies, where it flows."""
