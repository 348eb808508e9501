"""When a night runs: by the clock, and when files have landed."""
