"""Where data sets come from: files, frames, mappings and data sets of the library `datasets`, row by row."""
