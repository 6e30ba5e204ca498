import Files
import Foundation
import TestSupport
import Testing

/// `evaluate --report` as a user runs it.
struct ReportTests {
  private let labels = LittleWorld.annotations + "/labelmap.pbtxt"

  private func run(_ detections: [String], _ words: [String], labels: String? = nil) -> Program.Result {
    Program.run(
      ["evaluate", "--groundtruth", LittleWorld.annotations + "/groundtruth.csv", "--labelmap", labels ?? self.labels]
        + detections + words)
  }

  private func page(_ folder: String) throws -> String {
    String(decoding: try readFile(folder + "/index.html", doing: "reading a report"), as: UTF8.self)
  }

  @Test("The page comes beside the result, which stays as it was; twice the same bytes")
  func besideTheResult() throws {
    let scratch = Scratch()
    let path = try ReportWorld.detections(scratch)
    let plain = run(["--detections", path], [])
    let folder = scratch.path + "/report"
    let result = run(["--detections", path], ["--report", folder, "--frames", LittleWorld.folder + "/frames"])
    expectSuccess(result)
    #expect(difference(result.stdout, plain.stdout) == nil)
    #expect(
      result.stderr.contains("report: \(folder)/index.html, ") && result.stderr.contains(" kB\n"), "\(result.stderr)")
    let first = try page(folder)
    #expect(first.contains("<image href=\"data:image/jpeg;base64,"))
    expectSuccess(
      run(["--detections", path], ["--report", folder, "--frames", LittleWorld.folder + "/frames", "--overwrite"]))
    #expect(try page(folder) == first)
    #expect(try listFolder(folder) == ["index.html"])
  }

  @Test("--report-frames bounds the pictures; a video without frames is named and not fatal")
  func frames() throws {
    let scratch = Scratch()
    let path = try ReportWorld.detections(scratch)
    let folder = scratch.path + "/report"
    expectSuccess(
      run(
        ["--detections", path],
        ["--report", folder, "--frames", LittleWorld.folder + "/frames", "--report-frames", "2"]))
    #expect(try page(folder).components(separatedBy: "<image ").count == 3)
    try makeFolder(scratch.path + "/other/elsewhere")
    let result = run(["--detections", path], ["--report", folder, "--frames", scratch.path + "/other", "--overwrite"])
    expectSuccess(result)
    for words in [result.stderr, try page(folder)] { #expect(words.contains("no frames were given for 1 video")) }
  }

  /// With a picture missing, all later ones would stand for other seconds.
  @Test("A gap in the pictures' numbers is named, and no wrong picture shown")
  func gap() throws {
    let scratch = Scratch()
    let path = try ReportWorld.detections(scratch)
    let frames = scratch.path + "/frames/" + LittleWorld.video
    try makeFolder(frames)
    for name in try listFolder(LittleWorld.folder + "/frames/" + LittleWorld.video) where !name.contains("000050") {
      try FileManager.default.copyItem(
        atPath: LittleWorld.folder + "/frames/\(LittleWorld.video)/" + name, toPath: frames + "/" + name)
    }
    // A hidden neighbour, as other systems leave them, is no frame and no error.
    _ = try scratch.file("frames/\(LittleWorld.video)/._x.jpg", "")
    let folder = scratch.path + "/report"
    let result = run(["--detections", path], ["--report", folder, "--frames", scratch.path + "/frames"])
    expectSuccess(result)
    for words in [result.stderr, try page(folder)] { #expect(words.contains("000049.jpg"), "\(words.suffix(400))") }
    #expect(try !page(folder).contains("<image "))
    let overlay = Program.run([
      "overlay", "--frames", scratch.path + "/frames", "--detections", path, "--output-dir", scratch.path + "/o",
    ])
    expectFailure(overlay, ["pictures are missing between", "000049.jpg", "000051.jpg"])
  }

  @Test("A video that is not there stops the call before anything is evaluated")
  func missingVideo() throws {
    let scratch = Scratch()
    let path = try ReportWorld.detections(scratch)
    let call = ["--report", scratch.path + "/report", "--video", scratch.path + "/nowhere.mp4"]
    expectFailure(run(["--detections", path], call), ["nowhere.mp4", "no such file"])
  }

  @Test("Two files make a comparison's page")
  func comparison() throws {
    let scratch = Scratch()
    let a = try ReportWorld.detections(scratch)
    expectSuccess(run(["--compare", a, a], ["--bootstrap", "20", "--report", scratch.path + "/report"]))
    #expect(try page(scratch.path + "/report").contains("Key frames that differ most"))
  }

  @Test(
    "Wrong calls",
    arguments: [
      (["--frames", "x"], "--report DIR"), (["--video", "x"], "--report DIR"),
      (["--report", "r", "--frames", "x", "--video", "y"], "either"),
      (["--report", "r", "--report-frames", "201"], "200"),
      (["--report", "r", "--fps", "0"], "--fps"), (["--starting-second", "9"], "--report DIR"),
    ])
  func usage(words: [String], complaint: String) {
    let result = run(["--detections", "d"], words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
  }

  @Test("What stops a report: pictures for a comparison, frames that are not there, a folder that is a file")
  func failures() throws {
    let scratch = Scratch()
    let path = try ReportWorld.detections(scratch)
    let pair = run(["--compare", path, path], ["--report", scratch.path + "/r", "--frames", "x"])
    #expect(pair.status == 64 && pair.stderr.contains("no pictures"))
    expectFailure(
      run(["--detections", path], ["--report", scratch.path + "/r", "--frames", LittleWorld.folder + "/frame"]),
      ["this is no folder", "did you mean", "/frames'?"])
    expectFailure(run(["--detections", path], ["--report", path]), ["found.csv"])
  }
}

/// Detections of the drawn world for reports.
enum ReportWorld {
  /// The ground truth's rows: every second one with another class, every third box moved, scores that differ.
  static func detections(_ scratch: Scratch) throws -> String {
    let rows = try lines(LittleWorld.annotations + "/groundtruth.csv").enumerated().map { index, line in
      var fields = line.split(separator: ",").prefix(7).map(String.init)
      if index % 2 == 1 { fields[6] = "14" }
      if index % 3 == 2 { fields[2] = "0.0" }
      return (fields + ["\(0.9 - Double(index) / 100)"]).joined(separator: ",")
    }
    return try scratch.file("found.csv", rows.joined(separator: "\n") + "\n")
  }
}
