public import MicroKernels

/// `MicroKernels.addRows` for this instruction set.
@inline(never)
public func addRows(_ rows: AddedRows) { MicroKernels.addRows(PortableUnit.self, rows) }
