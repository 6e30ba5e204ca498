public import MicroKernels

/// `MicroKernels.attentionWeights` for this instruction set.
@inline(never)
public func attentionWeights(_ block: AttentionWeights) { MicroKernels.attentionWeights(PortableUnit.self, block) }
