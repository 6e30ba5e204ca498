import Files
import Foundation
import TestSupport
import Testing

/// A drawn data set and a tiny network: what runs without any file from outside.
///
/// Drawn once a test run by the program's own `synth`; tests read it and write elsewhere.
enum LittleWorld {
  /// The folder with frames/, frame_lists/ and annotations/.
  static let folder: String = {
    let result = Program.run(
      ["synth", "--output-dir", path, "--seconds", "6", "--width", "96", "--height", "64"])
    if result.status != 0 { Issue.record("drawing the little world: \(result.stderr)") }
    atexit { _ = try? FileManager.default.removeItem(atPath: LittleWorld.path) }
    return path
  }()

  private static let path = TemporaryFolder().path

  static let video = "synth1"
  static let config = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.yaml"
  static var annotations: String { folder + "/annotations" }

  /// SlowFast-18, four channels wide at 64 pixels: a key frame takes hundredths of a second.
  static let tinyNetwork = [
    "RESNET.WIDTH_PER_GROUP", "4", "SLOWFAST.BETA_INV", "2", "DATA.TEST_CROP_SIZE", "64", "RESNET.DEPTH", "18",
    "DATA.NUM_FRAMES", "16", "DATA.SAMPLING_RATE", "2", "SLOWFAST.ALPHA", "4",
    "RESNET.TRANS_FUNC", "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[2, 2], [2, 2], [2, 2], [2, 2]]",
  ]

  static var dataSet: [String] {
    [
      "AVA.FRAME_DIR", folder + "/frames", "AVA.FRAME_LIST_DIR", folder + "/frame_lists", "AVA.ANNOTATION_DIR",
      annotations,
    ]
  }

  /// The arguments of a test run; later ones win.
  static func test(into output: String, weights: [String] = ["--random-weights", "1"], _ more: [String] = [])
    -> [String]
  {
    ["test", "--cfg", config, "--output-dir", output] + weights + tinyNetwork + dataSet + more
  }
}

/// A folder that is deleted when its owner goes.
final class Scratch {
  let path: String
  private let folder = TemporaryFolder()

  init() { path = folder.path }

  deinit { folder.remove() }

  /// Writes a text and returns its path.
  @discardableResult
  func file(_ name: String, _ text: String) throws -> String { try file(name, bytes: Array(text.utf8)) }

  /// Writes bytes and returns their path.
  @discardableResult
  func file(_ name: String, bytes: [UInt8]) throws -> String {
    let path = joinPath(self.path, name)
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    return path
  }

  /// All files below the folder, the hidden ones too.
  var files: [String] { Scratch.files(below: path) }

  /// All files below a folder, by their paths from there.
  static func files(below folder: String) -> [String] { files(of: folder, "") }

  private static func files(of folder: String, _ prefix: String) -> [String] {
    ((try? listFolder(folder)) ?? []).flatMap { name -> [String] in
      let path = joinPath(folder, name)
      return isFolder(path) ? files(of: path, prefix + name + "/") : [prefix + name]
    }
  }
}

/// Expects a failed run: its status, the words of its message in stderr, nothing on stdout, and nothing in the output
/// folder, neither under a final name nor under a temporary one.
func expectFailure(
  _ result: Program.Result, status: Int = 1, _ words: [String], leaving output: Scratch? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.status == status, "\(result.stderr.suffix(800))", sourceLocation: sourceLocation)
  let message = result.stderr.firstRange(of: "Error: ").map { String(result.stderr[$0.lowerBound...]) } ?? ""
  for word in words.filter({ !$0.isEmpty }) + (status == 1 ? ["->"] : []) {
    #expect(
      message.contains(word), "expected '\(word)' in: \(result.stderr.suffix(800))", sourceLocation: sourceLocation)
  }
  #expect(result.stdout.isEmpty, "\(result.stdout.prefix(400))", sourceLocation: sourceLocation)
  if let output { #expect(output.files.isEmpty, sourceLocation: sourceLocation) }
}

/// Expects a run to succeed.
func expectSuccess(_ result: Program.Result, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(result.status == 0, "\(result.stderr.suffix(800))", sourceLocation: sourceLocation)
}
