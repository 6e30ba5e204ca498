internal import AVARecords

/// How well detections and ground truth fit together, before any scoring.
public struct FrameAudit: Sendable {
  /// Key frames with ground truth of the label map's classes.
  public private(set) var groundTruthFrames = 0
  /// Key frames with detections of these classes.
  public private(set) var detectionFrames = 0
  /// Key frames with detections that the ground truth does not list, excluded ones aside.
  public private(set) var framesOnlyInDetections: [String] = []
  /// Key frames with ground truth that have no detections, excluded ones aside.
  public private(set) var framesOnlyInGroundTruth: [String] = []
  public private(set) var excludedGroundTruthFrames = 0
  public private(set) var excludedDetectionFrames = 0
  /// Videos of the detections that the ground truth does not know.
  public private(set) var videosOnlyInDetections: [String] = []
  /// Videos of the ground truth without any detection.
  public private(set) var videosOnlyInGroundTruth: [String] = []
  /// Rows of detections by action id, for ids that the label map lacks.
  public private(set) var unknownDetectionClasses: [Int: Int] = [:]
  /// Rows of ground truth by action id, for ids that the label map lacks.
  public private(set) var unknownGroundTruthClasses: [Int: Int] = [:]

  /// Compares the tables.
  public init(_ tables: AlignedTables) {
    compareFrames(tables)
    let (detections, groundTruth) = (tables.detections, tables.groundTruth)
    let found = Set(detections.frameIndex.videos)
    let known = Set(groundTruth.frameIndex.videos)
    videosOnlyInDetections = detections.frameIndex.videos.filter { !known.contains($0) }
    videosOnlyInGroundTruth = groundTruth.frameIndex.videos.filter { !found.contains($0) }
    for id in detections.actionIDs where tables.classes[id] < 0 { unknownDetectionClasses[Int(id), default: 0] += 1 }
    for id in groundTruth.actionIDs where tables.classes[id] < 0 {
      unknownGroundTruthClasses[Int(id), default: 0] += 1
    }
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
}
