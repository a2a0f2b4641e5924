"""People judge answers: whose turn it is, what they said, and the widget for it."""
