"""Contestants that take turns, watched for other programs that disturb them."""

import os
import sys
import time

from common import Missing, best, median


def busy_seconds():
    """Processor seconds that this machine has spent on anything, and those taken from it by its host."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, soft, steal = (int(text) for text in file.readline().split()[1:9])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Which share of the machine others took while a contestant had its turn.

    `own` gives the processor seconds that the contestant has used so far.
    """

    def __init__(self, own=lambda: 0):
        self.own = own
        self.start = (time.monotonic(), busy_seconds(), own())

    def others(self):
        now = (time.monotonic(), busy_seconds(), self.own())
        elapsed, busy, own = (after - before for after, before in zip(now, self.start))
        return max(0, busy - own) / max(elapsed * os.cpu_count(), 1e-9)


def wait_for_quiet(limit, patience):
    """Rests half a second, and on while others take more than `limit` of the machine, but not beyond `patience`."""
    end = time.monotonic() + patience
    while True:
        watch = Watch()
        time.sleep(0.5)
        if watch.others() <= limit or time.monotonic() > end:
            return


def add_options(parser, rounds):
    parser.add_argument("--rounds", type=int, default=rounds, metavar="N", help="turns of every contestant")
    parser.add_argument(
        "--quiet", type=float, default=0.04, metavar="SHARE",
        help="a turn in which others took more of the machine than this share is taken again",
    )
    parser.add_argument(
        "--patience", type=float, default=30, metavar="S",
        help="how long to wait for a quiet machine before a turn; and a contestant repeats at most as many turns as "
        "there are rounds",
    )


def take_turns(starts, options):
    """Lets contestants measure in turns: A B C A B C ...

    starts: name -> a function that makes a contestant: `measure()` gives {"seconds": [...], ...}, `cpu_seconds()`
    what it has used of the processors, `close()` ends it. Either may raise Missing.
    Gives name -> {"seconds", "turns", "about"} or {"missing": why}.
    """
    results, playing = {}, {}
    try:
        for name, start in starts.items():
            results[name] = {"seconds": [], "turns": [], "repeats": 0}
            _attempt(results, playing, name, lambda: playing.update({name: start()}))
        for round in range(options.rounds):
            for name in list(playing):
                _progress(f"round {round + 1} of {options.rounds}: {name}")
                _attempt(results, playing, name, lambda: _turn(results[name], playing[name], options))
        for name, contestant in playing.items():
            results[name]["about"] = contestant.about
    finally:
        for contestant in playing.values():
            contestant.close()
        _progress("")
    return results


def _turn(result, contestant, options):
    """One turn that counts: in quiet, or when patience is at its end."""
    while True:
        wait_for_quiet(options.quiet, options.patience)
        watch = Watch(contestant.cpu_seconds)
        turn = contestant.measure()
        turn["others"] = watch.others()
        if turn["others"] <= options.quiet or result["repeats"] >= options.rounds:
            result["seconds"] += turn["seconds"]
            result["turns"].append(turn)
            return
        result["repeats"] += 1


def _attempt(results, playing, name, step):
    """Takes a contestant that fails out of the comparison."""
    try:
        step()
    except Missing as error:
        results[name] = {"missing": str(error)}
        if name in playing:
            playing.pop(name).close()


def _progress(text):
    if sys.stderr.isatty():
        print(f"\r{text:60}" + ("" if text else "\r"), end="", file=sys.stderr, flush=True)


def disturbed(result):
    """How much others took of the machine in a contestant's turns, at the median."""
    return median([turn["others"] for turn in result["turns"]])


def ratios(theirs, ours):
    """The peer's seconds over ours, of the best and of the median turns; None where one of them is missing."""
    if "missing" in theirs or "missing" in ours:
        return None
    return [reduce(theirs["seconds"]) / reduce(ours["seconds"]) for reduce in (best, median)]
