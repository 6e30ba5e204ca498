import Foundation
import TestSupport
import Testing

/// `evaluate --format json` agrees with the three public evaluators.
@Suite(.enabled(if: sharedFolder != nil, Golden.reason))
struct GoldenEvaluatorTests {
  private static let protocols = ["official", "pyslowfast", "mmaction2"]

  private func run(_ name: String, format: String, _ more: [String] = []) -> Program.Result {
    let folder = Golden.folder + "/evaluator/\(name)/"
    let result = Program.run(
      [
        "evaluate", "--groundtruth", folder + "groundtruth.csv", "--detections", folder + "detections.csv",
        "--labelmap", folder + "labelmap.pbtxt", "--exclusions", folder + "excluded.csv", "--format", format,
      ] + more)
    expectSuccess(result)
    return result
  }

  private func evaluate(_ name: String, _ more: [String] = []) throws -> (
    found: [String: Any], expected: [String: Any], names: [String: String]
  ) {
    let folder = Golden.folder + "/evaluator/\(name)/"
    let result = run(name, format: "json", more)
    return (
      try object(result.stdout), try Golden.object(folder + "expected.json"), try classNames(folder + "labelmap.pbtxt")
    )
  }

  @Test("Distinct scores: every class and mAP to 1e-9, one object with the three protocols")
  func uniqueScores() throws {
    let (found, expected, names) = try evaluate("unique_scores")
    #expect(Set(found.keys) == Set(Self.protocols))
    for name in Self.protocols {
      let (ours, wanted) = (try values(found, name), try values(expected, name))
      let mean = (wanted["mAP"] ?? wanted["overall"]) as? Double
      #expect(abs(try #require(ours["mAP"] as? Double) - (try #require(mean))) < 1e-9, "\(name)")
      let classes = try #require(ours["ap"] as? [String: Any])
      #expect(Set(classes.keys) == Set(names.keys))
      for (id, value) in classes {
        guard let known = wanted["AP/" + (names[id] ?? "")] else { continue }
        #expect((value as? Double == nil) == (known as? Double == nil), "\(name) class \(id)")
        if let a = value as? Double, let b = known as? Double { #expect(abs(a - b) < 1e-9, "\(name) class \(id)") }
      }
    }
  }

  @Test("Tied scores: the public numbers lie inside what the order of the ties can make of them")
  func tiedScores() throws {
    let (found, expected, _) = try evaluate("tied_scores")
    let text = run("tied_scores", format: "text").stdout
    for name in Self.protocols {
      let (ours, wanted) = (try values(found, name), try values(expected, name))
      let mean = try #require((wanted["mAP"] ?? wanted["overall"]) as? Double)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name): mAP") })
      let words = line.split { " ();".contains($0) }.compactMap { Double($0) }
      // "mAP 0.6655 (0.6654 to 0.6655 by the order of equal scores)", four decimals; one number where ties are still.
      let bounds = words.count >= 3 ? (words[1], words[2]) : (words[0], words[0])
      for value in [mean, try #require(ours["mAP"] as? Double)] {
        #expect(bounds.0 - 6e-5 <= value && value <= bounds.1 + 6e-5, "\(name): \(value), \(line)")
      }
    }
  }

  @Test("JSON has the intervals of equal scores, Markdown the same figures")
  func intervalsAndMarkdown() throws {
    let (found, expected, _) = try evaluate("tied_scores")
    let markdown = run("tied_scores", format: "markdown").stdout
    for name in Self.protocols {
      let (ours, wanted) = (try values(found, name), try values(expected, name))
      let interval = try #require(ours["mAP_interval"] as? [Double])
      for value in [(wanted["mAP"] ?? wanted["overall"]) as? Double, ours["mAP"] as? Double] {
        let value = try #require(value)
        #expect(interval[0] - 1e-12 <= value && value <= interval[1] + 1e-12, "\(name)")
      }
      let bounds = try #require(ours["ap_interval"] as? [String: Any])
      for (id, value) in try #require(ours["ap"] as? [String: Any]) {
        guard let value = value as? Double, let bound = bounds[id] as? [Double] else {
          #expect(value is NSNull && bounds[id] is NSNull)
          continue
        }
        #expect(bound[0] <= value && value <= bound[1], "\(name) class \(id)")
        if name == "official" { #expect(markdown.contains(" \(String(format: "%.4f", value)) |"), "class \(id)") }
      }
    }
    #expect(markdown.hasPrefix("| id | class | truth | official | pyslowfast | mmaction2 |\n|--:|"))
  }

  @Test("One protocol alone", arguments: protocols)
  func oneProtocol(name: String) throws {
    let (found, _, _) = try evaluate("unique_scores", ["--protocol", name])
    #expect(Array(found.keys) == [name])
  }

  /// Ids and names of a label map, read without the program's own reader.
  private func classNames(_ path: String) throws -> [String: String] {
    var names: [String: String] = [:]
    var name = ""
    for line in try lines(path) {
      if line.contains("name:") { name = line.split(separator: "\"").dropFirst().joined(separator: "\"") }
      if line.contains("id:") { names[String(line.filter(\.isNumber))] = name }
    }
    return names
  }

  private func values(_ object: [String: Any], _ name: String) throws -> [String: Any] {
    try #require(object[name] as? [String: Any])
  }
}
