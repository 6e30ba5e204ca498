public import MicroKernels

/// `MicroKernels.addOuterProducts` for this instruction set.
@inline(never)
public func addOuterProducts(_ products: OuterProducts) {
  MicroKernels.addOuterProducts(AVX2Unit.self, registers: 2, products)
}

/// `MicroKernels.addPackedOuterProducts` for this instruction set.
@inline(never)
public func addPackedOuterProducts(_ products: PackedOuterProducts) {
  MicroKernels.addPackedOuterProducts(AVX2Unit.self, registers: 2, products)
}

/// `MicroKernels.packTiles` for this instruction set.
@inline(never)
public func packTiles(_ rows: CopiedRows) { MicroKernels.packTiles(AVX2Unit.self, rows) }

/// `MicroKernels.packRows` for this instruction set.
@inline(never)
public func packRows(pitch: Int, _ rows: CopiedRows) { MicroKernels.packRows(AVX2Unit.self, pitch: pitch, rows) }

/// `MicroKernels.addInnerProducts` for this instruction set.
@inline(never)
public func addInnerProducts(_ products: InnerProducts) { MicroKernels.addInnerProducts(AVX2Unit.self, products) }

/// `MicroKernels.channelMoments` for this instruction set.
@inline(never)
public func channelMoments(_ rows: ChannelMoments) { MicroKernels.channelMoments(AVX2Unit.self, rows) }

/// `MicroKernels.affineRows` for this instruction set.
@inline(never)
public func affineRows(_ rows: AffineRows) { MicroKernels.affineRows(AVX2Unit.self, rows) }

/// `MicroKernels.normalizedGradients` for this instruction set.
@inline(never)
public func normalizedGradients(_ rows: NormalizedGradients) { MicroKernels.normalizedGradients(AVX2Unit.self, rows) }

/// `MicroKernels.normalizedInputGradients` for this instruction set.
@inline(never)
public func normalizedInputGradients(_ rows: NormalizedInputGradients) {
  MicroKernels.normalizedInputGradients(AVX2Unit.self, rows)
}

/// `MicroKernels.normalizedRowGradients` for this instruction set.
@inline(never)
public func normalizedRowGradients(_ rows: NormalizedRowGradients) {
  MicroKernels.normalizedRowGradients(AVX2Unit.self, rows)
}

/// `MicroKernels.functionGradients` for this instruction set.
@inline(never)
public func functionGradients(_ rows: FunctionGradients) { MicroKernels.functionGradients(AVX2Unit.self, rows) }

/// `MicroKernels.attentionGradients` for this instruction set.
@inline(never)
public func attentionGradients(_ block: AttentionGradients) { MicroKernels.attentionGradients(AVX2Unit.self, block) }

/// `MicroKernels.widenRows` for this instruction set.
@inline(never)
public func widenRows(_ rows: BFloat16Rows) { MicroKernels.widenRows(rows) }

/// `MicroKernels.roundRows` for this instruction set.
@inline(never)
public func roundRows(_ rows: BFloat16Rows) { MicroKernels.roundRows(rows) }
