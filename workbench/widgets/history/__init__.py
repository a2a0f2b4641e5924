"""What was asked before: found in the log, and opened again."""
