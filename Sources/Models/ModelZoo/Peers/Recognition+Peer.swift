internal import Configuration
internal import NN
internal import Tensors

extension Recognition {
  /// Adds what the library's network asks of a configuration, and what no configuration says.
  mutating func add(_ peer: PeerNetwork) {
    let semantics = peer.semantics
    if let boxes = semantics.boxes {
      set(.detectionAligned, boxes.aligned ? "True" : "False")
      set(.detectionRoiXformResolution, "\(boxes.resolution)")
    }
    if let last = semantics.lastStage {
      let ones = last.dilations.map { _ in 1 }
      let twos = last.dilations.map { _ in 2 }
      set(.resnetSpatialStrides, "\([ones, twos, twos, last.dilations.map { _ in last.stride }])")
      set(.resnetSpatialDilations, "\([ones, ones, ones, last.dilations])")
    }
    // What the tensors do not tell, the file does.
    if semantics.alpha != nil, peer.clip != nil { remarks.removeAll { $0.contains(Key.slowfastAlpha.name) } }
    if semantics.nonLocal != nil { remarks.removeAll { $0.contains(Key.nonlocalInstantiation.name) } }
    if let alpha = semantics.alpha { set(.slowfastAlpha, "\(alpha)") }
    if let nonLocal = semantics.nonLocal, let last = semantics.lastStage {
      let pool = [nonLocal.pool.t, nonLocal.pool.h, nonLocal.pool.w]
      set(.nonlocalPool, "\((0..<4).map { _ in last.dilations.map { _ in pool } })")
      if let name = ResNetBackbone.instantiations.first(where: { $0.attention == nonLocal.attention })?.name {
        set(.nonlocalInstantiation, name)
      }
    }
    if let clip = peer.clip {
      set(.dataNumFrames, "\(clip.frames)")
      set(.dataSamplingRate, "\(clip.rate)")
    }
    if let poolsTime = semantics.poolsTime, summary.hasPrefix("C2D") || summary.hasPrefix("I3D") {
      remarks.removeAll { $0.contains("the temporal pool after res2") }
      remarks.append("time is \(poolsTime ? "" : "not ")pooled by two after res2")
    }
    let strangers = semantics.strangers
    if !strangers.isEmpty {
      remarks.append("no configuration says, and the loader sees to: \(strangers.joined(separator: "; "))")
    }
    remarks += peer.assumptions
  }
}
