internal import Configuration

// PySlowFast's wrappers of PyTorchVideo's networks compute what its own networks do, but for these settings, which they
// take no notice of.

extension Configuration {
  /// What `MODEL.MODEL_NAME` begins with.
  static let wrapperPrefix = "PTV"

  /// Whether the network is one of PyTorchVideo's, as PySlowFast wraps it.
  var wrapsPyTorchVideo: Bool { self[.modelModelName].hasPrefix(Self.wrapperPrefix) }

  /// Whether RoIAlign goes by half pixels.
  var alignsBoxes: Bool { self[.detectionAligned] || wrapsPyTorchVideo }

  /// The stage whose `RESNET.SPATIAL_DILATIONS` a stage takes: those of res3 serve the wrapper's fast pathway up to res5.
  func stageOfDilation(_ stage: Int, pathway: Int) -> Int {
    wrapsPyTorchVideo && pathway == 1 ? min(stage, 1) : stage
  }

  /// What the wrappers pass over.
  func wrapperNotices() -> [String] {
    if !wrapsPyTorchVideo { return [] }
    var notices: [String] = []
    if self[.detectionEnable], !self[.detectionAligned] {
      notices.append(
        "\(cite(.detectionAligned)) changes nothing: \(cite(.modelModelName)) takes RoIAlign on half pixels, as "
          + "\(Key.detectionAligned.name) True does")
    }
    let fast = self[.resnetSpatialDilations].compactMap { $0.count > 1 ? $0[1] : nil }
    if fast.count == 4, fast[2...].contains(where: { $0 != fast[1] }) {
      notices.append(
        "\(cite(.resnetSpatialDilations)): \(cite(.modelModelName)) takes res3's dilation, \(fast[1]), for the fast "
          + "pathway's res4 and res5 too")
    }
    return notices
  }
}
