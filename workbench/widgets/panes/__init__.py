"""The panes of a comparison: their state, what the page is told of it, and the words and numbers in them."""
