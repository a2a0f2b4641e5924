"""A notebook's run: what may be set, the kernel, its cells one after another, and what can go wrong."""
