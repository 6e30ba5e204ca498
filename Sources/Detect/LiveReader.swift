internal import AVARecords
internal import Clips
internal import Clocks
internal import Geometry
internal import Glibc
internal import Imaging
internal import Inference
internal import Tracks
internal import Video
internal import Wording

/// Reads a stream on a thread of its own: connects, and connects again, cuts the clips of its key frames, and asks who is
/// in them.
final class LiveReader {
  enum Element {
    case news(LiveDetection.News)
    case ready(ClipRun.ReadyTask, LiveDetection.Moment)
  }

  private let settings: LiveDetection.Settings
  private let run: ClipRun
  private let views: [View]
  private let framesPerSecond: Double
  /// Who is where; nil where that is found out when a key frame is scored.
  private let boxes: (any LiveBoxes)?
  private let watch: StreamWatch
  private let open: () throws -> any FrameStream
  private var stream: (any FrameStream)?
  private var frames: LiveFrames?
  private var reader: ViewReader?
  /// The stretch's first frame on the clock of the stream, in seconds.
  private var start = 0.0
  /// That on the monotonic clock.
  private var startClock = 0.0
  /// The first frame of all, on the monotonic clock.
  private var firstClock: Double?
  /// The number of the next key frame.
  private var step = 0
  private var attempt = 0
  /// When to connect again, on the monotonic clock.
  private var resumption = 0.0
  private var news: [LiveDetection.News] = []
  private var isOver = false
  private var linker: LiveLinker
  private var saidDamage = 0
  private var saidLag = -Double.infinity

  init(
    _ settings: LiveDetection.Settings, _ run: ClipRun, views: [View], framesPerSecond: Double, boxes: (any LiveBoxes)?,
    watch: StreamWatch, open: @escaping () throws -> any FrameStream
  ) {
    self.settings = settings
    self.run = run
    self.views = views
    self.framesPerSecond = framesPerSecond
    self.boxes = boxes
    self.watch = watch
    self.open = open
    linker = LiveLinker(every: settings.every)
  }

  /// The next key frame, or what there is to say before it; nil at the end.
  ///
  /// - Throws: What ends the watch: a stream that was never there, a file that breaks off, boxes that cannot be read.
  func next() throws -> Element? {
    while true {
      if !news.isEmpty { return .news(news.removeFirst()) }
      if isOver || watch.isCancelled { return nil }
      if frames == nil {
        try begin()
      } else if let element = try keyFrame() {
        return element
      }
    }
  }

  // MARK: Stretches

  /// Connects, and goes to the first frame.
  private func begin() throws {
    sleep(until: resumption)
    if watch.isCancelled { return }
    do {
      let stream = try open()
      self.stream = stream
      saidDamage = 0
      guard let time = try stream.advance() else {
        throw VideoError(doing: "reading a stream", path: stream.name, reason: "it ends before its first frame")
      }
      begin(stream, at: time)
    } catch let error as VideoError {
      stream = nil
      if watch.isCancelled { return }
      if firstClock == nil { throw error }
      try wait(after: error.reason)
    }
  }

  /// Begins a stretch at the stream's present frame.
  private func begin(_ stream: any FrameStream, at time: Double, after passed: Double = 0) {
    let now = monotonicSeconds()
    startClock = now
    // What came between two connections was not seen, but took its time.
    let clock = firstClock.map { now - $0 } ?? 0
    start = passed > 0 ? start + passed : settings.isLive ? max(clock, lastTime) : lastTime
    firstClock = firstClock ?? now
    let frames = LiveFrames(stream, firstTime: time, framesPerSecond: framesPerSecond) { [unowned self] in pace($0) }
    self.frames = frames
    reader = run.reader(of: frames)
    boxes?.begin(framesPerSecond: stream.framesPerSecond, isStated: stream.statesRate)
    step = max(step, Int((start / settings.every - 1e-6).rounded(.up)))
    news.append(
      .opened(summary: (stream as? LiveStream)?.summary(frames.size) ?? stream.name, size: frames.size, time: start))
  }

  /// Where the stretch before ended.
  private var lastTime = 0.0

  /// Waits until it is a frame's time by the clock, where the stream is live: what could be read faster is not.
  private func pace(_ time: Double) {
    if !settings.isLive { return }
    let due = startClock + time
    let now = monotonicSeconds()
    if now - due > 2, now - saidLag > 30 {
      saidLag = now
      news.append(.noted("reading is \(fixed(now - due, 1)) s behind the stream: decoding takes longer than it lasts"))
    }
    sleep(until: due)
  }

  /// Waits until a time of the monotonic clock, or until nobody wants the stream any more.
  private func sleep(until time: Double) {
    while !watch.isCancelled {
      let left = time - monotonicSeconds()
      if left <= 0 { return }
      usleep(UInt32(min(left, 0.05) * 1e6) + 1)
    }
  }

  /// Ends a stretch, and the watch where nothing can follow.
  private func end(_ ending: LiveFrames.Ending) throws {
    guard let frames, let stream else { return }
    let passed = frames.readTime + 1 / stream.framesPerSecond
    lastTime = start + passed
    self.frames = nil
    reader = nil
    switch ending {
    case .otherSize(let time), .jump(let time):
      if case .jump = ending { news.append(.noted("the stream's clock jumped at \(fixed(lastTime, 1)) s")) }
      begin(stream, at: time, after: passed)
    case .endOfStream:
      self.stream = nil
      let isFinal = (stream as? LiveStream).map { $0.statesLength || !$0.input.isLive || $0.input.isDevice } ?? true
      if isFinal || settings.retries == 0 {
        isOver = true
        news += (boxes?.closingNotes() ?? []).map { .noted($0) }
        news.append(.ended("the stream has ended", time: lastTime))
      } else {
        try wait(after: "the stream has ended")
      }
    case .failure(let error):
      self.stream = nil
      if watch.isCancelled { return }
      if (stream as? LiveStream)?.input.isLive != true { throw error }
      try wait(after: error.reason)
    }
  }

  /// Waits before the next try to connect: 1 s, then twice as long each time, at most half a minute.
  private func wait(after reason: String) throws {
    if let retries = settings.retries, attempt >= retries {
      throw VideoError(
        doing: "watching a stream", path: settings.name,
        reason: "\(reason); gave up after \(counted(attempt, "try", plural: "tries")) to connect again (--retries)")
    }
    let seconds = min(30, settings.firstWait * Double(1 << min(attempt, 20)))
    attempt += 1
    resumption = monotonicSeconds() + seconds
    // Said before the wait, not after it.
    news.append(.reconnecting(reason: reason, seconds: seconds))
  }

  // MARK: Key frames

  /// Cuts the next key frame's clips.
  ///
  /// - Returns: Nil where there was none of it.
  private func keyFrame() throws -> Element? {
    guard let frames, let reader else { return nil }
    let time = Double(step) * settings.every
    let center = Int(((time - start) * framesPerSecond).rounded())
    // Later key frames need frames between those of this one where they do not lie on the same grid.
    let distance = settings.every * framesPerSecond
    let takesAll = run.networks.contains { distance.remainder(dividingBy: Double($0.want.window.rate)) != 0 }
    frames.wanted = settings.keepsImages || boxes == nil ? center : nil
    do {
      try reader.read(views, around: center, takesAll: takesAll)
    } catch let damage as FrameDamage {
      // Only at the end of a stretch: there the key frame is passed over.
      news.append(.noted(damage.cause))
      step += 1
      if let ending = frames.ending { try end(ending) }
      return nil
    }
    if let ending = frames.ending, center >= frames.frameCount {
      try end(ending)
      return nil
    }
    attempt = 0
    step += 1
    sayDamage()
    let people = try boxes?.people(at: time, size: frames.size) ?? []
    news += (boxes?.takeNotes() ?? []).map { .noted($0) }
    let moment = LiveDetection.Moment(
      time: time, people: people,
      ids: try boxes.map { try linker.ids(of: people, time, frames.size, firstID: $0.firstFreeID) } ?? [],
      image: frames.wantedImage, arrival: frames.arrival(of: center))
    guard let stamp = Timestamp(seconds: time) else { return nil }
    let task = ClipTask(
      KeyFrame(video: settings.name, time: stamp), center: center,
      people: people.map { ClipTask.Person(box: $0.box, proposalScore: $0.score) }, views: views)
    return .ready(try run.ready(task, reader, peopleFollow: boxes == nil), moment)
  }

  private func sayDamage() {
    guard let damaged = (stream as? LiveStream)?.damaged, damaged > saidDamage else { return }
    news.append(.noted("\(counted(damaged - saidDamage, "damaged frame")) left out"))
    saidDamage = damaged
  }
}
