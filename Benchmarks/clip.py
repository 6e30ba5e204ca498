"""Seconds a clip: slowfast beside OpenVINO and PyTorch, in one run, with the ratios.

The contestants of a comparison take turns (A B C A B C ...), each in a process of its own, so that a machine that
grows slower or faster does so for all of them. In its turn a contestant computes one clip to warm up and one under
the clock. slowfast computes backbone and head with three boxes; the peers only the backbone.
"""

import os
import time
from dataclasses import dataclass

from common import (
    Missing,
    Worker,
    bench,
    best,
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


@dataclass(frozen=True)
class Comparison:
    """Contestants that take turns, and the ratios asked of them."""

    model: str
    title: str
    ours: tuple  # options of `slowfast bench`
    peers: tuple  # (name, kind, precision, environment, must, aim)


AVX2 = (("ONEDNN_MAX_CPU_ISA", "AVX2"),)
COMPARISONS = {
    "r50": Comparison(
        "r50", "fp32", (), (("OpenVINO f32", "openvino", "f32", (), 1.2, 1.5), ("PyTorch fp32", "pytorch", "", (), 2.7, 3.5))
    ),
    "r101": Comparison(
        "r101", "fp32", (), (("OpenVINO f32", "openvino", "f32", (), 1.2, 1.5), ("PyTorch fp32", "pytorch", "", (), None, None))
    ),
    "r50-bf16": Comparison(
        "r50", "bf16", ("--precision", "bf16"), (("OpenVINO bf16", "openvino", "bf16", (), 1.0, 1.3),)
    ),
    "r50-avx2": Comparison(
        "r50", "fp32, AVX2 at most", ("--kernels", "avx2"), (("OpenVINO f32 AVX2", "openvino", "f32", AVX2, 1.1, 1.4),)
    ),
}
MEMORY_MUST, MEMORY_AIM = 700, 450  # megabytes of slowfast, R50, 256x455, fp32


class Ours:
    """slowfast: a new process each turn, for it keeps nothing between runs."""

    def __init__(self, options, comparison, weights):
        self.program = options.slowfast
        self.arguments = [
            *("--cfg", CONFIGS[comparison.model], "--weights", weights, "--size", "x".join(map(str, options.size))),
            *("--threads", options.threads, "--runs", 1, "--peak", *comparison.ours),
        ]
        self.about = {}

    def measure(self):
        result = bench(self.program, *self.arguments)
        self.about = {key: result.get(key) for key in ("kernels", "precision", "gmac", "threads")}
        self.about["peaks"] = self.about.get("peaks", []) + [result.get("peak_gflops")]
        return {"seconds": [result["clip_seconds_best"]], "peak_rss_bytes": result["peak_rss_bytes"]} | {
            "gmac": result["gmac"],
            "peak_gflops": result.get("peak_gflops"),
        }

    def close(self):
        pass


def peer(options, kind, precision, environment, model, weights, converted):
    """Starts a peer's process."""
    common = ["--threads", options.threads]
    if kind == "openvino":
        return Worker(kind, "--model", converted, "--precision", precision, *common, environment=dict(environment))
    return Worker(kind, "--cfg", CONFIGS[model], "--weights", weights, "--size", *options.size, *common)


def compare(options, comparison):
    """Lets the contestants take turns: name -> {"seconds", ...} or {"missing": why}."""
    weights, converted = prepare(comparison.model, options.size)
    starts = {"slowfast": lambda: Ours(options, comparison, weights)}
    for name, kind, precision, environment, _, _ in comparison.peers:
        starts[name] = lambda rest=(kind, precision, environment): peer(
            options, *rest, comparison.model, weights, converted
        )
    results, playing = {}, {}
    try:
        for name, start in starts.items():
            attempt(results, playing, name, lambda: playing.update({name: start()}))
            results.setdefault(name, {"seconds": [], "turns": []})
        for _ in range(options.rounds):
            for name in list(playing):
                time.sleep(options.pause)
                attempt(results, playing, name, lambda: take(results[name], playing[name].measure()))
        for name, contestant in playing.items():
            results[name]["about"] = contestant.about
    finally:
        for contestant in playing.values():
            contestant.close()
    return results


def attempt(results, playing, name, step):
    """Takes a contestant that fails out of the comparison."""
    try:
        step()
    except Missing as error:
        results[name] = {"missing": str(error)}
        if name in playing:
            playing.pop(name).close()


def take(result, turn):
    result["seconds"] += turn["seconds"]
    result["turns"].append(turn)
    result["peak_rss_bytes"] = turn["peak_rss_bytes"]


def report(options, comparison, results):
    """Prints the contestants and gives the rows of the ratios."""
    size = "x".join(map(str, options.size))
    print(f"{TITLES[comparison.model]}, {size}, {comparison.title}, {options.threads} threads, {options.rounds} rounds")
    ours = results["slowfast"]
    turns = ours.get("turns", [])
    gmac = turns[0]["gmac"] if turns else None
    peak = max((turn["peak_gflops"] for turn in turns if turn["peak_gflops"]), default=None)
    rows = [contestant_row(name, result, gmac, peak) for name, result in results.items()]
    print(table(["", "best s", "median s", "GFLOP/s", "of peak", "MB"], rows))
    if peak:
        print(f"peak of the vector units in the same run: {peak:.0f} GFLOP/s")
    print(flush=True)
    return [
        ratio_row(f"{name} / slowfast, {comparison.model}, {comparison.title}", results[name], ours, must, aim)
        for name, _, _, _, must, aim in comparison.peers
    ]


def contestant_row(name, result, gmac, peak):
    if "missing" in result:
        return [f"{name}: missing: {result['missing']}", "", "", "", "", ""]
    seconds = result["seconds"]
    rate = 2 * gmac / best(seconds) if gmac else None
    return [
        *(name, number(best(seconds)), number(median(seconds)), number(rate, 0)),
        number(100 * rate / peak, 0) + " %" if rate and peak else "",
        number(result["peak_rss_bytes"] / 2**20, 0),
    ]


def ratio_row(title, theirs, ours, must, aim):
    """A ratio of seconds beside what is asked of it."""
    asked = [number(must, 1), number(aim, 1)]
    if "missing" in theirs or "missing" in ours:
        return [title, "", "", *asked, "missing"]
    ratios = [reduce(theirs["seconds"]) / reduce(ours["seconds"]) for reduce in (best, median)]
    return [title, *(number(ratio, 2) for ratio in ratios), *asked, verdict(ratios[0], must, aim)]


def memory_row(results):
    ours = results["slowfast"]
    title, asked = "slowfast, r50, fp32: MB", [str(MEMORY_MUST), str(MEMORY_AIM)]
    if "missing" in ours:
        return [title, "", "", *asked, "missing"]
    most = max(turn["peak_rss_bytes"] for turn in ours["turns"]) / 2**20
    return [title, number(most, 0), "", *asked, verdict(most, MEMORY_MUST, MEMORY_AIM, higher_is_better=False)]


def frame_size(text):
    height, width = (int(part) for part in text.split("x"))
    return height, width


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("comparisons", nargs="*", metavar="COMPARISON", help=", ".join(COMPARISONS) + " (default: all)")
    options.add_argument("--size", type=frame_size, default=(256, 455), metavar="HxW", help="size of the clip")
    options.add_argument("--rounds", type=int, default=5, metavar="N", help="turns of every contestant")
    options.add_argument("--pause", type=float, default=0.5, metavar="S", help="seconds of rest before each turn")
    options = options.parse_args()
    for name in options.comparisons:
        if name not in COMPARISONS:
            raise SystemExit(f"unknown comparison '{name}' -> there are {', '.join(COMPARISONS)}")
    require_program(options.slowfast)

    about, packages = machine(), versions()
    introduce(about, packages)
    ratios, everything = [], {}
    for name in options.comparisons or COMPARISONS:
        results = compare(options, COMPARISONS[name])
        ratios += report(options, COMPARISONS[name], results)
        if name == "r50":
            ratios.append(memory_row(results))
        everything[name] = results
        written = {"machine": about, "versions": packages, "threads": options.threads, "size": options.size}
        write_json(options.json, written | {"comparisons": everything})
    print(table(["peer's seconds / ours", "best", "median", "must", "aim", ""], ratios))
    print(f"load average at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
