"""The version: that of the library, which is also the wheel's."""
from ._library import version

__version__ = version()
