internal import CCPU

/// Gives the system back what is free of the heap, which keeps it otherwise: for after work that took much for a while.
public func returnFreeMemory() { slowfast_return_free_memory() }
