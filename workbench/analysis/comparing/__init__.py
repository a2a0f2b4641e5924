"""Several models on the same samples: which are better, which cannot be told apart, and how sure that is."""
