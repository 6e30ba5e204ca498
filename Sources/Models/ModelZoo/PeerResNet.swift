internal import Configuration
internal import NN
internal import Tensors

/// What a library's C2D, I3D, Slow or SlowFast does otherwise than PySlowFast's.
struct PeerResNet: PeerBackbone, Equatable {
  /// The stride and, by pathway, the dilation of res5.
  struct LastStage: Equatable {
    var stride: Int
    var dilations: [Int]

    /// As PySlowFast's wrapper of PyTorchVideo has it: it dilates no fast pathway.
    var wrapped: LastStage {
      LastStage(stride: stride, dilations: dilations.enumerated().map { $0.offset == 1 ? 1 : $0.element })
    }
  }

  struct NonLocal: Equatable {
    var pool: Extent3
    var attention: Attention
    var poolsConvolved: Bool
    var hasOutputBias: Bool
  }

  var lastStage: LastStage?
  /// Of the pathways that flow into each other.
  var isFusionBare = false
  var slowFrames = ResNetBackbone.SlowFrames.spread
  /// `SLOWFAST.ALPHA`, where the file says so.
  var alpha: Int?
  /// Whether time is pooled by two after res2; nil where the library's networks never are.
  var poolsTime: Bool?
  var nonLocal: NonLocal?

  var strangers: [String] {
    var words: [String] = []
    if isFusionBare { words.append("lateral convolutions without normalisation and ReLU") }
    if slowFrames == .strided { words.append("slow frames that are the first of every SLOWFAST.ALPHA") }
    if let nonLocal, nonLocal.poolsConvolved, nonLocal.pool != .one {
      words.append("non-local blocks that pool after their convolutions")
    }
    return words
  }

  var decisiveKeys: [String] {
    [Key.resnetSpatialStrides.name, Key.resnetSpatialDilations.name] + (poolsTime == nil ? [] : [Key.modelArch.name])
  }

  // MARK: Building

  func adapt(_ backbone: inout ResNetBackbone, _ adaptation: inout PeerAdaptation) throws(PeerError) {
    adaptLastStage(&backbone, &adaptation)
    if let alpha, let fusion = backbone.fusion, fusion.alpha != alpha {
      throw .impossible(
        problem: "\(adaptation.library) trained them with a slow pathway of one frame in \(alpha), and the config has "
          + adaptation.config.cite(.slowfastAlpha),
        remedy: "set SLOWFAST.ALPHA \(alpha), and DATA.NUM_FRAMES as they have it (slowfast inspect)")
    }
    backbone.fusion?.isBare = isFusionBare
    backbone.fusion?.slowFrames = slowFrames
    if let poolsTime, backbone.pathways == 1 {
      if poolsTime != (backbone.pathwayPools[0].t > 1) {
        // A pool that no key has.
        let (library, arch) = (adaptation.library, adaptation.config.cite(.modelArch))
        adaptation.notices.append(
          poolsTime
            ? "time is pooled by two after res2, as in \(library)'s network, and not as this config's (\(arch))"
            : "time is not pooled after res2, as in \(library)'s network, and unlike this config's (\(arch))")
      }
      backbone.pathwayPools[0].t = poolsTime ? 2 : 1
    }
    adaptNonLocal(&backbone, &adaptation)
  }

  private func adaptLastStage(_ backbone: inout ResNetBackbone, _ adaptation: inout PeerAdaptation) {
    guard let last = lastStage, let index = backbone.stages.indices.last, backbone.pathways == last.dilations.count
    else { return }
    let strides = backbone.stages.map { $0.map(\.stride) }
    let own = strides.dropLast() + [last.dilations.map { _ in last.stride }]
    let taken = adaptation.value(Key.resnetSpatialStrides.name, strides, Array(own)) { "\($0)" }
    let dilations = backbone.stages.map { $0.map(\.dilation) }
    let dilated = adaptation.value(
      Key.resnetSpatialDilations.name, dilations, Array(dilations.dropLast() + [last.dilations])
    ) { "\($0)" }
    for pathway in backbone.stages[index].indices {
      backbone.stages[index][pathway].stride = taken[index][pathway]
      backbone.stages[index][pathway].dilation = dilated[index][pathway]
    }
  }

  private func adaptNonLocal(_ backbone: inout ResNetBackbone, _ adaptation: inout PeerAdaptation) {
    guard let own = nonLocal else { return }
    for stage in backbone.stages.indices {
      for pathway in backbone.stages[stage].indices {
        guard var nonLocal = backbone.stages[stage][pathway].nonLocal else { continue }
        nonLocal.pool = adaptation.value(Key.nonlocalPool.name, nonLocal.pool, own.pool) {
          "[\($0.t), \($0.h), \($0.w)]"
        }
        nonLocal.attention = adaptation.value(Key.nonlocalInstantiation.name, nonLocal.attention, own.attention) {
          Self.instantiation($0) ?? "\($0)"
        }
        (nonLocal.poolsConvolved, nonLocal.hasOutputBias) = (own.poolsConvolved, own.hasOutputBias)
        backbone.stages[stage][pathway].nonLocal = nonLocal
      }
    }
  }

  private static func instantiation(_ attention: Attention) -> String? {
    ResNetBackbone.instantiations.first { $0.attention == attention }?.name
  }

  // MARK: Files

  func describe(_ network: inout Recognition, of peer: PeerNetwork) {
    if let last = lastStage {
      let ones = last.dilations.map { _ in 1 }
      let twos = last.dilations.map { _ in 2 }
      network.set(.resnetSpatialStrides, "\([ones, twos, twos, last.dilations.map { _ in last.stride }])")
      network.set(.resnetSpatialDilations, "\([ones, ones, ones, last.dilations])")
    }
    if let alpha { network.set(.slowfastAlpha, "\(alpha)") }
    if let nonLocal, let last = lastStage {
      let pool = [nonLocal.pool.t, nonLocal.pool.h, nonLocal.pool.w]
      network.set(.nonlocalPool, "\((0..<4).map { _ in last.dilations.map { _ in pool } })")
      if let name = Self.instantiation(nonLocal.attention) { network.set(.nonlocalInstantiation, name) }
    }
    let arch = ResNetBackbone.archs.first { $0.name == network.value(.modelArch) }
    if let poolsTime, let arch, arch.poolsTime {
      // Of the same kernels there is one that pools, and one that does not.
      let own = ResNetBackbone.archs.last { $0.kernels == arch.kernels && $0.poolsTime == poolsTime }
      network.replace(Key.modelArch.name, by: own?.name ?? arch.name)
      network.settle(.modelArch)
      network.settle(.modelModelName)
      network.remark("time is \(poolsTime ? "" : "not ")pooled by two after res2")
    }
  }

  /// Gives the last convolutions of non-local blocks the bias that PySlowFast's have.
  func becomePySlowFast(_ weights: inout NamedWeights) {
    guard let nonLocal, !nonLocal.hasOutputBias else { return }
    for (index, item) in weights.tensors.enumerated().reversed() where item.name.hasSuffix(".conv_out.weight") {
      let name = item.name.dropLast("weight".count) + "bias"
      weights.tensors.insert((String(name), Tensor(zeros: [item.tensor.shape[0]])), at: index + 1)
    }
  }
}
