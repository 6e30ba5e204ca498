internal import AVARecords
internal import BoxFiles
public import Configuration
public import Geometry
internal import Imaging
internal import Inference
public import Tracks
internal import Video
internal import Wording

/// Says who is where in a stream while it is read.
public protocol LiveBoxes: AnyObject {
  /// A stream is opened, for the first time or again, before anyone is asked for.
  ///
  /// - Parameters:
  ///   - framesPerSecond: Its rate.
  ///   - isStated: Whether the stream states it; else it is a likely one.
  func begin(framesPerSecond: Double, isStated: Bool)

  /// The people at a time, called with ascending times on the thread that reads the stream.
  ///
  /// - Parameters:
  ///   - time: Seconds after the first frame.
  ///   - size: Of the frames.
  func people(at time: Double, size: ImageSize) throws -> [SeenBox]

  /// The first id that is above all that boxes have, as far as that is known once people were asked for.
  var firstFreeID: Int { get }

  /// What was said since the last call that the user should know.
  func takeNotes() -> [String]

  /// What there is to say once the stream has ended.
  func closingNotes() -> [String]
}

extension LiveBoxes {
  public func begin(framesPerSecond: Double, isStated: Bool) {}
  public var firstFreeID: Int { 1 }
  public func takeNotes() -> [String] { [] }
  public func closingNotes() -> [String] { [] }
}

/// One person, who fills the picture: for a camera that sees one person at most.
public final class WholeFrameBoxes: LiveBoxes {
  public init() {}

  public func people(at time: Double, size: ImageSize) -> [SeenBox] {
    [SeenBox(UnitBox(x1: 0, y1: 0, x2: 1, y2: 1))]
  }
}

/// The boxes of a file, those that are nearest in time.
public final class FileBoxes: LiveBoxes {
  private var source: ProposalSource
  private let path: String
  private let name: String
  private let threshold: Double
  private let reach: Double
  private var keyFrames: [ProposalList.FrameBoxes]?
  /// The same for whoever follows people: each id once in a moment.
  private var seen: [SeenFrame] = []
  public private(set) var firstFreeID = 1
  private var place = 0
  private var rate = (perSecond: 30.0, isStated: false)
  private var hasSeenAnybody = false
  private var notes: [String] = []

  /// - Parameters:
  ///   - name: What the file calls the stream.
  ///   - reach: How many seconds boxes may lie before or after the time that is asked for.
  ///   - usualRate: Frames a second of the data set's clock.
  public init(
    path: String, _ options: ProposalOptions, name: String, config: Configuration, reach: Double, usualRate: Double
  ) throws {
    threshold = config[.avaDetectionScoreThresh]
    var options = options
    options.secondUse = .maySayTime
    source = try ProposalSource(
      path: path, options, scoreThreshold: threshold, videos: [name], usualRate: usualRate)
    notes = source.notices(scoreThreshold: threshold)
    (self.path, self.name, self.reach) = (path, name, reach)
  }

  public func begin(framesPerSecond: Double, isStated: Bool) { rate = (framesPerSecond, isStated) }

  public func people(at time: Double, size: ImageSize) throws -> [SeenBox] {
    let all = try keyFrames ?? read(size)
    while place + 1 < all.count, abs(all[place + 1].time.seconds - time) < abs(all[place].time.seconds - time) {
      place += 1
    }
    guard place < all.count, abs(all[place].time.seconds - time) <= reach else { return [] }
    hasSeenAnybody = true
    return seen[place].boxes
  }

  /// Boxes may be in pixels and by frame numbers: the first frame's size and the stream's rate say what they mean.
  private func read(_ size: ImageSize) throws -> [ProposalList.FrameBoxes] {
    let endless = try VideoFrames(
      EndlessFrames(name: name, size: size, rate.perSecond), framesPerSecond: rate.perSecond)
    let found = try source.keyFrames(of: name, in: endless, start: 0)
    notes += source.remarks + source.boxNotices(scoreThreshold: threshold, isStepped: true)
    if source.usesVideoRate {
      let number = rate.perSecond == rate.perSecond.rounded() ? fixed(rate.perSecond, 0) : fixed(rate.perSecond, 3)
      notes.append(
        "proposals: frames of '\(name)' are counted at \(number) a second, "
          + (rate.isStated ? "the rate that the stream states" : "for the stream states no rate")
          + " (--proposals-fps says otherwise)")
    }
    // A file in which nobody is is a result.
    if found.isEmpty, !source.isEmpty {
      let videos = source.list.summary.unlistedVideos.map { "\($0.video) (\($0.rows))" }
      throw source.emptiness(videos: [name], notices: notes)
        ?? LiveBoxesError.noBoxes(path: path, name: name, others: videos)
    }
    keyFrames = found
    seen = found.map(\.seen).ordered
    firstFreeID = seen.firstFreeID
    return found
  }

  public func closingNotes() -> [String] {
    guard !hasSeenAnybody, let first = keyFrames?.first, let last = keyFrames?.last else { return [] }
    return [
      "proposals: no key frame had boxes within \(short(reach)) s: '\(path)' has them at the seconds \(first.time) to \(last.time), "
        + "and a stream's first frame is second 0 -> subtract the second of the first frame, or use detect, which finds it out"
    ]
  }

  public func takeNotes() -> [String] {
    defer { notes = [] }
    return notes
  }
}

/// Why a file has no boxes for a stream.
public enum LiveBoxesError: Error, Equatable, CustomStringConvertible {
  case noBoxes(path: String, name: String, others: [String])

  public var description: String {
    switch self {
    case .noBoxes(let path, let name, let others):
      let what = others.isEmpty ? "it has no boxes above the threshold" : "it has boxes of \(listed(others))"
      return
        "reading the proposals: '\(path)': no boxes of '\(name)': \(what) -> say with --name what the file calls the "
        + "stream, or give another file"
    }
  }
}

/// What stands for a stream where boxes are read: frames of one size, without an end.
private final class EndlessFrames: FrameSource {
  let name: String
  let size: ImageSize
  let framesPerSecond: Double
  var frameCount: Int { 90_000_000 }
  var isOpenEnded: Bool { true }

  init(name: String, size: ImageSize, _ framesPerSecond: Double) {
    (self.name, self.size, self.framesPerSecond) = (name, size, framesPerSecond)
  }

  func frame(at index: Int) throws -> Image { preconditionFailure("only its size and its clock are asked for") }
}
