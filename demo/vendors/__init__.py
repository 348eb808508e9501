"""One module per vendor: the same history in each system's own tables and spelling."""
