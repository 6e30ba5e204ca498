import BoxFiles
import Files
import Geometry
import TestSupport
import Testing
import TrackRecords
import Tracks

/// Texts of the MOT Challenge, read to follow people.
@Suite struct MOTTextTests {
  private func people(_ text: String, firstFrame: Int? = nil) throws -> PeopleOverTime {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/rows.txt"
    try writeFile(path, text)
    let file = try #require(try BoxFile.read(path: path, format: BoxFormats.mot))
    return try PeopleOverTime(
      video: "v", mot: file, size: ImageSize(width: 100, height: 200), framesPerSecond: 10, firstFrame: firstFrame)
  }

  private func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> UnitBox {
    UnitBox(x1: x1, y1: y1, x2: x2, y2: y2)
  }

  /// Ids stay, but -1; without scores all are sure; frames without boxes are frames.
  @Test func byHand() throws {
    let found = try people(
      "1,-1,10,20,30,40,0.75\n3, 7, -5,0,5,10, 1, 1, 0.5\n3,8.0,0,0,50,100,1,-1,-1,-1\n4,9,0,0,1,2\n")
    #expect(found.frames.map(\.time) == [0, 0.1, 0.2, 0.3] && found.frames.map(\.boxes.count) == [1, 0, 2, 1])
    #expect(found.frames[0].boxes == [SeenBox(box(0.1, 0.1, 0.4, 0.3), score: 0.75)])
    #expect(
      found.frames[2].boxes == [
        SeenBox(box(-0.05, 0, 0, 0.05), score: 1, id: 7), SeenBox(box(0, 0, 0.5, 0.5), score: 1, id: 8),
      ])
    #expect(found.frames[3].boxes.map(\.id) == [9] && found.frames[3].boxes.map(\.score) == [1])
    #expect(found.scores.map(\.count) == [1, 0, 2, 1] && found.scores.joined().allSatisfy(\.isEmpty))
    let sure = try people("1,-1,10,20,30,40,-1,-1,-1,-1\n2,-1,10,20,30,40,-1,-1,-1,-1\n")
    #expect(sure.frames.map { $0.boxes.map(\.score) } == [[1], [1]])
    var settings = MotionLinker.Settings()
    settings.firstID = 20
    let tracks = try found.linked(by: MotionLinker(settings), IntervalRules(on: 1, off: 1, spacing: 1))
    #expect(Set(tracks.tracks.map(\.id)).isSuperset(of: [7, 8]) && tracks.tubes.isEmpty)
  }

  /// Whoever has counted from 0 has no first frame 1, as detect has it; a number that is given holds.
  @Test func firstFrames() throws {
    func frames(_ text: String, _ first: Int? = nil) throws -> [Int] {
      try people(text, firstFrame: first).frames.map(\.boxes.count)
    }
    let (zero, one) = ("0,1,1,2,3,4,1\n2,1,1,2,3,4,1\n", "1,1,1,2,3,4,1\n2,1,1,2,3,4,1\n")
    #expect(try frames(zero) == [1, 0, 1] && frames(one) == [1, 1])
    #expect(try frames(one, 0) == [0, 1, 1] && frames(one, -1) == [0, 0, 1, 1])
    #expect(try people(zero).frames.map(\.time) == [0, 0.1, 0.2])
  }

  @Test func badRows() throws {
    func said(_ text: String, firstFrame: Int? = nil) -> String {
      do {
        _ = try people(text, firstFrame: firstFrame)
        return ""
      } catch {
        return "\(error)"
      }
    }
    let ending = " -> correct or remove the line"
    #expect(
      said("5,1,1,2,3,4,1\n4,1,1,2,3,4,1\n", firstFrame: 5).hasSuffix(
        "/rows.txt', line 2: expected a whole number from 5 to 4000004 for the frame, found 4" + ending))
    #expect(said("300000000,1,1,2,3,4,1\n").hasSuffix("4000000 for the frame, found 300000000" + ending))
    #expect(
      said("1,1,1,2,3,0,1\n").hasSuffix(
        "/rows.txt', line 1: expected a width and a height above 0, found 3.0 and 0.0" + ending))
    for bad in ["1,1.5,1,2,3,4,1\n", "1,1,1,2,3,4,x\n", "1,1,1,2,3\n", "1,1,1,2,3,-4,1\n"] {
      #expect(said(bad).contains("/rows.txt', line 1: expected 6 to 10 numbers: frame, track, left, top"), "\(bad)")
    }
    #expect(said("\n").contains("/rows.txt': expected boxes of MOTChallenge text, found none"))
  }

  /// What is written is read again as it was.
  @Test func rowsAsWritten() throws {
    let rows = [
      MOTRow(frame: 1, id: 4, box: PixelBox(x1: 10, y1: 20.5, x2: 40, y2: 60.5), score: 0.75),
      MOTRow(frame: 3, id: 5, box: PixelBox(x1: -2.5, y1: 20, x2: 30.25, y2: 80), score: 0.9),
    ]
    #expect(rows[0].text == "1,4,10.00,20.50,30.00,40.00,0.7500,-1,-1,-1")
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeMOT(rows, to: folder.path + "/mot.txt")
    let read = try #require(try BoxFile.read(path: folder.path + "/mot.txt", format: BoxFormats.mot)).records
    #expect(read.map(\.position) == [.frame(1), .frame(3)] && read.map(\.track) == [4, 5])
    #expect(read.map(\.score) == [0.75, 0.9])
    #expect(read.map { PixelBox(x1: $0.x1, y1: $0.y1, x2: $0.x2, y2: $0.y2) } == rows.map(\.box))
  }
}
