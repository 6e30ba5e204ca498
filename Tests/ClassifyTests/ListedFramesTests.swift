import Classify
import Clips
import Configuration
import Files
import Imaging
import Tensors
import TestSupport
import Testing
import VideoLists
import Wording

/// A configuration of a small network, with a folder of lists.
private func configuration(_ dataset: String, _ folder: String, _ more: [String] = []) throws -> Configuration {
  try Configuration.load(
    path: projectRoot + "/configs/Kinetics/SLOWFAST_8x8_R50.yaml",
    overrides: [
      "TEST.DATASET", dataset, "DATA.PATH_TO_DATA_DIR", folder, "DATA.PATH_PREFIX", folder + "/frames",
      "DATA.MULTI_LABEL", dataset.lowercased().hasSuffix("charades") ? "True" : "False",
    ] + more)
}

/// A list in UTF-16, as spreadsheets write it.
private func wide(_ text: String) -> [UInt8] { [0xFF, 0xFE] + text.utf8.flatMap { [$0, 0] } }

private let header = "original_vido_id video_id frame_id path labels\n"

/// A folder of lists, which goes with its test.
private final class Lists {
  private let folder = TemporaryFolder()
  var path: String { folder.path }

  init(_ files: [String: String]) throws {
    for (name, text) in files { try writeFile(folder.path + "/" + name, text) }
  }

  deinit { folder.remove() }

  /// What is said of them.
  func fault(_ dataset: String, _ more: [String] = []) -> String {
    do {
      let found = try ClipDatasets.read(configuration(dataset, path, more))
      return found.notices.joined(separator: "\n")
    } catch { return "\(error)" }
  }
}

@Suite struct ListedFramesTests {
  /// A video has the classes of all its rows, in whatever order and however often they say them.
  @Test func classesAreThoseOfAllRows() throws {
    let lists = try Lists([
      "val.csv": header + "b 1 0 b/1.jpg \"14,3\"\na 0 0 a/1.jpg \"\"\nb 1 1 b/2.jpg \"14\"\nb 1 2 b/3.jpg 9\n"
    ])
    // PyTorchVideo's reader of the same lists is taken for it.
    #expect(try ClipDatasets.read(configuration("ptvcharades", lists.path)).list.names == ["b", "a"])
    let found = try ClipDatasets.read(configuration("Charades", lists.path))
    #expect(found.list.names == ["b", "a"])
    #expect(found.list.videos.map(\.labels) == [[3, 9, 14], []] && found.list.videos[0].labelText == "3,9,14")
    #expect(found.path(of: "b") == lists.path + "/frames/b/1.jpg")
    #expect(try found.open("b").frameCount == 3)
  }

  /// The class of a video is that of its template without brackets; a video without frames is opened in vain.
  @Test func templates() throws {
    let lists = try Lists([
      "val.csv": header + "7 0 0 7/1.jpg \"\"\n8 0 0 8/1.jpg \"\"\n",
      "something-something-v2-labels.json": #"{"Holding something": "1", "Dropping something": 0}"#,
      "something-something-v2-validation.json": #"""
      [{"id": "9", "template": "Dropping [something]"}, {"id": 7, "template": "Holding [something]"}]
      """#,
    ])
    let found = try ClipDatasets.read(configuration("ssv2", lists.path, ["TEST.NUM_ENSEMBLE_VIEWS", "1"]))
    #expect(found.list.names == ["9", "7"] && found.list.videos.map(\.labels) == [[0], [1]])
    #expect(found.notices.count == 1 && found.notices[0].contains("1 video of"), "\(found.notices)")
    #expect(throws: FrameDamage.self) { try found.open("9") }
    // One clip, whatever the configuration says; that it says more is no secret.
    #expect(lists.fault("ssv2").contains("set TEST.NUM_ENSEMBLE_VIEWS 1"))
    #expect(found.views.views.count == 3)
  }

  /// What is no text in UTF-8 is no matter of the folder.
  @Test(arguments: ["charades", "ssv2"]) func listsInUTF16(_ dataset: String) throws {
    let lists = try Lists([
      "something-something-v2-labels.json": #"{"A": "1"}"#,
      "something-something-v2-validation.json": #"[{"id": "9", "template": "A"}]"#,
    ])
    let file = try AtomicFile(path: lists.path + "/val.csv")
    try file.write(wide(header + "9 0 0 9/1.jpg \"1\"\n"))
    try file.commit()
    let said = lists.fault(dataset)
    #expect(said.contains("val.csv': expected a header line and rows of "), "\(said)")
    #expect(said.contains("found text in UTF-16 -> save the file as UTF-8"), "\(said)")
    #expect(!said.contains("set DATA.PATH_TO_DATA_DIR"), "\(said)")
  }

  @Test(
    "Bad lists say where and what to do",
    arguments: [
      ("charades", "a 0 0 a.jpg \"1,x\"\n", "line 2, column 5 (labels): expected classes from 0 to 399"),
      ("charades", "a 0 0 a.jpg \"400\"\n", "found '\"400\"' -> correct the line, or set MODEL.NUM_CLASSES"),
      ("charades", "a 0 0 a.jpg \"\"\n", "no row has a label, so that no mAP can be computed"),
      ("charades", "", "found none -> give the data set's list"),
    ])
  func badRows(dataset: String, rows: String, expected: String) throws {
    let said = try Lists(["val.csv": header + rows]).fault(dataset)
    #expect(said.contains(expected), "\(said)")
  }

  @Test(
    "Bad JSON files say which entry and what to do",
    arguments: [
      (#"{"A": "0"}"#, #"[{"id": "1", "template": "B"}]"#, "entry 1: video '1': the template 'B' is not in"),
      (#"{"A": "0"}"#, #"[{"id": "1"}]"#, "entry 1: video '1': 'template' is not there, expected a text -> give the"),
      (#"{"A": "0"}"#, #"[{"id": [1], "template": "A"}]"#, "entry 1: 'id' is [1], expected a text or number"),
      ("{\n  \"A\": 0,,\n}", "[]", "labels.json', line 2, column 10: "),
      (#"{"A": "0"}"#, #"{"id": "1"}"#, "expected an array of objects"),
      (#"{"A": "0"}"#, "[]", "validation.json': an empty array, no video -> give"),
      ("\u{FEFF}{\"A\": \"0\"}", "\u{FEFF}[{\"id\": \"1\", \"template\": \"B\"}]", "the template 'B' is not in"),
      (#"{"A": "400"}"#, "[]", "'A': class \"400\", expected one of 0 to 399 (MODEL.NUM_CLASSES)"),
      (#"["A"]"#, "[]", "expected an object of templates and classes"),
      (#"{"A": "0""#, "[]", "-> give the data set's own file"),
    ])
  func badJSON(labels: String, videos: String, expected: String) throws {
    let said = try Lists([
      "val.csv": header + "1 0 0 a.jpg \"\"\n", "something-something-v2-labels.json": labels,
      "something-something-v2-validation.json": videos,
    ]).fault("ssv2")
    #expect(said.contains(expected), "\(said)")
  }

  @Test func whatDoesNotSuit() throws {
    let lists = try Lists(["val.csv": header + "a 0 0 a.jpg \"1\"\n"])
    #expect(lists.fault("charades", ["DATA.MULTI_LABEL", "False"]).contains("set DATA.MULTI_LABEL True"))
    #expect(
      lists.fault("ssv2", ["DATA.MULTI_LABEL", "True"]).contains("set DATA.MULTI_LABEL False, or TEST.DATASET charades")
    )
    #expect(
      lists.fault("ssv2").contains("set DATA.PATH_TO_DATA_DIR to the folder of something-something-v2-labels.json"))
    #expect(lists.fault("charade").contains("did you mean charades?"))
    #expect(lists.fault("hmdb51").contains("set TEST.DATASET \(series(ClipDatasets.names, "or"))"))
    #expect(lists.fault("charades", ["TEST.NUM_ENSEMBLE_VIEWS", "1"]).contains("the one in the middle is taken"))
  }

  /// A video that the list of pictures lacks is no matter of paths: the list is named, and the others are looked for.
  @Test func videosWithoutPictures() throws {
    let json = #"[{"id": "77777", "template": "A"}, {"id": "1", "template": "A"}]"#
    let lists = try Lists([
      "val.csv": header + "1 0 0 1/1.jpg \"\"\n", "frames/1/1.jpg": "x",
      "something-something-v2-labels.json": #"{"A": "0"}"#, "something-something-v2-validation.json": json,
    ])
    let test = try VideoTest(configuration("ssv2", lists.path))
    #expect(test.missingVideos == [])
    #expect(test.unlistedVideos?.names == ["77777"] && test.unlistedVideos?.list == lists.path + "/val.csv")
    let few = ClassificationError.noPictures(count: 1, first: "77777", list: lists.path + "/val.csv", isAll: false)
    #expect(throws: few) { try test.verifyVideos() }
    #expect("\(few)".contains("val.csv' lists no picture of 1 video to be tested, the first is '77777' -> add"))
    let other = try Lists([
      "val.csv": header + "2 0 0 2/1.jpg \"\"\n", "something-something-v2-labels.json": #"{"A": "0"}"#,
      "something-something-v2-validation.json": json,
    ])
    let all = ClassificationError.noPictures(count: 2, first: "77777", list: other.path + "/val.csv", isAll: true)
    #expect(throws: all) { try VideoTest(configuration("ssv2", other.path)) }
    #expect("\(all)".contains("lists no picture of any of the 2 videos to be tested"))
  }

  /// The reference's own frames as the network gets them: first frames of some clips of each variant.
  @Test(
    .enabled(if: sharedFolder != nil, "needs ../shared/golden"),
    arguments: [
      ("charades", "3x3", 3, 3, ["DATA.TEST_CROP_SIZE", "72", "DATA.NUM_FRAMES", "32", "DATA.SAMPLING_RATE", "2"]),
      (
        "charades", "2x1_rate1", 2, 1,
        ["DATA.TEST_CROP_SIZE", "64", "DATA.NUM_FRAMES", "32", "DATA.SAMPLING_RATE", "1"]
      ),
      ("ssv2", "1x1", 1, 1, ["DATA.TEST_CROP_SIZE", "64", "DATA.NUM_FRAMES", "64"]),
      ("ssv2", "1x3", 1, 3, ["DATA.TEST_CROP_SIZE", "72", "DATA.NUM_FRAMES", "64"]),
    ])
  func golden(dataset: String, variant: String, clips: Int, crops: Int, more: [String]) throws {
    let folder = (sharedFolder ?? "") + "/golden/" + dataset
    let config = try configuration(
      dataset, folder,
      more + [
        "TEST.NUM_ENSEMBLE_VIEWS", "\(clips)", "TEST.NUM_SPATIAL_CROPS", "\(crops)", "DATA.TRAIN_CROP_SIZE", "32",
        "DATA.REVERSE_INPUT_CHANNEL", "True",
      ])
    let found = try ClipDatasets.read(config)
    let window = ClipWindow(
      frames: config[.dataNumFrames], rate: config[.dataSamplingRate], parts: found.sampling)
    let prefix = variant + "_clip"
    let names = try listFolder(folder).filter { $0.hasPrefix(prefix) }
    #expect(!names.isEmpty)
    for name in names {
      let sample = try #require(Int(name.dropFirst(prefix.count).prefix { $0.isNumber }))
      let expected = try Tensor(npy: folder + "/" + name)
      let view = found.views.views[sample % (clips * crops)]
      let reader = ViewReader(
        try found.open(found.list.names[sample / (clips * crops)]), window: window,
        preprocessing: type(of: found).preprocessing(config, view))
      try reader.read([view], around: 0)
      let clip = try reader.clip(view, around: 0)
      let plane = clip.extent.h * clip.extent.w
      #expect(expected.shape == [3, clip.extent.h, clip.extent.w])
      let values = expected.array
      let gap = (0..<3 * plane).map { abs(values[$0] - clip.start[$0 % plane * 3 + $0 / plane]) }.max() ?? .infinity
      #expect(gap < 1e-5, "\(name): \(gap)")
    }
  }
}
