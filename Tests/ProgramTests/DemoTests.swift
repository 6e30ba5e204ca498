import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// `make demo` from end to end, held against what it gave when its weights were committed.
///
/// Rows depend on the drawn world alone and are exact. Scores depend on the videos' encoder and on the order of sums,
/// both of which may change with the machine: mAP may move by 0.01, pictures by 2 of 255 levels in the mean.
struct DemoTests {
  /// What was measured.
  private struct Expected: Decodable {
    var rows: Int
    var keyFrames: Int
    var pictures: Int
    var filmFrames: Int
    var mAP: [String: Double]
    var stillMAP: Double
    var picture: String
  }

  private func evaluation(_ detections: String, _ annotations: String) throws -> [String: Any] {
    let result = Program.run([
      "evaluate", "--groundtruth", annotations + "/groundtruth.csv", "--labelmap", annotations + "/labelmap.pbtxt",
      "--exclusions", annotations + "/exclusions.csv", "--detections", detections, "--format", "json",
    ])
    expectSuccess(result)
    return try object(result.stdout)
  }

  private func official(_ evaluation: [String: Any], _ id: Int) throws -> Double {
    let ap = try #require((evaluation["official"] as? [String: Any])?["ap"] as? [String: Any])
    return try #require(ap["\(id)"] as? Double, "class \(id)")
  }

  @Test("make demo: rows, mAP, motion, pictures, film, report")
  func demo() throws {
    let bytes = try readFile(projectRoot + "/Tests/Fixtures/Demo/expected.json", doing: "reading what is expected")
    let expected = try JSONDecoder().decode(Expected.self, from: Data(bytes))
    let scratch = Scratch()
    let result = Program.run(through: [projectRoot + "/tools/demo.sh"], [scratch.path], timeout: 900)
    expectSuccess(result)
    let annotations = scratch.path + "/world/annotations"

    let rows = try lines(scratch.path + "/detections.csv")
    #expect(rows.count == expected.rows)
    #expect(Set(rows.map { $0.split(separator: ",").prefix(2).joined(separator: ",") }).count == expected.keyFrames)

    let live = try evaluation(scratch.path + "/detections.csv", annotations)
    for (name, value) in expected.mAP {
      let found = try #require((live[name] as? [String: Any])?["mAP"] as? Double, "\(name)")
      #expect(abs(found - value) <= 0.01, "\(name): \(found), expected \(value)")
      #expect(result.stdout.contains(name))
    }
    let still = try evaluation(scratch.path + "/stills/detections.csv", annotations)
    let stillMean = try #require((still["official"] as? [String: Any])?["mAP"] as? Double)
    #expect(abs(stillMean - expected.stillMAP) <= 0.02, "stills: \(stillMean), expected \(expected.stillMAP)")
    // Walking, running, falling down, getting up: what a single frame does not tell.
    for id in [5, 6, 10, 14] {
      let (moving, held) = (try official(live, id), try official(still, id))
      #expect(moving >= held + 0.25, "class \(id): \(moving) moving, \(held) still")
    }

    let pictures = try listFolder(scratch.path + "/overlays").filter { $0.hasSuffix(".png") }
    #expect(pictures.count == expected.pictures)
    let drawn = try readImage(path: scratch.path + "/overlays/" + expected.picture)
    let committed = try readImage(path: projectRoot + "/docs/pictures/overlay.png")
    try #require(drawn.size == committed.size)
    let gaps = zip(drawn.pixels, committed.pixels).map { abs(Int($0) - Int($1)) }
    #expect(Double(gaps.reduce(0, +)) / Double(gaps.count) < 2)

    let film = try #require(try listFolder(scratch.path + "/overlays").first { $0.hasSuffix(".mp4") })
    let inspection = Program.run(["inspect", scratch.path + "/overlays/" + film])
    expectSuccess(inspection)
    #expect(inspection.stdout.contains("\(expected.filmFrames)"), "\(inspection.stdout)")

    let page = String(decoding: try readFile(scratch.path + "/report/index.html", doing: "reading"), as: UTF8.self)
    #expect(page.contains("fall down") && page.contains("data:image/jpeg;base64,"))
  }
}
