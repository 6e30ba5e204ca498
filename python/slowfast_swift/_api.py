"""What the package offers, whatever it is called."""
from ._errors import ArgumentError, ContentError, Error, FileError, SlowFastWarning
from ._evaluation import Evaluation, ProtocolResult, evaluate
from ._library import api_version, kernels
from ._model import Model
from ._roi_align import roi_align
from ._version import __version__

__all__ = [
    "ArgumentError",
    "ContentError",
    "Error",
    "Evaluation",
    "FileError",
    "Model",
    "ProtocolResult",
    "SlowFastWarning",
    "api_version",
    "evaluate",
    "kernels",
    "roi_align",
]
