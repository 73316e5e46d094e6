"""All commands, a topic a file. Importing them puts them under the root; none imports more than click."""

from walkdown.cli.commands import carry, data, doors, gate, house, look, tell, walk

__all__ = ["carry", "data", "doors", "gate", "house", "look", "tell", "walk"]
