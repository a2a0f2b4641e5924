"""What a comparison says: in words, as tables in a page, and as data for `workbench report`."""
