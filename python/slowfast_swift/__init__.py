"""The package `slowfast` of SlowFast for Swift under a name that PySlowFast does not have."""
from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent.parent / "slowfast")]

from ._api import *  # noqa: E402,F401,F403
from ._api import __all__, __version__  # noqa: E402,F401
