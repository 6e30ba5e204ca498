"""Epochs of training, and the scores of a split."""

import math
import statistics
import time

import dataset
import network as networks
import numpy
import optimizer as optimizers
import scoring
import torch
from problem import Problem
from schedule import learning_rate


def loader(clips, indices, batch, config):
    """Batches of the clips with these indices."""
    return torch.utils.data.DataLoader(
        clips, batch, sampler=indices, num_workers=config["DATA_LOADER"]["NUM_WORKERS"], collate_fn=dataset.collate
    )


def shuffled(clips, config, epoch, team):
    """This process's share of an epoch's batches, in an order that seed and epoch decide; a rest is left out."""
    size = config["TRAIN"]["BATCH_SIZE"]
    if len(clips) < size or size % team.size:
        raise Problem(
            f"TRAIN.BATCH_SIZE: found {size} -> at most the number of key frames, {len(clips)}, and a multiple of the "
            f"number of processes, {team.size}"
        )
    clips.epoch = epoch
    order = numpy.random.default_rng([config["RNG_SEED"], epoch]).permutation(len(clips)).tolist()
    return loader(clips, team.share(order[: len(clips) // size * size]), size // team.size, config)


def loss_of(scores, targets, kind):
    """`bce`: mean over boxes x classes of the cross entropy of each class by itself."""
    if kind != "bce":
        raise Problem(f"MODEL.LOSS_FUNC: found {kind!r} -> bce, the loss of scores after the sigmoid")
    return torch.nn.functional.binary_cross_entropy(scores, targets)


def train_epoch(network, optimizer, clips, config, epoch, team, say):
    """One pass over the training split; gives the mean loss.

    - Parameter say: Called now and then with (share of the epoch, median loss of late, learning rate).
    """
    # Dropout draws from torch's generator: a resumed run must draw the same.
    torch.manual_seed((config["RNG_SEED"] * 10_007 + epoch) * 101 + team.rank)
    batches = shuffled(clips, config, epoch, team)
    network.train()
    losses, solver = [], config["SOLVER"]
    for step, (inputs, boxes, targets, _) in enumerate(batches):
        rate = learning_rate(solver, epoch + step / len(batches))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(network(inputs, boxes), targets, config["MODEL"]["LOSS_FUNC"])
        if not math.isfinite(loss.item()):
            raise Problem(f"training: the loss is {loss.item()} in epoch {epoch + 1} -> a lower SOLVER.BASE_LR")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        team.average_gradients(network)
        optimizers.clip_gradients(network, solver)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % config["LOG_PERIOD"] == 0 or step + 1 == len(batches):
            say((step + 1) / len(batches), statistics.median(losses[-config["LOG_PERIOD"] :]), rate)
    mean = torch.tensor(losses, dtype=torch.float64).mean()
    team.average([mean])
    return mean.item()


def refresh_statistics(network, clips, config, epoch, team):
    """Precise batch norms from clips as training sees them: those of the leader's share."""
    limit = config["BN"]["NUM_BATCHES_PRECISE"]

    def batches():
        for count, (inputs, boxes, _, _) in enumerate(shuffled(clips, config, epoch, team)):
            if count == limit:
                return
            yield inputs, boxes

    networks.precise_statistics(network, batches())
    team.follow(network)


@torch.inference_mode()
def score(network, clips, config, team):
    """{(video, second): (boxes in fractions, scores [R, classes])} of a split's key frames."""
    team.follow(network)
    network.eval()
    detections = {}
    for inputs, boxes, _, indices in loader(clips, team.share(range(len(clips))), 8, config):
        scores = network(inputs, boxes).numpy()
        for n, index in enumerate(indices):
            key = clips.split.key_frames[index]
            detections[key.video, key.second] = key.corners, scores[boxes[:, 0] == n]
    return team.gather(detections)


def mean_precision(network, clips, truth, labels, config, team):
    """mAP and {class id: AP} of a split."""
    precisions = scoring.per_class(score(network, clips, config, team), truth, sorted(labels))
    return statistics.fmean(precisions.values()), precisions


class Clock:
    """How long a run has taken and will take."""

    def __init__(self, done, total):
        self.began, self.first, self.total = time.monotonic(), done, total

    def left(self, done):
        spent = time.monotonic() - self.began
        seconds = spent / max(done - self.first, 1e-9) * (self.total - done)
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d} left"
