#!/usr/bin/env python3
"""Makes the small files of weights that CheckpointTests reads, and expected.tsv beside them.

Needs torch, numpy and safetensors (versions: README.md). Run in this folder:
    python make_fixtures.py
"""
import argparse
import collections
import hashlib
import io
import pickle

import numpy as np
import torch
from safetensors.torch import save_file

SEED = 20
generator = torch.Generator().manual_seed(SEED)
expected = {}


def randn(*shape):
    return torch.randn(*shape, generator=generator)


def remember(file, tensors):
    """Notes each tensor's name, type, shape and, as float32 bits in C order, values."""
    expected[file] = [
        (
            name,
            str(t.dtype).replace("torch.", ""),
            "x".join(str(n) for n in t.shape) or "scalar",
            np.ascontiguousarray(t.detach().to(torch.float32).numpy()).astype("<f4").tobytes().hex(),
        )
        for name, t in tensors.items()
    ]


def small_state():
    """A few tensors named as a model's are."""
    return collections.OrderedDict(
        [
            ("s1.pathway0_stem.conv.weight", randn(2, 3, 1, 2, 2)),
            ("s1.pathway0_stem.bn.weight", randn(2)),
            ("s1.pathway0_stem.bn.bias", randn(2)),
            ("s1.pathway0_stem.bn.running_mean", randn(2)),
            ("s1.pathway0_stem.bn.running_var", randn(2).abs()),
            ("s1.pathway0_stem.bn.num_batches_tracked", torch.tensor(7)),
            ("head.projection.weight", randn(3, 4)),
            ("head.projection.bias", randn(3)),
        ]
    )


def run(state):
    """What a training run saves."""
    return {
        "epoch": 11,
        "model_state": state,
        "optimizer_state": {"state": {0: {"momentum_buffer": randn(2)}}, "param_groups": [{"lr": 0.1, "params": [0, 1]}]},
        "cfg": "MODEL:\n  NUM_CLASSES: 3\nTASK: 'größe'\n",
    }


for protocol in (2, 3, 4, 5):
    state = small_state()
    torch.save(run(state), f"zip_protocol{protocol}.pyth", pickle_protocol=protocol)
    remember(f"zip_protocol{protocol}.pyth", state)

for protocol in (1, 2, 3, 4, 5):
    state = small_state()
    torch.save(
        run(state), f"legacy_protocol{protocol}.pyth", pickle_protocol=protocol, _use_new_zipfile_serialization=False
    )
    remember(f"legacy_protocol{protocol}.pyth", state)

# Views of one storage, every way that strides can go.
base = randn(4, 6)
views = collections.OrderedDict(
    [
        ("base", base),
        ("transposed", base.t()),
        ("rows", base[1:3]),
        ("columns", base[:, 2:5]),
        ("steps", base[::2, 1::3]),
        ("expanded", base[0, :3].expand(5, 3)),
        ("scalar", base[2, 3]),
        ("permuted", randn(2, 3, 4).permute(2, 0, 1)),
        ("empty", torch.zeros(0, 5)),
        ("parameter", torch.nn.Parameter(randn(2, 2))),
        ("channels_last", randn(2, 3, 2, 2).to(memory_format=torch.channels_last)),
    ]
)
torch.save({"model_state": views}, "views_zip.pyth")
remember("views_zip.pyth", views)
torch.save({"model_state": views}, "views_legacy.pyth", _use_new_zipfile_serialization=False)
remember("views_legacy.pyth", views)

numbers = torch.tensor([[0.0, -1.5, 3.140625], [65504.0, 1e-7, -0.0]])
types = collections.OrderedDict(
    [
        ("float32", numbers),
        ("float16", numbers.half()),
        ("bfloat16", numbers.bfloat16()),
        ("float64", numbers.double() / 3),
        ("int64", torch.tensor([-5, 0, 2**40])),
        ("int32", torch.tensor([-(2**31), 7], dtype=torch.int32)),
        ("int16", torch.tensor([-300, 300], dtype=torch.int16)),
        ("int8", torch.tensor([-128, 127], dtype=torch.int8)),
        ("uint8", torch.tensor([0, 255], dtype=torch.uint8)),
        ("bool", torch.tensor([True, False])),
    ]
)
torch.save(types, "types_zip.pth")
remember("types_zip.pth", types)
torch.save({"state_dict": types}, "types_legacy.pth", _use_new_zipfile_serialization=False)
remember("types_legacy.pth", types)
save_file(types, "types.safetensors", metadata={"epoch": "4", "cfg": "TASK: ''\n", "note": "quote \" and tab \t"})
remember("types.safetensors", types)

# Data-parallel names, split batch norms in their raw form, and objects of other projects.
raw = collections.OrderedDict(
    [
        ("module.s1.bn.weight", randn(2, 1, 1, 1)),
        ("module.s1.bn.bias", randn(2, 1, 1, 1)),
        ("module.s1.bn.bn.running_mean", randn(2)),
        ("module.s1.bn.bn.running_var", randn(2).abs()),
        ("module.s1.bn.bn.num_batches_tracked", torch.tensor(1)),
        ("module.s1.bn.split_bn.running_mean", randn(4)),
        ("module.s1.bn.split_bn.running_var", randn(4)),
        ("module.s1.bn.split_bn.num_batches_tracked", torch.tensor(9)),
    ]
)
torch.save(
    {
        "model": raw,
        "args": argparse.Namespace(lr=0.1),
        "sizes": torch.Size([1, 2]),
        "defaults": collections.defaultdict(list, a=[1]),
        "set": {1, 2},
        "number": np.float64(0.5),
        "type": torch.float16,
        "device": torch.device("cpu"),
        "fraction": __import__("fractions").Fraction(1, 3),
        "when": __import__("datetime").date(2020, 1, 2),
    },
    "split_bn.pyth",
)
remember(
    "split_bn.pyth",
    collections.OrderedDict(
        [
            ("s1.bn.weight", raw["module.s1.bn.weight"].reshape(2)),
            ("s1.bn.bias", raw["module.s1.bn.bias"].reshape(2)),
            ("s1.bn.running_mean", raw["module.s1.bn.bn.running_mean"]),
            ("s1.bn.running_var", raw["module.s1.bn.bn.running_var"]),
            ("s1.bn.num_batches_tracked", raw["module.s1.bn.split_bn.num_batches_tracked"]),
        ]
    ),
)


def blobs():
    def f(*shape):
        return randn(*shape).numpy()

    return collections.OrderedDict(
        [
            ("conv1_w", f(2, 3, 1, 2, 2)),
            ("conv1_w_momentum", f(2, 3)),
            ("res_conv1_bn_s", f(2)),
            ("res_conv1_bn_riv", np.abs(f(2)).astype("<f8")),
            ("res4_5_branch2a_w", np.asfortranarray(f(3, 2, 2))),
            ("pred_w", f(3, 4)),
            ("pred_b", f(3)),
            ("lr", np.array(0.1, dtype="<f4")),
            ("model_iter", np.array([1000], dtype="<i8")),
            ("odd_blob", f(1)),
        ]
    )


NAMES = {
    "conv1_w": "s1.pathway0_stem.conv.weight",
    "conv1_w_momentum": "s1.pathway0_stem.conv.w_momentum",
    "res_conv1_bn_s": "s1.pathway0_stem.bn.weight",
    "res_conv1_bn_riv": "s1.pathway0_stem.bn.running_var",
    "res4_5_branch2a_w": "s4.pathway0_res5.branch2.a.weight",
    "pred_w": "head.projection.weight",
    "pred_b": "head.projection.bias",
    "lr": "lr",
    "model_iter": "model_iter",
    "odd_blob": "odd_blob",
}


def remember_blobs(file, arrays):
    remember(file, collections.OrderedDict((NAMES[k], torch.from_numpy(np.array(v))) for k, v in arrays.items()))


class Python2Pickler(pickle._Pickler):
    """Writes strings and bytes as Python 2 wrote its `str`."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, data):
        if self.proto == 0:
            # repr of a Python 2 str: every byte outside printable ASCII is escaped.
            self.write(b"S" + repr(data)[1:].encode("ascii") + b"\n")
        elif len(data) < 256:
            self.write(b"U" + bytes([len(data)]) + data)
        else:
            self.write(b"T" + len(data).to_bytes(4, "little") + data)
        if id(data) not in self.memo:
            self.memoize(data)

    def save_text(self, text):
        self.save_bytes(text.encode("latin-1"))

    dispatch[bytes] = save_bytes
    dispatch[str] = save_text


for protocol in (0, 1, 2):
    arrays = blobs()
    stream = io.BytesIO()
    Python2Pickler(stream, protocol).dump({"blobs": dict(arrays), "cfg": "NUM_GPUS: 8"})
    data = stream.getvalue().replace(b"numpy._core", b"numpy.core")
    with open(f"caffe2_protocol{protocol}.pkl", "wb") as file:
        file.write(data)
    remember_blobs(f"caffe2_protocol{protocol}.pkl", arrays)
    # As the loaders of the model zoo read it.
    for name, value in pickle.loads(data, encoding="latin1")["blobs"].items():
        assert np.array_equal(value, arrays[name]), name

for protocol in (2, 3, 4, 5):
    arrays = blobs()
    with open(f"caffe2_repickled{protocol}.pkl", "wb") as file:
        pickle.dump({"blobs": dict(arrays)}, file, protocol=protocol)
    remember_blobs(f"caffe2_repickled{protocol}.pkl", arrays)

with open("expected.tsv", "w") as file:
    for name, items in expected.items():
        for item in items:
            file.write("\t".join((name, *item)) + "\n")

print("torch", torch.__version__, "numpy", np.__version__)
for name in [*expected, "expected.tsv"]:
    with open(name, "rb") as file:
        print(hashlib.sha256(file.read()).hexdigest(), name)
