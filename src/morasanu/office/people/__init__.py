"""People and access: the organisation's tree, its people, their appointments, and how they sign in."""
