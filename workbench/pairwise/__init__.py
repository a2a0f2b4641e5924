"""Two answers to the same question, of which a model says the better one, asked in both orders."""
