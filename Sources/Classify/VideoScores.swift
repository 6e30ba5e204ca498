internal import AVARecords
public import ClassificationEval
internal import Clips
internal import Inference
public import Runs
internal import Tensors
public import VideoLists

/// What a test of whole videos found, read from its journal as it is asked for.
public struct VideoScores {
  public let list: VideoList
  public let views: ClipViews
  /// The videos that have no scores.
  public let damage: DamageReport
  /// How many videos were scored in all of their views; one that is listed twice counts once.
  public let videoCount: Int
  private let journal: RunJournal
  private let tasks: [String: ClipTask]

  /// - Parameter tasks: What was to be scored; those that the journal lacks are left out.
  init(_ journal: RunJournal, _ tasks: [ClipTask], _ dataset: any ClipDataset) {
    self.journal = journal
    list = dataset.list
    views = dataset.views
    var damage = DamageReport(.video)
    for task in tasks where !journal.hasAll(task) {
      if let cause = journal.damage(of: task) { damage.append(task.keyFrame, cause: cause) }
    }
    self.damage = damage
    let scored = tasks.filter { journal.hasAll($0) }
    videoCount = scored.count
    self.tasks = Dictionary(scored.map { ($0.keyFrame.video, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// How many lines of the list have scores.
  public var rowCount: Int { list.videos.count { tasks[$0.name] != nil } }

  /// Calls `body` with each line of the list whose video was scored, in their order, with a score a class.
  ///
  /// - Parameter clips: With how many clips, one of the views' `clipCounts`.
  /// - Throws: `FileError`, `JournalError`, and what `body` throws.
  public func forEach(clips: Int, _ body: (VideoList.Video, [Float]) throws -> Void) throws {
    for video in list.videos {
      guard let task = tasks[video.name] else { continue }
      let own = task.views.filter { if case .part(_, of: clips) = $0.position { true } else { false } }
      let scores = try own.compactMap { try journal.scores(of: task, $0) }
      if scores.count == own.count { try body(video, views.fusion.fuse(scores)) }
    }
  }

  /// The accuracies, one for each number of clips; none without classes, and where a video has several.
  public func accuracies() throws -> [Accuracy] {
    if !list.hasLabels || list.isMultiLabel { return [] }
    return try views.clipCounts.map { clips in
      var accuracy = Accuracy(clips: clips)
      try forEach(clips: clips) { video, scores in
        if let label = video.labels?.first { accuracy.add(scores, label: label) }
      }
      return accuracy
    }
  }

  /// The mean average precisions, one for each number of clips, where a video has several classes.
  public func meanAveragePrecisions() throws -> [MeanAveragePrecision] {
    if !list.isMultiLabel || list.videos.allSatisfy({ $0.labels?.isEmpty != false }) { return [] }
    return try views.clipCounts.map { clips in
      var (rows, labels): ([[Float]], [[Int]]) = ([], [])
      try forEach(clips: clips) { video, scores in
        rows.append(scores)
        labels.append(video.labels ?? [])
      }
      return MeanAveragePrecision(clips: clips, scores: rows, labels: labels)
    }
  }
}

extension KeptRun {
  /// What was found, as `VideoTest.run` gives it.
  public func videoScores(_ dataset: any ClipDataset) -> VideoScores { VideoScores(journal, tasks, dataset) }
}
