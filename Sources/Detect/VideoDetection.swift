public import AVARecords
internal import Clips
public import Configuration
internal import Files
internal import Geometry
internal import Imaging
public import Inference
internal import Video
internal import Wording

/// Detection on a user's own videos: proposals from a file, frames from the videos.
///
/// A video is seen at AVA's 30 frames a second, whatever its own rate: each clip takes the frames nearest in time.
/// Everything is opened and checked when the value is made, so that a run fails before it computes.
public struct VideoDetection {
  /// How the proposals' times and the videos' clocks meet.
  public struct Timing: Sendable {
    /// The second that the proposals call a file's beginning; nil is found out as by `TimedFrames.startingSecond`.
    public var startingSecond: Double?
    /// Key frames at this distance in seconds instead of at the proposals' own times.
    public var every: Double?

    public init(startingSecond: Double? = nil, every: Double? = nil) {
      self.startingSecond = startingSecond
      self.every = every
    }
  }

  /// A key frame of a video with the people who are scored there.
  struct Moment: Sendable {
    let frame: ProposalList.KeyFrame
    /// Seconds after the file's beginning.
    let time: Double
    /// The number of the frame in the video's own counting.
    let sourceFrame: Int
    /// Its number at 30 frames a second.
    let center: Int
  }

  /// One video and its key frames.
  struct Source: Sendable {
    let path: String
    let name: String
    let moments: [Moment]
  }

  static let framesPerSecond = 30.0

  public let config: Configuration
  public let labelMap: LabelMap
  /// What the user should know of the inputs.
  public let notices: [String]
  /// What was taken for granted, such as the second of a video's beginning.
  public let remarks: [String]
  let sources: [Source]
  /// The key frames of videos that cannot be read at all.
  let unreadable: DamageReport

  /// Opens the videos and reads their proposals.
  ///
  /// - Parameters:
  ///   - videos: The files; a video's name in the proposals is its file name without the extension.
  ///   - proposals: The proposals' file.
  ///   - labelMap: The file of the classes that become rows; nil makes rows of every class, without names.
  ///   - stopsAtDamage: Whether a video that is damaged as a whole, or cut short, is an error; else its key frames are
  ///     passed over.
  /// - Throws: `FileError`, `VideoError`, `RecordError`, `VideoDetectionError`.
  public init(
    _ config: Configuration, videos: [String], proposals path: String, labelMap: String?, timing: Timing,
    stopsAtDamage: Bool = true
  ) throws {
    self.config = config
    if let every = timing.every, !(every >= 1 / Self.framesPerSecond && every.isFinite) {
      throw VideoDetectionError.badStep(every)
    }
    if let start = timing.startingSecond, !start.isFinite { throw VideoDetectionError.badStart(start) }
    var notices: [String] = []
    if let labelMap {
      self.labelMap = try LabelMap.read(path: labelMap)
      try self.labelMap.check(against: config, path: labelMap)
      notices += self.labelMap.notices(against: config, path: labelMap)
    } else {
      let ids = 1...max(1, config[.modelNumClasses])
      self.labelMap = try LabelMap(ids.map { LabelMap.Label(id: $0, name: "action \($0)") })
    }
    let names = videos.map(fileStem)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw VideoDetectionError.sameName(twice)
    }
    let threshold = config[.avaDetectionScoreThresh]
    let proposals = try ProposalList.read(
      paths: [path], scoreThreshold: threshold, times: .any, listedVideos: names)
    notices += proposals.summary.notices(scoreThreshold: threshold, isChosenSubset: true)
    var sources: [Source] = []
    var unreadable = DamageReport()
    var firstFault: VideoError?
    var shifted: [String] = []
    for (video, name) in zip(videos, names) {
      let frames: VideoFrames
      do {
        frames = try VideoFrames(path: video, framesPerSecond: Self.framesPerSecond)
      } catch let error as VideoError where !stopsAtDamage {
        firstFault = firstFault ?? error
        for frame in proposals.keyFrames(of: name) {
          unreadable.append(video: name, second: frame.time.description, cause: "'\(error.path)': \(error.found)")
        }
        continue
      }
      notices += frames.reader.notices.map { "\(name): \($0)" }
      let keyFrames = proposals.keyFrames(of: name)
      let start =
        timing.startingSecond ?? TimedFrames.video(frames.reader).startingSecond(for: keyFrames.map(\.time.seconds))
      if timing.startingSecond == nil && start != 0 { shifted.append(name) }
      var planner = MomentPlanner(frames: frames, startingSecond: start, every: timing.every)
      let moments = planner.moments(of: keyFrames)
      notices += planner.notices
      sources.append(Source(path: video, name: name, moments: moments))
    }
    self.sources = sources.filter { !$0.moments.isEmpty }
    self.notices = notices
    self.unreadable = unreadable
    remarks =
      shifted.isEmpty
      ? []
      : ["the first frame is taken for second 900 (--starting-second says otherwise): \(listed(shifted))"]
    if keyFrameCount == 0, let firstFault { throw firstFault }
    if keyFrameCount == 0 {
      throw VideoDetectionError.nothingToDo(videos: names, notices: notices, proposals: proposals.summary)
    }
  }

  /// How many key frames of readable videos have people to score.
  public var keyFrameCount: Int { sources.reduce(0) { $0 + $1.moments.count } }

  /// Scores all key frames: videos in the order given, times ascending.
  ///
  /// - Parameters:
  ///   - model: A model of the same configuration.
  ///   - isStill: Every clip is its key frame over and over: what scores are worth without motion.
  ///   - stopsAtDamage: Whether the first damaged frame ends the run; else its key frames are passed over.
  ///   - isToStop: Asked after each key frame; true ends the run with what there is.
  ///   - progress: Called after each key frame with the number of those done.
  public func run(
    model: LoadedModel, isStill: Bool = false, stopsAtDamage: Bool = true, isToStop: () -> Bool = { false },
    progress: (Int) -> Void
  ) throws -> VideoDetections {
    let jobs = sources.map { source in
      VideoJob(
        name: source.name, keyFrames: source.moments.map { KeyFrame(center: $0.center, boxes: $0.frame.boxes) },
        open: { try VideoFrames(path: source.path, framesPerSecond: Self.framesPerSecond) })
    }
    var result = VideoDetections(classes: config[.modelNumClasses], labelMap: labelMap)
    result.detections.damage = unreadable
    let run = KeyFrameRun(
      model: model.model, window: ClipWindow(config, isStill: isStill), preprocessing: Preprocessing(config))
    try run.run(
      jobs,
      goesOn: {
        progress($0)
        return !isToStop()
      },
      damaged: { video, keyFrame, damage in
        if stopsAtDamage { throw damage }
        let (source, second) = (sources[video], sources[video].moments[keyFrame].frame.time.description)
        result.detections.damage.append(video: source.name, second: second, cause: damage.cause)
      },
      each: { video, keyFrame, scores in
        result.append(sources[video], sources[video].moments[keyFrame], scores)
      })
    return result
  }
}

/// Finds the frames of a video that its proposals speak of.
private struct MomentPlanner {
  let frames: VideoFrames
  let startingSecond: Double
  let every: Double?
  private(set) var notices: [String] = []

  init(frames: VideoFrames, startingSecond: Double, every: Double?) {
    self.frames = frames
    self.startingSecond = startingSecond
    self.every = every
  }

  mutating func moments(of keyFrames: [ProposalList.KeyFrame]) -> [VideoDetection.Moment] {
    var outside: [Timestamp] = []
    var moments: [VideoDetection.Moment] = []
    for (frame, time) in chosen(keyFrames) {
      let center = (time * VideoDetection.framesPerSecond).rounded()
      guard center >= 0, center < Double(frames.frameCount) else {
        outside.append(frame.time)
        continue
      }
      moments.append(
        VideoDetection.Moment(
          frame: frame, time: time, sourceFrame: frames.reader.nearestFrame(to: time), center: Int(center)))
    }
    if !outside.isEmpty {
      notices.append(
        "\(frames.name): \(counted(outside.count, "key frame")) outside the video, which lasts "
          + "\(fixed(frames.reader.duration, 2)) s from second \(startingSecond): "
          + "\(listed(outside.map(\.description))) -> \(advice(outside, of: keyFrames.count))")
    }
    return moments
  }

  /// What times may be otherwise. A stream does not say how long it is to be: one that was cut short ends, no more.
  private func otherAdvice(_ outside: [Timestamp]) -> String {
    let end = startingSecond + frames.reader.duration
    if !outside.allSatisfy({ $0.seconds >= end }) { return "check --starting-second" }
    return "the video ends at second \(fixed(end, 2)); if it should go on, the file was cut short: copy or record it "
      + "again; if not, check --starting-second"
  }

  /// What times outside the video may be: numbers of its frames, or seconds counted as in AVA's clips.
  private func advice(_ outside: [Timestamp], of total: Int) -> String {
    let (count, duration) = (frames.reader.frameCount, frames.reader.duration)
    let other = otherAdvice(outside)
    let avaStart = Double(ProposalList.Times.firstSecond)
    if outside.allSatisfy({ (0..<duration).contains($0.seconds - avaStart) }) { return "give --starting-second 900" }
    // Numbers of frames lie far outside, most of them; seconds after the end of a video lie near it, a few.
    let far = outside.count { $0.seconds - startingSecond > 3 * duration }
    if far * 2 > total, outside.allSatisfy({ $0.wholeSecond.map { $0 < count } ?? false }), duration > 0 {
      return
        "are these frame numbers? The video has \(count) frames: divide by \(fixed(Double(count) / duration, 2)) "
        + "for seconds; otherwise \(other)"
    }
    return other
  }

  /// The key frames with their times in the file: the proposals' own, or at regular times each with the proposals
  /// nearest to it, at most half a step away.
  private mutating func chosen(_ keyFrames: [ProposalList.KeyFrame]) -> [(ProposalList.KeyFrame, Double)] {
    let own = keyFrames.map { ($0, $0.time.seconds - startingSecond) }
    guard let every else { return own }
    var chosen: [(ProposalList.KeyFrame, Double)] = []
    var alone = 0
    var step = 0
    var nearest = 0
    while Double(step) * every < frames.reader.duration {
      let time = Double(step) * every
      step += 1
      // Both ascend: the nearest proposal never lies before that of the step before.
      while nearest + 1 < own.count, abs(own[nearest + 1].1 - time) < abs(own[nearest].1 - time) { nearest += 1 }
      guard nearest < own.count, abs(own[nearest].1 - time) <= every / 2,
        let stamp = Timestamp(seconds: time + startingSecond)
      else {
        alone += 1
        continue
      }
      chosen.append((own[nearest].0.moved(to: stamp), time))
    }
    if alone > 0 {
      notices.append(
        "\(frames.name): \(counted(alone, "moment")) of \(step) without a proposal within \(fixed(every / 2, 3)) s "
          + "are passed over -> give a larger --every, or more proposals")
    }
    return chosen
  }
}

/// Why there is nothing to detect.
public enum VideoDetectionError: Error, Equatable, CustomStringConvertible {
  case badStep(Double)
  case badStart(Double)
  case sameName(String)
  case nothingToDo(videos: [String], notices: [String], proposals: ProposalList.Summary)

  public var description: String {
    switch self {
    case .badStep(let step):
      return "detecting: key frames every \(step) s, expected at least the time of one frame (1/30 s)"
        + " -> give --every SECONDS, such as 1"
    case .badStart(let second):
      return "detecting: the videos begin at second \(second), expected a number -> give --starting-second SECONDS"
    case .sameName(let name):
      return "detecting: two videos are called '\(name)', the proposals cannot tell them apart -> rename one"
    case .nothingToDo(let videos, let notices, let proposals):
      let why = notices.isEmpty ? "" : " (" + notices.joined(separator: "; ") + ")"
      let advice =
        switch proposals.mainLoss {
        case .belowThreshold: proposals.thresholdAdvice
        case .otherVideos: "the proposals' first column must be the file's name without extension"
        default: "the proposals' second column must be seconds of the video; see also --starting-second and --every"
        }
      return "detecting: no proposal is left for \(listed(videos))\(why) -> \(advice)"
    }
  }
}
