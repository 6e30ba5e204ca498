public import AVARecords
public import Datasets
internal import Geometry

/// Detections and ground truth with one numbering of videos and key frames, and the rows of each key frame.
///
/// Rows of classes that the label map lacks belong to no key frame here: no protocol scores them.
public struct AlignedTables: Sendable {
  /// The rows that are scored.
  public let detections: DetectionTable
  /// What there is to find.
  public let groundTruth: GroundTruthTable
  /// The classes that are scored.
  public let labelMap: LabelMap
  /// What the classes, the clock and the overlap that counts are.
  public let dataset: ActionDataset
  /// The ground truth's videos in its order, then those that only the detections name.
  public let videos: [String]
  /// The ground truth's key frames in its order, then those that only the detections name.
  public let frames: [Frame]
  /// Key frames that have detections, in the order of their first one.
  public let detectionOrder: [Int32]
  /// Key frames that have ground truth, in the order of their first row.
  public let truthOrder: [Int32]
  /// Whether there are exclusions, and none of them is of a video here.
  let hasForeignExclusions: Bool
  let classes: ClassPositions
  private let detectionRows: RowsByFrame
  private let truthRows: RowsByFrame
  /// The key frame, in the common numbering, of each one of the detections' own.
  let ownFrames: [Int32]

  /// A key frame by the number of its video, and what is known of it.
  public struct Frame: Equatable, Sendable {
    /// A number of `videos`.
    public let video: Int
    /// The key frame's.
    public let time: Timestamp
    /// Whether the ground truth names it, be it without an action or with classes that the label map lacks.
    public let isListed: Bool
    /// Whether the exclusions name it.
    public let isExcluded: Bool
  }

  /// Brings the tables together.
  ///
  /// - Throws: `EvaluationError.notANumber` when a table holds NaN or infinity.
  public init(
    detections: DetectionTable, groundTruth: GroundTruthTable, labelMap: LabelMap,
    exclusions: ExcludedTimestamps = ExcludedTimestamps(), dataset: ActionDataset
  ) throws(EvaluationError) {
    try checkNumbers(detections)
    try checkNumbers(groundTruth)
    self.detections = detections
    self.groundTruth = groundTruth
    self.labelMap = labelMap
    self.dataset = dataset
    classes = ClassPositions(labelMap)
    let known = groundTruth.frameIndex
    var joint = JointFrames(known, exclusions)
    ownFrames = joint.join(detections.frameIndex)
    (videos, frames) = (joint.videos, joint.frames)
    // Videos of one's own are in no list of AVA's excluded key frames, and that is as it should be.
    hasForeignExclusions =
      exclusions.count > 0 && Set(joint.videos).isDisjoint(with: exclusions.videos)
      && (dataset.names(joint.videos) || isNamedOtherwise(joint.videos, exclusions.videos))
    detectionRows = RowsByFrame(
      frames: detections.frames, numbering: ownFrames, frameCount: frames.count, actionIDs: detections.actionIDs,
      classes: classes)
    truthRows = RowsByFrame(
      frames: groundTruth.frames, numbering: nil, frameCount: frames.count, actionIDs: groundTruth.actionIDs,
      classes: classes)
    (detectionOrder, truthOrder) = (detectionRows.order, truthRows.order)
  }

  /// The detections of a key frame, in their order.
  public func detectionRows(of frame: Int) -> ArraySlice<Int32> { detectionRows[frame] }

  /// The ground truth of a key frame, in its order.
  public func truthRows(of frame: Int) -> ArraySlice<Int32> { truthRows[frame] }

  /// The key frame of a row of the detections.
  public func frame(ofDetection row: Int) -> Int { Int(ownFrames[Int(detections.frames[row])]) }

  /// The key frame of a row of the ground truth.
  public func frame(ofTruth row: Int) -> Int { Int(groundTruth.frames[row]) }

  /// The place of a detection's class in the label map, nil for an unknown class.
  public func classPosition(ofDetection row: Int) -> Int? { position(classes[detections.actionIDs[row]]) }

  /// The place of a ground-truth row's class in the label map, nil for an unknown class.
  public func classPosition(ofTruth row: Int) -> Int? { position(classes[groundTruth.actionIDs[row]]) }

  /// A key frame for a message: "1j20qq1JyX4,0902".
  public func describe(frame: Int) -> String { "\(videos[frames[frame].video]),\(frames[frame].time)" }

  private func position(_ place: Int) -> Int? { place < 0 ? nil : place }
}

/// The key frames of the ground truth, and after them those that others add.
private struct JointFrames {
  private(set) var videos: [String]
  private(set) var frames: [AlignedTables.Frame]
  private let known: FrameIndex
  private let exclusions: ExcludedTimestamps
  private var numbers: [String: Int] = [:]

  init(_ known: FrameIndex, _ exclusions: ExcludedTimestamps) {
    self.known = known
    self.exclusions = exclusions
    videos = known.videos
    for (number, video) in videos.enumerated() { numbers[video] = number }
    frames = known.frames.map { frame in
      AlignedTables.Frame(
        video: frame.video, time: frame.time, isListed: true,
        isExcluded: exclusions.contains(video: known.videos[frame.video], time: frame.time))
    }
  }

  /// Adds what is new in an index, and returns the common number of each of its key frames.
  mutating func join(_ other: FrameIndex) -> [Int32] {
    let videoNumbers = other.videos.map { number(of: $0) }
    return other.frames.map { frame in
      let video = other.videos[frame.video]
      if let number = known.number(video: video, time: frame.time) { return Int32(number) }
      frames.append(
        AlignedTables.Frame(
          video: videoNumbers[frame.video], time: frame.time, isListed: false,
          isExcluded: exclusions.contains(video: video, time: frame.time)))
      return Int32(frames.count - 1)
    }
  }

  private mutating func number(of video: String) -> Int {
    if let number = numbers[video] { return number }
    numbers[video] = videos.count
    videos.append(video)
    return videos.count - 1
  }
}

private func checkNumbers(_ table: DetectionTable) throws(EvaluationError) {
  guard let row = table.scores.firstIndex(where: { !$0.isFinite }) ?? firstBadBox(table) else { return }
  throw .notANumber(
    table: "detections", row: row, frame: table.frameIndex.describe(frame: Int(table.frames[row])))
}

private func firstBadBox(_ table: DetectionTable) -> Int? {
  guard let box = table.boxes.firstIndex(where: { !isFinite($0) }) else { return nil }
  return table.boxNumbers.firstIndex { Int($0) == box }
}

private func checkNumbers(_ table: GroundTruthTable) throws(EvaluationError) {
  guard let row = table.boxes.firstIndex(where: { !isFinite($0) }) else { return }
  throw .notANumber(
    table: "ground truth", row: row, frame: table.frameIndex.describe(frame: Int(table.frames[row])))
}

private func isFinite(_ box: UnitBox) -> Bool {
  box.x1.isFinite && box.y1.isFinite && box.x2.isFinite && box.y2.isFinite
}

/// Whether names are the same but for folders before them and an extension after.
private func isNamedOtherwise(_ videos: [String], _ others: some Sequence<String>) -> Bool {
  func stem(_ name: String) -> Substring {
    let file = name.split(separator: "/").last ?? Substring(name)
    guard let point = file.lastIndex(of: "."), point != file.startIndex else { return file }
    return file[..<point]
  }
  return !Set(videos.map(stem)).isDisjoint(with: others.map(stem))
}
