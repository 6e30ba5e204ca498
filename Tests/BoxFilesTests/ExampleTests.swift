import BoxFiles
import Files
import Geometry
import TestSupport
import Testing

/// An example file: what it is recognised as, and by what.
struct Example: Sendable, CustomTestStringConvertible {
  var path: String
  var format: String
  var reason: String
  var images: String?
  var hasScores = true
  var hasDog = true
  /// Whether the box below the usual thresholds is there.
  var hasLow = true
  var testDescription: String { path }
}

let allExamples = [
  Example(path: "yolo/labels", format: "yolo", reason: "2 text files with lines of class"),
  Example(path: "yolo", format: "yolo", reason: "2 text files with lines of class"),
  Example(path: "mot.txt", format: "mot", reason: "10 numbers a line", hasDog: false),
  Example(
    path: "coco_results.json", format: "coco", reason: "a list of objects with image_id and bbox",
    images: "coco_images.json"),
  Example(
    path: "coco_dataset.json", format: "coco", reason: "annotations with image_id", hasScores: false, hasLow: false),
  Example(path: "coco_instances_results.json", format: "detectron2", reason: "Detectron2's name"),
  Example(path: "alphaction.json", format: "alphaction", reason: "a film's number and a second", hasDog: false),
  Example(path: "table.csv", format: "csv", reason: "its header names video, frame, xmin"),
  Example(path: "mmaction2.pkl", format: "mmaction2", reason: "arrays by 'video,second'", hasDog: false),
  Example(path: "via3.csv", format: "via-csv", reason: "VIA 3's export", hasScores: false, hasLow: false),
  Example(path: "via3.json", format: "via-json", reason: "metadata and views", hasScores: false, hasLow: false),
  Example(path: "via2.csv", format: "via-csv", reason: "VIA 2's export", hasScores: false, hasLow: false),
  Example(path: "via2.json", format: "via-json", reason: "regions by picture", hasScores: false, hasLow: false),
  Example(path: "lines.jsonl", format: "jsonl", reason: "an object with boxes in each", hasDog: false),
  Example(path: "cvat_video.xml", format: "cvat", reason: "annotations with tracks", hasScores: false, hasLow: false),
  Example(path: "cvat_images.xml", format: "cvat", reason: "annotations with images", hasScores: false, hasLow: false),
]

@Suite struct ExampleTests {
  /// The frame of 97 x 63 pixels that the boxes are in.
  private func pixels(_ record: BoxRecord) -> [Double] {
    record.unit == .pixels
      ? corners(record) : zip(corners(record), [97, 63, 97, 63]).map { $0 * $1 }
  }

  private func file(of example: Example, format: String? = nil) throws -> BoxFile {
    try #require(
      try BoxFile.read(
        path: examples + example.path, format: format, images: example.images.map { examples + $0 }))
  }

  @Test("Every example is recognised by its content, and says why", arguments: allExamples)
  func recognition(_ example: Example) throws {
    let file = try file(of: example)
    #expect(file.format == example.format)
    #expect(file.reason?.contains(example.reason) == true, "\(file.reason ?? "no reason")")
    #expect(file.summary.contains("'\(examples + example.path)' is \(file.title) (\(file.reason ?? "")): "))
    #expect(file.summary.contains(file.records[0].unit == .pixels ? "in pixels" : "in fractions of the frame"))
  }

  @Test("What a format is called by its name needs no recognition", arguments: allExamples)
  func named(_ example: Example) throws {
    let file = try file(of: example, format: example.format)
    let recognised = try self.file(of: example)
    #expect(file.reason == nil && file.records == recognised.records)
  }

  @Test("All examples hold the same boxes", arguments: allExamples)
  func boxes(_ example: Example) throws {
    var expected: [([Double], Double)] = [([10, 6, 30, 56], 0.95), ([40, 10, 60, 60], 0.85)]
    if example.hasDog { expected.append(([70, 40, 90, 60], 0.9)) }
    expected.append(([14, 6, 34, 56], 0.9))
    if example.hasLow { expected.append(([44, 10, 64, 60], 0.4)) }
    let file = try file(of: example)
    var found = file.records.map { (pixels($0), $0.score) }
    if example.path == "table.csv" { found.removeFirst() }
    func order(_ a: ([Double], Double?), _ b: ([Double], Double?)) -> Bool { a.0[0] < b.0[0] }
    found.sort(by: order)
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected.sorted { $0.0[0] < $1.0[0] }) {
      for (x, y) in zip(a.0, b.0) { #expect(abs(x - y) < 1e-4, "\(a.0) and \(b.0)") }
      #expect(a.1 == (example.hasScores ? b.1 : nil))
    }
  }

  @Test("The document shows these files")
  func document() throws {
    let text = String(decoding: try readFile(projectRoot + "/docs/boxes.md", doing: "testing"), as: UTF8.self)
    let blocks = text.ranges(of: "\n```text ").map { range -> (name: String, body: String) in
      let rest = text[range.upperBound...]
      let name = String(rest.prefix { $0 != "\n" })
      let body = rest.dropFirst(name.count + 1)
      return (name, String(body[..<(body.firstRange(of: "```\n")?.lowerBound ?? body.endIndex)]))
    }
    #expect(blocks.count == 17)
    for block in blocks {
      let file = String(decoding: try readFile(examples + block.name, doing: "testing"), as: UTF8.self)
      #expect(difference(block.body, file) == nil, "\(block.name)")
    }
    for name in BoxFormats.names { #expect(text.contains("| `\(name)` |"), "\(name)") }
  }

  @Test("AVA's rows, and text of no format, are left to their own reader")
  func otherText() throws {
    #expect(try BoxFile.read(path: examples + "ava.csv")?.format == nil)
    #expect(try BoxFile.read(path: examples + "mot.txt", format: "ava")?.format == nil)
    for text in [
      "v,902,0.1,0.2,0.3,0.4,,0.9\n", "1,902,0.1,0.2,0.3,0.4,12,0.9\n", "nothing at all\n", "", "1,2,3\n",
      "video_id,timestamp,x1,y1,x2,y2,action_id,score\nv,902,0.1,0.2,0.3,0.4,,0.9\n",
    ] { #expect(try read(text)?.format == nil, "\(text)") }
    #expect(try read("video_id,timestamp,x1,y1,x2,y2,action_id,score\nv,902,10,20,30,40,,0.9\n")?.format == "csv")
  }
}
