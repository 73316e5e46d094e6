"""walkdown: the last review before a deploy, ending in a record that anyone can verify."""

__version__ = "0.1.0"
