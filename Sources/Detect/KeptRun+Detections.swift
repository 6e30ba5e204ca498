public import AVARecords
public import Configuration
internal import Files
internal import Inference
public import Runs
public import TrackRecords
internal import Wording

extension KeptRun {
  /// What was found, as `AVATest.run` gives it.
  public func detections(_ labelMap: LabelMap) -> Detections {
    Detections(
      journal, journal.videos.flatMap(\.tasks), unreadable: unreadable, classes: config[.modelNumClasses],
      labelMap: labelMap, fusion: TestViews(config).fusion, models: status.fusion, threshold: threshold)
  }

  /// What was found, as `VideoDetection.run` gives it. With a higher threshold people keep the ids that they had.
  ///
  /// - Throws: `KeptRunError`, `FileError` for the people that the run has kept; `TrackError`.
  public func videoDetections(_ labelMap: LabelMap) throws -> VideoDetections {
    VideoDetections(detections(labelMap), people: try people, labelMap: labelMap)
  }

  /// Whether it says who is who; runs of earlier versions do not.
  public var keepsPeople: Bool { pathExists(directory.people) }

  /// Who is who, on the clock of the rows: as the run has kept it, or, of one of an earlier version, by its key frames.
  public var people: [VideoTracks] {
    get throws {
      if keepsPeople {
        do {
          return try TrackFile(paths: [directory.people]).videos.map { $0.only(from: threshold) }
        } catch let error as TrackFileError {
          throw KeptRunError.damagedPeople(path: directory.people, reason: withoutAdvice(error))
        }
      }
      return try journal.videos.filter { !$0.tasks.isEmpty }.map { video in
        try KnownPeople().tracks(
          of: video.name, seen: video.tasks.map { $0.seen }, size: nil, start: video.tasks[0].start)
      }
    }
  }
}

extension LabelMap {
  /// Every class of a network, without names.
  public static func unnamed(_ config: Configuration) throws -> LabelMap {
    try LabelMap((1...max(1, config[.modelNumClasses])).map { LabelMap.Label(id: $0, name: "action \($0)") })
  }
}
