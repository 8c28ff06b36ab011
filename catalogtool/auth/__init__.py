"""Who may do what: users, roles, API tokens and the record of sensitive operations."""
