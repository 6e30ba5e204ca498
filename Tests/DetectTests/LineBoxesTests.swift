import Detect
import Geometry
import Glibc
import Testing
import Tracks
import Video

private let size = ImageSize(width: 200, height: 100)

/// A pipe that a test writes lines into.
private final class Lines {
  let readEnd: Int32
  private let writeEnd: Int32
  let watch = StreamWatch()

  init(_ text: String? = nil) {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    (readEnd, writeEnd) = (ends[0], ends[1])
    if let text {
      add(text)
      end()
    }
  }

  deinit {
    watch.cancel()
    close(readEnd)
  }

  func add(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(writeEnd, $0.baseAddress!, $0.count) } }

  func end() { close(writeEnd) }

  func boxes(reach: Double = 0.5, waits: Bool = true) -> LineBoxes {
    LineBoxes(descriptor: readEnd, reach: reach, waits: waits, watch: watch)
  }
}

@Suite struct LineBoxesTests {
  private let half = UnitBox(x1: 0.25, y1: 0.5, x2: 0.75, y2: 1)

  /// By hand: of the moments 1, 1.4 and 3 the nearest within half a second.
  @Test func theNearestMoment() throws {
    let lines = Lines(
      """
      {"time": 1, "boxes": [[0.25, 0.5, 0.75, 1]]}

      {"time": 1.4, "boxes": [[0.25, 0.5, 0.75, 1, 0.8], {"box": [0, 0, 1, 1], "score": 0.3, "id": 7}]}
      {"time": 3, "boxes": []}
      """)
    let boxes = lines.boxes()
    #expect(try boxes.people(at: 0.4, size: size) == [])
    #expect(try boxes.people(at: 0.9, size: size) == [SeenBox(half)])
    #expect(
      try boxes.people(at: 1.6, size: size) == [
        SeenBox(half, score: 0.8), SeenBox(UnitBox(x1: 0, y1: 0, x2: 1, y2: 1), score: 0.3, id: 7),
      ])
    #expect(try boxes.people(at: 2.2, size: size) == [])
    #expect(try boxes.people(at: 3, size: size) == [])
    #expect(boxes.takeNotes() == [])
  }

  @Test(
    "Pixels are told from their size, or by the line's own",
    arguments: [
      "[[50, 50, 150, 100]]", "[{\"box\": [50, 50, 150, 100]}]", "[[0.25, 0.5, 0.75, 1]]",
      "[[100, 100, 300, 200]], \"size\": [400, 200]", "[[0.5, 0.5, 1.5, 1]], \"size\": [2, 1]",
    ])
  func units(_ text: String) throws {
    let lines = Lines("{\"time\": 0, \"boxes\": \(text)}\n")
    let expected = text.hasPrefix("[[0.5") ? UnitBox(x1: 0.25, y1: 0.5, x2: 0.75, y2: 1) : half
    #expect(try lines.boxes().people(at: 0, size: size) == [SeenBox(expected)], "\(text)")
  }

  @Test(
    "Wrong lines are named and passed over",
    arguments: [
      ("rubbish", "found no JSON"), ("{\"time\": 1}", "found no \"boxes\""), ("[1]", "found no \"boxes\""),
      ("{\"boxes\": []}", "it has no \"time\""), ("{\"time\": \"1\", \"boxes\": []}", "found \"1\""),
      ("{\"time\": 1, \"boxes\": [[1, 2, 3]]}", "found [1, 2, 3]"),
      ("{\"time\": 1, \"boxes\": [[3, 2, 1, 4]]}", "expected [x1, y1, x2, y2] with x1 < x2"),
      ("{\"time\": 1, \"boxes\": [{\"score\": 1}]}", "a box without \"box\""),
      ("{\"time\": 1, \"boxes\": [{\"box\": [0,0,1,1], \"id\": 1.5}]}", "\"id\": expected a whole number"),
      ("{\"time\": 1, \"boxes\": [{\"box\": [0,0,1,1], \"score\": \"x\"}]}", "\"score\": expected a number"),
      ("{\"time\": 1, \"boxes\": [[10, 20, 3000, 90]]}", "far beyond the picture (15.00 of its side)"),
      ("{\"time\": 1, \"boxes\": [[-0.3, 0, 1, 1]]}", "far beyond the picture (-0.30 of its side)"),
      ("{\"time\": 1, \"boxes\": [[0, 0, 1, 1, 2]]}", "\"score\": expected 0 to 1, found 2.0"),
      ("{\"time\": 1, \"boxes\": [], \"size\": [0, 4]}", "\"size\": expected [width, height]"),
      (
        "{\"time\": 1, \"boxes\": [{\"box\": [0,0,1,1], \"id\": 1}, {\"box\": [0,0,1,1], \"id\": 1}]}",
        "an id comes twice"
      ),
    ])
  func wrongLines(line: String, complaint: String) throws {
    let lines = Lines("{\"time\": 0, \"boxes\": []}\n\(line)\n{\"time\": 1, \"boxes\": [[0.25, 0.5, 0.75, 1]]}\n")
    let boxes = lines.boxes()
    #expect(try boxes.people(at: 1, size: size) == [SeenBox(half)])
    let notes = boxes.takeNotes()
    #expect(
      notes.count == 1 && notes[0].contains("line 2 of the standard input") && notes[0].contains(complaint), "\(notes)")
    #expect(boxes.takeNotes() == [])
  }

  @Test("Times since 1970 are no seconds of the stream: each such line is named, and at the end that none was near")
  func timesSince1970() throws {
    let lines = Lines((1...2).map { "{\"time\": \(1_700_000_000 + $0).0, \"boxes\": [[0, 0, 1, 1]]}\n" }.joined())
    let boxes = lines.boxes()
    #expect(try boxes.people(at: 0, size: size) == [])
    let notes = boxes.takeNotes()
    #expect(notes.count == 2, "\(notes)")
    #expect(
      notes.first?.contains(
        "line 1 of the standard input: \"time\" is 1700000001, which is no second of the stream, but may be a time since 1970 -> "
      )
        == true)
    #expect(
      boxes.closingNotes() == ["reading boxes: 0 of 1 key frame had a line, for none came that could be read"])
  }

  @Test("Milliseconds are near no key frame: said at the third one, once, and at the end", arguments: [0, 1])
  func milliseconds(first: Int) throws {
    let lines = Lines((first...9).map { "{\"time\": \($0 * 1000), \"boxes\": [[0, 0, 1, 1]]}\n" }.joined())
    let boxes = lines.boxes()
    var notes: [[String]] = []
    for time in 0...5 {
      #expect(try boxes.people(at: Double(time), size: size).isEmpty == (time > 0 || first > 0))
      notes.append(boxes.takeNotes())
    }
    let evident = first == 0 ? 3 : 2
    #expect(notes.map(\.count) == (0...5).map { $0 == evident ? 1 : 0 }, "\(notes)")
    #expect(
      notes[evident].first?.hasPrefix(
        "reading boxes: the last 3 key frames, up to \(evident) s, had no line within 0.5 s: ") == true)
    #expect(
      notes[evident].first?.contains(" to 1000 so far -> \"time\" is in seconds after the stream's first frame") == true
    )
    let closing = boxes.closingNotes()
    #expect(closing.count == 1)
    #expect(
      closing.first?.hasPrefix(
        "reading boxes: \(first == 0 ? 1 : 0) of 6 key frames (0 to 5 s) had a line within 0.5 s: ") == true,
      "\(closing)")
    #expect(closing.first?.contains("divide milliseconds by 1000") == true)
  }

  @Test("A line that comes after a later one and after its key frame is said and counted; one in time is not")
  func lateLines() throws {
    func line(_ time: Double) -> String { "{\"time\": \(time), \"boxes\": [[0.25, 0.5, 0.75, 1]]}\n" }
    let lines = Lines([0.2, 0, 2, 1, 1.1, 3, 2.9].map(line).joined())
    let boxes = lines.boxes()
    #expect(try (0...3).map { try boxes.people(at: Double($0), size: size).count } == [1, 0, 1, 1])
    let notes = boxes.takeNotes()
    #expect(notes.count == 1, "\(notes)")
    #expect(
      notes.first?.contains("line 4 of the standard input: its time 1 comes after 2, when its key frame ") == true,
      "\(notes)")
    let closing = boxes.closingNotes()
    #expect(closing.count == 2, "\(closing)")
    #expect(
      closing.last
        == "reading boxes: 2 lines came after lines of later times and too late, and were passed over -> write lines in the order of "
        + "their times")
    let ordered = Lines([0, 1].map(line).joined())
    let inOrder = ordered.boxes()
    for time in 0...1 { _ = try inOrder.people(at: Double(time), size: size) }
    #expect(inOrder.takeNotes() == [] && inOrder.closingNotes() == [])
  }

  @Test func manyWrongLinesAreCounted() throws {
    let lines = Lines(String(repeating: "x\n", count: 500))
    let boxes = lines.boxes()
    #expect(try boxes.people(at: 1, size: size) == [])
    let notes = boxes.takeNotes()
    #expect(notes.count == 11 && notes[10] == "reading boxes: 490 more lines passed over", "\(notes)")
  }

  /// Where the stream does not run by the clock, the answer waits until a line is past the question.
  @Test func waitsForWhatComesLater() throws {
    let lines = Lines()
    let boxes = lines.boxes()
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        let lines = Unmanaged<Lines>.fromOpaque(context!).takeUnretainedValue()
        usleep(50_000)
        lines.add("{\"time\": 1, \"boxes\": [[0.25, 0.5, ")
        usleep(50_000)
        lines.add("0.75, 1]]}\n{\"time\": 2, \"boxes\": []}\n")
        return nil
      }, Unmanaged.passUnretained(lines).toOpaque())
    #expect(try boxes.people(at: 1, size: size) == [SeenBox(half)])
    pthread_join(thread, nil)
    lines.end()
    #expect(try boxes.people(at: 2, size: size) == [])
  }

  /// A live stream does not wait; a line without a time is of now.
  @Test func goesOnWithoutWaiting() throws {
    let lines = Lines()
    let boxes = lines.boxes(waits: false)
    #expect(try boxes.people(at: 1, size: size) == [])
    lines.add("{\"boxes\": [[0.25, 0.5, 0.75, 1]]}\n")
    var found: [SeenBox] = []
    for _ in 0..<1000 where found.isEmpty {
      usleep(5000)
      found = try boxes.people(at: 2, size: size)
    }
    #expect(found == [SeenBox(half)])
    #expect(try boxes.people(at: 3, size: size) == [])
    lines.end()
  }
}
