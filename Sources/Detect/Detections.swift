public import AVARecords
internal import Files
internal import Clips
internal import Geometry
public import Inference
public import Runs
public import Tensors

/// What a run found, read from its journal as it is asked for: the rows that are written and evaluated, and the scores of
/// every class before rounding. Nothing of it is kept in memory.
public struct Detections {
  /// The key frames that have no scores.
  public let damage: DamageReport
  /// How many key frames were scored.
  public let keyFrameCount: Int
  /// How many boxes were scored.
  public let boxCount: Int
  private let tasks: [ClipTask]
  private let journal: RunJournal
  private let classes: Int
  private let labelMap: LabelMap
  /// The least score of a proposal whose rows are wanted.
  private let threshold: Double
  private let fusion: ViewFusion
  private let models: ModelFusion?

  /// - Parameters:
  ///   - tasks: What was to be scored, in the order of the rows; those that the journal lacks are left out.
  ///   - unreadable: Key frames of videos that could not be read at all.
  ///   - classes: How many classes the network scores; class index c is action id c + 1.
  ///   - labelMap: The classes that become rows.
  ///   - fusion: How the scores of a task's views become one, of each model.
  ///   - models: How the models' scores become one; nil for one model.
  ///   - threshold: People with a lower proposal's score are left out, though they were scored; key frames without any
  ///     others, too.
  init(
    _ journal: RunJournal, _ tasks: [ClipTask], unreadable: DamageReport = DamageReport(), classes: Int,
    labelMap: LabelMap, fusion: ViewFusion, models: ModelFusion? = nil, threshold: Double = -.infinity
  ) {
    self.models = models
    self.threshold = threshold
    self.fusion = fusion
    self.journal = journal
    self.classes = classes
    self.labelMap = labelMap
    var damage = unreadable
    func wanted(_ task: ClipTask) -> Int {
      task.people.map { $0.count { $0.proposalScore >= threshold } } ?? 1
    }
    self.tasks = tasks.filter { task in
      if task.people?.isEmpty == false && wanted(task) == 0 { return false }
      if journal.hasAll(task) { return true }
      if let cause = journal.damage(of: task) { damage.append(task.keyFrame, cause: cause) }
      return false
    }
    self.damage = damage
    keyFrameCount = self.tasks.count
    boxCount = self.tasks.reduce(0) { $0 + wanted($1) }
  }

  /// Calls `body` with each task that was scored in all of its views and its scores [people, classes], in the order of
  /// the run.
  ///
  /// - Throws: `FileError`, `JournalError`, and what `body` throws.
  public func forEach(_ body: (ClipTask, Tensor) throws -> Void) throws {
    for task in tasks {
      let views = try task.views.compactMap { try journal.scores(of: task, $0) }
      if views.count == task.views.count {
        try body(task.only(from: threshold), wanted(fused(views, of: task), of: task))
      }
    }
  }

  /// The views of each model as one, then the models.
  private func fused(_ views: [Tensor], of task: ClipTask) -> Tensor {
    guard let models else { return fusion.fuse(views) }
    return models.fuse(
      models.weights.indices.map { model in
        fusion.fuse(zip(task.views, views).compactMap { $0.model == model ? $1 : nil })
      })
  }

  /// The rows of the people that are wanted.
  private func wanted(_ scores: Tensor, of task: ClipTask) -> Tensor {
    guard let people = task.people, people.contains(where: { $0.proposalScore < threshold }) else { return scores }
    let rows = people.indices.filter { people[$0].proposalScore >= threshold }
    let columns = scores.shape[1]
    return Tensor(
      [rows.count, columns], rows.flatMap { row in (0..<columns).map { scores.values[row * columns + $0] } })
  }

  /// One row per box and class of the label map, in the order of the run.
  ///
  /// Boxes are rounded to float32 and scores widened from it, as the reference's evaluation sees them.
  public var table: DetectionTable {
    get throws {
      var table = DetectionTable()
      try forEachRow {
        table.append(video: $0.video, time: $0.time, box: $1, actionID: $2, score: $3)
      }
      return table
    }
  }

  /// The scores before rounding: [boxes, classes], boxes in the order of the rows.
  public var scores: Tensor {
    get throws {
      var values: [Float] = []
      try forEach { values += $1.array }
      return Tensor([boxCount, classes], values)
    }
  }

  /// Writes `scores` as a NumPy file.
  ///
  /// - Throws: `FileError`, `JournalError`.
  public func writeScores(_ path: String) throws {
    let file = try NumPyWriter(path, shape: [boxCount, classes])
    try forEach { try file.append($1) }
    try file.commit()
  }

  /// Writes the rows as CSV.
  func writeRows(to path: String, decimals: Decimals = .pySlowFast) throws {
    let writer = try DetectionWriter(path: path, decimals: decimals)
    try forEachRow { try writer.append(video: $0.video, time: $0.time, box: $1, actionID: $2, score: $3) }
    try writer.commit()
  }

  private func forEachRow(_ body: (KeyFrame, UnitBox, _ actionID: Int, _ score: Double) throws -> Void) throws {
    let named = (0..<classes).filter { labelMap.contains($0 + 1) }
    try forEach { task, scores in
      for (index, person) in (task.people ?? []).enumerated() {
        let box = person.box
        let rounded = UnitBox(
          x1: Double(Float(box.x1)), y1: Double(Float(box.y1)), x2: Double(Float(box.x2)), y2: Double(Float(box.y2)))
        for c in named { try body(task.keyFrame, rounded, c + 1, Double(scores.values[index * classes + c])) }
      }
    }
  }
}

extension ClipTask {
  /// The same task with the people whose proposals have at least this score.
  fileprivate func only(from threshold: Double) -> ClipTask {
    ClipTask(
      keyFrame, center: center, moment: moment, people: people?.filter { $0.proposalScore >= threshold }, views: views)
  }
}
