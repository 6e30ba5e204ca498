public import AVARecords
public import Configuration
internal import Inference
public import Runs

extension KeptRun {
  /// What was found, as `AVATest.run` gives it.
  public func detections(_ labelMap: LabelMap) -> Detections {
    Detections(
      journal, journal.videos.flatMap(\.tasks), unreadable: unreadable, classes: config[.modelNumClasses],
      labelMap: labelMap, fusion: TestViews(config).fusion, models: status.fusion, threshold: threshold)
  }

  /// What was found, as `VideoDetection.run` gives it.
  public func videoDetections(_ labelMap: LabelMap) -> VideoDetections {
    VideoDetections(detections(labelMap), [], labelMap: labelMap)
  }
}

extension LabelMap {
  /// Every class of a network, without names.
  public static func unnamed(_ config: Configuration) throws -> LabelMap {
    try LabelMap((1...max(1, config[.modelNumClasses])).map { LabelMap.Label(id: $0, name: "action \($0)") })
  }
}
