internal import BoxFiles
public import Geometry
internal import Glibc
internal import Parallel
public import Tracks
public import Video
internal import Wording

/// Boxes that come line by line while the stream is read, each line a ``LineOfBoxes``.
///
/// Times are seconds after the stream's first frame, lines come in their order; a line without one is of the frame that was read
/// last. Boxes in pixels are of the line's "size", else of the stream where a number is greater than 2. What no key frame can be
/// matched with is said: times of another clock, and lines that come after their key frame.
public final class LineBoxes: LiveBoxes {
  /// How far a box may reach beyond the picture, as detectors' boxes do, in its sides.
  private static let slack = 0.1

  private typealias Moment = (time: Double, boxes: [SeenBox])

  private let lines: Prefetcher<[UInt8]>
  private let reach: Double
  private let waits: Bool
  private var moments: [Moment] = []
  private var lineNumber = 0
  private var isOver = false
  private var lastTime = -Double.infinity
  private var notes: [String] = []
  private var unsaid = 0
  private var clock = LineClock()
  /// Lines that came after later ones, and too late.
  private var lateLines = 0
  private var nextSaid = 1

  /// - Parameters:
  ///   - descriptor: Where lines come from.
  ///   - reach: How many seconds boxes may lie before or after the time that is asked for.
  ///   - waits: Whether to wait for a line of a later time before boxes of one are said to be none.
  ///   - watch: Ends reading.
  public init(descriptor: Int32, reach: Double, waits: Bool, watch: StreamWatch) {
    self.reach = reach
    self.waits = waits
    let reader = LineReader(descriptor, watch)
    lines = Prefetcher(capacity: 256) { reader.next() }
  }

  public func people(at time: Double, size: ImageSize) throws -> [SeenBox] {
    while !isOver, try take(at: time, size) {}
    moments.removeAll { $0.time < time - reach }
    let near = moments.filter { abs($0.time - time) <= reach }
    let nearest = near.min { abs($0.time - time) < abs($1.time - time) }
    if let note = clock.ask(at: time, isAnswered: nearest != nil, reach: reach) { notes.append(note) }
    return nearest?.boxes ?? []
  }

  /// Takes one line.
  ///
  /// - Returns: Whether to take another.
  private func take(at time: Double, _ size: ImageSize) throws -> Bool {
    if waits && lastTime > time + reach { return false }
    switch try lines.next(within: waits ? 0.2 : 0) {
    case .nothing: return waits
    case .end: isOver = true
    case .element(let line):
      lineNumber += 1
      if line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) { return true }
      do throws(LineFault) {
        let moment = try parse(line, now: time, size)
        // A line may be late; what has been asked for has been answered.
        if moment.time < lastTime, moment.time < time - reach { sayLate(moment.time) }
        lastTime = max(lastTime, moment.time)
        clock.add(moment.time)
        if moments.count == 10_000 { moments.removeFirst() }
        moments.append(moment)
      } catch {
        complain(error)
      }
    }
    return !isOver
  }

  /// Says the first wrong lines, and counts the others.
  private func complain(_ fault: LineFault) {
    if notes.count < 10 {
      notes.append("reading boxes: line \(lineNumber) of the standard input: \(fault.what); the line is passed over")
    } else {
      unsaid += 1
    }
  }

  /// Says the first late line, the tenth, the hundredth: a stream may have no end at which they could be counted.
  private func sayLate(_ time: Double) {
    lateLines += 1
    guard lateLines == nextSaid else { return }
    nextSaid *= 10
    let count = lateLines == 1 ? "" : " (\(lateLines) such lines so far)"
    notes.append(
      "reading boxes: line \(lineNumber) of the standard input: its time \(short(time)) comes after \(short(lastTime)), when its key "
        + "frame had been answered, and it is passed over\(count) -> write lines in the order of their times")
  }

  public func closingNotes() -> [String] {
    let late =
      "reading boxes: \(counted(lateLines, "line")) came after lines of later times and too late, and "
      + "\(lateLines == 1 ? "was" : "were") passed over -> write lines in the order of their times"
    return [clock.closingNote(reach: reach), lateLines > 0 ? late : nil].compactMap(\.self)
  }

  public func takeNotes() -> [String] {
    defer { (notes, unsaid) = ([], 0) }
    return unsaid == 0 ? notes : notes + ["reading boxes: \(counted(unsaid, "more line")) passed over"]
  }

  // MARK: Lines

  private struct LineFault: Error { let what: String }

  private func parse(_ line: [UInt8], now: Double, _ size: ImageSize) throws(LineFault) -> Moment {
    let moment: LineOfBoxes
    do {
      moment = try LineOfBoxes(line)
    } catch {
      throw LineFault(what: "\(error)")
    }
    if moment.time == nil, waits {
      throw LineFault(
        what: "it has no \"time\", and the stream does not run by the clock -> add it, or give --pace live")
    }
    if let given = moment.time, given - now >= BoxRecord.latestSecond {
      throw LineFault(
        what:
          "\"time\" is \(fixed(given, 0)), which is no second of the stream, but may be a time since 1970 -> give seconds after the "
          + "stream's first frame: subtract its time")
    }
    var unit = moment.size
    var seen = moment.boxes.map { SeenBox($0.corners, score: $0.score ?? 1, id: $0.id) }
    if unit == nil, seen.contains(where: { max($0.box.x2, $0.box.y2) > 2 }) { unit = size }
    if let unit {
      let (width, height) = (Double(unit.width), Double(unit.height))
      for index in seen.indices {
        let box = seen[index].box
        seen[index].box = UnitBox(x1: box.x1 / width, y1: box.y1 / height, x2: box.x2 / width, y2: box.y2 / height)
      }
    }
    for person in seen {
      let (least, most) = (min(person.box.x1, person.box.y1), max(person.box.x2, person.box.y2))
      if least < -Self.slack || most > 1 + Self.slack {
        throw LineFault(
          what:
            "a box reaches far beyond the picture (\(fixed(least < -Self.slack ? least : most, 2)) of its side) -> add the "
            + "\"size\": [width, height] of the picture that the boxes are of")
      }
      if !(0...1 ~= person.score) {
        throw LineFault(what: "\"score\": expected 0 to 1, found \(person.score)")
      }
    }
    let ids = seen.compactMap(\.id)
    if Set(ids).count < ids.count { throw LineFault(what: "an id comes twice in one moment") }
    return (moment.time ?? now, seen)
  }
}

/// Lines of a descriptor; waiting for bytes ends when a watch says so.
private final class LineReader {
  private static let longest = 1 << 20
  private let descriptor: Int32
  private let watch: StreamWatch
  private var buffer: [UInt8] = []
  private var isOver = false

  init(_ descriptor: Int32, _ watch: StreamWatch) { (self.descriptor, self.watch) = (descriptor, watch) }

  /// The next line without its end; nil after the last.
  func next() -> [UInt8]? {
    var looked = 0
    while true {
      if let end = buffer[looked...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        return line
      }
      looked = buffer.count
      // What has no end is no line: it comes out as it is, and is refused.
      if isOver || buffer.count > Self.longest {
        defer { buffer = [] }
        return buffer.isEmpty ? nil : buffer
      }
      fill()
    }
  }

  private func fill() {
    while !watch.isCancelled {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      if ready == 0 || ready < 0 && errno == EINTR { continue }
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let got = read(descriptor, &bytes, bytes.count)
      if got > 0 {
        buffer += bytes.prefix(got)
        return
      }
      if got < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      break
    }
    isOver = true
  }
}
