"""What runs in the interpreter of its own: it knows the standard library and nothing of the workbench."""
