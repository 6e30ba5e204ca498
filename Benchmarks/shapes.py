"""What a config says about a network, as a table: no tensors, no PyTorch.

Reads PySlowFast's YAML keys; the table is that of the SlowFast family (SlowFast, Slow, C2D, I3D, with non-local blocks
or not).
"""

from dataclasses import dataclass

import yaml

DEPTHS = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}

# Per MODEL.ARCH and pathway: the temporal kernel of the stem, then the cycle of each residual stage.
TEMPORAL_KERNELS = {
    "c2d": [(1, [(1,), (1,), (1,), (1,)])],
    "i3d": [(5, [(3,), (3, 1), (3, 1), (1, 3)])],
    "slow": [(1, [(1,), (1,), (3,), (3,)])],
    "slowfast": [(1, [(1,), (1,), (3,), (3,)]), (5, [(3,), (3,), (3,), (3,)])],
}

# PySlowFast's defaults of the keys that are read here.
DEFAULTS = {
    "MODEL": {"ARCH": "slowfast", "NUM_CLASSES": 400, "HEAD_ACT": "softmax", "DROPOUT_RATE": 0.5},
    "RESNET": {
        "DEPTH": 50,
        "WIDTH_PER_GROUP": 64,
        "NUM_GROUPS": 1,
        "NUM_BLOCK_TEMP_KERNEL": [[3], [4], [6], [3]],
        "SPATIAL_STRIDES": [[1], [2], [2], [2]],
        "SPATIAL_DILATIONS": [[1], [1], [1], [1]],
    },
    "SLOWFAST": {"ALPHA": 8, "BETA_INV": 8, "FUSION_CONV_CHANNEL_RATIO": 2, "FUSION_KERNEL_SZ": 5},
    "NONLOCAL": {
        "LOCATION": [[[]], [[]], [[]], [[]]],
        "INSTANTIATION": "dot_product",
        "POOL": [[[1, 2, 2], [1, 2, 2]]] * 4,
    },
    "MVIT": {
        "MODE": "conv",
        "POOL_FIRST": False,
        "CLS_EMBED_ON": True,
        "PATCH_KERNEL": [3, 7, 7],
        "PATCH_STRIDE": [2, 4, 4],
        "PATCH_PADDING": [2, 4, 4],
        "PATCH_2D": False,
        "EMBED_DIM": 96,
        "NUM_HEADS": 1,
        "MLP_RATIO": 4.0,
        "QKV_BIAS": True,
        "SEPARATE_QKV": False,
        "DEPTH": 16,
        "NORM_STEM": False,
        "SEP_POS_EMBED": False,
        "USE_ABS_POS": True,
        "USE_FIXED_SINCOS_POS": False,
        "REL_POS_SPATIAL": False,
        "REL_POS_TEMPORAL": False,
        "DIM_MUL": [],
        "HEAD_MUL": [],
        "DIM_MUL_IN_ATT": False,
        "POOL_KVQ_KERNEL": None,
        "POOL_KV_STRIDE": [],
        "POOL_KV_STRIDE_ADAPTIVE": None,
        "POOL_Q_STRIDE": [],
        "RESIDUAL_POOLING": False,
        "USE_MEAN_POOLING": False,
        "REV": {"ENABLE": False},
    },
    "DATA": {
        "NUM_FRAMES": 8,
        "SAMPLING_RATE": 8,
        "TRAIN_CROP_SIZE": 224,
        "MEAN": [0.45, 0.45, 0.45],
        "STD": [0.225, 0.225, 0.225],
    },
    "DETECTION": {"ENABLE": False, "ALIGNED": True, "SPATIAL_SCALE_FACTOR": 16, "ROI_XFORM_RESOLUTION": 7},
}


@dataclass(frozen=True)
class NonLocal:
    after: tuple  # blocks of the stage
    pool: tuple
    softmax: bool


@dataclass(frozen=True)
class Stage:
    """One pathway of a residual stage."""

    kernels: tuple  # temporal kernel of each block
    inputs: int
    inner: int
    width: int
    stride: int
    dilation: int
    groups: int
    non_local: NonLocal


@dataclass(frozen=True)
class Shape:
    stems: tuple  # (temporal kernel, width) per pathway
    stages: tuple  # [stage][pathway]
    fusion_kernel: int
    fusion_ratio: int
    alpha: int
    frames: int
    pool_after_res2: int  # along time
    classes: int
    activation: str
    dropout: float  # before the last layer, in training
    detects: bool
    aligned: bool
    stride_of_features: int
    resolution: int
    window: int  # of the classification head

    @property
    def pathways(self):
        return len(self.stems)

    @property
    def features(self):
        return sum(stage.width for stage in self.stages[-1])


def load_config(path, overrides=()):
    """Reads a YAML config over the defaults, then (key, value) pairs over it.

    >>> load_config(None, [("RESNET.DEPTH", "101")])["RESNET"]["DEPTH"]
    101
    """
    config = {section: dict(values) for section, values in DEFAULTS.items()}
    if path is not None:
        with open(path) as file:
            for section, values in yaml.safe_load(file).items():
                if isinstance(values, dict):
                    config.setdefault(section, {}).update(values)
    for key, value in overrides:
        section, _, name = key.partition(".")
        config.setdefault(section, {})[name] = yaml.safe_load(value) if isinstance(value, str) else value
    return config


def shape_of(config):
    """The network that a config describes."""
    arch = config["MODEL"]["ARCH"]
    if arch not in TEMPORAL_KERNELS:
        raise ValueError(f"MODEL.ARCH {arch} is not built here: {', '.join(TEMPORAL_KERNELS)} are")
    data, slowfast, detection = config["DATA"], config["SLOWFAST"], config["DETECTION"]
    base = config["RESNET"]["WIDTH_PER_GROUP"]
    two = arch == "slowfast"
    divisors = (1, slowfast["BETA_INV"]) if two else (1,)
    return Shape(
        stems=tuple((TEMPORAL_KERNELS[arch][p][0], base // d) for p, d in enumerate(divisors)),
        stages=tuple(
            tuple(_stage(config, arch, index, pathway, divisors) for pathway in range(len(divisors)))
            for index in range(4)
        ),
        fusion_kernel=slowfast["FUSION_KERNEL_SZ"],
        fusion_ratio=slowfast["FUSION_CONV_CHANNEL_RATIO"],
        alpha=slowfast["ALPHA"] if two else 1,
        frames=data["NUM_FRAMES"],
        pool_after_res2=2 if arch in ("c2d", "i3d") else 1,
        classes=config["MODEL"]["NUM_CLASSES"],
        activation=config["MODEL"]["HEAD_ACT"],
        dropout=config["MODEL"]["DROPOUT_RATE"],
        detects=detection["ENABLE"],
        aligned=detection["ALIGNED"],
        stride_of_features=detection["SPATIAL_SCALE_FACTOR"],
        resolution=detection["ROI_XFORM_RESOLUTION"],
        window=data["TRAIN_CROP_SIZE"] // 32,
    )


def _stage(config, arch, index, pathway, divisors):
    resnet, slowfast, non_local = config["RESNET"], config["SLOWFAST"], config["NONLOCAL"]
    divisor, base = divisors[pathway], resnet["WIDTH_PER_GROUP"]
    inputs = (base if index == 0 else base * 4 * 2 ** (index - 1)) // divisor
    if len(divisors) == 2 and pathway == 0:
        # What the fast pathway's fusion adds.
        fast = (base if index == 0 else base * 4 * 2 ** (index - 1)) // divisors[1]
        inputs += fast * slowfast["FUSION_CONV_CHANNEL_RATIO"]
    cycle = TEMPORAL_KERNELS[arch][pathway][1][index]
    count = resnet["NUM_BLOCK_TEMP_KERNEL"][index][pathway]
    depth = DEPTHS[resnet["DEPTH"]][index]
    return Stage(
        kernels=tuple(cycle[block % len(cycle)] if block < count else 1 for block in range(depth)),
        inputs=inputs,
        inner=resnet["NUM_GROUPS"] * base * 2**index // divisor,
        width=base * 4 * 2**index // divisor,
        stride=resnet["SPATIAL_STRIDES"][index][pathway],
        dilation=resnet["SPATIAL_DILATIONS"][index][pathway],
        groups=resnet["NUM_GROUPS"],
        non_local=NonLocal(
            after=tuple(non_local["LOCATION"][index][pathway]),
            pool=tuple(non_local["POOL"][index][pathway]),
            softmax=non_local["INSTANTIATION"] == "softmax",
        ),
    )
