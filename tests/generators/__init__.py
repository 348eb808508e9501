"""Random companies for tests."""
