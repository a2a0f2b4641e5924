"""Code that a model wrote: taken out of the answer, run in a process with limits, and scored."""
