"""A small shop with flaws of its own, to try walkdown on: made as a real git repository whenever somebody asks."""

from walkdown.demo.repo import demo_folder, make_demo

__all__ = ["demo_folder", "make_demo"]
