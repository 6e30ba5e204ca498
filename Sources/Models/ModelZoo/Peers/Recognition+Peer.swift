internal import Configuration

extension Recognition {
  /// Adds what the library's network asks of a configuration, and what no configuration says.
  mutating func add(_ peer: PeerNetwork) {
    let semantics = peer.semantics
    if let boxes = semantics.boxes {
      set(.detectionAligned, boxes.aligned ? "True" : "False")
      set(.detectionRoiXformResolution, "\(boxes.resolution)")
    }
    semantics.backbone?.describe(&self, of: peer)
    if let clip = peer.clip {
      set(.dataNumFrames, "\(clip.frames)")
      set(.dataSamplingRate, "\(clip.rate)")
    }
    let strangers = semantics.strangers
    if !strangers.isEmpty {
      remark("no configuration says, and the loader sees to: \(strangers.joined(separator: "; "))")
    }
    for assumption in peer.assumptions { remark(assumption) }
  }
}
