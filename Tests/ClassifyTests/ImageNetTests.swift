import Classify
import Clips
import Configuration
import Files
import Geometry
import ImageFiles
import Imaging
import Tensors
import TestSupport
import Testing
import VideoLists

private func configuration(_ folder: String, _ more: [String] = []) throws -> Configuration {
  try Configuration.load(
    path: projectRoot + "/configs/Kinetics/C2D_8x8_R50.yaml",
    overrides: [
      "TEST.DATASET", "imagenet", "DATA.PATH_TO_DATA_DIR", folder, "DATA.NUM_FRAMES", "1", "TEST.NUM_ENSEMBLE_VIEWS",
      "1",
      "TEST.NUM_SPATIAL_CROPS", "1", "MODEL.NUM_CLASSES", "3", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE",
      "32",
    ] + more)
}

private func fault(_ folder: String, _ more: [String] = []) -> String {
  do {
    return try ClipDatasets.read(configuration(folder, more)).notices.joined(separator: "\n")
  } catch { return "\(error)" }
}

@Suite struct ImageNetTests {
  /// Folders are classes in the order of their names; those of other names do not count beside ImageNet's.
  @Test func foldersAreClasses() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    for name in ["n02", "n01", "n10", "readme"] { try makeFolder(folder.path + "/test/" + name) }
    for name in ["n02/b.jpg", "n01/z.jpg", "n02/a.jpg", "readme/x.jpg"] {
      try writeFile(folder.path + "/test/" + name, "")
    }
    let found = try ClipDatasets.read(configuration(folder.path))
    #expect(found.list.names == ["n01/z.jpg", "n02/a.jpg", "n02/b.jpg"])
    #expect(found.list.videos.map(\.labels) == [[0], [1], [1]] && found.notices.isEmpty)
    #expect(found.views.views == [View(shortSide: 64, crop: .centre(32), position: .part(0, of: 1))])
    #expect(
      fault(folder.path, ["MODEL.NUM_CLASSES", "2"]).contains("has 3 folders of classes, and the network scores 2"))
    #expect(fault(folder.path, ["MODEL.NUM_CLASSES", "9"]).contains("has 3 folders, and the network scores 9 classes"))
    #expect(fault(folder.path, ["TEST.NUM_ENSEMBLE_VIEWS", "10"]).contains("one view each"))
    // As published, a crop is larger than what it is cut from: taken the other way round.
    let published = try ClipDatasets.read(configuration(folder.path, ["DATA.TEST_CROP_SIZE", "96"]))
    #expect(published.views.views == [View(shortSide: 96, crop: .centre(64), position: .part(0, of: 1))])
  }

  /// Windows of videos of one's own are as the pictures' crops, and a ratio that is none is an error there, too.
  @Test func ratiosOfWindows() throws {
    let more = ["AUG.ENABLE", "True", "DATA.IN_VAL_CROP_RATIO"]
    let found = try VideoClassification(
      configuration("", more + ["0.5"]), [], labels: nil, timing: .init(), stopsAtDamage: false)
    #expect(found.allViews == [View(shortSide: 64, crop: .middle(32), position: .onward)])
    #expect {
      _ = try VideoClassification(
        configuration("", more + ["0.0"]), [], labels: nil, timing: .init(), stopsAtDamage: false)
    } throws: { "\($0)".contains("set DATA.IN_VAL_CROP_RATIO 0.875") }
  }

  /// With AUG.ENABLE the short side is what DATA.IN_VAL_CROP_RATIO leaves a crop of, in whole pixels; what training's crop
  /// is has no say.
  @Test func ratiosOfCrops() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try makeFolder(folder.path + "/test/n1")
    try writeFile(folder.path + "/test/n1/a.jpg", "")
    func views(_ more: [String]) throws -> [View] {
      try ClipDatasets.read(configuration(folder.path, ["AUG.ENABLE", "True"] + more)).views.views
    }
    func view(_ side: Int, _ crop: Int) -> View {
      View(shortSide: side, crop: .middle(crop), position: .part(0, of: 1))
    }
    #expect(try views([]) == [view(36, 32)])
    #expect(try views(["DATA.TEST_CROP_SIZE", "224"]) == [view(256, 224)])
    #expect(try views(["DATA.IN_VAL_CROP_RATIO", "1"]) == [view(32, 32)])
    for ratio in ["0.0", "1.5", "-1"] {
      let said = fault(folder.path, ["AUG.ENABLE", "True", "DATA.IN_VAL_CROP_RATIO", ratio])
      #expect(said.contains("set DATA.IN_VAL_CROP_RATIO 0.875"), "\(ratio): \(said)")
    }
    #expect(
      try views([])[0].description == "36 middle 32 part 0 of 1" && View("36 middle 32 part 0 of 1") == views([])[0])
  }

  /// What torchvision's Resize, CenterCrop and ToTensor make of Pillow's pictures: sum, sum of each level times its place
  /// modulo 251, first and last pixel.
  @Test(arguments: [
    (41, 55, "0.875", 391_831, 48_225_005, [147, 159, 135], [90, 117, 197]),
    (70, 50, "0.875", 391_817, 48_184_671, [197, 66, 98], [145, 81, 117]),
    (60, 90, "0.8", 391_678, 48_285_838, [145, 165, 164], [150, 113, 105]),
  ])
  func agreesWithTorchvision(
    height: Int, width: Int, ratio: String, sum: Int, weighted: Int, first: [Int], last: [Int]
  ) throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try makeFolder(folder.path + "/test/n1")
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width { for c in 0..<3 { pixels.append(UInt8((37 * y + 91 * x + 53 * c + x * y / 7) % 256)) } }
    }
    let file = try AtomicFile(path: folder.path + "/test/n1/a.png")
    try file.write(encodePNG(Image(size: ImageSize(width: width, height: height), order: .rgb, pixels: pixels)))
    try file.commit()
    let config = try configuration(
      folder.path,
      [
        "AUG.ENABLE", "True", "DATA.IN_VAL_CROP_RATIO", ratio, "DATA.MEAN", "[0.0, 0.0, 0.0]", "DATA.STD",
        "[1.0, 1.0, 1.0]",
      ])
    let found = try ClipDatasets.read(config)
    let view = found.views.views[0]
    let reader = ViewReader(
      try found.open("n1/a.png"), window: ClipWindow(frames: 1, rate: 1, parts: found.sampling),
      preprocessing: type(of: found).preprocessing(config, view))
    try reader.read([view], around: 0)
    let clip = try reader.clip(view, around: 0)
    #expect(clip.extent.h == 32 && clip.extent.w == 32)
    let levels = (0..<32 * 32 * 3).map { Int((clip.start[$0] * 255).rounded()) }
    #expect(Array(levels.prefix(3)) == first && Array(levels.suffix(3)) == last)
    #expect(levels.reduce(0, +) == sum)
    #expect(levels.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 251) } == weighted)
  }

  @Test func whatIsNotThere() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    #expect(fault(folder.path).contains("set DATA.PATH_TO_DATA_DIR to the folder of 'test'"))
    try makeFolder(folder.path + "/val")
    #expect(fault(folder.path).contains("link its folder val to that name"))
    try makeFolder(folder.path + "/test")
    #expect(fault(folder.path).contains("make a folder for each class there"))
  }

  /// Other files beside the pictures are none, and counted; where there are no pictures at all it is said.
  @Test func otherFiles() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    for name in ["n1", "n2"] { try makeFolder(folder.path + "/test/" + name) }
    for name in ["n1/Thumbs.db", "n2/.a.jpg", "n2/notes.txt"] { try writeFile(folder.path + "/test/" + name, "") }
    #expect(
      fault(folder.path).contains(
        "there is no picture in the folders of '\(folder.path)/test', but 3 other files such as"))
    for name in ["n2/b.JPEG", "n2/c.webp"] { try writeFile(folder.path + "/test/" + name, "") }
    let found = try ClipDatasets.read(configuration(folder.path, ["MODEL.NUM_CLASSES", "2"]))
    #expect(found.list.names == ["n2/b.JPEG", "n2/c.webp"] && found.list.videos.map(\.labels) == [[1], [1]])
    #expect(
      found.notices.count == 1
        && found.notices[0].hasPrefix(
          "3 files in the folders of '\(folder.path)/test' passed over, whose names end as no picture's do: 'n1/Thumbs.db', "
        ),
      "\(found.notices)")
  }

  /// The reference's list of pictures, and what can be wrong with it.
  @Test func preloaded() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let more = ["DATA.PATH_TO_PRELOAD_IMDB", folder.path]
    #expect(fault(folder.path, more).contains("set DATA.PATH_TO_PRELOAD_IMDB to the folder of test.json"))
    func write(_ text: String) throws { try writeFile(folder.path + "/test.json", text) }
    try write(#"[{"im_path": "/a/1.jpg", "class": 2}]"#)
    let found = try ClipDatasets.read(configuration(folder.path, more))
    #expect(
      found.list.names == ["/a/1.jpg"] && found.list.videos[0].labels == [2] && found.path(of: "/a/1.jpg") == "/a/1.jpg"
    )
    try write(#"[{"im_path": "1.jpg", "class": 3}]"#)
    #expect(fault(folder.path, more).contains("entry 1 ('1.jpg'): 'class' is 3, expected 0 to 2 (MODEL.NUM_CLASSES)"))
    try write(#"[{"class": 3}]"#)
    #expect(fault(folder.path, more).contains("entry 1, 'im_path': it is not there, expected a text"))
    try write("[{\"im_path\": \"1.jpg\",\n \"class\": }]")
    #expect(fault(folder.path, more).contains("test.json', line 2, column 11: "))
    try write("[]")
    #expect(fault(folder.path, more).contains("lists no video"))
  }

  /// Means are those of red, green and blue, and the network gets that order, whatever DATA.REVERSE_INPUT_CHANNEL says: a
  /// picture of one colour.
  @Test func colours() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try makeFolder(folder.path + "/test/n1")
    let pixels = [[UInt8]](repeating: [0, 51, 255], count: 80 * 70).flatMap(\.self)
    let image = Image(size: ImageSize(width: 80, height: 70), order: .bgr, pixels: pixels)
    let file = try AtomicFile(path: folder.path + "/test/n1/a.png")
    try file.write(encodePNG(image))
    try file.commit()
    let config = try configuration(
      folder.path,
      [
        "DATA.MEAN", "[0.5, 0.1, 0.25]", "DATA.STD", "[0.5, 0.2, 0.25]", "DATA.REVERSE_INPUT_CHANNEL", "True",
      ])
    let found = try ClipDatasets.read(config)
    let view = found.views.views[0]
    let reader = ViewReader(
      try found.open("n1/a.png"), window: ClipWindow(frames: 1, rate: 1, parts: found.sampling),
      preprocessing: type(of: found).preprocessing(config, view))
    try reader.read([view], around: 0)
    let clip = try reader.clip(view, around: 0)
    #expect(clip.extent.h == 32 && clip.extent.w == 32)
    let pixel = (0..<3).map { clip.start[$0] }
    #expect(zip(pixel, [1, 0.5, -1]).allSatisfy { abs($0 - Float($1)) < 1e-6 }, "\(pixel)")
  }
}
