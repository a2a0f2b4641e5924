"""What a notebook says to the report that is made of it."""
