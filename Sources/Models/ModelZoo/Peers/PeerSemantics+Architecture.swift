public import Configuration
internal import NN
internal import Tensors
public import VideoModels

extension PeerNetwork {
  /// Makes of a configuration's network the library's own.
  ///
  /// Keys that the call gives as KEY VALUE stay as given; the values of a file give way.
  ///
  /// - Returns: What is otherwise than the configuration says, for the notices.
  /// - Throws: `PeerError` for a configuration that the network cannot be made of.
  public func adapt(_ architecture: inout Architecture, _ config: Configuration) throws(PeerError) -> [String] {
    if scoresBoxes == true, !config[.detectionEnable] { throw .detector(library) }
    if library == PyTorchVideo.name, config.wrapsPyTorchVideo {
      var wrapped = self
      wrapped.semantics.becomeWrapped()
      return try wrapped.adaptAsItIs(&architecture, config)
    }
    return try adaptAsItIs(&architecture, config)
  }

  private func adaptAsItIs(_ architecture: inout Architecture, _ config: Configuration) throws(PeerError) -> [String] {
    var keys = Adaptation(library, config)
    if var backbone = architecture.backbone as? ResNetBackbone {
      try adapt(&backbone, config, &keys)
      architecture.backbone = backbone
    }
    if var backbone = architecture.backbone as? X3DBackbone {
      backbone.normalisesFirstShortcut = semantics.normalisesFirstShortcut
      architecture.backbone = backbone
    }
    if let boxes = semantics.boxes, var head = architecture.head as? RoIHead {
      head.aligned = keys.value(Key.detectionAligned.name, head.aligned, boxes.aligned) { $0 ? "True" : "False" }
      head.resolution = keys.value(Key.detectionRoiXformResolution.name, head.resolution, boxes.resolution) { "\($0)" }
      (head.frames, head.hasContext, head.hidden) = (boxes.frames, boxes.hasContext, boxes.hidden)
      architecture.head = head
    }
    if scoresBoxes == false, var head = architecture.head as? ClassificationHead {
      if semantics.clips.averagesWholeMaps { head.window = nil }
      head.joinsLastFirst = semantics.clips.joinsLastFirst
      architecture.head = head
    }
    let strangers = semantics.strangers
    let others = strangers.isEmpty ? [] : ["as \(library)'s networks have it: \(strangers.joined(separator: "; "))"]
    return keys.notices + others + assumptions.map { "\(library): \($0)" }
  }

  private func adapt(
    _ backbone: inout ResNetBackbone, _ config: Configuration, _ keys: inout Adaptation
  ) throws(PeerError) {
    if let last = semantics.lastStage, let index = backbone.stages.indices.last,
      backbone.pathways == last.dilations.count
    {
      let strides = backbone.stages.map { $0.map(\.stride) }
      let own = strides.dropLast() + [last.dilations.map { _ in last.stride }]
      let taken = keys.value(Key.resnetSpatialStrides.name, strides, Array(own)) { "\($0)" }
      let dilations = backbone.stages.map { $0.map(\.dilation) }
      let dilated = keys.value(
        Key.resnetSpatialDilations.name, dilations, Array(dilations.dropLast() + [last.dilations])
      ) { "\($0)" }
      for pathway in backbone.stages[index].indices {
        backbone.stages[index][pathway].stride = taken[index][pathway]
        backbone.stages[index][pathway].dilation = dilated[index][pathway]
      }
    }
    if let alpha = semantics.alpha, let fusion = backbone.fusion, fusion.alpha != alpha {
      throw .alpha(library: library, own: alpha, cited: config.cite(.slowfastAlpha))
    }
    backbone.fusion?.isBare = semantics.isFusionBare
    backbone.fusion?.slowFrames = semantics.slowFrames
    if let poolsTime = semantics.poolsTime, backbone.pathways == 1 {
      keys.takesPool(poolsTime, insteadOf: backbone.pathwayPools[0].t > 1)
      backbone.pathwayPools[0].t = poolsTime ? 2 : 1
    }
    guard let own = semantics.nonLocal else { return }
    for stage in backbone.stages.indices {
      for pathway in backbone.stages[stage].indices {
        guard var nonLocal = backbone.stages[stage][pathway].nonLocal else { continue }
        nonLocal.pool = keys.value(Key.nonlocalPool.name, nonLocal.pool, own.pool) { "[\($0.t), \($0.h), \($0.w)]" }
        nonLocal.attention = keys.value(Key.nonlocalInstantiation.name, nonLocal.attention, own.attention) { own in
          ResNetBackbone.instantiations.first { $0.attention == own }?.name ?? "\(own)"
        }
        (nonLocal.poolsConvolved, nonLocal.hasOutputBias) = (own.poolsConvolved, own.hasOutputBias)
        backbone.stages[stage][pathway].nonLocal = nonLocal
      }
    }
  }
}

/// Whose value of a key is taken: the call's, else the library's.
private struct Adaptation {
  private let library: String
  private let config: Configuration
  private(set) var notices: [String] = []

  init(_ library: String, _ config: Configuration) {
    self.library = library
    self.config = config
  }

  /// Says of a pool of frames after res2, which no key has.
  mutating func takesPool(_ own: Bool, insteadOf now: Bool) {
    if now == own { return }
    let arch = config.cite(.modelArch)
    notices.append(
      own
        ? "time is pooled by two after res2, as in \(library)'s network, and not as this config's (\(arch))"
        : "time is not pooled after res2, as in \(library)'s network, and unlike this config's (\(arch))")
  }

  mutating func value<Value: Equatable>(
    _ key: String, _ now: Value, _ own: Value, _ text: (Value) -> String
  ) -> Value {
    if now == own { return now }
    let isGiven = config.source(of: key) == .override
    let notice =
      isGiven
      ? "\(key) \(text(now)) is taken as it is given; \(library)'s networks have \(text(own))"
      : "\(key) is \(text(own)) in \(library)'s networks: taken instead of \(text(now)) (\(config.source(of: key)))"
    if !notices.contains(notice) { notices.append(notice) }
    return isGiven ? now : own
  }
}

/// Why a library's network cannot be made of a configuration.
public enum PeerError: Error, Equatable, CustomStringConvertible {
  case detector(String)
  case alpha(library: String, own: Int, cited: String)

  public var description: String {
    switch self {
    case .detector(let library):
      "weights: they are \(library)'s network that scores boxes, and this config scores whole clips (DETECTION.ENABLE is "
        + "False) -> take one of configs/AVA (slowfast inspect names the one that suits)"
    case .alpha(let library, let own, let cited):
      "weights: \(library) trained them with a slow pathway of one frame in \(own), and the config has \(cited) -> set "
        + "SLOWFAST.ALPHA \(own), and DATA.NUM_FRAMES as they have it (slowfast inspect)"
    }
  }
}
