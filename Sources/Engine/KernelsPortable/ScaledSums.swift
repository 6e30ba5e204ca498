public import MicroKernels

/// `MicroKernels.scaleSums` for this instruction set.
@inline(never)
public func scaleSums(_ rows: ScaledSums) { MicroKernels.scaleSums(PortableUnit.self, rows) }
