public import MicroKernels

/// `MicroKernels.scaleRows` for this instruction set.
@inline(never)
public func scaleRows(_ rows: ScaledRows) { MicroKernels.scaleRows(PortableUnit.self, rows) }
