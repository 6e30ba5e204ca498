"""Steps of training: slowfast beside PyTorch, in turns in one run, with the ratios and the memory of both.

A step is the forward pass in training mode, the loss, the backward pass and SGD with momentum, on one batch of random
clips that stays the same, fp32, the same network. Reading clips is not in it. Three boxes a clip where the network
scores boxes.
"""

import sys
from pathlib import Path

from common import (
    HERE, Worker, bench, best, children_seconds, introduce, machine, median, number, parser, ratio_row, require_program,
    table, versions, write_json,
)
from prepare import CONFIGS, TITLES, prepare
from turns import add_options, disturbed, ratios, take_turns

# Network -> config, clips of a step, side of a clip.
CASES = {
    "r50": (CONFIGS["r50"], 8, 112),
    "demo": (HERE.parent / "configs/demo/SLOWFAST_8x4_R18_SMALL.yaml", 8, 96),
    "slowfast": (CONFIGS["slowfast"], 4, 112),
    "i3d": (CONFIGS["i3d"], 4, 112),
}
MUST, AIM = 1.5, 2.5


class Ours:
    """slowfast: a new process each turn."""

    def __init__(self, options, config, clips, side):
        self.program, self.about = options.slowfast, {}
        self.arguments = [
            *("--cfg", config, "--clips", clips, "--crop", side, "--threads", options.threads, "--runs", options.steps),
            # Of configs that say nothing of training.
            *(("MODEL.LOSS_FUNC", "bce") if "AVA" in str(config) or "demo" in str(config) else ()),
        ]

    def measure(self):
        result = bench(self.program, "train", *self.arguments)
        self.about = {"kernels": result["kernels"]}
        return {"seconds": [result["seconds_best"]], "peak_rss_bytes": result["peak_rss_bytes"]}

    def cpu_seconds(self):
        return children_seconds()

    def close(self):
        pass


class Peer(Worker):
    def __init__(self, options, config, weights, clips, side):
        super().__init__(
            *("pytorch_training", "--cfg", config, "--weights", weights, "--threads", options.threads),
            *("--size", side, side, "--clips", clips),
        )
        self.steps = options.steps

    def measure(self):
        result = super().measure(self.steps)
        return result | {"seconds": [best(result["seconds"])]}


def weights_of(name, config):
    """The file of weights that PyTorch begins with."""
    return config.with_suffix(".pyth") if name == "demo" else prepare(name, (0, 0), convert=False)[0]


def main():
    arguments = parser(__doc__)
    arguments.add_argument("networks", nargs="*", metavar="NETWORK", help=f"{', '.join(CASES)} (all)")
    arguments.add_argument("--steps", type=int, default=3, metavar="N", help="steps of a turn, of which the best counts")
    add_options(arguments, rounds=5)
    options = arguments.parse_args()
    for name in options.networks:
        if name not in CASES:
            sys.exit(f"{name}: no network of that name -> give one of {', '.join(CASES)}")
    require_program(options.slowfast)
    kept, verdicts = {"machine": machine(), "versions": versions(), "networks": {}}, []
    introduce(kept["machine"], kept["versions"])
    for name in options.networks or CASES:
        config, clips, side = CASES[name]
        weights = weights_of(name, Path(config))
        results = take_turns(
            {
                "slowfast": lambda: Ours(options, config, clips, side),
                "PyTorch": lambda: Peer(options, config, weights, clips, side),
            },
            options,
        )
        print(f"{TITLES.get(name, 'the network of the demo')}: {clips} clips of {side}x{side}, {options.threads} threads")
        rows = [row(contestant, result) for contestant, result in results.items()]
        print(table(["", "best s", "median s", "MB", "others"], rows), flush=True)
        verdicts.append(
            ratio_row(f"PyTorch / slowfast, {name}", ratios(results["PyTorch"], results["slowfast"]), MUST, AIM)
        )
        kept["networks"][name] = results
        if options.json:
            write_json(options.json, kept)
    print(table(["", "best", "median", "at least", "aim", ""], verdicts))


def row(name, result):
    if "missing" in result:
        return [name, f"missing: {result['missing']}", "", "", ""]
    memory = max(turn["peak_rss_bytes"] for turn in result["turns"]) / 1e6
    seconds = result["seconds"]
    return [
        *(name, number(best(seconds)), number(median(seconds)), number(memory, 0)), f"{number(100 * disturbed(result), 0)} %"
    ]


if __name__ == "__main__":
    main()
