public import AVARecords
internal import Clocks
public import Configuration
internal import Clips
public import Datasets
public import Geometry
public import Imaging
public import Inference
public import ObjectDetectors
internal import Parallel
internal import Synchronization
internal import Tensors
internal import Tracks
public import Video

/// Detection in a stream while it runs: scores of each key frame as soon as they are there.
///
/// One thread reads, decodes and cuts clips, the caller's computes. Memory does not depend on how long it lasts: a clip or
/// two wait, and the frames of one window are kept.
public final class LiveDetection {
  public struct Settings: Sendable {
    /// What messages call the stream.
    public var name: String
    /// Seconds from key frame to key frame.
    public var every = 1.0
    /// Whether the stream goes on by the clock: then it is read no faster, and where the network is behind, the oldest key
    /// frames that wait are dropped. Else every key frame is scored, however long it takes.
    public var isLive = true
    /// How many seconds without data are an interruption.
    public var stall = 10.0
    /// How many tries in a row to connect again; nil for no end, 0 for none.
    public var retries: Int?
    /// How long to wait before the first of them, in seconds; twice as long before each next one, at most half a minute.
    public var firstWait = 1.0
    /// Whether the images of key frames are kept, for drawing.
    public var keepsImages = false

    public init(name: String) { self.name = name }
  }

  /// A key frame before it is scored.
  struct Moment {
    let time: Double
    var people: [SeenBox]
    var ids: [Int?]
    var image: Image?
    let arrival: Double?
  }

  /// Somebody in a key frame.
  public struct Person: Sendable {
    public let box: UnitBox
    /// The box's own.
    public let score: Double
    /// Who it is.
    public let id: Int?
    /// The actions of the label map, best first.
    public let actions: [(id: Int, name: String, score: Float)]
  }

  /// A key frame with its people.
  public struct KeyFrame {
    /// Seconds after the stream's first frame.
    public let time: Double
    /// Seconds from the key frame's arrival to its scores.
    public let latency: Double?
    public let people: [Person]
    /// Where images are kept.
    public let image: Image?
  }

  /// What happens beside key frames.
  public enum News: Sendable, Equatable {
    /// A stretch of the stream begins: at the beginning, after a connection, with another size.
    case opened(summary: String, size: ImageSize, time: Double)
    /// Key frames were dropped, for the network was behind.
    case dropped(times: [Double])
    /// The stream was interrupted; after so many seconds it is opened again.
    case reconnecting(reason: String, seconds: Double)
    /// Something to know.
    case noted(String)
    /// No more key frames come.
    case ended(String, time: Double)
  }

  public enum Event {
    case news(News)
    case keyFrame(KeyFrame)
  }

  public let settings: Settings
  public let labelMap: LabelMap
  /// How many seconds of the stream after a key frame its clip reaches: results cannot come earlier.
  public let lookahead: Double
  private let config: Configuration
  private let dataset: ActionDataset
  private let watch: StreamWatch
  private let open: () throws -> any FrameStream

  /// - Parameters:
  ///   - labelMap: The file of the classes that are told; nil for every class, without names.
  ///   - dataset: At whose rate the network sees frames.
  ///   - watch: Ends waiting for the stream.
  ///   - open: Connects: once, and after each interruption.
  public init(
    _ config: Configuration, _ settings: Settings, labelMap: String?, dataset: ActionDataset = .ava,
    watch: StreamWatch, open: @escaping () throws -> any FrameStream
  ) throws {
    if let labelMap {
      self.labelMap = try LabelMap.read(path: labelMap)
      try self.labelMap.check(against: config, path: labelMap)
    } else {
      self.labelMap = try LabelMap.unnamed(config)
    }
    self.config = config
    self.settings = settings
    self.dataset = dataset
    self.watch = watch
    self.open = open
    let window = ClipWindow(config)
    let last = window.indices(around: 1 << 30, count: .max).last ?? 1 << 30
    lookahead = Double(max(0, last - 1 << 30)) / dataset.clock.framesPerSecond
  }

  /// Who says where people are.
  public enum People {
    /// They are asked for on the thread that reads the stream.
    case boxes(any LiveBoxes)
    /// A detector sees each key frame before it is scored; these are who it finds with at least a score.
    case detector(any ObjectDetector, scoreThreshold: Double)
  }

  /// Watches until the stream ends or nobody wants it any more.
  ///
  /// - Parameters:
  ///   - model: Of the same configuration.
  ///   - isToStop: Asked several times a second; true ends the watch in good order.
  ///   - each: Called with what happens, in its order.
  /// - Throws: The errors of the stream (where it was never there, or cannot be connected again), of the boxes, of the
  ///   model, and what `each` throws.
  public func run(
    _ model: LoadedModel, people: People, isToStop: () -> Bool, each: (Event) throws -> Void
  ) throws {
    let views = TestViews(config)
    let run = ClipRun(config, nil, [model], isStill: false)
    var boxes: (any LiveBoxes)?
    if case .boxes(let own) = people { boxes = own }
    let reader = LiveReader(
      settings, run, views: views.views, framesPerSecond: dataset.clock.framesPerSecond, boxes: boxes, watch: watch,
      open: open)
    var linker = LiveLinker(every: settings.every)
    let dropped = Dropped()
    let elements =
      settings.isLive
      ? Prefetcher(newest: 1, mayGo: { $0.isReady }, gone: { dropped.add($0) }, produce: { try reader.next() })
      : Prefetcher(capacity: 1) { try reader.next() }
    // However it ends, the reading thread is not waited for until the stream stalls.
    defer { watch.cancel() }
    while !isToStop() {
      let next = try elements.next(within: 0.2)
      let times = dropped.take()
      if !times.isEmpty { try each(.news(.dropped(times: times))) }
      switch next {
      case .nothing: continue
      case .end: return
      case .element(.news(let news)): try each(.news(news))
      case .element(.ready(let task, let moment)):
        var (moment, found) = (moment, [ClipTask.Person]?.none)
        if case .detector(let detector, let threshold) = people, let image = moment.image {
          let seen = try detector.people(in: image, scoreThreshold: Float(threshold)).map {
            SeenBox($0.box.unit(in: image.size), score: Double($0.score))
          }.filter(\.box.isProper)
          moment.people = seen
          moment.ids = try linker.ids(of: seen, moment.time, image.size)
          if !settings.keepsImages { moment.image = nil }
          found = seen.map { ClipTask.Person(box: $0.box, proposalScore: $0.score) }
        }
        let scores = views.fusion.fuse(try run.scores(of: task, people: found))
        try each(.keyFrame(keyFrame(moment, scores)))
      }
    }
  }

  private func keyFrame(_ moment: Moment, _ scores: Tensor) -> KeyFrame {
    let classes = config[.modelNumClasses]
    let people = moment.people.enumerated().map { index, seen in
      let actions = labelMap.labels.map { label in
        (id: label.id, name: label.name, score: scores.values[index * classes + label.id - 1])
      }
      return Person(
        box: seen.box, score: seen.score, id: moment.ids.indices.contains(index) ? moment.ids[index] : nil,
        actions: actions.sorted { ($1.score, $0.id) < ($0.score, $1.id) })
    }
    return KeyFrame(
      time: moment.time, latency: moment.arrival.map { monotonicSeconds() - $0 }, people: people, image: moment.image)
  }
}

extension LiveReader.Element {
  /// Whether it is a key frame.
  var isReady: Bool { if case .ready = self { true } else { false } }
}

/// The times of key frames that were dropped: noted by the reading thread, taken by the one that computes.
private final class Dropped: Sendable {
  private let times = Mutex<[Double]>([])

  func add(_ element: LiveReader.Element) {
    if case .ready(_, let moment) = element { times.withLock { $0.append(moment.time) } }
  }

  func take() -> [Double] {
    times.withLock { times in
      defer { times = [] }
      return times
    }
  }
}
