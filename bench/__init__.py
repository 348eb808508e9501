"""The scale benchmark: time and memory of a full build and of a night with 1 % new data, against a floor."""
