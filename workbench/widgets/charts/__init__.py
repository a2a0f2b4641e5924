"""Charts that follow a run, and their numbers as tables."""
