"""漏らさぬ: finds personal data, keeps it from leaving, proves what was done."""

__version__ = "0.1.0"
