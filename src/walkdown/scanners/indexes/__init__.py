"""What the package indexes say about the names a project asks for: asked online, and only where a person allowed it."""

from walkdown.scanners.indexes.scanner import PUBLIC_NPM, PUBLIC_PYPI, Indexes

__all__ = ["PUBLIC_NPM", "PUBLIC_PYPI", "Indexes"]
