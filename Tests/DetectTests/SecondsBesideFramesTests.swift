import Detect
import Files
import Inference
import Runs
import TestSupport
import Testing

/// Tables with a frame and a second of each box: which of both says when it is seen.
@Suite struct SecondsBesideFramesTests {
  /// The frames of key frames in a video of 60 frames at 25 a second, and what is said.
  private func read(
    _ rows: [String], _ options: ProposalOptions = ProposalOptions(), start: Double? = nil
  ) throws -> (frames: [Int], people: [Int], notices: String, remarks: String) {
    let world = World()
    defer { world.folder.remove() }
    let path = world.folder.path + "/boxes.csv"
    try writeFile(path, "frame,second,x1,y1,x2,y2\n" + rows.map { $0 + ",0.1,0.2,0.3,0.4\n" }.joined())
    let found = try VideoDetection(
      world.config(), videos: [projectRoot + "/Tests/Fixtures/Video/bframes.mp4"], proposals: path, options,
      labelMap: world.folder.path + "/labels.pbtxt", timing: VideoDetection.Timing(startingSecond: start, every: nil))
    let tasks = found.plan.flatMap(\.tasks)
    return (
      tasks.map { $0.moment.frame }, tasks.map { $0.people?.count ?? 0 }, found.notices.joined(separator: "\n"),
      found.remarks.joined(separator: "\n")
    )
  }

  @Test("Seconds at another rate beside frames that are exactly the video's are said")
  func exactFrames() throws {
    let all = try read((0..<60).map { "\($0),\(Double($0) / 30)" })
    #expect(
      all.notices.contains(
        "proposals: the seconds of 'bframes' say when its boxes are seen, 0.000 to 1.967, and the frames beside them, 0 to 59, are "
          + "exactly those of the video, of which the last comes 2.360 s after the first -> "), "\(all.notices)")
    let part = try read((0..<50).map { "\($0),\(Double($0) / 30)" })
    let same = try read((0..<60).map { "\($0),\(Double($0) / 25 + 902)" })
    #expect(!(part.notices + same.notices).contains("exactly those"), "\(part.notices) \(same.notices)")
  }

  @Test("Seconds that are cut or rounded: each frame keeps its own boxes, and nothing is said of it")
  func coarse() throws {
    let all = 0..<60
    let tables = [
      all.map { "\($0),\($0 / 25)" }, all.map { "\($0),\(($0 + 12) / 25)" },
      all.map { "\($0),\((Double($0) / 2.5).rounded() / 10)" },
      all.map { "\($0 + 1),\($0 / 25)" }, all.map { "\($0),\($0 / 25).0" },
    ]
    for (number, table) in tables.enumerated() {
      let found = try read(table)
      #expect(found.frames == Array(all) && found.people.allSatisfy { $0 == 1 }, "\(number): \(found)")
      if number < 4 { #expect(!found.notices.contains("seconds beside"), "\(found.notices)") }
    }
    // A rounded second beside a frame that decides does not contradict it.
    #expect(try read(tables[0], start: 7).frames == Array(all))
  }

  @Test("Numbers that are no times of frames are not used, and it is said why")
  func noTimes() throws {
    for (rows, reason) in [
      (["0,0.031", "25,0.031", "50,0.031"], "the frames 0 and 25 have both 0.031"),
      (["0,0.5", "25,0.031", "50,0.04"], "frame 0 has 0.5, and the later frame 25 0.031"),
      (["0,0.031", "0,0.04", "25,0.5", "50,0.6"], "frame 0 has 0.031 and 0.04"),
      (["0,0", "25,5", "50,"], "line 4 of '"),
    ] {
      let found = try read(rows)
      #expect(found.frames == [0, 25, 50], "\(found)")
      #expect(
        found.notices.contains(
          "frames of 'bframes' say when boxes are seen, at the video's rate, and the seconds beside them do not, for ")
          && found.notices.contains(reason)
          && found.notices.contains(" -> remove the column of the seconds, or say with --proposals-fps"),
        "\(found.notices)")
    }
  }

  @Test("Every n-th frame and AVA's clock: the second counts; with a rate of the call the frame does")
  func others() throws {
    let fifth = ["0,0", "5,1", "10,2"]
    #expect(try read(fifth).frames == [0, 25, 50])
    #expect(try !read(fifth).notices.contains("seconds beside"))
    #expect(try read(["25,901", "50,902"]).frames == [25, 50])
    #expect(try read(["0,0", "5,1", "10,1"], ProposalOptions(framesPerSecond: 5)).frames == [0, 25, 50])
  }

  @Test("Rows without a second count by their frame; the first frame is told from all rows")
  func gaps() throws {
    let found = try read(["0,0.0", "25,", "50,2.0"])
    #expect(found.frames == [0, 25, 50] && !found.notices.contains("seconds beside"), "\(found)")
    #expect(!found.remarks.contains("the first that the file has is 25"), "\(found.remarks)")
    let text = text { _ = try read(["0,0.0", "25,abc"]) }
    #expect(
      text.contains(
        "line 3: expected a number in the column 'second', found 'abc' -> correct it, or remove the column"),
      "\(text)")
  }
}
