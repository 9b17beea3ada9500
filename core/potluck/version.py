"""The version of this release, which modules below the package's own file need too."""

__version__ = "0.1.0"
