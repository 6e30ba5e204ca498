import Detect
import Files
import Geometry
import ImageFiles
import Imaging
import Inference
import Runs
import TestSupport
import Testing

/// Folders of pictures as videos, and boxes whose pictures are called like theirs.
@Suite struct PicturesByNameTests {
  static let label = "0 0.5 0.5 0.2 0.4\n"

  /// Reads labels of a folder `pics` with pictures of these names, four a second.
  private func detection(
    _ pictures: [String], _ labels: [String], _ options: ProposalOptions = ProposalOptions(),
    others: [(folder: String, pictures: [String])] = []
  ) throws -> VideoDetection {
    let world = World()
    defer { world.folder.remove() }
    for name in labels {
      let path = "\(world.folder.path)/labels/\(name).txt"
      try makeFolder(splitPath(path).folder)
      try writeFile(path, Self.label)
    }
    return try detection(world, pictures, world.folder.path + "/labels", options, others: others)
  }

  private func detection(
    _ world: World, _ pictures: [String], _ proposals: String, _ options: ProposalOptions = ProposalOptions(),
    others: [(folder: String, pictures: [String])] = []
  ) throws -> VideoDetection {
    let size = ImageSize(width: 64, height: 48)
    let image = Image(size: size, order: .bgr, pixels: Array(repeating: 99, count: 64 * 48 * 3))
    let all = [("pics", pictures)] + others
    for (folder, names) in all {
      try makeFolder("\(world.folder.path)/\(folder)")
      for name in names { try writePNG(image, to: "\(world.folder.path)/\(folder)/\(name).png") }
    }
    return try VideoDetection(
      world.config(), videos: all.map { "\(world.folder.path)/\($0.0)" }, proposals: proposals, options,
      labelMap: world.folder.path + "/labels.pbtxt", timing: VideoDetection.Timing(framesPerSecond: 4))
  }

  func numbered(_ before: String, _ numbers: some Sequence<Int>, digits: Int = 6) -> [String] {
    numbers.map { number in
      let text = "\(number)"
      return before + String(repeating: "0", count: max(0, digits - text.count)) + text
    }
  }

  /// Which pictures have boxes, from 0.
  func frames(_ detection: VideoDetection) -> [Int] {
    detection.plan.flatMap(\.tasks).map { Int(($0.moment.seconds * 4).rounded()) }
  }

  @Test("Names that are those of pictures name them, wherever a folder begins and whatever it leaves out")
  func names() throws {
    let late = try detection(numbered("img_", 10...40), numbered("img_", [14, 22, 38]))
    #expect(frames(late) == [4, 12, 28])
    #expect(
      late.remarks.contains(
        "proposals: boxes of 'pics' are at the pictures that are called as theirs, 'img_000014' at picture 5 of 31 "
          + "(--proposals-first-frame counts the numbers instead)"),
      "\(late.remarks)")
    #expect(!late.remarks.contains { $0.contains("are counted from") }, "\(late.remarks)")
    #expect(try frames(detection(numbered("", 100...120), numbered("", [104, 120]))) == [4, 20])
    #expect(try frames(detection(numbered("", 0...20), numbered("", [8, 12]))) == [8, 12])
    #expect(
      try frames(detection(numbered("frame_", stride(from: 0, to: 16, by: 2)), numbered("frame_", [0, 2, 4, 14])))
        == [0, 1, 2, 7])
    // No numbers, and names that seem to be those of other videos.
    #expect(try frames(detection(["anna", "bert", "carla"], ["carla"])) == [2])
    #expect(try frames(detection(numbered("out_", 7...20), numbered("out_", [8, 12]))) == [1, 5])
    #expect(try frames(detection(numbered("img_", 10...40), numbered("images/img_", [14]))) == [4])
    #expect(try frames(detection(numbered("img_", 10...40), numbered("pics/img_", [14]))) == [4])
  }

  @Test("Zeros before a number, and what Roboflow appends, make no other name")
  func zeros() throws {
    #expect(try frames(detection(numbered("img_", 10...40), ["img_14", "img_00022"])) == [4, 12])
    #expect(try frames(detection(numbered("img_", 10...40), ["img_000014_png.rf.0a1b2c"])) == [4])
    // A video's frames from 1, the last one too, are not pictures from 0.
    #expect(try frames(detection(numbered("img_", 0..<20), ["img_1", "img_20"])) == [0, 19])
  }

  @Test("Pictures that the folder has not are said with their number and the first")
  func absent() throws {
    let part = try detection(numbered("img_", 10...20), numbered("img_", [12, 14, 300, 301]))
    #expect(frames(part) == [2, 4])
    #expect(
      part.notices.contains(
        "proposals: 2 boxes of 2 pictures that 'pics' has not left out, first 'img_000300' -> give the folder with all "
          + "pictures that the boxes are of"),
      "\(part.notices)")
    // Fewer than half, and counting fits no more.
    let few = try detection(numbered("out_", 100...120), numbered("out_", [104] + Array(200..<204)))
    #expect(frames(few) == [4])
  }

  @Test("Names of others are counts, and so are all where the call says so")
  func counts() throws {
    let others = try detection(numbered("img_", 10...40), numbered("frame_", [1, 5]))
    #expect(frames(others) == [0, 4])
    #expect(
      others.remarks.contains(
        "proposals: no picture of 'pics' is called as those of the boxes, first 'frame_000001': the numbers of their names "
          + "are counted"),
      "\(others.remarks)")
    let mixed = try detection(numbered("img_", stride(from: 4, to: 64, by: 10)), numbered("img_", 1...6))
    #expect(frames(mixed) == [0, 1, 2, 3, 4, 5])
    #expect(
      mixed.notices.contains {
        $0.hasPrefix(
          "proposals: 1 of 6 pictures of the file are called as pictures of 'pics', others are not, first 'img_000001': the "
            + "numbers of their names are counted -> ")
      }, "\(mixed.notices)")
    // A number beyond the folder: they are those of a larger one's pictures.
    let larger = try detection(numbered("img_", 101...192), numbered("img_", stride(from: 1, through: 185, by: 8)))
    #expect(frames(larger) == Array(stride(from: 4, through: 84, by: 8)))
    let told = try detection(numbered("img_", 0...40), numbered("img_", [14]), ProposalOptions(firstFrame: 10))
    #expect(frames(told) == [4])
    let rate = try detection(numbered("img_", 0...40), numbered("img_", [0, 2]), ProposalOptions(framesPerSecond: 1))
    #expect(frames(rate) == [0, 8])
  }

  @Test("Other formats name pictures, too; numbers of a table are counts")
  func formats() throws {
    func found(_ name: String, _ text: String) throws -> [Int] {
      let world = World()
      defer { world.folder.remove() }
      let path = world.folder.path + "/" + name
      try writeFile(path, text)
      return try frames(detection(world, numbered("img_", 10...40), path))
    }
    #expect(
      try found(
        "coco.json",
        """
        {"images": [{"id": 1, "file_name": "img_000014.png", "width": 64, "height": 48}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [9, 9, 20, 30]}],
         "categories": [{"id": 1, "name": "person"}]}
        """) == [4])
    #expect(
      try found(
        "cvat.xml",
        """
        <?xml version="1.0"?><annotations><image id="4" name="img_000014.png" width="64" height="48">
        <box label="person" xtl="10" ytl="6" xbr="30" ybr="40"></box></image></annotations>
        """) == [4])
    #expect(try found("table.csv", "image,x1,y1,x2,y2\n/data/pics/img_000014.png,0.1,0.2,0.3,0.4\n") == [4])
    #expect(try found("table.csv", "frame,x1,y1,x2,y2\n14,0.1,0.2,0.3,0.4\n") == [13])
    #expect(
      try found(
        "via.json",
        #"{"img_000014.png9": {"filename": "img_000014.png", "regions": [{"shape_attributes": "#
          + #"{"name": "rect", "x": 9, "y": 9, "width": 20, "height": 30}, "region_attributes": {}}]}}"#) == [4])
  }

  @Test("Of several folders the one that a path names, or the only one that has such a picture")
  func folders() throws {
    let two = try detection(
      numbered("img_", 10...20), ["pics/img_000012", "more/img_000012", "elsewhere/img_000012"],
      others: [("more", numbered("img_", 0...20))])
    #expect(two.plan.map { "\($0.name) \($0.tasks.map(\.moment.seconds))" } == ["pics [0.5]", "more [3.0]"])
    let flat = try detection(
      numbered("a_", 10...20), ["a_000012", "b_000012"], others: [("more", numbered("b_", 8...20))])
    #expect(flat.plan.map { "\($0.name) \($0.tasks.map(\.moment.seconds))" } == ["pics [0.5]", "more [1.0]"])
  }
}
