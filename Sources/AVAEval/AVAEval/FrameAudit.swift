internal import AVARecords
internal import Datasets
internal import Wording

/// How well the key frames of detections and ground truth fit together.
public struct FrameAudit: Sendable {
  /// Key frames with ground truth of the label map's classes.
  public private(set) var groundTruthFrames = 0
  /// Key frames with detections of these classes.
  public private(set) var detectionFrames = 0
  /// Key frames with detections that the ground truth does not list, excluded ones aside.
  public private(set) var framesOnlyInDetections: [String] = []
  /// Key frames with ground truth that have no detections, excluded ones aside.
  public private(set) var framesOnlyInGroundTruth: [String] = []
  /// How many key frames with ground truth are excluded.
  public private(set) var excludedGroundTruthFrames = 0
  /// How many key frames with detections are excluded.
  public private(set) var excludedDetectionFrames = 0
  /// Videos of the detections that the ground truth does not know.
  public private(set) var videosOnlyInDetections: [String] = []
  /// Videos of the ground truth without any detection.
  public private(set) var videosOnlyInGroundTruth: [String] = []
  private var knownVideos: [String] = []
  private let dataset: ActionDataset
  private var hasCommonVideo = false
  /// How much longer the detections say the videos are.
  private var pace: Double?
  /// Videos of which hardly a key frame is in both files.
  private var videosApart: [String] = []

  /// Compares the tables.
  public init(_ tables: AlignedTables) {
    dataset = tables.dataset
    compareFrames(tables)
    pace = relativePace(tables)
    videosApart = apartVideos(tables)
    let found = Set(tables.detections.frameIndex.videos)
    let known = Set(tables.groundTruth.frameIndex.videos)
    knownVideos = tables.groundTruth.frameIndex.videos
    hasCommonVideo = !found.isDisjoint(with: known)
    videosOnlyInDetections = tables.detections.frameIndex.videos.filter { !known.contains($0) }
    videosOnlyInGroundTruth = tables.groundTruth.frameIndex.videos.filter { !found.contains($0) }
  }

  private mutating func compareFrames(_ tables: AlignedTables) {
    groundTruthFrames = tables.truthOrder.count
    detectionFrames = tables.detectionOrder.count
    for frame in tables.detectionOrder.map(Int.init) {
      if tables.frames[frame].isExcluded {
        excludedDetectionFrames += 1
      } else if !tables.frames[frame].isListed {
        framesOnlyInDetections.append(tables.describe(frame: frame))
      }
    }
    for frame in tables.truthOrder.map(Int.init) {
      if tables.frames[frame].isExcluded {
        excludedGroundTruthFrames += 1
      } else if tables.detectionRows(of: frame).isEmpty {
        framesOnlyInGroundTruth.append(tables.describe(frame: frame))
      }
    }
  }

  var findings: [Finding] {
    var findings: [Finding] = []
    func add(
      _ kind: Finding.Kind, isFault: Bool, _ names: [String], _ what: String, plural: String, _ hint: String
    ) {
      if names.isEmpty { return }
      findings.append(
        Finding(
          kind, isFault: isFault, count: names.count, counted(names.count, what, plural: plural),
          examples: Array(names.prefix(Finding.exampleLimit)), hint: hint))
    }
    add(
      .unknownVideos, isFault: true, unknownVideoExamples, "video with detections is not in the ground truth",
      plural: "videos with detections are not in the ground truth", "compare the names in the first columns")
    add(
      .missingVideos, isFault: true, videosOnlyInGroundTruth, "video of the ground truth has no detections",
      plural: "videos of the ground truth have no detections", "was the run complete?")
    if let apart {
      findings.append(
        Finding(
          .noCommonFrames, isFault: true, count: framesOnlyInDetections.count, apart,
          examples: Array(framesOnlyInDetections.prefix(1) + framesOnlyInGroundTruth.prefix(1)),
          hint: noCommonFramesHint))
      return findings + excluded
    }
    if !videosApart.isEmpty {
      findings.append(
        Finding(
          .noCommonFrames, isFault: true, count: videosApart.count,
          "\(counted(videosApart.count, "video")) with hardly a key frame in both files",
          examples: Array(videosApart.prefix(Finding.exampleLimit)),
          hint: "compare the seconds in the second columns: are these frame numbers, or counted from elsewhere?"))
    }
    add(
      .unknownFrames, isFault: false, framesOnlyInDetections, "key frame with detections is not in the ground truth",
      plural: "key frames with detections are not in the ground truth",
      "false positives under PySlowFast's protocol, ignored under the others")
    add(
      .missingFrames, isFault: false, framesOnlyInGroundTruth, "key frame of the ground truth has no detections",
      plural: "key frames of the ground truth have no detections", "what is there to find counts as missed")
    return findings + excluded
  }

  /// That the files are about different key frames: none or next to none of both sides are the same. Seconds in another
  /// unit still meet by chance now and then.
  private var apart: String? {
    let found = detectionFrames - excludedDetectionFrames
    let known = groundTruthFrames - excludedGroundTruthFrames
    let common = found - framesOnlyInDetections.count
    if found == 0 || groundTruthFrames == 0 { return nil }
    if common == 0 { return "no key frame is in both files" }
    let isApart = common * 10 < min(found, known) || common * 5 < 3 * min(found, known) && Self.isOtherPace(pace ?? 1)
    if min(found, known) < Self.leastFrames || !isApart { return nil }
    return "only \(counted(common, "key frame")) of \(found) with detections and \(known) with ground truth "
      + "\(common == 1 ? "is" : "are") in both files"
  }

  private static func isOtherPace(_ pace: Double) -> Bool { pace >= 1.5 || pace > 0 && pace <= 1 / 1.5 }

  /// Below so few key frames no share says anything.
  private static let leastFrames = 20

  /// Why hardly a key frame is in both files: whole videos are told before seconds.
  private var noCommonFramesHint: String {
    if groundTruthFrames == excludedGroundTruthFrames {
      return "the exclusions leave out every key frame of the ground truth: are they of these videos?"
    }
    if !hasCommonVideo { return "no video is in both files either: compare the names in the first columns" }
    let advice =
      "compare the seconds in the second columns: \(dataset.name) counts from the film's beginning\(labelled), in "
      + "seconds and not in frames"
    guard let pace, Self.isOtherPace(pace) else { return advice }
    return advice
      + (pace > 1
        ? "; here they run \(short(pace)) times as fast as the ground truth's"
        : "; the ground truth's run \(short(1 / pace)) times as fast as those of the detections")
  }

  /// The labelled seconds as rows write them: " (0902 to 1798)".
  private var labelled: String {
    guard let seconds = dataset.labelledSeconds else { return "" }
    return " (\(Timestamp(second: seconds.lowerBound)) to \(Timestamp(second: seconds.upperBound)))"
  }

  /// The unknown videos' names, with the known ones that differ by an ending or by capitals alone: folders of videos
  /// give "name.mkv".
  private var unknownVideoExamples: [String] {
    func stem(_ name: String) -> String {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count < 2 ? name : parts.dropLast().joined(separator: ".")
    }
    var known: [String: String] = [:]
    for video in knownVideos { known[stem(video.lowercased())] = video }
    for video in knownVideos { known[video.lowercased()] = video }
    return videosOnlyInDetections.map { video in
      let name = video.lowercased()
      guard let meant = known[name] ?? known[stem(name)] else { return video }
      return "\(video) (there is \(meant))"
    }
  }

  private var excluded: [Finding] {
    let count = excludedDetectionFrames + excludedGroundTruthFrames
    if count == 0 { return [] }
    return [
      Finding(
        .excludedFrames, isFault: false, count: count,
        "excluded: \(counted(excludedDetectionFrames, "key frame")) with detections, "
          + "\(counted(excludedGroundTruthFrames, "key frame")) with ground truth",
        hint: "PySlowFast's and MMAction2's protocols leave them out, the official one knows no exclusions")
    ]
  }
}
