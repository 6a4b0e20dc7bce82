"""The register against reality: scans from the office, what they saw, and what differs."""
