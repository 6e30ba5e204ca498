"""The version, as the package that is installed says it."""
from importlib import metadata

try:
    __version__ = metadata.version("slowfast-swift")
except metadata.PackageNotFoundError:
    __version__ = "unknown"
