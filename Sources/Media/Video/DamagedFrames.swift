internal import Imaging

/// The frames of a video that cannot be shown as they were recorded, as far as it is known.
struct DamagedFrames: Sendable {
  /// Frames one after the other that one fault takes away: the damaged one and those that lean on it.
  struct Run: Sendable {
    let frames: Range<Int>
    let cause: String
  }

  private var runs: [Run] = []

  /// Adds a run; one that is there already stays as it is.
  mutating func add(_ frames: Range<Int>, cause: String) {
    if !frames.isEmpty && !runs.contains(where: { $0.frames == frames }) {
      runs.append(Run(frames: frames, cause: cause))
    }
  }

  /// Gives frame `i` the number `new[i]`; numbers ascend.
  mutating func renumber(_ new: [Int]) {
    runs = runs.map { Run(frames: new[$0.frames.lowerBound]..<new[$0.frames.upperBound - 1] + 1, cause: $0.cause) }
  }

  /// The run that a frame belongs to; nil for one that is not known to be damaged.
  func run(of frame: Int) -> Run? { runs.first { $0.frames.contains(frame) } }

  /// All of them.
  var list: DamageList {
    var (list, next) = (DamageList(), 0)
    for run in runs.sorted(by: { $0.frames.lowerBound < $1.frames.lowerBound }) {
      for frame in run.frames where frame >= next { list.append(frame, cause: run.cause) }
      next = max(next, run.frames.upperBound)
    }
    return list
  }

  /// Whether one of the frames is damaged.
  func isAny(of frames: Range<Int>) -> Bool { runs.contains { $0.frames.overlaps(frames) } }
}

/// Follows damage through frames in order of presentation, where nothing but the decoder knows the stream.
struct DamageTrail {
  private(set) var damaged = DamagedFrames()
  private var open: (first: Int, cause: String)?
  private var earliestEnd = 0
  /// When the damaged frame is shown: a key frame after it leans on nothing of it.
  private var damagedTime: Int64?
  /// The frame before the last gap in the clock, up to the next key frame.
  private var suspect: Int?
  /// The last complaint, up to which frame it may be about a gap, and how to call it.
  private var complaint: (last: Int, cause: String, lag: Int)?
  /// Frames that came out last and may lean on the next one.
  private var leaning = 0

  /// Something failed before frame `number`, or the frame itself is damaged.
  ///
  /// - Parameters:
  ///   - lag: How many frames may still come out that went in before: a key frame among them ends nothing.
  ///   - time: When the damaged frame is shown, where that is known.
  mutating func begin(at number: Int, cause: String, lag: Int, time: Int64?) {
    if open == nil { open = (number - leaning, cause) }
    earliestEnd = number + lag
    damagedTime = time
  }

  /// Before frame `number` the clock skips: frames may be missing, or were never there.
  mutating func skip(before number: Int) {
    suspect = suspect ?? number - 1
    // The decoder works ahead: it may have complained while earlier frames came out.
    if let complaint, number <= complaint.last {
      complain(at: number, cause: complaint.cause, lag: complaint.lag)
    }
  }

  /// The decoder complains while frame `number` comes out. Decoders grumble about sound streams too; after a gap it is
  /// the frames lost there that they miss.
  mutating func complain(at number: Int, cause: String, lag: Int) {
    complaint = (number + lag, cause, lag)
    guard let first = suspect, open == nil else { return }
    open = (first, cause)
    (earliestEnd, damagedTime) = (number + lag, nil)
  }

  /// Frame `number` came out and bears no mark of damage.
  ///
  /// - Parameter time: When it is shown.
  mutating func pass(_ number: Int, isKey: Bool, isB: Bool, time: Int64?) {
    leaning = isB ? min(leaning + 1, 16) : 0
    if isKey { suspect = nil }
    let isLater = damagedTime.flatMap { damaged in time.map { $0 > damaged } } ?? false
    guard let open, isKey, number >= earliestEnd || isLater else { return }
    damaged.add(open.first..<number, cause: open.cause)
    self.open = nil
  }

  /// There are `count` frames.
  mutating func end(at count: Int) {
    // What failed after the last frame took frames away that nobody can count: the last one stands for them.
    if let open { damaged.add(min(open.first, count - 1)..<count, cause: open.cause) }
    open = nil
  }
}
