internal import AVARecords
internal import Clips
internal import Configuration
internal import Datasets
internal import Inference
internal import Kernels
internal import ModelZoo
internal import RoIAlign
internal import Tensors
internal import VideoModels

extension Model {
  /// What the networks that score boxes were trained on.
  static let boxFramesPerSecond = ActionDataset.ava.clock.framesPerSecond

  var channels: Int { config[.dataInputChannelNum].first ?? 3 }

  /// The scores of people around a frame, in the configuration's views.
  ///
  /// - Returns: [people, classes].
  func detect(_ people: [ClipTask.Person], _ source: FrameArray, center: Int, _ call: Call) throws -> Tensor {
    let views = TestViews(config)
    let task = ClipTask(
      KeyFrame(video: source.name, time: Timestamp(second: 0)), center: center, people: people, views: views.views)
    return try use { loaded in
      guard loaded.model.architecture.head.scoresBoxes else { throw WrongModelError(call.function, scoresBoxes: false) }
      return views.fusion.fuse(try scores(of: task, source, ClipRun(config, nil, [loaded], isStill: false)))
    }
  }

  /// The scores of a clip as a whole, the mean over the configuration's crops.
  ///
  /// - Returns: [1, classes].
  func classify(_ source: FrameArray, _ call: Call) throws -> Tensor {
    guard let dataset = WholeClips(config) ?? (config[.detectionEnable] ? nil : .kinetics) else {
      throw WrongModelError(call.function, scoresBoxes: true)
    }
    let crops = config[.testNumSpatialCrops]
    var views = (0..<crops).map { View(shortSide: config[.dataTestCropSize], crop: .square($0)) }
    if crops == 1 {
      guard let middle = dataset.middle(config) else {
        throw call.error(
          "\(config.cite(.dataTestCropSize)) is larger than the short side that it is cut from",
          "set DATA.TRAIN_JITTER_SCALES to sizes as large")
      }
      views = [middle]
    }
    return try use { loaded in
      guard !loaded.model.architecture.head.scoresBoxes else { throw WrongModelError(call.function, scoresBoxes: true) }
      let frames = loaded.model.architecture.backbone.frames
      guard source.frameCount == frames else {
        throw VideoModelError.wrongFrames(expected: frames, found: source.frameCount)
      }
      let run = ClipRun(
        model: loaded.model, window: ClipWindow(frames: frames, rate: 1),
        preprocessing: loaded.adapted(dataset.preprocessing(config, views[0]), config))
      let task = ClipTask(
        KeyFrame(video: source.name, time: Timestamp(second: 0)), center: frames / 2, people: nil, views: views)
      return ViewFusion.mean.fuse(try scores(of: task, source, run))
    }
  }

  /// What the network makes of tensors.
  ///
  /// - Parameter clip: [N, C, T, H, W].
  /// - Returns: [regions or N, classes].
  func forward(_ clip: Tensor, _ regions: [Region]?) throws -> Tensor {
    try use { loaded in
      let model = loaded.model
      let scoresBoxes = model.architecture.head.scoresBoxes
      if scoresBoxes, regions == nil { throw ModelRunError(.noClassificationHead) }
      if !scoresBoxes, regions != nil { throw ModelRunError(.noRoIHead) }
      return try runningConfigured {
        let map = try model.clip(clip)
        return try regions.map { try model.detect(map, $0) } ?? model.classify(map)
      }
    }
  }

  /// The scores of a task, view by view.
  private func scores(of task: ClipTask, _ source: FrameArray, _ run: ClipRun) throws -> [Tensor] {
    var scores: [Tensor] = []
    try run.run([VideoJob(name: source.name, tasks: [task], open: { source })]) { scores.append($0.scores) }
    return scores
  }
}
