"""Seconds a clip: slowfast beside OpenVINO and PyTorch, in one run, with the ratios.

The contestants of a comparison take turns (A B C A B C ...), each in a process of its own, so that a machine that
grows slower or faster does so for all of them. In its turn a contestant computes one clip to warm up and one under
the clock. slowfast computes backbone and head with three boxes; the peers only the backbone, but transformers to the
scores. "others" is the share of the machine that other programs took in a contestant's turns, at the median: 0 to 2 %
is a quiet machine.
"""

import json
from dataclasses import dataclass
from pathlib import Path

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
    ratio_row,
    require_program,
    table,
    verdict,
    versions,
    write_json,
)
from integers import calibrate, calibration_file, differences, quantised
from prepare import CONFIGS, SIZES, TITLES, prepare
from summary import engine_of, markdown
from turns import add_options, disturbed, ratios, take_turns


@dataclass(frozen=True)
class Opponent:
    """A peer and the ratio asked of it."""

    name: str
    kind: str  # of worker.py, or "slowfast"
    must: float = None
    aim: float = None
    precision: str = "f32"
    environment: tuple = ()
    threads: int = None  # where they are not everybody's
    attention: str = None  # of mvit.FORMS


@dataclass(frozen=True)
class Comparison:
    """Contestants that take turns."""

    model: str
    title: str
    opponents: tuple
    options: tuple = ()  # of `slowfast bench`
    environment: tuple = ()  # of slowfast

    @property
    def precision(self):
        """slowfast's."""
        return self.options[1] if "--precision" in self.options else "fp32"


# Networks of whole clips, of which the same ratios are asked.
WHOLE_CLIPS = ("slowfast", "slowfast-4x16", "slowfast-r101", "slow", "c2d", "i3d")
COMPARISONS = {
    "r50": Comparison(
        *("r50", "fp32"),
        (Opponent("OpenVINO f32", "openvino", 1.2, 1.5), Opponent("PyTorch fp32", "pytorch", 2.7, 3.5)),
    ),
    "r101": Comparison(
        *("r101", "fp32"),
        (Opponent("OpenVINO f32", "openvino", 1.2, 1.5), Opponent("PyTorch fp32", "pytorch")),
    ),
    "r50-bf16": Comparison(
        *("r50", "bf16"),
        (Opponent("OpenVINO bf16", "openvino", 1.4, precision="bf16"),),
        options=("--precision", "bf16"),
    ),
    "r50-avx2": Comparison(
        *("r50", "fp32, AVX2 at most"),
        (Opponent("OpenVINO f32 AVX2", "openvino", 1.1, 1.4, environment=(("ONEDNN_MAX_CPU_ISA", "AVX2"),)),),
        options=("--kernels", "avx2"),
    ),
    "x3d-m": Comparison(
        *("x3d-m", "fp32"),
        (Opponent("OpenVINO f32", "openvino", 1.2, 1.5), Opponent("PyTorch fp32", "pytorch", 3.0)),
    ),
    "x3d-m-bf16": Comparison(
        *("x3d-m", "bf16"),
        (Opponent("OpenVINO bf16", "openvino", precision="bf16"),),
        options=("--precision", "bf16"),
    ),
    # Tests of whole clips, at the size of their configs.
    **{
        name: Comparison(
            *(name, "fp32"),
            (Opponent("OpenVINO f32", "openvino", must), Opponent("PyTorch fp32", "pytorch")),
        )
        for name, must in (*((name, 1.3) for name in WHOLE_CLIPS), ("r2plus1d", None))
    },
    **{
        f"{name}-bf16": Comparison(
            *(name, "bf16"),
            (Opponent("OpenVINO bf16", "openvino", must, precision="bf16"),),
            options=("--precision", "bf16"),
        )
        for name, must in (*((name, 1.2) for name in WHOLE_CLIPS), ("r2plus1d", None))
    },
    "r101-bf16": Comparison(
        *("r101", "bf16"),
        (Opponent("OpenVINO bf16", "openvino", 1.4, precision="bf16"),),
        options=("--precision", "bf16"),
    ),
    # What is not integers is bf16 on both sides, where the processor has it.
    **{
        f"{name}-int8": Comparison(
            *(name, "int8"),
            (Opponent("OpenVINO int8", "openvino", 1.0, 1.15, precision="int8"),),
            options=("--precision", "int8"),
        )
        for name in ("r50", "r101", "x3d-m", *WHOLE_CLIPS, "r2plus1d")
    },
    # Transformers: each peer in its fastest form of attention, and in the published network's where that is far slower.
    "mvitv2-s": Comparison(
        *("mvitv2-s", "fp32"),
        (
            Opponent("OpenVINO f32, products", "openvino", 2.0, attention="products"),
            Opponent("OpenVINO f32, sliced", "openvino", 2.0, attention="sliced"),
            Opponent("PyTorch fp32, sliced", "pytorch", 2.0, attention="sliced"),
        ),
    ),
    "mvitv2-s-bf16": Comparison(
        *("mvitv2-s", "bf16"),
        (
            Opponent("OpenVINO bf16, products", "openvino", 2.0, precision="bf16", attention="products"),
            Opponent("OpenVINO bf16, sliced", "openvino", 2.0, precision="bf16", attention="sliced"),
            Opponent("PyTorch bf16, sliced", "pytorch", 2.0, precision="bf16", attention="sliced"),
        ),
        options=("--precision", "bf16"),
    ),
    "mvitv1-b": Comparison(
        *("mvitv1-b", "fp32"),
        (
            Opponent("OpenVINO f32, products", "openvino", 1.15, 1.25, attention="products"),
            Opponent("PyTorch fp32, products", "pytorch", attention="products"),
            Opponent("PyTorch fp32, fused", "pytorch", attention="fused"),
        ),
    ),
    "mvitv1-b-bf16": Comparison(
        *("mvitv1-b", "bf16"),
        (
            Opponent("OpenVINO bf16, products", "openvino", 1.0, 1.1, precision="bf16", attention="products"),
            Opponent("PyTorch bf16, products", "pytorch", precision="bf16", attention="products"),
        ),
        options=("--precision", "bf16"),
    ),
    "vit-b": Comparison(
        *("vit-b", "fp32"),
        (
            Opponent("OpenVINO f32, fused", "openvino", 1.0, 1.08, attention="fused"),
            Opponent("PyTorch fp32, products", "pytorch", attention="products"),
            Opponent("PyTorch fp32, fused", "pytorch", attention="fused"),
        ),
    ),
    "vit-b-bf16": Comparison(
        *("vit-b", "bf16"),
        (
            Opponent("OpenVINO bf16, fused", "openvino", 0.95, precision="bf16", attention="fused"),
            Opponent("PyTorch bf16, fused", "pytorch", precision="bf16", attention="fused"),
        ),
        options=("--precision", "bf16"),
    ),
    # The ratio asked is that of two threads on two free processors.
    "scaling": Comparison("r50", "fp32", (Opponent("slowfast on 1 thread", "slowfast", 1.85, threads=1),)),
}
# What `--table` has: README.md's rows.
TABLE = (
    *(
        f"{model}{form}"
        for model in ("r50", "r101", "slowfast", "slowfast-4x16", "slow", "i3d", "c2d", "x3d-m")
        for form in ("", "-bf16", "-int8")
    ),
    *(f"{model}{form}" for model in ("mvitv2-s", "mvitv1-b") for form in ("", "-bf16")),
)
MEMORY_MUST = {"r50": 400, "r50-bf16": 280}  # megabytes of slowfast at most, 256x455, by comparison


def size_of(options, comparison):
    """Height and width of the clip."""
    return SIZES.get(comparison.model, options.size)


class Ours:
    """slowfast: a new process each turn, for it keeps nothing between runs."""

    def __init__(self, options, comparison, weights, threads=None):
        self.program, self.environment = options.slowfast, comparison.environment
        self.arguments = [
            *("--cfg", CONFIGS[comparison.model], "--weights", weights),
            # The program says the width first.
            *("--size", "x".join(map(str, reversed(size_of(options, comparison))))),
            *("--threads", threads or options.threads, "--runs", 1, "--peak", *comparison.options),
        ]
        if comparison.precision == "int8":
            calibration = calibration_file(comparison.model, size_of(options, comparison))
            calibrate(options, comparison.model, weights, size_of(options, comparison), calibration)
            self.arguments += ["--calibration", calibration]
        self.about = {}

    def measure(self):
        result = bench(self.program, *self.arguments, environment=self.environment)
        self.about = {key: result.get(key) for key in ("kernels", "precision", "threads")}
        kept = {key: result.get(key) for key in ("peak_rss_bytes", "gmac", "peak_gflops")}
        return {"seconds": [result["clip_seconds_best"]]} | kept

    def cpu_seconds(self):
        return children_seconds()

    def close(self):
        pass


def start_peer(options, comparison, opponent, weights, converted=None):
    """Starts a peer's process."""
    if opponent.kind == "slowfast":
        return Ours(options, comparison, weights, opponent.threads)
    arguments = ["--threads", options.threads, "--precision", opponent.precision]
    if opponent.precision == "int8":
        converted = quantised(options, comparison.model, size_of(options, comparison))
    if opponent.kind == "openvino":
        arguments += ["--model", converted]
    else:
        arguments += ["--cfg", CONFIGS[comparison.model], "--weights", weights, "--size", *size_of(options, comparison)]
        arguments += ["--attention", opponent.attention] if opponent.attention else []
    return Worker(opponent.kind, *arguments, environment=dict(opponent.environment))


def compare(options, comparison):
    """Lets the contestants take turns: name -> {"seconds", "turns", ...} or {"missing": why}.

    In integers each has also "difference", that of its scores from fp32's: {"mean", "max"} or {"missing": why}.
    """
    starts = {}
    for opponent in comparison.opponents:
        files = prepare(
            *(comparison.model, size_of(options, comparison)),
            convert=opponent.kind == "openvino", attention=opponent.attention,
        )
        starts.setdefault("slowfast", lambda weights=files[0]: Ours(options, comparison, weights))
        starts[opponent.name] = lambda opponent=opponent, files=files: start_peer(options, comparison, opponent, *files)
    results = take_turns(starts, options)
    if comparison.precision == "int8" and all("missing" not in result for result in results.values()):
        found = differences(options, comparison.model, size_of(options, comparison))
        for name, result in results.items():
            result["difference"] = found[engine_of(name)]
    return results


def report(options, comparison, results, gmacs):
    """Prints the contestants and gives the rows of the ratios.

    gmacs: model -> billions of multiply-adds, remembered where slowfast has said so.
    """
    size = "x".join(map(str, size_of(options, comparison)))
    print(f"{TITLES[comparison.model]}, {size}, {comparison.title}, {options.threads} threads, {options.rounds} rounds")
    ours = results["slowfast"]
    turns = ours.get("turns", [])
    if turns:
        gmacs[comparison.model] = turns[0]["gmac"]
    peak = max((turn["peak_gflops"] for turn in turns if turn["peak_gflops"]), default=None)
    rows = [contestant_row(name, result, gmacs.get(comparison.model), peak) for name, result in results.items()]
    print(table(["", "best s", "median s", "GFLOP/s", "of peak", "MB", "others"], rows))
    for name, result in results.items():
        if "missing" in result:
            print(f"{name} is missing: {result['missing']}")
        if "difference" in result:
            print(f"{name}: scores {difference_text(result['difference'])}")
    if peak:
        print(f"peak of the vector units in the same run: {peak:.0f} GFLOP/s")
    print(flush=True)
    return [
        ratio_row(f"{peer.name} / slowfast, {comparison.model}", ratios(results[peer.name], ours), peer.must, peer.aim)
        for peer in comparison.opponents
    ]


def contestant_row(name, result, gmac, peak):
    if "missing" in result:
        return [name, *["-"] * 6]
    seconds = result["seconds"]
    rate = 2 * gmac / best(seconds) if gmac else None
    return [
        *(name, number(best(seconds)), number(median(seconds)), number(rate, 0)),
        number(100 * rate / peak, 0) + " %" if rate and peak else "",
        number(most_memory(result), 0),
        number(100 * disturbed(result), 0) + " %",
    ]


def difference_text(found):
    if "missing" in found:
        return f"cannot be compared with fp32's: {found['missing']}"
    return f"differ from fp32's by {found['mean']:.2g} on average, {found['max']:.2g} at most"


def most_memory(result):
    """Megabytes."""
    return max(turn["peak_rss_bytes"] for turn in result["turns"]) / 2**20


def memory_row(name, results):
    ours, must = results["slowfast"], MEMORY_MUST[name]
    title, asked = f"slowfast, {name}: peak memory in MB", [str(must), ""]
    if "missing" in ours:
        return [title, "", "", *asked, "missing"]
    most = most_memory(ours)
    return [title, number(most, 0), "", *asked, verdict(most, must, None, higher_is_better=False)]


def frame_size(text):
    height, width = (int(part) for part in text.split("x"))
    return height, width


def earlier(path, told):
    """The comparisons in a file of `--json`; ends the program where they are of another machine, version or call."""
    if not Path(path).exists():
        return {}
    found = json.loads(Path(path).read_text())
    for key, value in told.items():
        own, other = (json.loads(json.dumps(facts)) for facts in (value, found.get(key)))
        if key == "machine" and isinstance(other, dict):
            # The load is of the moment.
            own, other = ({name: fact for name, fact in facts.items() if name != "load_average"} for facts in (own, other))
        if own != other:
            raise SystemExit(f"going on with '{path}': its {key} are {other}, and now they are {own} -> give another --json FILE")
    return found["comparisons"]


def main():
    options = parser(__doc__.splitlines()[0])
    options.add_argument("comparisons", nargs="*", metavar="COMPARISON", help=", ".join(COMPARISONS) + "; default: all")
    options.add_argument("--size", type=frame_size, default=(256, 455), metavar="HxW", help="size of a detector's clip")
    options.add_argument(
        "--table", action="store_true", help="also print one Markdown table in the end; without a COMPARISON it has what "
        "README.md's has: " + ", ".join(TABLE),
    )
    options.add_argument(
        "--resume", action="store_true", help="take the comparisons that --json FILE has from an earlier call, which was ended or "
        "named others; the same machine, versions, threads, size and rounds only",
    )
    add_options(options, rounds=5)
    options = options.parse_args()
    if options.resume and not options.json:
        raise SystemExit("--resume goes on with a file -> give --json FILE")
    for name in options.comparisons:
        if name not in COMPARISONS:
            raise SystemExit(f"unknown comparison '{name}' -> there are {', '.join(COMPARISONS)}")
    require_program(options.slowfast)

    about, packages = machine(), versions()
    introduce(about, packages)
    rows, everything, gmacs = [], {}, {}
    told = {"machine": about, "versions": packages, "threads": options.threads, "size": options.size, "rounds": options.rounds}
    kept = earlier(options.json, told) if options.resume else {}
    for name in options.comparisons or (TABLE if options.table else COMPARISONS):
        results = kept.pop(name, None) or compare(options, COMPARISONS[name])
        rows += report(options, COMPARISONS[name], results, gmacs)
        if name in MEMORY_MUST:
            rows.append(memory_row(name, results))
        everything[name] = results
        write_json(options.json, told | {"comparisons": everything | kept})
    if options.table:
        rows_of = [(TITLES[COMPARISONS[name].model], COMPARISONS[name].title, found) for name, found in everything.items()]
        print(markdown(rows_of, about, packages, options.threads, options.rounds))
    print(table(["peer's seconds / ours", "best", "median", "must", "aim", ""], rows))


if __name__ == "__main__":
    main()
