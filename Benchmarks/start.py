"""Seconds from the start of the process to the first clip: slowfast beside OpenVINO and PyTorch.

slowfast runs `bench --runs 1` on a full-width checkpoint: it loads, computes a first clip to warm up, and a second one
under its own clock. From the process's whole time, taken from outside,
- the second clip is taken away: "first clip done" (what remains also holds the process's end);
- both clips are taken away, as if the first took no longer than the second: "ready", everything but arithmetic.
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
from prepare import CONFIGS, TITLES, prepare
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


def our_start(options, weights):
    start = time.perf_counter()
    result = bench(
        *(options.slowfast, "--cfg", CONFIGS[options.model], "--weights", weights, "--runs", 1),
        *("--size", "x".join(map(str, options.size)), "--threads", options.threads, "--precision", options.precision),
    )
    whole, clip = time.perf_counter() - start, result["clip_seconds_best"]
    return {
        "seconds": [whole - clip],
        "ready": whole - 2 * clip,
        "clip": clip,
        "first_clip_seconds": result.get("first_clip_seconds"),
    }


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
    options.add_argument("--size", type=frame_size, default=(256, 455), metavar="HxW", help="size of the clip")
    add_options(options, rounds=5)
    options = options.parse_args()
    require_program(options.slowfast)
    about, packages = machine(), versions()
    introduce(about, packages)

    weights, converted = prepare(options.model, options.size)
    threads = ("--threads", options.threads)
    precision = "bf16" if options.precision == "bf16" else "f32"
    peers = {f"OpenVINO {precision}": ("openvino", "--model", converted, "--precision", precision, *threads)}
    if options.precision == "fp32":
        network = ("--cfg", CONFIGS[options.model], "--weights", weights, "--size", *options.size)
        peers["PyTorch fp32"] = ("pytorch", *network, *threads)
    starts = {"slowfast": lambda: Starts(lambda: our_start(options, weights))}
    for name, arguments in peers.items():
        starts[name] = lambda arguments=arguments: Starts(lambda: peer_start(*arguments))
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
    first = [f"{name}: first clip done", number(best(result["seconds"])), number(median(result["seconds"]))]
    if name != "slowfast":
        return [[*first, "", "", others, ""]]
    rows = [[*first, str(MUST), str(AIM), others, verdict(best(result["seconds"]), MUST, AIM, False)]]
    for key, title in (("ready", "ready"), ("first_clip_seconds", "first clip done, by its own clock")):
        values = [turn[key] for turn in result["turns"] if turn[key] is not None]
        if values:
            stands = verdict(best(values), MUST, AIM, False)
            asked = [str(MUST), str(AIM), others, stands]
            rows.append([f"{name}: {title}", number(best(values)), number(median(values)), *asked])
    return rows


if __name__ == "__main__":
    main()
