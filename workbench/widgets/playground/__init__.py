"""One prompt to several models side by side: conversations, votes, and the same as code."""
