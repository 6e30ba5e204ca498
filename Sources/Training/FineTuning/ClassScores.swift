internal import AVAEval
public import AVARecords
internal import Clips
internal import Datasets
internal import Geometry
internal import Inference
internal import Parallel
internal import Tensors

/// How well each class is found in the validation's key frames.
public struct ClassScores: Sendable, Equatable {
  /// A class with its average precision; nil for one without ground truth.
  public struct Class: Sendable, Equatable {
    public let id: Int
    public let name: String
    public let ap: Double?
    /// Rows of the ground truth.
    public let count: Int

    public init(id: Int, name: String, ap: Double?, count: Int) {
      (self.id, self.name, self.ap, self.count) = (id, name, ap, count)
    }
  }

  public let classes: [Class]

  public init(_ classes: [Class]) { self.classes = classes }

  /// Mean average precision, 0 to 1; nil where no class has ground truth.
  public var map: Double? {
    let known = classes.compactMap(\.ap)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}

/// What a validation's scores are judged by: frame mAP at an IoU of 0.5 by PySlowFast's protocol, on unrounded scores.
public struct FrameJudge: Sendable {
  public let labels: LabelMap
  public let truth: GroundTruthTable

  public init(labels: LabelMap, truth: GroundTruthTable) { (self.labels, self.truth) = (labels, truth) }

  /// - Parameter scored: Tasks with the scores of their people, [people, classes].
  /// - Throws: `EvaluationError`.
  func scores(_ scored: [(task: ClipTask, scores: Tensor)]) throws -> ClassScores {
    var table = DetectionTable()
    for (task, scores) in scored {
      let classes = scores.shape[1]
      for (row, person) in (task.people ?? []).enumerated() {
        for c in 0..<classes {
          table.append(
            video: task.keyFrame.video, time: task.keyFrame.time, box: person.box, actionID: c + 1,
            score: Double(scores.values[row * classes + c]))
        }
      }
    }
    let found = try evaluate(
      detections: table, groundTruth: truth, labelMap: labels, dataset: .ava, rules: .pyslowfast, pool: nil)
    return ClassScores(
      found.perClass.map {
        ClassScores.Class(id: $0.id, name: $0.name, ap: $0.ap, count: $0.groundTruthCount)
      })
  }
}
