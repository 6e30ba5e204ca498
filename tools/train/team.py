"""Processes that train one network together: each takes a share of every batch, and gradients are averaged.

One thread each: on a few processors that is faster than one process with as many threads, and no thread waits for
another inside an operation. With two processes the sums do not depend on their order.
"""

import os

import torch
import torch.distributed as distributed


class Team:
    def __init__(self, rank=0, size=1):
        self.rank, self.size = rank, size

    @property
    def leads(self):
        return self.rank == 0

    def join(self, meeting):
        """Meets the others; `meeting` is a file that does not exist yet, the same for all."""
        if self.size > 1:
            # The local interface, whatever the machine is called.
            os.environ["GLOO_SOCKET_IFNAME"] = "lo"
            store = distributed.FileStore(str(meeting), self.size)
            distributed.init_process_group("gloo", store=store, rank=self.rank, world_size=self.size)

    def leave(self):
        if self.size > 1:
            distributed.destroy_process_group()

    def share(self, items):
        """This process's part."""
        return items[self.rank :: self.size]

    def average(self, tensors):
        """Replaces tensors by their means over the processes."""
        if self.size > 1:
            flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
            distributed.all_reduce(flat)
            flat /= self.size
            for tensor, mean in zip(tensors, flat.split([tensor.numel() for tensor in tensors])):
                tensor.copy_(mean.view_as(tensor))

    def average_gradients(self, network):
        self.average([parameter.grad for parameter in network.parameters() if parameter.grad is not None])

    def follow(self, network):
        """Takes the leader's weights and statistics."""
        if self.size > 1:
            for tensor in network.state_dict().values():
                plain = tensor.contiguous()
                distributed.broadcast(plain, 0)
                tensor.copy_(plain)

    def gather(self, part):
        """All processes' dictionaries in one."""
        if self.size == 1:
            return part
        parts = [None] * self.size
        distributed.all_gather_object(parts, part)
        return {key: value for each in parts for key, value in each.items()}
