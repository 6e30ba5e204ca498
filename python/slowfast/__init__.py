"""SlowFast for Swift from Python: score people and clips, pool boxes, score detections.

    import slowfast

    result = slowfast.evaluate("groundtruth.csv", "detections.csv", "labelmap.pbtxt")
    with slowfast.Model("model.yaml", "model.pyth") as model:
        scores = model.detect(frames, boxes, fps=25)

What it offers is `slowfast_swift`'s, the same objects. PySlowFast is a package of the same name. Where both are found, its
modules stay importable (`slowfast.models`, ...); where its `slowfast` is found first, `slowfast_swift` is still there.
"""
from pkgutil import extend_path

from slowfast_swift._api import *  # noqa: F401,F403
from slowfast_swift._api import __all__ as __all__
from slowfast_swift._api import __version__ as __version__

__path__ = extend_path(__path__, __name__)
