"""Who may do what: one table, one place that asks it, one place that narrows queries."""
