"""What is asked, and whom: prompts and their variables, images, models, parameters."""
