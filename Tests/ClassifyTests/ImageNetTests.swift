import Classify
import Clips
import Configuration
import Files
import Geometry
import Imaging
import Tensors
import TestSupport
import Testing

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
    #expect(fault(folder.path, ["AUG.ENABLE", "True"]).contains("set AUG.ENABLE False"))
    #expect(fault(folder.path, ["TEST.NUM_ENSEMBLE_VIEWS", "10"]).contains("one view each"))
    // As published, a crop is larger than what it is cut from: taken the other way round.
    let published = try ClipDatasets.read(configuration(folder.path, ["DATA.TEST_CROP_SIZE", "96"]))
    #expect(published.views.views == [View(shortSide: 96, crop: .centre(64), position: .part(0, of: 1))])
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
