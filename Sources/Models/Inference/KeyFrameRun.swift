public import Clips
public import Geometry
public import Imaging
internal import Parallel
internal import RoIAlign
public import Tensors
public import VideoModels

/// A key frame to score: its number in the source, and the people in it.
public struct KeyFrame: Sendable {
  public let center: Int
  public let boxes: [UnitBox]

  public init(center: Int, boxes: [UnitBox]) {
    self.center = center
    self.boxes = boxes
  }
}

/// What a run of key frames can come to.
public enum KeyFrameError: Error, Equatable, CustomStringConvertible {
  /// A score is NaN or infinite; key frames are counted from 0 within their video.
  case notFinite(video: String, keyFrame: Int)

  public var description: String {
    switch self {
    case .notFinite(let video, let keyFrame):
      return "scoring '\(video)', key frame number \(keyFrame + 1): the network's scores are not finite numbers"
        + " -> check the weights for NaN, and DATA.MEAN and DATA.STD"
    }
  }
}

/// The key frames of one video, in ascending order.
public struct VideoJob {
  public let name: String
  /// Opens the frames: videos are opened one after the other, when their turn comes.
  public let open: () throws -> any FrameSource
  public let keyFrames: [KeyFrame]

  public init(name: String, keyFrames: [KeyFrame], open: @escaping () throws -> any FrameSource) {
    self.name = name
    self.keyFrames = keyFrames
    self.open = open
  }
}

/// Scores the people of key frames, one key frame at a time, while the frames of the next are being decoded.
public struct KeyFrameRun {
  public let model: VideoModel
  public let window: ClipWindow
  public let preprocessing: Preprocessing
  /// What the steps cost so far.
  public let costs = PipelineCosts()

  public init(model: VideoModel, window: ClipWindow, preprocessing: Preprocessing) {
    self.model = model
    self.window = window
    self.preprocessing = preprocessing
  }

  /// A key frame on its way to the model.
  private struct Prepared {
    let video: Int
    let keyFrame: Int
    let clip: Result<(frames: FeatureMap, regions: [Region]), FrameDamage>
  }

  /// Scores all key frames in order.
  ///
  /// - Parameters:
  ///   - videos: What to score.
  ///   - goesOn: Called after each key frame with the number of those done; false ends the run.
  ///   - damaged: Called instead of `each` for a key frame whose clip has a damaged frame; what is not thrown here is
  ///     passed over.
  ///   - each: Called after each key frame with its video's and its own number and the scores [boxes, classes].
  /// - Throws: The errors of opening and decoding, of the model, and whatever the two closures throw.
  public func run(
    _ videos: [VideoJob], goesOn: (_ done: Int) -> Bool = { _ in true },
    damaged: (_ video: Int, _ keyFrame: Int, _ damage: FrameDamage) throws -> Void = { throw $2 },
    each: (_ video: Int, _ keyFrame: Int, _ scores: Tensor) throws -> Void
  ) throws {
    var preparation = Preparation(videos: videos, window: window, preprocessing: preprocessing, costs: costs)
    // Two clips wait at most: more would only take memory.
    let prefetcher = Prefetcher<Prepared>(capacity: 2) { try preparation.next() }
    var done = 0
    while let prepared = try costs.wait({ try prefetcher.next() }) {
      let (video, keyFrame) = (prepared.video, prepared.keyFrame)
      switch prepared.clip {
      case .success(let clip):
        let scores = try costs.compute { try model.detect(clip.frames, clip.regions) }
        guard scores.array.allSatisfy(\.isFinite) else {
          throw KeyFrameError.notFinite(video: videos[video].name, keyFrame: keyFrame)
        }
        try each(video, keyFrame, scores)
      case .failure(let damage): try damaged(video, keyFrame, damage)
      }
      done += 1
      if !goesOn(done) { return }
    }
  }

  /// Walks over videos and key frames, preparing one clip at a time.
  private struct Preparation {
    let videos: [VideoJob]
    let window: ClipWindow
    let preprocessing: Preprocessing
    let costs: PipelineCosts
    let storage = ClipStorage()
    var video = 0
    var keyFrame = 0
    var reader: ClipReader?

    mutating func next() throws -> Prepared? {
      while video < videos.count && keyFrame == videos[video].keyFrames.count {
        video += 1
        keyFrame = 0
        reader = nil
      }
      if video == videos.count { return nil }
      let job = videos[video]
      let key = job.keyFrames[keyFrame]
      let reader =
        try self.reader
        ?? ClipReader(
          costs.measure(.opening) { try job.open() }, window: window, preprocessing: preprocessing, storage: storage,
          costs: costs)
      self.reader = reader
      reader.forget(before: key.center)
      defer { keyFrame += 1 }
      do {
        let clip = try reader.clip(around: key.center)
        let boxes = preprocessing.boxes(key.boxes, in: reader.frameSize!)
        return Prepared(
          video: video, keyFrame: keyFrame, clip: .success((clip, boxes.map { Region(batchIndex: 0, box: $0) })))
      } catch let damage as FrameDamage {
        return Prepared(video: video, keyFrame: keyFrame, clip: .failure(damage))
      }
    }
  }
}
