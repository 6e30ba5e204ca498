import Files
import Foundation
import TestSupport
import Testing

/// `evaluate --explain`, `--bootstrap` and `--compare` as a user runs them.
struct ExplainTests {
  private let truth = LittleWorld.annotations + "/groundtruth.csv"

  /// Detections made from the ground truth: every second row with another class, scores that differ.
  private func detections(_ scratch: Scratch, _ name: String, first: Double) throws -> String {
    let rows = try lines(truth).enumerated().map { index, line in
      var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      fields = Array(fields.prefix(7))
      if index % 2 == 1 { fields[6] = "14" }
      return (fields + ["\(first - Double(index) / 100)"]).joined(separator: ",")
    }
    return try scratch.file(name, rows.joined(separator: "\n") + "\n")
  }

  private func run(_ words: [String]) -> Program.Result {
    Program.run(
      ["evaluate", "--groundtruth", truth, "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + words)
  }

  @Test("Text: what the mAP is made of, for people")
  func text() throws {
    let scratch = Scratch()
    let path = try detections(scratch, "a.csv", first: 0.9)
    let plain = run(["--detections", path])
    let result = run(["--detections", path, "--explain", "--bootstrap", "50"])
    expectSuccess(result)
    #expect(result.stdout.hasPrefix(plain.stdout))
    // Two people of six seconds do few things: the other classes are one line.
    #expect(plain.stdout.contains(" classes without ground truth are not listed\n"), "\(plain.stdout)")
    #expect(!plain.stdout.split(separator: "\n").contains { $0.hasSuffix("-       -") }, "\(plain.stdout)")
    for words in [
      "no intervals over videos: the ground truth that counts lies in 1 video", "what is behind the official mAP",
      "kind of error", "wrong class",
      "1 - mAP", "by group", "best F1", "by people in the key frame", "calibration", "key frames with the largest loss",
    ] { #expect(result.stdout.contains(words), "\(words): \(result.stdout)") }
    #expect(result.stderr.contains("no intervals over videos"))
    let other = run(["--detections", path, "--explain", "--protocol", "pyslowfast"])
    #expect(other.stdout.contains("what is behind the pyslowfast mAP"))
  }

  @Test("Class names with quotes and bars stay in their cells")
  func names() throws {
    let scratch = Scratch()
    let path = try detections(scratch, "a.csv", first: 0.9)
    let map = try scratch.file("map.pbtxt", "item {\n  name: 'say \"a|b\" <i>*x*'\n  id: 12\n}\n")
    func run(_ format: String) -> String {
      Program.run([
        "evaluate", "--groundtruth", truth, "--detections", path, "--labelmap", map, "--format", format,
      ]).stdout
    }
    #expect(run("csv").contains("official,12,\"say \"\"a|b\"\" <i>*x*\","))
    #expect(run("markdown").contains("| 12 | say \"a\\|b\" \\<i\\>\\*x\\* |"))
  }

  @Test("JSON: two more members, the others as they were; the same at every run")
  func json() throws {
    let scratch = Scratch()
    let path = try detections(scratch, "a.csv", first: 0.9)
    let call = ["--detections", path, "--format", "json"]
    let plain = try object(run(call).stdout)
    let result = run(call + ["--explain", "--bootstrap", "50", "--seed", "3"])
    expectSuccess(result)
    let explained = try object(result.stdout)
    #expect(Set(explained.keys) == Set(plain.keys))
    for name in plain.keys {
      let before = try #require(plain[name] as? [String: Any])
      let after = try #require(explained[name] as? [String: Any])
      #expect(Set(after.keys) == Set(before.keys).union(["explanation", "bootstrap"]))
      let kept = after.filter { before[$0.key] != nil }
      #expect(NSDictionary(dictionary: kept) == NSDictionary(dictionary: before))
      let explanation = try #require(after["explanation"] as? [String: Any])
      #expect(
        Set(explanation.keys) == [
          "errors", "groups", "classes", "calibration", "proposals", "box_sizes", "crowds", "videos", "worst_frames",
        ])
      let errors = try #require(explanation["errors"] as? [String: [String: Any]])
      let losses = errors.values.compactMap { $0["loss"] as? Double }.reduce(0, +)
      let mAP = try #require(after["mAP"] as? Double)
      #expect(errors.count == 6 && abs(losses - (1 - mAP)) < 1e-9)
      let bootstrap = try #require(after["bootstrap"] as? [String: Any])
      #expect(
        bootstrap["resamples"] as? Int == 50 && bootstrap["seed"] as? Int == 3 && bootstrap["videos"] as? Int == 1)
    }
    let again = run(call + ["--explain", "--bootstrap", "50", "--seed", "3"])
    #expect(difference(again.stdout, result.stdout) == nil)
  }

  @Test("CSV and Markdown get the intervals")
  func intervals() throws {
    let scratch = Scratch()
    let path = try detections(scratch, "a.csv", first: 0.9)
    let csv = run(["--detections", path, "--format", "csv", "--bootstrap", "20"]).stdout.split(separator: "\n")
    #expect(csv.first?.hasSuffix(",ap bootstrap low,ap bootstrap high") == true)
    #expect(csv.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 11 })
    let markdown = run(["--detections", path, "--format", "markdown", "--bootstrap", "20"]).stdout
    #expect(markdown.contains("| | by other videos (95 % of 20 resamples) | |"))
  }

  @Test("Two files: differences in every format; a file and itself have none")
  func compare() throws {
    let scratch = Scratch()
    let a = try detections(scratch, "a.csv", first: 0.9)
    let b = try scratch.file(
      "b.csv",
      try lines(truth).map { $0.split(separator: ",").prefix(7).joined(separator: ",") + ",0.7\n" }.joined())
    let text = run(["--compare", a, b, "--bootstrap", "30"])
    expectSuccess(text)
    #expect(text.stdout.hasPrefix("A: \(a)\nB: \(b)\n") && text.stdout.contains("official mAP"))
    #expect(text.stdout.contains("no intervals over videos") && text.stdout.contains("key frames that differ most"))
    // One video: no columns for intervals that cannot be.
    #expect(!text.stdout.contains("resamples") && !text.stdout.contains("share") && !text.stdout.contains(" low "))
    let json = try object(run(["--compare", a, b, "--bootstrap", "30", "--format", "json"]).stdout)
    for name in ["official", "pyslowfast", "mmaction2"] {
      let entry = try #require(json[name] as? [String: Any])
      let mAP = try #require(entry["mAP"] as? [String: Any])
      #expect(mAP["b"] as? Double == 1 && (mAP["difference"] as? Double ?? 0) > 0)
      #expect((entry["frames"] as? [Any])?.isEmpty == false && entry["resamples"] as? Int == 30)
    }
    let csv = run(["--compare", a, b, "--format", "csv"]).stdout.split(separator: "\n")
    #expect(csv.first == "protocol,id,class,truth,ap a,ap b,difference,low,high,share")
    #expect(run(["--compare", a, b, "--format", "markdown"]).stdout.contains("| id | class | truth | A | B | B - A |"))
    let same = try object(run(["--compare", a, a, "--format", "json"]).stdout)
    let mAP = try #require((same["official"] as? [String: Any])?["mAP"] as? [String: Any])
    #expect(mAP["difference"] as? Double == 0 && mAP["share"] is NSNull)
    // All of B's scores are equal and all are right: no order matters, until as many wrong ones come in.
    #expect(!text.stdout.contains("by the order of equal scores"))
    let tied = try scratch.file(
      "tied.csv",
      try lines(b).map { row in
        let fields = row.split(separator: ",")
        return "\(row)\n\(fields[0]),\(fields[1]),0,0,0.01,0.01,\(fields[6]),0.7\n"
      }.joined())
    let ties = run(["--compare", tied, b, "--bootstrap", "30"]).stdout
    #expect(ties.contains("A's official mAP: ") && ties.contains(" by the order of equal scores"))
    #expect(!ties.contains("B's official mAP: "))
  }

  @Test("A warning says which of two files it is about; a missing one is named")
  func messages() throws {
    let scratch = Scratch()
    let a = try detections(scratch, "a.csv", first: 0.9)
    let b = try scratch.file("b.csv", try lines(a).joined(separator: "\n") + "\nnowhere,0902,0,0,1,1,14,0.5\n")
    #expect(run(["--compare", a, b]).stderr.contains("warning: '\(b)': "))
    expectFailure(run(["--compare", a, scratch.path + "/c.csv"]), ["c.csv"])
  }

  @Test(
    "Wrong calls",
    arguments: [
      ([], "--detections"), (["--compare", "a.csv"], "two files"), (["--compare", "a", "b", "c"], "two files"),
      (["--detections", "a", "--compare", "b", "c"], "--compare"), (["--compare", "-", "-"], "standard input"),
      (["--compare", "a", "b", "--explain"], "exclude each other"),
      (["--detections", "a", "--explain", "--format", "csv"], "--format json"),
      (["--detections", "a", "--bootstrap", "0"], "1000"), (["--detections", "a", "--seed", "x"], "--seed"),
    ])
  func usage(words: [String], complaint: String) {
    let result = run(words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
  }
}
