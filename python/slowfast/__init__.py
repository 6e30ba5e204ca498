"""SlowFast for Swift from Python: score people and clips, pool boxes, score detections.

    import slowfast

    result = slowfast.evaluate("groundtruth.csv", "detections.csv", "labelmap.pbtxt")
    with slowfast.Model("model.yaml", "model.pyth") as model:
        scores = model.detect(frames, boxes, fps=25)

PySlowFast is a package of the same name. Where both are found, its modules stay importable (`slowfast.models`, ...), and
`slowfast_swift` is this package under a name of its own.
"""
from pkgutil import extend_path

from ._api import *  # noqa: F401,F403
from ._api import __all__, __version__  # noqa: F401

__path__ = extend_path(__path__, __name__)
