import AVAEval
import AVARecords
import Datasets
import Files
import Foundation
import Geometry
import ImageFiles
import Imaging
import Report
import Statistics
import TestSupport
import Testing
import Video

/// What the pages say, against what was computed by hand.
struct ContentTests {
  /// Class 1: a miss 0.95, a miss 0.9, a hit 0.8, two to find: AP 1/3 * 1/2. Class 20: a hit, two to find: AP 1/2.
  @Test("The summary has mAP to four decimals, the class table the numbers of the evaluation")
  func numbers() throws {
    let page = try Situation().report()
    #expect(page.contains("<title>found.csv: mAP 0.3333</title>"))
    #expect(page.contains("<p class=\"big\">0.3333</p>"))
    let row = try #require(page.firstMatch(of: #/<tr data-find="stand pose [^>]*>.*<\/tr>/#)).0
    #expect(row.contains("data-v=\"0.16666666666666666\"") && row.contains(">0.1667</span>"))
    #expect(row.contains("<td data-v=\"2\">2</td><td data-v=\"3\">3</td>"))
    #expect(!page.contains("interval</button>"))
  }

  @Test("Intervals over videos appear where they were asked for")
  func intervals() throws {
    var situation = Situation()
    situation.resampling = Resampling(count: 30)
    let page = try situation.report()
    #expect(page.contains("95 % of 30 resamples of 2 videos") && page.contains("95 % interval</button>"))
    // All ground truth in one video: no column of dashes, and no word of intervals that are not there.
    situation.video = "w"
    let single = try situation.report()
    #expect(!single.contains("95 % interval") && !single.contains("of 30 resamples"))
    #expect(single.contains("No interval: the ground truth that counts lies in 1 video."))
    let comparison = try situation.comparison()
    #expect(comparison.contains("There are no intervals over videos") && !comparison.contains("The line through a dot"))
    #expect(try Situation().comparison().contains("The line through a dot"))
  }

  @Test("A class table with more columns than paper takes says so, and the style knows the words")
  func wideTables() throws {
    func kind(_ situation: Situation) throws -> Substring {
      try #require(try situation.report().firstMatch(of: #/<table id="class-table" class="([^"]*)">/#)).1
    }
    var situation = Situation()
    #expect(try kind(situation) == "sortable")
    situation.resampling = Resampling(count: 10)
    #expect(try kind(situation) == "sortable wide")
    // All scores are equal: a column of what their order may do.
    situation.scale = 0
    #expect(try kind(situation) == "sortable wide widest")
    let page = try situation.report()
    #expect(page.contains("#class-table.wide ") && page.contains("#class-table.widest "))
  }

  @Test("The page begins with what makes its numbers worthless, or with where most is lost")
  func headline() throws {
    func headline(_ situation: Situation) throws -> String {
      let page = try situation.report()
      return String(try #require(page.firstMatch(of: #/<p class="headline">(.*)<\/p>/#)).1)
    }
    // Class 1 loses 5/6 of its AP, class 20 half: 2/3 in the mean, and not found is the largest part.
    #expect(try headline(Situation()).contains("Of the 0.6667 missing to a perfect mAP, “"))
    var silent = Situation()
    silent.names[70] = "talk <to>"
    silent.silentClass = 70
    #expect(try headline(silent).hasPrefix("1 of 3 classes has no detection at all: talk &lt;to&gt;."))
    silent.silentClassIsCrowdedOut = true
    #expect(
      try headline(silent).hasPrefix(
        "1 of 3 classes has no detection among the 50 best of a key frame: talk &lt;to&gt;."))
  }

  @Test("Classes that no protocol has a number of are folded, and can be shown")
  func folded() throws {
    let page = try Situation().report()
    #expect(page.contains("Show the class without ground truth"))
    #expect(page.matches(of: #/<tr class="idle" data-find="talk to/#).count == 1)
    #expect(page.matches(of: #/<tr class="idle"/#).count == 1)
    var all = Situation()
    all.silentClass = 70
    #expect(!(try all.report().contains("without ground truth</label>")))
  }

  @Test("A table of parts that has one row is left out; nothing else is")
  func oneVideo() throws {
    var situation = Situation()
    #expect(try situation.report().contains("<h3>By video</h3>"))
    situation.video = "w"
    let page = try situation.report()
    #expect(!page.contains("By video") && page.contains("<h3>By people in the key frame</h3>"))
  }

  @Test("Small scores keep two digits, bars say how many detections they rest on")
  func digits() throws {
    var situation = Situation()
    situation.scale = 0.0045
    #expect(try situation.report().contains("0.0043 stand (wrong class)"))
    // Of the bins' bars all rest on one or two detections here.
    let page = try Situation().report()
    let counts = page.matches(of: #/text-anchor="middle">([12])<\/text>/#).map(\.1)
    #expect(counts.count >= 3 && page.contains("class=\"bin few\""))
    #expect(!page.contains("class=\"bin\""))
  }

  @Test("Hatched bars are gains and nothing else; losses have a colour of their own")
  func bars() throws {
    let page = try Situation().report()
    #expect(!page.contains("meter open"))
    let gains = page.matches(of: #/meter gain/#).count
    // Two classes with something to find and the table of all, six kinds each.
    #expect(gains == 18 && page.matches(of: #/meter loss/#).count > gains)
  }

  @Test("What the program advises is told apart from the page's words, its options set as code")
  func advice() throws {
    var situation = Situation()
    situation.scale = 1.5
    let page = try situation.report()
    #expect(!page.contains(" -&gt; "))
    for hint in page.matches(of: #/<span class="hint">(.*?)<\/span>/#) {
      #expect(!hint.1.replacing(#/<code>.*?<\/code>/#, with: "").contains("--"), "\(hint.1)")
    }
  }

  @Test("A curve's area ends each step at a hit's recall: one hit of two with precision 1/3")
  func curve() throws {
    let page = try Situation().report()
    #expect(page.contains("<path id=\"e1\" class=\"area\" d=\"M0 1000V667H500V1000\"/>"))
    #expect(page.contains("<use href=\"#e1\""))
  }

  @Test("Without pictures the worst key frames are a table with the rows to blame")
  func frameTable() throws {
    let page = try Situation().report()
    #expect(page.contains("0.95 stand (wrong class)") && page.contains("w,<wbr><span class=\"whole\">0904</span>"))
    #expect(!page.contains("class=\"legend\""))
  }

  @Test("No rows at all make a page too")
  func empty() throws {
    let tables = try AlignedTables(
      detections: DetectionTable(), groundTruth: GroundTruthTable(), labelMap: try LabelMap([.init(id: 1, name: "a")]),
      dataset: .ava)
    let outcomes = match(tables, rules: [.official])
    let page = EvaluationReport(
      detections: "none.csv", files: ReportFiles(groundTruth: "t", labelMap: "l"), tables: tables,
      evaluations: [evaluate(outcomes[0])], bootstraps: [], explanation: explain(tables, outcomes[0]), findings: []
    ).html
    #expect(page.contains("none.csv: mAP -"))
    // Neither curves nor a ceiling.
    #expect(page.components(separatedBy: "There is no ground truth to find.").count == 3)
    #expect(page.contains("No key frame costs anything.") && page.contains("There are no detections."))
  }

  @Test("A comparison has differences with their signs, from gains to losses")
  func comparison() throws {
    let page = try Situation().comparison()
    // B's hit of class 1 at 0.92 comes first of all: AP 1/2 instead of 1/6.
    #expect(page.contains("+0.3333") && page.contains("<p class=\"big\">+0.1667</p>"))
    #expect(page.contains("b.csv against a.csv: +0.1667 mAP"))
    #expect(page.contains("b.csv is better by 0.1667 mAP (official)"))
    // A zero line in every row with a difference, and a scale with its ends over each table.
    let rows = page.matches(of: #/<path class="zero" d="M70 -9V27"/#).count
    #expect(rows == page.matches(of: #/<circle class="dot"/#).count && rows > 3)
    let scales = page.matches(of: #/<path class="zero" d="M70 12V27"/>.*?>0</#).count
    #expect(scales == page.components(separatedBy: "B − A<").count - 1 && scales == 2)
    #expect(!page.contains("the middle"))
  }

  @Test("The difference stands beside the class's name")
  func differenceFirst() throws {
    let page = try Situation().comparison()
    for head in page.components(separatedBy: "<thead>").dropFirst() where head.contains("B − A") {
      let columns = head.components(separatedBy: "<th ").map { $0.contains("B − A") }
      #expect(columns.prefix(3) == [false, false, true])
    }
    #expect(page.contains("B − A"))
  }

  @Test(
    "No path is named; files with one name are told apart by a folder, or by A and B",
    arguments: [
      ("runs/one/d.csv", "runs/two/d.csv", "d.csv (two) against d.csv (one)"),
      ("/runs/one/ava/d.csv", "/runs/two/ava/d.csv", "d.csv (two) against d.csv (one)"),
      ("runs/d.csv", "runs/d.csv", "d.csv (B) against d.csv (A)"),
      ("../d.csv", "runs/d.csv", "d.csv (B) against d.csv (A)"), ("d.csv", "runs/d.csv", "d.csv (B) against d.csv (A)"),
      ("-", "runs/d.csv", "d.csv against standard input"),
    ])
  func names(a: String, b: String, title: String) throws {
    let page = try Situation().comparison(a: a, b: b)
    #expect(page.contains("<h1>\(title)</h1>"))
    #expect(!page.contains("runs/"))
  }

  @Test("The page is index.html in a folder that is made, and made anew where it stands")
  func file() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = joinPath(folder.path, "a/b")
    _ = try writeReport("one", folder: path)
    let (file, size) = try writeReport("another", folder: path)
    #expect(file == path + "/index.html" && size == 7)
    #expect(try listFolder(path) == ["index.html"])
    #expect(try difference(readFile(file, doing: "reading a page"), Array("another".utf8)) == nil)
  }
}

/// Pictures of key frames.
struct ImageTests {
  private let folder = TemporaryFolder()

  /// Draws a video's frames: grey, one a second, from second 900 on.
  private func draw(_ video: String, count: Int, size: ImageSize = ImageSize(width: 32, height: 16)) throws {
    let pixels = [UInt8](repeating: 90, count: size.width * size.height * 3)
    for number in 0..<count {
      let path = joinPath(folder.path, "frames/\(video)/\(video)_\(number).png")
      try writePNG(Image(size: size, order: .bgr, pixels: pixels), to: path)
    }
  }

  private func images(_ moments: [(String, Int)]) throws -> KeyFrameImages {
    KeyFrameImages(
      of: moments.map { KeyFrame(video: $0.0, time: Timestamp(second: $0.1)) }, times: [:],
      from: try FrameCatalog(folder: joinPath(folder.path, "frames"), framesPerSecond: 1))
  }

  /// Of a folder that two videos may mean neither has the pictures.
  @Test func stripsOfOneName() throws {
    defer { folder.remove() }
    try draw("x", count: 5)
    try draw("y", count: 5)
    let catalog = try FrameCatalog(folder: joinPath(folder.path, "frames"), framesPerSecond: 1)
    let all = ["d1/x.mp4", "d2/x.mp4", "d2/y.mp4", "z.mp4"]
    let strips = VideoStrips(of: ["d1/x.mp4", "d2/y.mp4", "z.mp4"], among: all, from: catalog)
    #expect(strips.warnings.count == 2)
    #expect(strips.warnings.first?.contains("not shown: 'd1/x.mp4' -> give the frames with") == true)
    #expect(strips.warnings.last?.contains("no frames were given for 1 video: z.mp4") == true)
    #expect(VideoStrips(of: ["x.mp4"], among: ["x.mp4"], from: catalog).warnings == [])
  }

  @Test("Key frames get their picture, what was missed and what was wrong marked in it")
  func marks() throws {
    defer { folder.remove() }
    try draw("v", count: 5)
    try draw("w", count: 5)
    var situation = Situation()
    situation.images = try images([("v", 902), ("v", 903), ("w", 904)])
    #expect(situation.images?.warnings == [])
    #expect(situation.images?.remarks.count == 2)
    let page = try situation.report()
    for kind in ["missed", "wrong", "found"] {
      #expect(page.matches(of: try Regex("swatch.*box-\(kind)")).count == 1, "a line in the legend")
    }
    let addresses = page.matches(of: #/<image href="data:image\/jpeg;base64,([^"]*)"/#)
    #expect(addresses.count == 3)
    for address in addresses {
      let bytes = Array(try #require(Data(base64Encoded: String(address.1))))
      #expect(try decodeImage(bytes).size == ImageSize(width: 32, height: 16))
    }
    #expect(page.contains("v, second 0903: 1 missed stand"))
    #expect(page.contains("w, second 0904: 1 missed read; A wrongly stand"))
    // The missed person on the right of the second picture, in thousandths of its width; it is half as high as wide.
    #expect(page.contains("<path class=\"box-missed\" d=\"M500 3H800V497H500Z\"/>"))
  }

  @Test("Pictures are as base 64 whatever the count of their bytes, and at most 640 pixels a side")
  func sizes() throws {
    defer { folder.remove() }
    var counts: Set<Int> = []
    for width in [641, 700, 900, 1300, 30, 31, 32, 33, 34] {
      let name = "v\(width)"
      try draw(name, count: 3, size: ImageSize(width: width, height: 320))
      var situation = Situation()
      situation.video = name
      situation.images = try images([(name, 902)])
      let page = try situation.report()
      let address = try #require(page.firstMatch(of: #/data:image\/jpeg;base64,([^"]*)"/#))
      let bytes = Array(try #require(Data(base64Encoded: String(address.1))))
      counts.insert(bytes.count % 3)
      let size = try decodeImage(bytes).size
      #expect(size.width == min(640, width) && size.height == (width > 640 ? (320 * 640 + width / 2) / width : 320))
    }
    #expect(counts.count == 3, "every kind of padding: \(counts)")
  }

  @Test("Missing videos, key frames beyond the end and damaged pictures are named, in the page too")
  func missing() throws {
    defer { folder.remove() }
    try draw("v", count: 3)
    try writeFile(joinPath(folder.path, "frames/v/v_2.png"), "no picture")
    var situation = Situation()
    situation.images = try images([("v", 902), ("v", 907), ("w", 904)])
    let warnings = try #require(situation.images).warnings
    #expect(warnings.count == 3)
    // Seconds counted from 900 bring one of two inside: it is looked for, the other is named.
    #expect(warnings.contains { $0.contains("no picture of key frame v,0902") })
    #expect(warnings.contains { $0.contains("1 key frame outside the frames of video 'v': 0907") })
    #expect(warnings.contains { $0.contains("1 video of the key frames shown: w") })
    situation.images = try images([("v", 902), ("v", 900), ("w", 904)])
    let page = try situation.report()
    #expect(page.contains("no picture of key frame v,0902") && page.contains("No picture of this key frame."))
  }

  @Test("A large picture is shrunk to 640 pixels, each the mean of those that it stands for")
  func shrinking() throws {
    let size = ImageSize(width: 4, height: 2)
    let row: [UInt8] = [0, 0, 0, 10, 20, 30, 100, 100, 100, 100, 100, 101]
    let image = Image(size: size, order: .rgb, pixels: row + row)
    #expect(shrinkByArea(image, to: ImageSize(width: 2, height: 1)).pixels == [5, 10, 15, 100, 100, 101])
    #expect(difference(shrinkByArea(image, to: size).pixels, image.pixels) == nil)
    let odd = Image(size: ImageSize(width: 3, height: 1), order: .rgb, pixels: [0, 0, 0, 9, 9, 9, 4, 4, 4])
    #expect(shrinkByArea(odd, to: ImageSize(width: 2, height: 1)).pixels == [0, 0, 0, 7, 7, 7])
  }
}
