public import MicroKernels

/// `MicroKernels.roundWindows` for this instruction set.
@inline(never)
public func roundWindows(_ windows: RoundedWindows) { MicroKernels.roundWindows(AVX512BF16Unit.self, windows) }
