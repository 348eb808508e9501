"""The gate between a build and its publication."""
