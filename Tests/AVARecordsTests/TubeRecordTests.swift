import AVARecords
import Files
import Geometry
import TestSupport
import Testing

private func file(_ text: String) throws -> (TemporaryFolder, String) {
  let folder = TemporaryFolder()
  let path = folder.path + "/rows.csv"
  try writeFile(path, text)
  return (folder, path)
}

/// What a reader says of a text, with FILE for its path.
private func complaint(_ text: String, _ read: (String) throws -> Void) throws -> String {
  let (folder, path) = try file(text)
  defer { folder.remove() }
  do {
    try read(path)
    return ""
  } catch { return "\(error)".replacing(path, with: "FILE") }
}

/// Tubes as UCF101-24's boxes are handed round.
@Suite struct TubeRecordTests {
  private func tubes(_ text: String) throws -> [TubeRecord] {
    let (folder, path) = try file(text)
    defer { folder.remove() }
    return try TubeRecord.read(path: path)
  }

  @Test func byHand() throws {
    let found = try tubes(
      """
      # video,frame(0-based),x,y,w,h (px, 320x240 frame),class(0-based),tube
      v,3,10,20,30,40,6,0
      v,3,100,20,30,40.5,6,1
      v,4,11,20,30,40,6,0
      w,0,0,0,5,5,2,0
      """)
    #expect(found.map(\.video) == ["v", "v", "w"] && found.map(\.number) == [0, 1, 0])
    #expect(found.map(\.action) == [6, 6, 2] && found.map(\.firstFrame) == [3, 3, 0])
    #expect(
      found[0].boxes == [PixelBox(x1: 10, y1: 20, x2: 40, y2: 60), PixelBox(x1: 11, y1: 20, x2: 41, y2: 60)])
    #expect(found[1].boxes == [PixelBox(x1: 100, y1: 20, x2: 130, y2: 60.5)])
  }

  /// Of detections the score follows: a tube's is the mean of its rows'. Where none is wanted it is read past.
  @Test func scores() throws {
    let text = "v,3,1,2,3,4,6,0,0.5\nw,0,1,2,3,4,6,0,-2\nv,4,1,2,3,4,6,0,0.75\nv,5,1,2,3,4,6,0,1\n"
    let (folder, path) = try file(text)
    defer { folder.remove() }
    #expect(try TubeRecord.read(path: path, hasScores: true).map(\.score) == [0.75, -2])
    #expect(try TubeRecord.read(path: path).map(\.score) == [nil, nil])
    func said(_ text: String) throws -> String {
      try complaint(text) { _ = try TubeRecord.read(path: $0, hasScores: true) }
    }
    #expect(
      try said("v,3,1,2,3,4,6,0,inf\n")
        == "reading the tubes: 'FILE', line 1, column 9 (score): expected a finite number, found 'inf' -> correct that line"
    )
    #expect(
      try said("v,3,1,2,3,4,6,0\n").contains(
        "expected 9 columns (video, frame, x, y, width, height, class, tube, score)"))
  }

  /// A header, other line ends and tubes in another order say the same.
  @Test func formsOfOneTable() throws {
    let plain = try tubes("v,3,1,2,3,4,6,0\nv,4,1,2,3,4,6,0\nv,3,9,2,3,4,6,1\n")
    let other = try tubes(
      "video,frame,x,y,w,h,class,tube\r\nv,3,9,2,3,4,6,1\r\nv,3,1,2,3,4,6,0\r\n\r\nv,4,1,2,3,4,6,0\r\n")
    #expect(plain == other.sorted { $0.number < $1.number })
  }

  @Test func badRows() throws {
    func said(_ text: String) throws -> String { try complaint(text) { _ = try TubeRecord.read(path: $0) } }
    #expect(
      try said("v,3,1,2,3,4,6,0\nv,5,1,2,3,4,6,0\n")
        == "reading the tubes: 'FILE', line 2, column 2 (frame): expected frame 4, the next of tube 0 of 'v', found '5' -> a tube "
        + "has a box for every frame: give what comes after a gap another number")
    #expect(
      try said("v,3,1,2,3,4,6,0\nv,4,1,2,3,4,7,0\n")
        == "reading the tubes: 'FILE', line 2, column 7 (class): expected class 6, as tube 0 has it above, found '7' -> a tube has "
        + "one class: give the other one another number")
    #expect(
      try said("v,3,1,2,0,4,6,0\n")
        == "reading the tubes: 'FILE', line 1, column 5 (width): expected a number of pixels above 0, found '0' -> correct that line"
    )
    #expect(
      try said("v,3,1,nan,3,4,6,0\n")
        == "reading the tubes: 'FILE', line 1, column 4 (y): expected a number of pixels, found 'nan' -> correct that line"
    )
    #expect(
      try said("v,-3,1,2,3,4,6,0\n")
        == "reading the tubes: 'FILE', line 1, column 2 (frame): expected a whole number, 0 or more, found '-3' -> correct that line"
    )
    #expect(
      try said("v,3,1,2,3,4,6\n")
        == "reading the tubes: 'FILE', line 1: expected 8 or 9 columns (video, frame, x, y, width, height, class, tube), found 7 columns "
        + "-> correct or remove the row")
    #expect(
      try said("# nothing\n")
        == "reading the tubes: 'FILE': expected rows of video, frame, x, y, width, height, class, tube, found none -> give the "
        + "right file")
  }
}
