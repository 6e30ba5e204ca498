"""The metric of `slowfast_swift.mmaction` for MMAction2's configs, the same class.

    custom_imports = dict(imports=["slowfast.mmaction"])
"""
from slowfast_swift.mmaction import METRICS, SlowFastAVAMetric

__all__ = ["METRICS", "SlowFastAVAMetric"]
