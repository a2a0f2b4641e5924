"""Statistics, agreement, and what an experiment found."""
