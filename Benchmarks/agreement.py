"""Whether slowfast and PyTorch give the same scores: full-width networks, seeded weights, one random clip.

Both read the same checkpoint. The scores are compared after the activation; the run fails when any differs by 1e-4.
"""

import sys
import tempfile
from pathlib import Path

import numpy
import torch

from common import Missing, parser, require_program, slowfast, table, write_json
from models import build, load_weights
from prepare import CONFIGS, SIZES, TITLES, prepare
from shapes import load_config

LIMIT = 1e-4


def make_inputs(folder, config, size, seed):
    """A random clip, and three boxes where the config detects: NumPy files by the names of their options."""
    generator = numpy.random.default_rng(seed)
    height, width = size
    clip = generator.standard_normal((1, 3, config["DATA"]["NUM_FRAMES"], height, width), dtype=numpy.float32)
    corners = generator.uniform(0, 0.5, (3, 2)) * (width, height)
    extents = generator.uniform(0.2, 0.5, (3, 2)) * (width, height)
    boxes = numpy.concatenate([numpy.zeros((3, 1)), corners, corners + extents], 1).astype(numpy.float32)
    inputs = {"--clip": clip} | ({"--boxes": boxes} if config["DETECTION"]["ENABLE"] else {})
    files = {option: folder / f"{option.strip('-')}.npy" for option in inputs}
    for option, array in inputs.items():
        numpy.save(files[option], array)
    return files


def peer_scores(config, weights, inputs):
    network = build(config)
    load_weights(network, weights)
    with torch.inference_mode():
        return network(*(torch.from_numpy(numpy.load(file)) for file in inputs.values())).numpy()


def our_scores(options, model, weights, inputs, output, variant):
    """What `slowfast forward` writes with some more options."""
    slowfast(
        *(options.slowfast, "forward", "--cfg", CONFIGS[model], "--weights", weights),
        *(argument for pair in inputs.items() for argument in pair),
        *("--output", output, "--overwrite", "--threads", options.threads, *variant.split()),
    )
    return numpy.load(output)


def difference(found, expected):
    """Largest and mean |difference|; infinite where a score is not a number or the shapes differ.

    >>> difference(numpy.array([0.5, 0.25]), numpy.array([0.5, 0.5]))
    (0.25, 0.125)
    """
    if found.shape != expected.shape or not numpy.isfinite(found).all():
        return numpy.inf, numpy.inf
    apart = numpy.abs(found.astype(numpy.float64) - expected)
    return float(apart.max()), float(apart.mean())


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("models", nargs="*", metavar="MODEL", help=", ".join(CONFIGS) + "; default: all")
    options.add_argument("--size", type=int, nargs=2, default=(256, 455), metavar=("H", "W"), help="a detector's clip")
    options.add_argument("--seed", type=int, default=1, metavar="N", help="of the clip and the boxes")
    options.add_argument("--reference", action="store_true", help="also the plain reference: takes minutes")
    options.add_argument(
        "--variant", action="append", default=[], metavar="OPTIONS",
        help="also slowfast with these options, such as --variant='--kernels avx2'",
    )
    options = options.parse_args()
    require_program(options.slowfast)
    torch.set_num_threads(options.threads)
    variants = ["", *options.variant] + (["--convolution reference"] if options.reference else [])

    rows, everything, worst = [], {}, 0.0
    for model in options.models or CONFIGS:
        config, size = load_config(CONFIGS[model]), SIZES.get(model, options.size)
        (weights,) = prepare(model, size, convert=False)
        with tempfile.TemporaryDirectory() as folder:
            inputs = make_inputs(Path(folder), config, size, options.seed)
            expected = peer_scores(config, weights, inputs)
            spread = f"{expected.min():.3f} to {expected.max():.3f}"
            for variant in variants:
                name = f"{TITLES[model]}, {variant or 'as planned'}"
                try:
                    found = our_scores(options, model, weights, inputs, Path(folder) / "scores.npy", variant)
                except Missing as error:
                    rows.append([f"{name}: missing: {error}", "", "", "", ""])
                    continue
                most, mean = difference(found, expected)
                worst = max(worst, most)
                everything[name] = {"max": most, "mean": mean}
                rows.append([name, f"{most:.2e}", f"{mean:.2e}", spread, "" if most < LIMIT else "TOO FAR"])
    print(table(["slowfast against PyTorch, after the activation", "max", "mean", "scores", ""], rows))
    write_json(options.json, everything)
    sys.exit(0 if worst < LIMIT and everything else 1)


if __name__ == "__main__":
    main()
