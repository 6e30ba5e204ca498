internal import Configuration
public import VideoModels

/// A head that can do what another library's heads of its kind do otherwise than PySlowFast's.
public protocol PeerHead: Head {
  /// Makes the library's of a configuration's head.
  ///
  /// - Parameter semantics: Of a network whose head scores the same things, boxes or clips.
  /// - Throws: `PeerError` for what it cannot do.
  mutating func adapt(to semantics: PeerSemantics, _ adaptation: inout PeerAdaptation) throws(PeerError)
}

extension RoIHead: PeerHead {
  public mutating func adapt(to semantics: PeerSemantics, _ adaptation: inout PeerAdaptation) {
    guard let boxes = semantics.boxes else { return }
    aligned = adaptation.value(Key.detectionAligned.name, aligned, boxes.aligned) { $0 ? "True" : "False" }
    resolution = adaptation.value(Key.detectionRoiXformResolution.name, resolution, boxes.resolution) { "\($0)" }
    (frames, hasContext, hidden, boxExtension) = (boxes.frames, boxes.hasContext, boxes.hidden, boxes.boxExtension)
  }
}

extension ClassificationHead: PeerHead {
  public mutating func adapt(to semantics: PeerSemantics, _ adaptation: inout PeerAdaptation) {
    if semantics.clips.averagesWholeMaps { window = nil }
    joinsLastFirst = semantics.clips.joinsLastFirst
  }
}
