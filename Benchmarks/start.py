"""Seconds from the start of the process to the first clip: slowfast beside OpenVINO and PyTorch.

slowfast runs `bench --runs 1` on a full-width checkpoint: it loads, computes a first clip to warm up, and a second one
under its own clock. The process's whole time, taken from outside, less the second clip is "first clip done"; it also
holds the process's end. The same with a clip of 32x32, whose arithmetic is next to nothing, is "ready": what reading
and packing the weights and planning cost.
The peers start Python, read their network (PyTorch the checkpoint, OpenVINO its converted form, which it compiles)
and compute a first clip. The page cache is warm: a turn before the first is not counted.
"""

import time

from clip import frame_size
from common import (
    Worker,
    bench,
    best,
    children_seconds,
    introduce,
    machine,
    median,
    number,
    parser,
    require_program,
    table,
    verdict,
    versions,
    write_json,
)
from prepare import CONFIGS, SIZES, TITLES, prepare
from turns import add_options, disturbed, take_turns

MUST, AIM = 1.5, 0.5


class Starts:
    """A contestant whose turn is a whole process; `run` gives {"seconds": [...], ...}."""

    def __init__(self, run):
        self.measure, self.about = run, {}
        run()

    def cpu_seconds(self):
        return children_seconds()

    def close(self):
        pass


TINY = (32, 32)


def our_start(options, weights, size):
    """One process: seconds from its start until its first clip is done."""
    start = time.perf_counter()
    result = bench(
        *(options.slowfast, "--cfg", CONFIGS[options.model], "--weights", weights, "--runs", 1),
        *("--size", "x".join(map(str, reversed(size))), "--threads", options.threads, "--precision", options.precision),
    )
    whole = time.perf_counter() - start
    kept = {key: result.get(key) for key in ("first_clip_seconds", "clip_seconds_best", "peak_rss_bytes")}
    return {"seconds": [whole - result["clip_seconds_best"]]} | kept


def peer_start(*arguments):
    start = time.perf_counter()
    worker = Worker(*arguments)
    try:
        worker.measure(runs=0)
        return {"seconds": [time.perf_counter() - start]}
    finally:
        worker.close()


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--model", choices=CONFIGS, default="r50")
    options.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    options.add_argument("--size", type=frame_size, default=(256, 455), metavar="HxW", help="size of a detector's clip")
    add_options(options, rounds=5)
    options = options.parse_args()
    require_program(options.slowfast)
    about, packages = machine(), versions()
    introduce(about, packages)

    options.size = SIZES.get(options.model, options.size)
    weights, converted = prepare(options.model, options.size)
    threads = ("--threads", options.threads)
    precision = "bf16" if options.precision == "bf16" else "f32"
    peers = {f"OpenVINO {precision}": ("openvino", "--model", converted, "--precision", precision, *threads)}
    if options.precision == "fp32":
        network = ("--cfg", CONFIGS[options.model], "--weights", weights, "--size", *options.size)
        peers["PyTorch fp32"] = ("pytorch", *network, *threads)
    starts = {
        "slowfast: ready": lambda: Starts(lambda: our_start(options, weights, TINY)),
        "slowfast: first clip done": lambda: Starts(lambda: our_start(options, weights, options.size)),
    }
    for name, arguments in peers.items():
        starts[f"{name}: first clip done"] = lambda arguments=arguments: Starts(lambda: peer_start(*arguments))
    results = take_turns(starts, options)

    size = "x".join(map(str, options.size))
    print(f"{TITLES[options.model]}, {size}, {options.precision}, {options.threads} threads, {options.rounds} rounds")
    rows = [row for name, result in results.items() for row in result_rows(name, result)]
    print(table(["start of the process until", "best s", "median s", "must", "aim", "others", ""], rows))
    write_json(options.json, {"machine": about, "versions": packages, "results": results})


def result_rows(name, result):
    if "missing" in result:
        return [[f"{name} is missing: {result['missing']}", *[""] * 6]]
    others = number(100 * disturbed(result), 0) + " %"
    ours = name.startswith("slowfast")
    rows = [row(name, result["seconds"], ours, others)]
    clocked = [turn["first_clip_seconds"] for turn in result["turns"] if turn.get("first_clip_seconds") is not None]
    if clocked and not name.endswith("ready"):
        rows.append(row(f"{name}, by its own clock", clocked, ours, others))
    return rows


def row(title, seconds, ours, others):
    asked = [str(MUST), str(AIM)] if ours else ["", ""]
    stands = verdict(best(seconds), MUST, AIM, higher_is_better=False) if ours else ""
    return [title, number(best(seconds)), number(median(seconds)), *asked, others, stands]


if __name__ == "__main__":
    main()
