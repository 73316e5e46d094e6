"""Outside tools, one file each: the command to run, and its output read into our own types."""
