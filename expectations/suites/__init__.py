"""The rules by subject: one module per suite, each with `RULES`."""
