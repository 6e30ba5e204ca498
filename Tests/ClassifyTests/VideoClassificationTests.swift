import Classify
import Configuration
import Files
import Geometry
import ImageFiles
import Imaging
import Inference
import JSON
import Kernels
import Runs
import Tensors
import Video
import TestSupport
import Testing

/// A thin Slow classifier of three classes over four frames, one in two, at 32 pixels.
private func configured(_ more: [String] = []) throws -> Configuration {
  var config = Configuration.defaults
  try config.apply(
    overrides: [
      "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.WIDTH_PER_GROUP", "4", "DATA.NUM_FRAMES", "4",
      "DATA.SAMPLING_RATE", "2", "DATA.INPUT_CHANNEL_NUM", "[3]", "RESNET.DEPTH", "18", "RESNET.TRANS_FUNC",
      "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[2],[2],[2],[2]]", "RESNET.SPATIAL_STRIDES",
      "[[1],[2],[2],[2]]", "RESNET.SPATIAL_DILATIONS", "[[1],[1],[1],[1]]", "MODEL.NUM_CLASSES", "3",
      "DATA.TEST_CROP_SIZE", "32", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TRAIN_JITTER_SCALES", "[32, 32]",
    ] + more)
  return config
}

/// What an error says, or "no error".
private func text(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}

/// Videos of one's own as pictures on the disk, and a network that makes scores of them.
@Suite struct VideoClassificationTests {
  let folder = TemporaryFolder()
  let model: LoadedModel

  init() throws {
    model = try LoadedModel(configured(), WeightOptions(randomSeed: 5), engine: Engine(threads: 1))
  }

  /// Writes noise pictures under these names into a folder of their own.
  private func pictures(_ name: String, _ names: [String]) throws -> String {
    let path = folder.path + "/" + name
    try makeFolder(path)
    for (number, name) in names.enumerated() {
      var generator = SeededGenerator(seed: UInt64(number))
      let pixels = (0..<40 * 32 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      try writePNG(
        Image(size: ImageSize(width: 40, height: 32), order: .bgr, pixels: pixels), to: path + "/" + name)
    }
    return path
  }

  private func classify(_ paths: [String], _ timing: VideoClassification.Timing = .init(), _ more: [String] = []) throws
    -> WindowScores
  {
    try VideoClassification(try configured(more), paths, labels: nil, timing: timing, stopsAtDamage: false)
      .run(models: [model], stopsAtDamage: false)
  }

  private func report(_ scores: WindowScores, _ format: WindowReport.Format, _ labels: ClassLabels = .unnamed) throws
    -> String
  {
    var text = ""
    try WindowReport(scores, labels, topK: 2).write(format) { text += $0 }
    return text.replacing(folder.path + "/", with: "")
  }

  /// A folder is a video: its pictures in the order of the numbers in their names, thirty a second unless asked otherwise.
  @Test func folders() throws {
    defer { folder.remove() }
    let plain = try pictures("plain", (8..<28).map { "f\($0).png" } + [".hidden.png"])
    let scores = try classify([plain])
    #expect(scores.windowCount == 3 && scores.damage.isEmpty)
    var windows: [WindowScores.Window] = []
    var sums: [Float] = []
    try scores.forEach(of: scores.videos[0]) { window, values in
      windows.append(window)
      sums.append(values.reduce(0, +))
    }
    // Windows of eight frames; the last one ends with the video.
    #expect(windows.map { ($0.begin * 30).rounded() } == [0, 8, 12])
    #expect(abs(windows[2].end - 20.0 / 30) < 1e-9 && sums.allSatisfy { abs($0 - 1) < 1e-5 })
    let padded = try pictures("padded", (8..<28).map { $0 < 10 ? "f0\($0).png" : "f\($0).png" })
    #expect(try report(scores, .csv).replacing("plain", with: "padded") == report(classify([padded]), .csv))
    let slow = try classify([plain], VideoClassification.Timing(every: 100, framesPerSecond: 15))
    try slow.forEach(of: slow.videos[0]) { window, _ in #expect(abs(window.end - 8.0 / 30) < 1e-9) }
    #expect(slow.windowCount == 1)
  }

  @Test func forms() throws {
    defer { folder.remove() }
    let scores = try classify([try pictures("a", (0..<10).map { "\($0).png" })])
    try writeFile(folder.path + "/names", "run, walk\nsit\n\"stand\"\n")
    let labels = try ClassLabels(path: folder.path + "/names", classes: 3)
    var values: [[Float]] = []
    try scores.forEach(of: scores.videos[0]) { values.append($1) }
    #expect(values.count == 2)
    let order = values.map { own in own.indices.sorted { own[$0] > own[$1] } }
    func name(_ id: Int) -> String { ["run, walk", "sit", "\"stand\""][id] }

    let lines = try report(scores, .text, labels).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 10 && lines[0] == "a: 0.33 s, windows of 0.27 s")
    #expect(lines[1] == "    begin      end  probability  class")
    #expect(lines[2].hasPrefix("     0.00     0.27       0.") && lines[2].hasSuffix("  " + name(order[0][0])))
    #expect(lines[3].hasPrefix(String(repeating: " ", count: 25) + "0."))
    #expect(lines[4].hasPrefix("     0.07     0.33       0."))
    #expect(lines[6].hasPrefix("     mean     of 2       0."))

    let rows = try report(scores, .csv, labels).split(separator: "\n")
    #expect(rows.count == 7 && rows[0] == "video,of,begin,end,rank,class,name,score")
    let cell = order[0][0] == 1 ? "sit" : order[0][0] == 0 ? "\"run, walk\"" : "\"\"\"stand\"\"\""
    #expect(rows[1] == "a,window,0,0.266667,1,\(order[0][0]),\(cell),\(values[0][order[0][0]])")
    #expect(rows[5].hasPrefix("a,video,0,0.333333,1,"))

    let json = try JSONReader.read(Array(report(scores, .json, labels).utf8))
    #expect(json["video"] == "a" && json["head"] == "softmax" && json["windows"]?.values.count == 2)
    let first = json["windows"]?.values.first?["classes"]?.values.first
    #expect(first?["id"] == JSONValue(order[0][0]) && first?["score"] == JSONValue(values[0][order[0][0]]))
    #expect(json["whole"]?["by"] == "mean" && json["damaged"] == [])
    let mean = (0..<3).map { Float((Double(values[0][$0]) + Double(values[1][$0])) / 2) }
    #expect(json["whole"]?["classes"]?.values.first?["score"] == JSONValue(mean.max()!))
    let most = try report(
      classify([folder.path + "/a"], .init(), ["DATA.ENSEMBLE_METHOD", "max"]), .json, labels)
    #expect(try JSONReader.read(Array(most.utf8))["whole"]?["by"] == "maximum")
  }

  /// Three squares of a frame make one score of a window.
  @Test func crops() throws {
    defer { folder.remove() }
    let path = try pictures("a", ["1.png"])
    let three = try classify([path], .init(), ["TEST.NUM_SPATIAL_CROPS", "3"])
    #expect(three.windowCount == 1)
    #expect(try report(three, .csv) != report(classify([path]), .csv))
  }

  /// What cannot be read costs itself; what is wrong with the call stops all.
  @Test func damageAndBadCalls() throws {
    defer { folder.remove() }
    let path = try pictures("a", ["1.png", "2.png"])
    try writeFile(path + "/2.png", "no picture")
    let scores = try classify([path + "/1.png", path + "/2.png", path + "/3.mp4"])
    #expect(scores.windowCount == 1 && scores.damage.keyFrames.count == 2)
    #expect(scores.damage.lines()[1].hasSuffix("a/3.mp4' does not exist"), "\(scores.damage.lines())")
    let json = try JSONReader.read(Array(report(scores, .json).utf8))
    #expect(json.values.count == 3 && json.values[2]["whole"] == .null && json.values[2]["damaged"]?.values.count == 1)
    let damaged = try classify([path])
    #expect(damaged.windowCount == 0 && damaged.damage.keyFrames.count == 1)

    try makeFolder(folder.path + "/empty")
    func refused(_ paths: [String], every: Double? = nil, _ more: [String] = []) -> String {
      text {
        _ = try VideoClassification(
          try configured(more), paths, labels: nil, timing: VideoClassification.Timing(every: every))
      }
    }
    #expect(refused([folder.path + "/empty"]).contains("has no JPEG or PNG pictures -> give videos, pictures"))
    #expect(refused([path, path]).contains("is given twice -> leave one out"))
    #expect(refused([path + "/3.mp4"]).contains("does not exist"))
    #expect(refused([path], every: 0.01).contains("every 0.01 s, expected at least the time of one frame, 0.033 s ->"))
    let key = refused([path], ["DEMO.LABEL_FILE_PATH", folder.path + "/none.json"])
    #expect(key.contains("none.json' does not exist (DEMO.LABEL_FILE_PATH '"), "\(key)")
    #expect(key.contains("given as KEY VALUE)) -> give --labels FILE, or set the key to '' for numbers"))
  }

  /// What may surprise is said.
  @Test func notices() throws {
    defer { folder.remove() }
    let path = try pictures("a", ["1.png", "2.png"])
    let found = try VideoClassification(
      try configured(), [path, path + "/1.png", path + "/2.png"], labels: nil, timing: .init())
    #expect(found.description == "3 windows of 0.27 s, one every 0.27 s, each in the middle 32 x 32 of short side 32")
    #expect(
      found.notices == [
        "shorter than a window of 0.27 s, the last frame is repeated: '\(path)'",
        "2 pictures are each a clip of one frame over and over: what is seen without motion",
      ])
  }

  /// However long from one window to the next: a video has one, and what it does not show is said.
  @Test func windowsFarApart() throws {
    defer { folder.remove() }
    let path = try pictures("a", (0..<30).map { "\($0).png" })
    let found = try VideoClassification(try configured(), [path], labels: nil, timing: .init(every: 100))
    #expect(found.keyFrameCount == 1)
    #expect(
      found.notices == [
        "no second window begins within them (--every 100.00 s), what comes after the first 0.27 s is not seen: '\(path)' "
          + "(0.73 of 1.00 s)"
      ])
    let near = try VideoClassification(try configured(), [path], labels: nil, timing: .init(every: 0.9))
    #expect(near.keyFrameCount == 2)
    #expect(
      near.notices == [
        "windows of 0.27 s, one every 0.90 s: 47 % of the time is in no window and is not seen: '\(path)' (0.47 of 1.00 s) -> "
          + "for all of it give --every 0.27 or less"
      ])
    let whole = try VideoClassification(try configured(), [path], labels: nil, timing: .init(every: 0.26))
    #expect(whole.notices.isEmpty)
  }

  /// Pictures that are missing are not closed up unsaid; every third one is as even as all.
  @Test func picturesThatAreMissing() throws {
    defer { folder.remove() }
    func notices(_ name: String, _ numbers: [Int]) throws -> [String] {
      try VideoClassification(
        try configured(), [pictures(name, numbers.map { "f\($0).png" })], labels: nil, timing: .init()
      ).notices
    }
    #expect(try notices("third", (0..<9).map { 3 * $0 + 1 }).isEmpty)
    let said = try notices("gap", Array(1..<12) + Array(14..<20))
    #expect(
      said == [
        "\(folder.path)/gap: pictures are missing between 'f11.png' and 'f14.png': they are taken to follow one another "
          + "evenly, and all later ones are seen at wrong times -> extract the frames again"
      ])
  }

  /// A clock that makes more windows than anybody looks at costs the input that has it.
  @Test func brokenClocks() throws {
    defer { folder.remove() }
    let path = try pictures("a", (0..<20).map { "\($0).png" })
    let timing = VideoClassification.Timing(framesPerSecond: 1e-5)
    let scores = try classify([path, path + "/3.png"], timing)
    #expect(scores.windowCount == 1 && scores.damage.keyFrames.count == 1)
    let cause = scores.damage.keyFrames.first?.cause ?? ""
    #expect(cause.contains("lasts 2000000 s by its time stamps, more than 1000000 windows") && !cause.contains("->"))
    #expect(text { _ = try classify([path], timing) }.contains("-> give a larger --every, or repair the file's clock"))
  }

  /// What a run has scored of an input that is gone since stays; of what is not known to be all, the rest is said to lack.
  @Test func inputsThatAreGone() throws {
    defer { folder.remove() }
    let paths = [
      try pictures("a", (0..<20).map { "\($0).png" }), try pictures("b", (0..<10).map { "\($0).png" }),
    ]
    let before = try VideoClassification(configured(), paths, labels: nil, timing: .init())
    let identity = try before.identity([model], isStill: false)
    let journal = folder.path + "/j"
    let all = try RunJournal(path: journal, identity: identity)
    let expected = try report(before.run(models: [model], journal: all), .csv)
    all.close()
    let part = try RunJournal(path: folder.path + "/part", identity: identity)
    var left = 4
    _ = try before.run(
      models: [model], journal: part,
      isToStop: {
        left -= 1; return left == 0
      })
    part.close()

    try moveFile(paths[1], to: folder.path + "/elsewhere")
    var after = try VideoClassification(configured(), paths, labels: nil, timing: .init(), stopsAtDamage: false)
    #expect(after.keyFrameCount == 3 && after.unreadableWindows.keyFrames.count == 1)
    let again = try RunJournal(reading: journal)
    after.keepTasks(of: [again])
    #expect(after.keyFrameCount == 5 && after.unreadableWindows.isEmpty)
    let found = try after.run(models: [model], journal: again, stopsAtDamage: false)
    #expect(found.damage.isEmpty)
    #expect(try report(found, .csv) == expected)

    var some = try VideoClassification(configured(), paths, labels: nil, timing: .init(), stopsAtDamage: false)
    some.keepTasks(of: [try RunJournal(reading: folder.path + "/part")])
    #expect(some.keyFrameCount == 4 && some.unreadableWindows.keyFrames.count == 1)
  }

  @Test func drawings() throws {
    defer { folder.remove() }
    let path = try pictures("a", (0..<4).map { "\($0).png" })
    let scores = try classify([path, path + "/0.png"])
    var done: [Int] = []
    for (video, name) in zip(scores.videos, ["film.mp4", "picture.png"]) {
      let out = folder.path + "/" + name
      #expect(WindowScores.drawingEnding(of: video) == (name.hasSuffix("png") ? "png" : "mp4"))
      let result = try scores.writeOverlay(of: video, .unnamed, topK: 2, to: out) { count, _ in done.append(count) }
      #expect(result?.damaged == 0 && pathExists(out))
    }
    #expect(done == [1, 2, 3, 4, 1])
    // The picture is enlarged; under it there is the strip, and a row for each class.
    let drawn = try imageSize(path: folder.path + "/picture.png")
    #expect(drawn.width == 160 && drawn.height > 128 + 40)
  }
}
