"""A run over a data set, watched: its state with a clock, and the widget for it."""
