"""The protocols as a server speaks them, one file each; nothing is shared with the client's side."""
