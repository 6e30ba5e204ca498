import AVARecords
import Detect
import Files
import Geometry
import TestSupport
import Testing

/// Boxes of annotation tools, with their classes.
@Suite struct LabelledBoxesTests {
  private let folder = TemporaryFolder()
  /// 60 frames at 25 a second, 97 x 63.
  private let movie = [("bframes", projectRoot + "/Tests/Fixtures/Video/bframes.mp4")]

  private func labels(_ names: String...) throws -> LabelMap {
    try LabelMap(names.enumerated().map { LabelMap.Label(id: $0 + 1, name: $1) })
  }

  private func read(_ text: String, _ labels: LabelMap, every: Double? = nil) throws -> LabelledBoxes? {
    let path = folder.path + "/boxes.xml"
    try writeFile(path, text)
    return try LabelledBoxes(path: path, labels: labels, videos: movie.map { (name: $0.0, path: $0.1) }, every: every)
  }

  private func track(_ label: String, _ frames: [Int], left: Double, inside: String = "") -> String {
    // Each track has an id of its own.
    "<track id=\"\(label.utf8.reduce(Int(left * 100)) { $0 * 3 + Int($1) })\" label=\"\(label)\">"
      + frames.map {
        "<box frame=\"\($0)\" outside=\"0\" keyframe=\"1\" xtl=\"\(left)\" ytl=\"6.3\" xbr=\"48.5\" ybr=\"63\">\(inside)</box>"
      }.joined() + "</track>"
  }

  private func attribute(_ name: String, _ value: String) -> String {
    "<attribute name=\"\(name)\">\(value)</attribute>"
  }

  private func video(_ tracks: String...) -> String {
    "<?xml version=\"1.0\"?><annotations><version>1.1</version><meta><task><mode>interpolation</mode><original_size>"
      + "<width>97</width><height>63</height></original_size><source>bframes.mp4</source></task></meta>"
      + tracks.joined() + "</annotations>"
  }

  /// Equal corners at one moment are one person with both classes; who is only a person has none.
  @Test func labelsBecomeClasses() throws {
    defer { folder.remove() }
    let text = video(track("Wave", [25, 50], left: 0), track("run", [25], left: 0), track("person", [25], left: 10))
    let found = try #require(try read(text, labels("run", "wave", "sit")))
    let rows = found.rows.map { "\($0.time) \(Int(($0.box.x1 * 97).rounded())) \($0.classes)" }
    #expect(Set(rows) == ["0001 0 [1, 2]", "0001 10 []", "0002 0 [2]"], "\(rows)")
    #expect(
      found.remarks[0].contains("3 people at 2 key frames: run (1), wave (2), sit (0); nothing of these (1)"),
      "\(found.remarks)")
    let path = folder.path + "/rows.csv"
    try found.write(to: path)
    let list = try ProposalList.readTraining(
      groundTruth: [path], proposals: [], scoreThreshold: 0, classes: 3, times: .any)
    #expect(list.keyFrames(of: "bframes").map { Set($0.labels.map { Set($0) }) } == [[[1, 2], [-1]], [[2]]])
  }

  /// Of a box on every frame those nearest to whole seconds are key frames.
  @Test func tracksAreThinnedOut() throws {
    defer { folder.remove() }
    let text = video(track("run", Array(20...40), left: 0))
    #expect(try read(text, labels("run"))?.rows.count == 21)
    let thin = try #require(try read(text, labels("run"), every: 1))
    // Frames 20 to 40 are seconds 0.8 to 1.6: boxes stay at their own times.
    #expect(thin.rows.map(\.time.seconds) == [1, 1.6])
    // What CVAT has put between two key frames of its own is a box as any other.
    let between = video(track("run", [20, 21], left: 0).replacing("keyframe=\"1\"", with: "keyframe=\"0\""))
    #expect(try read(between, labels("run"))?.rows.count == 2)
  }

  @Test func whatCannotBeLearnedIsNamed() throws {
    defer { folder.remove() }
    let text = video(track("wafe", [25], left: 0))
    let stranger = #expect(throws: LabelledBoxesError.self) { try read(text, labels("wave", "run")) }
    #expect(
      "\(String(describing: stranger))".contains(
        "a box of 'wafe', which is none of wave, run -> did you mean 'wave'?"))
    let path = folder.path + "/boxes.xml"
    let alone = #expect(throws: LabelledBoxesError.self) {
      try LabelledBoxes(path: path, labels: labels("wafe"), videos: [])
    }
    #expect("\(String(describing: alone))".contains("-> give --videos"))
    let rows = folder.path + "/rows.csv"
    try writeFile(rows, "bframes,1,0.1,0.1,0.5,0.9,1\n")
    #expect(try LabelledBoxes(path: rows, labels: labels("run"), videos: []) == nil)
  }

  /// Boxes of another video than is given, or none at all: the remedy is another one.
  @Test func filesWithoutABoxOfTheVideo() throws {
    defer { folder.remove() }
    let own = try labels("run")
    let other = video(track("run", [25], left: 0)).replacing("bframes.mp4", with: "synth7_1.mp4")
    let stranger = #expect(throws: LabelledBoxesError.self) { try read(other, own) }
    #expect(
      "\(String(describing: stranger))".contains(
        "boxes.xml' has boxes of synth7_1.mp4, and given is bframes -> give this video with --videos"),
      "\(String(describing: stranger))")
    let empty = #expect(throws: LabelledBoxesError.self) { try read(video(track("run", [], left: 0)), own) }
    #expect(
      "\(String(describing: empty))".contains("boxes.xml' has no box -> draw boxes in it"),
      "\(String(describing: empty))")
  }

  private func classes(_ found: LabelledBoxes?) -> [[Int]]? { found?.rows.map(\.classes) }

  /// Corners up to a pixel apart are one person, at the first box's place; beyond that they are two.
  @Test func nearCornersAreOnePerson() throws {
    defer { folder.remove() }
    let own = try labels("run", "wave")
    let near = try #require(try read(video(track("run", [25], left: 10), track("wave", [25], left: 10.97)), own))
    #expect(near.rows.map(\.classes) == [[1, 2]] && abs(near.rows[0].box.x1 * 97 - 10) < 1e-9)
    #expect(
      near.remarks.contains { $0.contains("1 box of people who have another one at the same place") }, "\(near.remarks)"
    )
    let far = try #require(try read(video(track("run", [25], left: 10), track("wave", [25], left: 11.1)), own))
    #expect(far.rows.map(\.classes) == [[1], [2]])
  }

  private func via(_ regions: String, _ name: String = "bframes_000025.jpg") -> String {
    "{\"_via_img_metadata\": {\"a\": {\"filename\": \"\(name)\", \"size\": 1, \"file_attributes\": {}, \"regions\": [\(regions)]}}}"
  }

  private func region(_ left: Double, _ attributes: String) -> String {
    "{\"shape_attributes\": {\"name\": \"rect\", \"x\": \(left), \"y\": 6, \"width\": 20, \"height\": 50}, "
      + "\"region_attributes\": {\(attributes)}}"
  }

  /// Boxes with one id at one moment are one person, drawn twice; at two places the id is wrong.
  @Test func idsAreOnePerson() throws {
    defer { folder.remove() }
    let own = try labels("run", "wave")
    func both(_ left: Double) -> String {
      via(
        region(10, "\"class\": \"run\", \"person_id\": \"7\"") + ", "
          + region(left, "\"class\": \"wave\", \"person_id\": \"7\""))
    }
    #expect(try classes(read(both(13), own)) == [[1, 2]])
    let error = #expect(throws: LabelledBoxesError.self) { try read(both(60), own) }
    #expect(
      "\(String(describing: error))".contains("item 1 of '") && "\(String(describing: error))".contains("the id 7 is"))
  }

  /// CVAT's attributes say classes: a value that is one, or one that is called so and ticked. Others say other things.
  @Test func attributesSayClasses() throws {
    defer { folder.remove() }
    let own = try labels("run", "wave a hand", "sit")
    func found(_ inside: String, _ label: String = "person") throws -> [[Int]]? {
      try classes(read(video(track(label, [25], left: 10, inside: inside)), own))
    }
    #expect(try found(attribute("action", "run")) == [[1]])
    #expect(try found(attribute("Sit", "true") + attribute("run", "false") + attribute("gender", "female")) == [[3]])
    #expect(try found(attribute("doing", "run, Wave a Hand")) == [[1, 2]])
    #expect(try found(attribute("action", "sit"), "run") == [[1, 3]])
    #expect(try found(attribute("action", "__undefined__")) == [[]])
    let error = #expect(throws: LabelledBoxesError.self) { try found(attribute("action", "runn")) }
    #expect(
      "\(String(describing: error))".contains("a box of 'runn'")
        && "\(String(describing: error))".contains("did you mean 'run'?"))
  }

  /// VIA's ticked boxes are an object; a region without a class is an error that names its attributes.
  @Test func ticksOfVIA() throws {
    defer { folder.remove() }
    let own = try labels("run", "wave")
    #expect(
      try classes(read(via(region(10, "\"action\": {\"wave\": true, \"run\": true, \"sit\": false}")), own)) == [
        [1, 2]
      ])
    #expect(try classes(read(via(region(10, "\"class\": \"person\", \"wave\": \"1\"")), own)) == [[2]])
    for attributes in ["\"mood\": \"good\"", "\"mood\": \"good\", \"class\": \"\""] {
      let error = #expect(throws: LabelledBoxesError.self) { try read(via(region(10, attributes)), own) }
      #expect(
        "\(String(describing: error))".contains("a box without a class, whose attributes are 'mood'"),
        "\(String(describing: error))")
    }
    let table = """
      # ATTRIBUTE = {"1":{"aname":"action","anchor_id":"FILE1_Z1_XY1","type":2,"options":{"0":"run","1":"wave"}}}
      # CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata
      "1_a","[""bframes.mp4""]",0,"[1]","[2,10,6,20,50]","{""1"":""0,1""}"
      "1_b","[""bframes.mp4""]",0,"[1,2]","[]","{""1"":""0""}"

      """
    let found = try #require(try read(table, own))
    #expect(found.rows.map(\.classes) == [[1, 2]])
    #expect(
      found.notices.contains { $0.hasSuffix("nothing is learned of what is no box: stretch of time without a box (1)") }
    )
  }

  /// Boxes outside of their track are none, turned ones are the upright ones around them; what is of other videos is said.
  @Test func whatIsNoPlainBox() throws {
    defer { folder.remove() }
    let outside = track("run", [50], left: 0).replacing("outside=\"0\"", with: "outside=\"1\"")
    let turned = track("wave", [25], left: 10).replacing("<box ", with: "<box rotation=\"90\" ")
    let found = try #require(try read(video(outside, turned), labels("run", "wave")))
    #expect(found.rows.map(\.classes) == [[2]])
    // 38.5 x 56.7 around (29.25, 34.65), on its side.
    let box = found.rows[0].box
    #expect(abs(box.x1 * 97 - 0.9) < 1e-6 && abs(box.x2 * 97 - 57.6) < 1e-6)
    #expect(abs(box.y1 * 63 - 15.4) < 1e-6 && abs(box.y2 * 63 - 53.9) < 1e-6)
    #expect(found.remarks.contains { $0.hasPrefix("1 turned box: ") }, "\(found.remarks)")
    #expect(!(found.remarks + found.notices).contains { $0.contains("--proposals") || $0.contains("--person-class") })
    let late = try #require(try read(video(track("run", [25, 60], left: 0)), labels("run")))
    #expect(
      late.notices == [
        "1 box at frames that 'bframes' has not, which are 0 to 59: 60 -> give the video that the boxes are of"
      ],
      "\(late.notices)")
    let other = video(track("run", [25], left: 0)).replacing("bframes.mp4", with: "Größe 2 (final).mp4")
    let error = #expect(throws: LabelledBoxesError.self) { try read(other, labels("run")) }
    #expect("\(String(describing: error))".contains("Größe 2 (final)"), "\(String(describing: error))")
  }

  /// Boxes on the same pictures, larger or smaller, are scaled; on pictures of another shape they would be at other places.
  @Test(arguments: [((194, 126), true), ((98, 64), true), ((194, 63), false), ((63, 97), false), ((100, 63), false)])
  func picturesOfAnotherShapeAreRefused(_ stated: (Int, Int), _ isScaled: Bool) throws {
    defer { folder.remove() }
    let text = video(track("run", [25], left: 0)).replacing(
      "<width>97</width><height>63</height>", with: "<width>\(stated.0)</width><height>\(stated.1)</height>")
    if isScaled {
      let found = try #require(try read(text, labels("run")))
      #expect(abs(found.rows[0].box.x2 - 48.5 / Double(stated.0)) < 1e-6)
      return
    }
    let error = #expect(throws: LabelledBoxesError.self) { try read(text, labels("run")) }
    let words =
      "boxes.xml' says that the pictures of 'bframes' have \(stated.0) x \(stated.1) pixels, and they have 97 x 63"
    #expect("\(String(describing: error))".contains(words), "\(String(describing: error))")
  }

  /// Names with spaces and letters of any script.
  @Test func namesOfAnyScript() throws {
    defer { folder.remove() }
    let name = "Größe 2 (final)"
    let copy = folder.path + "/\(name).mp4"
    try AtomicFile(path: copy).replace(readFile(movie[0].1, doing: "testing"))
    let path = folder.path + "/boxes.xml"
    try writeFile(path, video(track("läuft schnell", [25], left: 0)).replacing("bframes", with: name))
    let found = try #require(
      try LabelledBoxes(path: path, labels: labels("läuft schnell"), videos: [(name: name, path: copy)]))
    #expect(found.rows.map(\.video) == [name] && found.rows.map(\.classes) == [[1]])
    let rows = folder.path + "/rows.csv"
    try found.write(to: rows)
    #expect(try GroundTruthTable.read(path: rows).table.keyFrames.map(\.video) == [name])
  }
}

extension AtomicFile {
  fileprivate func replace(_ bytes: [UInt8]) throws {
    try write(bytes)
    try commit()
  }
}
