"""SlowFast for Swift from Python, under a name that PySlowFast does not have: what `slowfast` offers, the same objects."""
from ._api import *  # noqa: F401,F403
from ._api import __all__, __version__  # noqa: F401
