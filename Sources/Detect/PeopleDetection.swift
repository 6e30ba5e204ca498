public import AVARecords
public import Clips
internal import Datasets
internal import Files
internal import Geometry
internal import Imaging
internal import Inference
public import Kernels
public import ObjectDetectors
internal import Parallel
public import Runs
internal import Tracks
internal import Video
internal import Wording

/// A detector with what tells it from others.
public struct LoadedDetector {
  public let detector: any ObjectDetector
  public let path: String
  public let options: DetectorOptions
  public let engine: Engine

  /// Opens the detector of a file of weights.
  ///
  /// - Throws: `FileError`, `CheckpointError`, `ObjectDetectorError`.
  public init(path: String, _ options: DetectorOptions = DetectorOptions(), engine: Engine) throws {
    (self.path, self.options, self.engine) = (path, options, engine)
    detector = try openDetector(path: path, options, engine: engine)
  }
}

/// Finds people in videos: boxes at many moments, by a detector that sees single images.
///
/// Videos are opened and looked at when the value is made. A video is decoded once, however many moments there are.
public struct PeopleDetection {
  /// When people are looked for.
  public enum Moments: Equatable, Sendable {
    /// At this distance in seconds, from the first frame on, as key frames are (`VideoFrames.times`); where `between` says so,
    /// in equal parts between them, too, at most that many seconds apart.
    case every(Double, between: Double? = nil)
    /// At every frame of the video.
    case everyFrame
    /// At key frames that rows have: of each video by name, in its seconds from the beginning or from AVA's 900, whichever most of
    /// them fit. Those beyond the end are passed over.
    case at([String: [Timestamp]])
  }

  public struct Settings: Sendable {
    public var moments = Moments.every(1)
    /// Whether a frame that lasts longer than from key frame to key frame may be looked at more than once.
    public var mayRepeatFrames = false
    /// The option that says the step, for messages.
    public var stepOption = "--every"
    /// What the first frame's second is called.
    public var startingSecond = 0.0
    /// Which of these seconds are looked at; nil for all.
    public var range: ClosedRange<Double>?
    /// Pictures a second of folders.
    public var framesPerSecond = 30.0

    public init() {}
  }

  /// One moment of a video.
  struct Moment {
    let keyFrame: KeyFrame
    let frame: Int
    /// After the first frame.
    let seconds: Double
  }

  /// A video and when it is looked at.
  struct Video {
    let name: String
    let input: FrameInput
    let size: ImageSize
    let framesPerSecond: Double
    let moments: [Moment]
  }

  /// As `VideoDetection` counts frames.
  private static let clock = ActionDataset.ava.clock

  let settings: Settings
  let videos: [Video]
  /// The videos that cannot be read at all, with what is wrong.
  public let unreadable: [(name: String, cause: String)]
  /// What the user should know of the videos.
  public let notices: [String]

  /// - Parameters:
  ///   - paths: Video files, pictures, and folders of pictures that follow one another.
  ///   - stopsAtDamage: Whether a video that cannot be read is an error.
  /// - Throws: `FileError`, `VideoError`, `ImagingError`, `VideoDetectionError`.
  public init(videos paths: [String], _ settings: Settings, stopsAtDamage: Bool) throws {
    self.settings = settings
    if case .every(let step, _) = settings.moments, settings.mayRepeatFrames,
      !(step >= 1 / Self.clock.framesPerSecond && step.isFinite)
    {
      throw VideoDetectionError.badStep(step, framesPerSecond: Self.clock.framesPerSecond)
    }
    let names = paths.map { FrameInput.name(of: $0) }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw VideoDetectionError.sameName(twice)
    }
    if let name = names.first(where: { !isWritable($0) }) { throw VideoDetectionError.unwritableName(name) }
    var (videos, unreadable): ([Video], [(name: String, cause: String)]) = ([], [])
    var (notices, empty): ([String], [String]) = ([], [])
    var first: (any Error)?
    for (path, name) in zip(paths, names) {
      do {
        let input = try FrameInput(path, framesPerSecond: settings.framesPerSecond)
        let frames = try input.open(name, colours: VideoDetection.colours)
        try Self.check(settings, of: name, framesPerSecond: frames.framesPerSecond)
        notices += input.notices.map { "\(name): \($0)" }
        let video = Video(
          name: name, input: input, size: try frames.size, framesPerSecond: frames.framesPerSecond,
          moments: try Self.moments(of: frames, name, settings))
        if video.moments.isEmpty { empty.append(name) }
        videos.append(video)
      } catch  where !stopsAtDamage {
        guard let cause = FrameInput.fault(error) else { throw error }
        first = first ?? error
        unreadable.append((name, cause))
      }
    }
    if videos.isEmpty, let first {
      throw unreadable.count == 1
        ? first : VideoDetectionError.unreadable(unreadable.map { "'\($0.name)': \($0.cause)" })
    }
    if !empty.isEmpty {
      let list = listed(empty.map { "'\($0)'" })
      notices.append("no frame of \(list) lies\(VideoDetectionError.words(settings.range)): nobody is looked for there")
    }
    (self.videos, self.unreadable, self.notices) = (videos, unreadable, notices)
    if momentCount == 0 { throw VideoDetectionError.noMoments(videos: names, range: settings.range) }
  }

  /// Makes sure that no frame is looked at more than once.
  private static func check(_ settings: Settings, of name: String, framesPerSecond rate: Double) throws {
    guard case .every(let step, let between) = settings.moments, between != nil || !settings.mayRepeatFrames else {
      return
    }
    let asked = between ?? step
    // Rates are averages: a hundredth is nobody's mistake.
    if !(asked * rate >= 0.99 && asked.isFinite) {
      throw VideoDetectionError.badLook(asked, video: name, framesPerSecond: rate, option: settings.stepOption)
    }
  }

  private static func moments(of frames: any FrameSource, _ name: String, _ settings: Settings) throws -> [Moment] {
    var moments: [Moment] = []
    func add(_ seconds: Double, _ frame: Int) {
      let second = settings.startingSecond + seconds
      if settings.range?.contains(second) == false { return }
      guard let time = Timestamp(seconds: second) else { return }
      moments.append(Moment(keyFrame: KeyFrame(video: name, time: time), frame: frame, seconds: seconds))
    }
    switch settings.moments {
    case .everyFrame:
      for frame in 0..<frames.frameCount { add(frames.time(of: frame), frame) }
    case .at(let all):
      let times = all[name] ?? []
      let start = frames.startingSecond(for: times.map(\.seconds), orFrom: Double(clock.firstSecond))
      for time in Set(times).sorted() where (start..<start + frames.duration).contains(time.seconds) {
        let seconds = time.seconds - start
        moments.append(
          Moment(keyFrame: KeyFrame(video: name, time: time), frame: frames.nearest(to: seconds), seconds: seconds))
      }
    case .every(let step, let between):
      let parts = between.map { Int((step / $0 - 1e-9).rounded(.up)) } ?? 1
      let view = try VideoFrames(frames, framesPerSecond: clock.framesPerSecond)
      for seconds in view.times(every: step, parts: max(1, parts)) { add(seconds, frames.nearest(to: seconds)) }
    }
    return moments
  }

  /// At how many moments people are looked for.
  public var momentCount: Int { videos.reduce(0) { $0 + $1.moments.count } }

  /// How many of them need no more work.
  public func doneCount(in journal: RunJournal) -> Int {
    videos.reduce(0) { $0 + $1.moments.count { journal.hasPeople(at: $0.keyFrame, frame: $0.frame) } }
  }

  /// What the boxes depend on, for a journal: which moments there are is no part of it.
  ///
  /// - Throws: `FileError` for inputs that cannot be read.
  public func identity(_ loaded: LoadedDetector) throws -> RunIdentity {
    var identity = RunIdentity()
    identity.add(loaded.engine)
    identity.add(.weights, try fileFingerprint(loaded.path, isWhole: true, doing: "reading the detector"))
    identity.add(.detector, loaded.detector.name + (loaded.options.shortSide.map { ", short side \($0)" } ?? ""))
    try addVideos(to: &identity)
    return identity
  }

  /// Adds what tells the videos from others.
  ///
  /// - Throws: `FileError`.
  public func addVideos(to identity: inout RunIdentity) throws {
    for video in videos { try identity.add(video.input, of: video.name) }
    for (name, _) in unreadable { identity.add(.video, name, RunIdentity.unreadable) }
  }

  /// Looks for people at all moments that a journal lacks: videos in the order given, times ascending.
  ///
  /// - Parameters:
  ///   - journal: Where the people go, and what has some already; see `identity`.
  ///   - personClass: Which of the detector's classes; nil for its own of people.
  ///   - stopsAtDamage: Whether the first damaged frame ends the run; else it is passed over.
  ///   - isToStop: Asked after each moment; true ends the run with what there is.
  ///   - progress: Called after each moment with the number of those done, with those that the journal had.
  /// - Throws: The errors of the videos, the detector and the journal.
  public func run(
    _ detector: any ObjectDetector, journal: RunJournal, personClass: Int? = nil, stopsAtDamage: Bool,
    isToStop: () -> Bool = { false }, progress: (Int) -> Void
  ) throws -> FoundPeople {
    var done = doneCount(in: journal)
    var isStopped = false
    var unfit = 0
    for video in videos {
      let missing = video.moments.filter { !journal.hasPeople(at: $0.keyFrame, frame: $0.frame) }
      if missing.isEmpty { continue }
      let frames: any FrameSource
      do {
        frames = try video.input.open(video.name, colours: VideoDetection.colours)
      } catch {
        // It was sound when it was surveyed.
        guard !stopsAtDamage, let cause = FrameInput.fault(error) else { throw error }
        for moment in missing { try journal.note(moment.keyFrame, damage: cause) }
        continue
      }
      try Self.look(at: missing, in: frames, detector, personClass, PipelineCosts()) { moment, people in
        switch people {
        case .failure(let fault):
          if stopsAtDamage { throw fault.damage }
          if fault.isUnfit { unfit += 1 }
          try journal.note(moment.keyFrame, damage: fault.damage.cause)
        case .success(let people):
          try journal.append(people, at: moment.keyFrame, frame: moment.frame, seconds: moment.seconds)
        }
        done += 1
        progress(done)
        isStopped = isToStop()
        return !isStopped
      }
      if isStopped { break }
    }
    var found = try found(in: journal)
    found.unfit = unfit
    return found
  }

  /// Looks for people at all moments and keeps nothing, for a measurement.
  ///
  /// - Throws: The errors of the videos and the detector, damaged frames among them.
  public func measure(_ detector: any ObjectDetector, _ costs: PipelineCosts) throws -> FoundPeople {
    let found = try videos.map { video in
      let frames = try costs.measure(.opening) { try video.input.open(video.name, colours: VideoDetection.colours) }
      var found: [FoundPeople.Frame] = []
      try Self.look(at: video.moments, in: frames, detector, nil, costs) { moment, people in
        found.append(
          FoundPeople.Frame(
            time: moment.keyFrame.time, seconds: moment.seconds, number: moment.frame,
            people: try people.mapError(\.damage).get()))
        return true
      }
      return FoundPeople.Video(
        name: video.name, size: video.size, framesPerSecond: video.framesPerSecond,
        pictureNames: video.input.pictureNames, frames: found)
    }
    return FoundPeople(videos: found, damage: DamageReport())
  }

  /// Why nobody could look at a moment.
  private struct LookFault: Error {
    let damage: FrameDamage
    /// Whether the picture is sound, and none for the detector.
    var isUnfit = false
  }

  /// Has a detector look at moments of a video; the next frame is decoded while it sees this one.
  ///
  /// - Parameters:
  ///   - personClass: Which of the detector's classes; nil for its own of people.
  ///   - body: Gets the people of each moment, in their order; false ends the walk.
  private static func look(
    at moments: [Moment], in frames: any FrameSource, _ detector: any ObjectDetector, _ personClass: Int?,
    _ costs: PipelineCosts, _ body: (Moment, Result<[ClipTask.Person], LookFault>) throws -> Bool
  ) throws {
    var place = 0
    let images = Prefetcher<(moment: Moment, image: Result<Image, FrameDamage>)>(capacity: 2) {
      guard place < moments.count else { return nil }
      let moment = moments[place]
      place += 1
      do {
        return (moment, .success(try costs.measure(.decoding) { try frames.frame(at: moment.frame) }))
      } catch let damage as FrameDamage {
        return (moment, .failure(damage))
      }
    }
    while let (moment, image) = try costs.wait({ try images.next() }) {
      let people: Result<[ClipTask.Person], LookFault>
      switch image {
      case .failure(let damage): people = .failure(LookFault(damage: damage))
      case .success(let image):
        do {
          let objects = try costs.compute { try detector.objects(in: image) }
          people = .success(
            objects.filter { $0.classIndex == personClass ?? detector.personClass }.map {
              ClipTask.Person(box: $0.box.unit(in: image.size), proposalScore: Double($0.score))
            }.filter(\.box.isProper))
        } catch let error as ObjectDetectorError {
          // It is this picture's fault, and no other one's.
          guard case .impossibleImage = error else { throw error }
          let doing = "looking for people in frame \(moment.frame) of '\(moment.keyFrame.video)'"
          let damage = FrameDamage(frame: moment.frame, cause: withoutAdvice(error), description: "\(doing): \(error)")
          people = .failure(LookFault(damage: damage, isUnfit: true))
        }
      }
      if try !body(moment, people) { break }
    }
  }

  /// What a journal has of the moments.
  private func found(in journal: RunJournal) throws -> FoundPeople {
    var damage = DamageReport()
    let found = try videos.map { video in
      var frames: [FoundPeople.Frame] = []
      for moment in video.moments {
        if let people = try journal.people(at: moment.keyFrame, frame: moment.frame) {
          frames.append(
            FoundPeople.Frame(
              time: moment.keyFrame.time, seconds: moment.seconds, number: moment.frame, people: people))
        } else if let cause = journal.damage(at: moment.keyFrame) {
          damage.append(moment.keyFrame, cause: cause)
        }
      }
      return FoundPeople.Video(
        name: video.name, size: video.size, framesPerSecond: video.framesPerSecond,
        pictureNames: video.input.pictureNames, frames: frames)
    }
    return FoundPeople(videos: found, damage: damage)
  }
}
