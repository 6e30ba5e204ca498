public import AVARecords
public import Clips
public import Geometry
public import Imaging
internal import Kernels
internal import ModelZoo
internal import Parallel
internal import RoIAlign
public import Tensors
public import VideoModels

/// What a run of tasks can come to.
public enum ClipRunError: Error, Equatable, CustomStringConvertible {
  /// A score is NaN or infinite.
  case notFinite(KeyFrame)

  /// What was being done, with which video, what is wrong, and what to do.
  public var description: String {
    switch self {
    case .notFinite(let keyFrame):
      return "scoring '\(keyFrame.video)', key frame \(keyFrame.time): the network's scores are not finite numbers"
        + " -> check the weights for NaN, and DATA.MEAN and DATA.STD"
    }
  }
}

/// A task that comes out of a run, in one of its views.
public struct ScoredView: Sendable {
  /// Whose scores they are.
  public let task: ClipTask
  /// In which view the network saw it.
  public let view: View
  /// [people, classes], NaN for people who do not count in this view; [1, classes] for the clip as a whole.
  public let scores: Tensor

  public init(task: ClipTask, view: View, scores: Tensor) {
    self.task = task
    self.view = view
    self.scores = scores
  }
}

/// Scores tasks, view by view, while the frames of the next are being decoded.
///
/// Who makes the tasks and what becomes of the scores is the callers' business: `test`, `detect` and the classification
/// of clips are the same run.
public struct ClipRun {
  /// One of the models of a run, with what it wants of clips.
  public struct Network {
    public let model: VideoModel
    public let want: ViewReader.Want
    /// How many clips of one size are scored together at most: with several, weights that no cache holds are read once for
    /// all of them, which takes a twentieth of the time where they are large, and nothing where they are small. Scores are
    /// the same bits.
    let clipsTogether: Int

    /// - Parameter clipsTogether: Nil: as many as the model's weights make worth while.
    public init(
      _ model: VideoModel, window: ClipWindow, preprocessing: Preprocessing, clipsTogether: Int? = nil
    ) {
      self.model = model
      want = ViewReader.Want(window: window, preprocessing: preprocessing)
      self.clipsTogether = clipsTogether ?? (model.weightBytes > 32 << 20 ? 3 : 1)
    }
  }

  /// Those that views name by number; of one number of classes.
  public let networks: [Network]
  /// What the steps cost so far.
  public let costs = PipelineCosts()

  /// - Parameter preprocessing: Its view is replaced by those of the tasks.
  public init(model: VideoModel, window: ClipWindow, preprocessing: Preprocessing) {
    self.init([Network(model, window: window, preprocessing: preprocessing)])
  }

  /// A run of several models, each of which sees the views of its number; a frame is decoded once for all.
  public init(_ networks: [Network]) {
    precondition(Set(networks.map(\.model.classes)).count == 1, "models of one run score the same classes")
    self.networks = networks
  }

  /// The first model, its window and its preprocessing.
  public var model: VideoModel { networks[0].model }
  public var window: ClipWindow { networks[0].want.window }
  public var preprocessing: Preprocessing { networks[0].want.preprocessing }

  /// Views of a task on their way to the model, as one batch.
  private struct Prepared {
    let task: ClipTask
    let views: [View]
    let hasLastView: Bool
    let clip: Result<Clip, FrameDamage>
  }

  struct Clip {
    /// A batch of as many clips as there are views; nil where nobody counts in the view.
    let frames: FeatureMap?
    /// Nil for people who do not count in the view, which is a batch of its own; empty where whole clips are scored.
    let boxes: [PixelBox?]
  }

  /// Views of a task after the model.
  private struct Scored {
    let task: ClipTask
    let views: [View]
    let hasLastView: Bool
    /// One tensor a view.
    let scores: Result<[Tensor], FrameDamage>
  }

  /// Scores all tasks in order, as many side by side as the model's engine has streams.
  ///
  /// - Parameters:
  ///   - jobs: What to score.
  ///   - goesOn: Called after each view of a task with the number of tasks done; false ends the run.
  ///   - damaged: Called instead of `each`, once for a task whose clips have a damaged frame; what is not thrown here is
  ///     passed over.
  ///   - each: Called for each view of each task, in the order of both.
  /// - Throws: The errors of opening and decoding, of the model, `ClipRunError`, and whatever the two closures throw.
  public func run(
    _ jobs: [VideoJob], goesOn: (_ done: Int) -> Bool = { _ in true },
    damaged: (ClipTask, FrameDamage) throws -> Void = { throw $1 },
    each: (ScoredView) throws -> Void
  ) throws {
    var preparation = Preparation(jobs: jobs, networks: networks, costs: costs)
    let hasViews = jobs.contains { $0.tasks.contains { $0.views.count > 1 } }
    let models = VideoModel.streams(networks.map(\.model))
    var number = -1
    let prefetcher = Prefetcher<(number: Int, element: Prepared)>(capacity: capacity(hasViews: hasViews)) {
      number += 1
      return try preparation.next().map { (number, $0) }
    }
    let streams = OrderedStreams<Prepared, Scored>(
      models.count, source: { try costs.wait { try prefetcher.next() } }
    ) { prepared, stream in
      let scores: Result<[Tensor], FrameDamage> =
        switch prepared.clip {
        case .success(let clip):
          try .success(
            costs.compute { try self.scores(of: clip, prepared.task, models[stream][prepared.views[0].model]) })
        case .failure(let damage): .failure(damage)
        }
      return Scored(
        task: prepared.task, views: prepared.views, hasLastView: prepared.hasLastView, scores: scores)
    }
    var done = 0
    while let scored = try streams.next() {
      switch scored.scores {
      case .success(let scores):
        for (index, view) in scored.views.enumerated() {
          try each(ScoredView(task: scored.task, view: view, scores: scores[index]))
          if scored.hasLastView && index == scored.views.count - 1 { done += 1 }
          if !goesOn(done) { return }
        }
      case .failure(let damage):
        try damaged(scored.task, damage)
        done += 1
        if !goesOn(done) { return }
      }
    }
  }

  /// Prepares the clips of tasks and hands them over, one batch after the other, computing nothing of them.
  ///
  /// - Throws: The errors of opening and decoding, `FrameDamage` for a clip with a damaged frame, and what the body throws.
  public func forEachClip(_ jobs: [VideoJob], _ body: (FeatureMap) throws -> Void) throws {
    var preparation = Preparation(jobs: jobs, networks: networks, costs: costs)
    while let prepared = try preparation.next() {
      if let frames = try prepared.clip.get().frames { try body(frames) }
    }
  }

  /// Prepares the clips of tasks and hands each over with what is seen in it, computing nothing.
  ///
  /// - Parameters:
  ///   - jobs: Of tasks of one view each.
  ///   - damaged: Called for a task whose clip has a damaged frame; what is not thrown here is passed over.
  ///   - body: Gets the clip, 1, [T, H, W], C, nil where nobody counts in the view, and the boxes of the task's people in its
  ///     pixels, nil for people who do not count in it.
  /// - Throws: The errors of opening and decoding, and what the closures throw.
  public func forEachTask(
    _ jobs: [VideoJob], damaged: (ClipTask, FrameDamage) throws -> Void = { throw $1 },
    _ body: (ClipTask, FeatureMap?, [PixelBox?]) throws -> Void
  ) throws {
    precondition(jobs.allSatisfy { $0.tasks.allSatisfy { $0.views.count == 1 } }, "tasks are seen in one view")
    var preparation = Preparation(jobs: jobs, networks: networks, costs: costs)
    while let prepared = try preparation.next() {
      switch prepared.clip {
      case .success(let clip): try body(prepared.task, clip.frames, clip.boxes)
      case .failure(let damage): try damaged(prepared.task, damage)
      }
    }
  }

  /// How many clips wait at most.
  ///
  /// Two, or as many as there are streams: more would only take memory. Of several views one waits: all but the first of a
  /// key frame are made of frames that are there.
  func capacity(hasViews: Bool) -> Int { max(model.engine.streams, hasViews ? 1 : 2) }

  /// Runs a model on the clips of a batch of views.
  ///
  /// - Returns: Scores view by view.
  private func scores(of clip: Clip, _ task: ClipTask, _ model: VideoModel) throws -> [Tensor] {
    guard task.people == nil, let frames = clip.frames else { return [try peopleScores(of: clip, task, model)] }
    let scores = try runningConfigured { try model.classify(frames) }
    try checkFinite(scores, task)
    return (0..<frames.batch).map { row in
      Tensor([1, model.classes], Array(scores.values[row * model.classes..<(row + 1) * model.classes]))
    }
  }

  private func checkFinite(_ scores: Tensor, _ task: ClipTask) throws {
    if !scores.values.allSatisfy(\.isFinite) { throw ClipRunError.notFinite(task.keyFrame) }
  }

  /// The scores of people in a clip.
  func peopleScores(of clip: Clip, _ task: ClipTask, _ model: VideoModel) throws -> Tensor {
    let present = clip.boxes.indices.filter { clip.boxes[$0] != nil }
    let computed = try clip.frames.map { frames in
      let regions = present.compactMap { clip.boxes[$0] }.map { Region(batchIndex: 0, box: $0) }
      return try runningConfigured { try model.detect(frames, regions) }
    }
    if let computed { try checkFinite(computed, task) }
    if let computed, present.count == clip.boxes.count { return computed }
    let scores = Tensor(
      [clip.boxes.count, model.classes], [Float](repeating: .nan, count: clip.boxes.count * model.classes))
    if let computed {
      for (row, person) in present.enumerated() {
        for c in 0..<model.classes {
          scores.mutableValues[person * model.classes + c] = computed.values[row * model.classes + c]
        }
      }
    }
    return scores
  }

  /// Walks over videos, tasks and views, preparing one batch of clips at a time.
  private struct Preparation {
    let jobs: [VideoJob]
    let networks: [Network]
    let costs: PipelineCosts
    let storage = ClipStorage()
    var job = 0
    var task = 0
    var view = 0
    var reader: ViewReader?

    mutating func next() throws -> Prepared? {
      while job < jobs.count && task == jobs[job].tasks.count {
        job += 1
        task = 0
        reader = nil
      }
      if job == jobs.count { return nil }
      let current = jobs[job].tasks[task]
      let seen = current.views[view]
      do {
        let reader =
          try self.reader
          ?? ViewReader(
            costs.measure(.opening) { try jobs[job].open() }, networks.map(\.want), storage: storage, costs: costs)
        self.reader = reader
        // Views of one part of a video come together: the frames of the parts before it go.
        if view == 0 || current.views[view - 1].position != seen.position {
          let own = current.views[view...].prefix { $0.position == seen.position }
          try reader.read(Array(own), around: current.center, at: current.moment.seconds)
        }
        let boxes = reader.boxes((current.people ?? []).map(\.box), seen, in: reader.frameSize(seen)!)
        let isEmpty = !boxes.isEmpty && boxes.allSatisfy { $0 == nil }
        let together = current.people == nil ? networks[seen.model].clipsTogether : 1
        let batch = reader.batch(current.views[view...], most: together)
        let frames = try isEmpty ? nil : reader.clips(batch, around: current.center, at: current.moment.seconds)
        let isLast = view + batch.count == current.views.count
        view = isLast ? 0 : view + batch.count
        task += isLast ? 1 : 0
        return Prepared(
          task: current, views: batch, hasLastView: isLast,
          clip: .success(Clip(frames: frames, boxes: boxes)))
      } catch var damage as FrameDamage {
        damage.clip = reader?.frames(current.views, around: current.center, at: current.moment.seconds)
        // What one view needs, all need.
        view = 0
        task += 1
        return Prepared(task: current, views: [seen], hasLastView: true, clip: .failure(damage))
      }
    }
  }
}
