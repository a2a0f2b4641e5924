"""Before money is spent: how many samples and epochs a question needs, and what a number of them can show."""
