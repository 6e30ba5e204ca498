"""PySlowFast configs: YAML over defaults, then KEY VALUE pairs, with the reference's type check."""

import ast
import copy
import sys
from pathlib import Path

import yaml
from problem import Problem

sys.path.append(str(Path(__file__).resolve().parents[2] / "Benchmarks"))
import shapes  # noqa: E402  (the network's keys and their defaults)

# PySlowFast's defaults of the other keys that training reads.
TRAINING = {
    "TRAIN": {"ENABLE": True, "DATASET": "kinetics", "BATCH_SIZE": 64, "AUTO_RESUME": True, "EVAL_PERIOD": 10},
    "TEST": {"NUM_ENSEMBLE_VIEWS": 10},
    "DATA": {
        "SAMPLING_RATE": 8,
        "TEST_CROP_SIZE": 256,
        "TARGET_FPS": 30,
        "TRAIN_JITTER_SCALES": [256, 320],
        "RANDOM_FLIP": True,
        "MEAN": [0.45, 0.45, 0.45],
        "STD": [0.225, 0.225, 0.225],
        "TRAIN_PCA_EIGVAL": [0.225, 0.224, 0.229],
        "TRAIN_PCA_EIGVEC": [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.814], [-0.5836, -0.6948, 0.4203]],
    },
    "AVA": {
        "FRAME_DIR": "",
        "FRAME_LIST_DIR": "",
        "ANNOTATION_DIR": "",
        "TRAIN_LISTS": ["train.csv"],
        "TEST_LISTS": ["val.csv"],
        "TRAIN_GT_BOX_LISTS": ["ava_train_v2.2.csv"],
        "TRAIN_PREDICT_BOX_LISTS": [],
        "TEST_PREDICT_BOX_LISTS": ["ava_val_predicted_boxes.csv"],
        "DETECTION_SCORE_THRESH": 0.9,
        "BGR": False,
        "TRAIN_USE_COLOR_AUGMENTATION": False,
        "TRAIN_PCA_JITTER_ONLY": True,
        "FULL_TEST_ON_VAL": False,
        "GROUNDTRUTH_FILE": "ava_val_v2.2.csv",
        "LABEL_MAP_FILE": "ava_action_list_v2.2_for_activitynet_2019.pbtxt",
        "EXCLUSION_FILE": "ava_val_excluded_timestamps_v2.2.csv",
        "IMG_PROC_BACKEND": "cv2",
    },
    "MODEL": {"LOSS_FUNC": "cross_entropy", "FC_INIT_STD": 0.01, "MODEL_NAME": "SlowFast"},
    "RESNET": {"ZERO_INIT_FINAL_BN": False, "TRANS_FUNC": "bottleneck_transform"},
    "BN": {"USE_PRECISE_STATS": False, "NUM_BATCHES_PRECISE": 200, "WEIGHT_DECAY": 0.0},
    "SOLVER": {
        "BASE_LR": 0.1,
        "LR_POLICY": "cosine",
        "COSINE_END_LR": 0.0,
        "COSINE_AFTER_WARMUP": False,
        "STEPS": [],
        "LRS": [],
        "MAX_EPOCH": 300,
        "MOMENTUM": 0.9,
        "DAMPENING": 0.0,
        "NESTEROV": True,
        "WEIGHT_DECAY": 1e-4,
        "ZERO_WD_1D_PARAM": False,
        "WARMUP_EPOCHS": 0.0,
        "WARMUP_START_LR": 0.01,
        "OPTIMIZING_METHOD": "sgd",
        "BETAS": (0.9, 0.999),
        "CLIP_GRAD_VAL": None,
        "CLIP_GRAD_L2NORM": None,
    },
    "DATA_LOADER": {"NUM_WORKERS": 8},
}
TOP_LEVEL = {"RNG_SEED": 1, "LOG_PERIOD": 10, "OUTPUT_DIR": "."}


def defaults():
    """A new tree of every key that is read here."""
    tree = copy.deepcopy(shapes.DEFAULTS)
    for section, values in copy.deepcopy(TRAINING).items():
        tree.setdefault(section, {}).update(values)
    return tree | TOP_LEVEL


def load(path, overrides=()):
    """Reads a config.

    Keys that training does not read (TENSORBOARD.*, ...) are kept as they stand: they belong to the config
    that is saved with the weights. An override must be a key that is read: a slip of the pen would else do nothing.
    """
    try:
        written = yaml.safe_load(Path(path).read_text())
    except OSError as error:
        raise Problem(f"reading the config: {path}: {error.strerror} -> name a PySlowFast YAML with --cfg") from None
    except yaml.YAMLError as error:
        raise Problem(f"reading the config: {path} is no YAML: {error}") from None
    tree = defaults()
    for section, values in (written or {}).items():
        if not isinstance(values, dict):
            tree[section] = checked(section, literal(values), tree.get(section))
            continue
        known = tree.setdefault(section, {})
        for name, value in values.items():
            known[name] = checked(f"{section}.{name}", literal(value), known.get(name))
    if len(overrides) % 2:
        raise Problem(f"reading KEY VALUE pairs: '{overrides[-1]}' stands alone -> give every key a value")
    for key, text in zip(overrides[::2], overrides[1::2]):
        section, _, name = key.rpartition(".")
        known = tree.get(section, {}) if section else tree
        if name not in known or isinstance(known[name], dict):
            raise Problem(f"overriding '{key}': training reads no such key -> see config.py for those it reads")
        known[name] = checked(key, literal(text), known[name])
    return tree


def literal(value):
    """A text as Python would read it, where it can: '1e-3' is a number to PySlowFast though not to YAML.

    >>> literal("1e-3"), literal("val.csv"), literal("(1, 2)"), literal(5)
    (0.001, 'val.csv', (1, 2), 5)
    """
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def checked(key, new, old):
    """The new value, of the old one's type; an integer is no float, as in PySlowFast."""
    if old is None or new is None or type(new) is type(old):
        return new
    if {type(new), type(old)} == {list, tuple}:
        return type(old)(new)
    wanted, found = type(old).__name__, type(new).__name__
    advice = f" -> write {new}.0" if (wanted, found) == ("float", "int") else f" -> give a value like {old!r}"
    raise Problem(f"{key}: expected {wanted}, found {new!r} ({found}){advice}")


def as_text(tree):
    """The YAML that is saved with the weights."""
    plain = {
        key: {name: list(v) if isinstance(v, tuple) else v for name, v in value.items()}
        if isinstance(value, dict)
        else value
        for key, value in tree.items()
    }
    return yaml.safe_dump(plain, default_flow_style=None, sort_keys=True)
