"""The `evaluate_ava` of `slowfast_swift.pyslowfast`, the same function."""
from slowfast_swift.pyslowfast import evaluate_ava

__all__ = ["evaluate_ava"]
