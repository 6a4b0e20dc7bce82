"""The way of every change into the evidence ledger: kept with its record in one transaction, sealed by the worker in order."""
