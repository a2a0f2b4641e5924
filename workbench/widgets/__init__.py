"""Widgets for a notebook: one a file, its state a plain object that is tested without a browser."""
