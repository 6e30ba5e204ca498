public import MicroKernels

/// `MicroKernels.addOuterProducts` for this instruction set.
@inline(never)
public func addOuterProducts(_ products: OuterProducts) {
  MicroKernels.addOuterProducts(AVX512Unit.self, registers: 4, products)
}

/// `MicroKernels.addPackedOuterProducts` for this instruction set.
@inline(never)
public func addPackedOuterProducts(_ products: PackedOuterProducts) {
  MicroKernels.addPackedOuterProducts(AVX512Unit.self, registers: 4, products)
}

/// `MicroKernels.packTiles` for this instruction set.
@inline(never)
public func packTiles(_ rows: CopiedRows) { MicroKernels.packTiles(AVX512Unit.self, rows) }

/// `MicroKernels.packRows` for this instruction set.
@inline(never)
public func packRows(pitch: Int, _ rows: CopiedRows) { MicroKernels.packRows(AVX512Unit.self, pitch: pitch, rows) }

/// `MicroKernels.addInnerProducts` for this instruction set.
@inline(never)
public func addInnerProducts(_ products: InnerProducts) { MicroKernels.addInnerProducts(AVX512Unit.self, products) }

/// `MicroKernels.channelMoments` for this instruction set.
@inline(never)
public func channelMoments(_ rows: ChannelMoments) { MicroKernels.channelMoments(AVX512Unit.self, rows) }

/// `MicroKernels.affineRows` for this instruction set.
@inline(never)
public func affineRows(_ rows: AffineRows) { MicroKernels.affineRows(AVX512Unit.self, rows) }

/// `MicroKernels.normalizedGradients` for this instruction set.
@inline(never)
public func normalizedGradients(_ rows: NormalizedGradients) { MicroKernels.normalizedGradients(AVX512Unit.self, rows) }

/// `MicroKernels.normalizedInputGradients` for this instruction set.
@inline(never)
public func normalizedInputGradients(_ rows: NormalizedInputGradients) {
  MicroKernels.normalizedInputGradients(AVX512Unit.self, rows)
}

/// `MicroKernels.normalizedRowGradients` for this instruction set.
@inline(never)
public func normalizedRowGradients(_ rows: NormalizedRowGradients) {
  MicroKernels.normalizedRowGradients(AVX512Unit.self, rows)
}

/// `MicroKernels.functionGradients` for this instruction set.
@inline(never)
public func functionGradients(_ rows: FunctionGradients) { MicroKernels.functionGradients(AVX512Unit.self, rows) }

/// `MicroKernels.attentionGradients` for this instruction set.
@inline(never)
public func attentionGradients(_ block: AttentionGradients) { MicroKernels.attentionGradients(AVX512Unit.self, block) }

/// `MicroKernels.widenRows` for this instruction set.
@inline(never)
public func widenRows(_ rows: BFloat16Rows) { MicroKernels.widenRows(rows) }

/// `MicroKernels.roundRows` for this instruction set.
@inline(never)
public func roundRows(_ rows: BFloat16Rows) { MicroKernels.roundRows(rows) }
