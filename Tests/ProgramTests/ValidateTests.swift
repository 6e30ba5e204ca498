import Files
import TestSupport
import Testing

/// `validate` as a user runs it, on the little world's ground truth.
struct ValidateTests {
  /// The ground truth as perfect detections, rows changed by `change`.
  private func detections(_ scratch: Scratch, _ change: (inout [String]) -> Void = { _ in }) throws -> String {
    let rows = try lines(LittleWorld.annotations + "/groundtruth.csv").map { line in
      var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      fields = Array(fields.prefix(7)) + ["0.9"]
      change(&fields)
      return fields.joined(separator: ",")
    }
    return try scratch.file("detections.csv", rows.joined(separator: "\n") + "\n")
  }

  private func run(_ path: String, _ more: [String] = []) -> Program.Result {
    Program.run(
      [
        "validate", path, "--groundtruth", LittleWorld.annotations + "/groundtruth.csv", "--labelmap",
        LittleWorld.annotations + "/labelmap.pbtxt",
      ] + more)
  }

  @Test("A good submission: status 0 and nothing to complain about")
  func clean() throws {
    let scratch = Scratch()
    let result = run(try detections(scratch))
    expectSuccess(result)
    #expect(result.stdout.contains("nothing to complain about"), "\(result.stdout)")
    #expect(result.stderr.isEmpty)
  }

  @Test("A wrong one: status 1, the mistake with its lines; the copy is right")
  func wrong() throws {
    let scratch = Scratch()
    let path = try detections(scratch) { fields in fields[1] = "0\((Int(fields[1]) ?? 0) - 900)" }
    let result = run(path)
    #expect(result.status == 1 && result.stdout.contains(": the seconds look shifted: with 900 added"))
    let copy = scratch.path + "/fixed.csv"
    let fixed = run(path, ["--fix", copy, "--shift-seconds", "900"])
    expectSuccess(fixed)
    #expect(fixed.stdout.contains("fixed.csv: ") && fixed.stdout.contains("read with --shift-seconds 900\n"))
    #expect(fixed.stdout.contains("the copy was checked like the file: nothing to complain about"))
    let again = run(copy)
    expectSuccess(again)
    #expect(again.stdout.contains("nothing to complain about"))
  }

  @Test("The fix that a hint names can be given as it stands", arguments: [-900, 900])
  func hintedFix(shift: Int) throws {
    let scratch = Scratch()
    let path = try detections(scratch) { fields in fields[1] = "\((Int(fields[1]) ?? 0) - shift)" }
    let words = run(path).stdout.split(separator: " ")
    let place = try #require(words.firstIndex(of: "--shift-seconds"))
    #expect(words[place + 1] == "\(shift)")
    let copy = scratch.path + "/fixed.csv"
    expectSuccess(run(path, ["--fix", copy, "--shift-seconds", String(words[place + 1])]))
  }

  @Test("JSON has the findings and the copy; rows that cannot be read are left out of it")
  func json() throws {
    let scratch = Scratch()
    var count = 0
    let path = try detections(scratch) { fields in
      count += 1
      if count == 2 { fields[7] = "high" }
    }
    let copy = scratch.path + "/fixed.csv"
    let result = run(path, ["--fix", copy, "--format", "json"])
    expectSuccess(result)
    let report = try object(result.stdout)
    let findings = try #require(report["findings"] as? [[String: Any]])
    let first = try #require(findings.first)
    #expect(first["kind"] as? String == "unreadable_rows" && first["wrong"] as? Bool == true)
    #expect((first["examples"] as? [String]) == ["line 2: 'high'"])
    let written = try #require(report["copy"] as? [String: Any])
    #expect(written["rows"] as? Int == count - 1 && report["wrong"] as? Bool == false)
    #expect(try lines(copy).count == count - 1)
  }

  @Test("Nothing is written where nothing would be left, or where no file can be")
  func nothingWritten() throws {
    let scratch = Scratch()
    let path = try detections(scratch) { $0[6] = "99" }
    let result = run(path, ["--fix", scratch.path + "/fixed.csv"])
    expectFailure(result, ["repairing", "no row would be left", "class not in the label map"])
    #expect(scratch.files == ["detections.csv"])
    expectFailure(run(path, ["--fix", path + "/x.csv"]), ["detections.csv"])
  }

  @Test(
    "Wrong calls",
    arguments: [
      (["--boxes", "yxyx"], "--fix"), (["--frame-size", "640"], "width x height"),
      (["--classes", "zero"], "from-zero"),
      (["--fix", "-"], "name of a file"),
    ])
  func usage(words: [String], complaint: String) throws {
    let result = Program.run(["validate", "x.csv"] + words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
  }

  @Test("Packed files and standard input are read like plain ones", arguments: ["cat", "gzip -c", "zstd -q -c"])
  func packed(tool: String) throws {
    let scratch = Scratch()
    let path = try detections(scratch)
    let truth = LittleWorld.annotations + "/groundtruth.csv"
    let call = [
      "evaluate", "--groundtruth", truth, "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt", "--format", "json",
      "--detections",
    ]
    let plain = Program.run(call + [path])
    expectSuccess(plain)
    let packed = scratch.path + "/packed"
    let made = Program.run(after: "\(tool) '\(path)' > '\(packed)' || exit 9", call + [packed])
    if made.status == 9 { return }
    #expect(difference(made.stdout, plain.stdout) == nil)
    let piped = Program.run(after: "exec < '\(packed)'", call + ["-"])
    #expect(difference(piped.stdout, plain.stdout) == nil)
    if tool == "cat" { return }
    let short = Program.run(after: "head -c 40 '\(packed)' > '\(packed).short'", call + [packed + ".short"])
    expectFailure(short, ["packed.short", "expected whole", "after 40 bytes"])
  }

  @Test("Two files cannot both be standard input")
  func twoStreams() {
    let result = Program.run(["evaluate", "--groundtruth", "-", "--detections", "-", "--labelmap", "x"])
    #expect(result.status == 64 && result.stderr.contains("standard input"))
  }

  /// Sixty people: the classes that nobody scores, with the best scores, must not push the others out.
  @Test("Without a label map the copy is capped as the challenge caps; a second repair changes nothing")
  func unscoredClasses() throws {
    let scratch = Scratch()
    let rows = (0..<60).map { row in
      let left = Double(row) / 100
      return
        "v,0902,\(left),0.1,\(left + 0.3),0.9,\(row < 20 ? 2 : 12),\(row < 20 ? 0.9 : 0.8 - Double(row / 3) / 100)\n"
    }
    let path = try scratch.file("many.csv", rows.joined())
    let (copy, again) = (scratch.path + "/once.csv", scratch.path + "/twice.csv")
    let result = Program.run(["validate", path, "--fix", copy])
    expectSuccess(result)
    #expect(try lines(copy).map { $0.split(separator: ",")[6] } == Array(repeating: "12", count: 40))
    expectSuccess(Program.run(["validate", copy, "--fix", again]))
    #expect(try lines(again) == lines(copy))
  }

  @Test("A score that nobody gave is no repair: the copy has one, says so, and is still wrong")
  func withoutScores() throws {
    let scratch = Scratch()
    let path = try detections(scratch) { $0.removeLast() }
    let copy = scratch.path + "/fixed.csv"
    let result = run(path, ["--fix", copy])
    #expect(result.status == 1)
    #expect(result.stdout.contains("given score 1, as evaluators do"))
    #expect(result.stdout.contains("still wrong in the copy"))
    #expect(try lines(copy).allSatisfy { $0.hasSuffix(",1.000000") })
  }

  @Test("A damaged archive is called one, not a bad row; semicolons and UTF-16 are told")
  func unreadable() throws {
    let scratch = Scratch()
    let path = try detections(scratch)
    func judged(_ path: String) -> Program.Result {
      Program.run([
        "evaluate", "--groundtruth", LittleWorld.annotations + "/groundtruth.csv", "--labelmap",
        LittleWorld.annotations + "/labelmap.pbtxt", "--detections", path,
      ])
    }
    let text = try lines(path).joined(separator: "\n")
    let semicolons = try scratch.file("s.csv", text.replacing(",", with: ";"))
    expectFailure(judged(semicolons), status: 1, ["line 1", "replace the semicolons"])
    let wide = try scratch.file("w.csv", text.flatMap { "\($0)\0" }.map(String.init).joined())
    expectFailure(judged(wide), status: 1, ["text in UTF-16", "save the file as UTF-8"])
    // Stored without compression, so that a flipped bit in it shows as a bad row before it shows in the checksum.
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
    let body = Array((text + "\n").utf8.prefix(40_000))
    bytes += [UInt8(body.count & 255), UInt8(body.count >> 8), ~UInt8(body.count & 255), ~UInt8(body.count >> 8)]
    bytes += body + [1, 2, 3, 4, 0, 0, 0, 0]
    let row = try #require(bytes.firstIndex(of: UInt8(ascii: ",")))
    bytes[row] = UInt8(ascii: "x")
    let packed = scratch.path + "/d.csv.gz"
    let file = try AtomicFile(path: packed)
    try file.write(bytes)
    try file.commit()
    expectFailure(judged(packed), status: 1, ["expected whole gzip data", "copy the file again"])
  }

  @Test("An input is never written over, and a name does not promise what is not written")
  func outputs() throws {
    let scratch = Scratch()
    let path = try detections(scratch)
    let before = try lines(path)
    expectFailure(run(path, ["--fix", path]), status: 64, ["--fix", "is the file of the detections", "another file"])
    expectFailure(run(path, ["--fix", scratch.path + "/x.csv.gz"]), status: 64, ["plain text"])
    let truth = try scratch.file(
      "truth.csv", lines(LittleWorld.annotations + "/groundtruth.csv").joined(separator: "\n"))
    let judged = [
      "evaluate", "--groundtruth", truth, "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt", "--detections",
      path,
    ]
    for output in [truth, path, scratch.path + "/../" + splitPath(scratch.path).name + "/truth.csv"] {
      expectFailure(
        Program.run(judged + ["--output", output]), status: 64, ["--output", "is the file of", "another file"])
    }
    #expect(try lines(path) == before)
    // A report is index.html, whatever stood there.
    let page = try scratch.file("index.html", lines(path).joined(separator: "\n"))
    let reported = [
      "evaluate", "--groundtruth", truth, "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt", "--detections",
      page, "--report", scratch.path,
    ]
    expectFailure(Program.run(reported), status: 64, ["--report", "is the file of --detections"])
    #expect(try lines(page) == before)
    expectFailure(Program.run(judged + ["--report", ""]), status: 64, ["--report needs a folder"])
    expectFailure(
      Program.run(judged + ["--report", scratch.path + "/r", "--video", path, "--fps", "25"]), status: 64,
      ["--fps is for --frames"])
  }
}
