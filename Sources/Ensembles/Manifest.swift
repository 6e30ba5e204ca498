internal import AVAEval
internal import AVARecords
internal import Files
public import Inference
public import JSON
internal import Statistics
internal import Wording

/// How a file of detections was made, as one JSON object beside it.
public struct Manifest: Sendable {
  private var members: [(String, JSONValue)]

  /// Begins one.
  ///
  /// - Parameters:
  ///   - version: The program's.
  ///   - arguments: The command line after the program's name.
  public init(version: String, arguments: [String], made time: String) {
    members = [
      ("program", JSONValue("slowfast \(version)")), ("arguments", .array(arguments.map { JSONValue($0) })),
      ("made", JSONValue(time)),
    ]
  }

  /// Where the manifest of a file is: `detections.manifest.json` beside `detections.csv`.
  public static func path(beside file: String) -> String {
    joinPath(splitPath(file).folder, fileStem(file) + ".manifest.json")
  }

  private mutating func add(_ name: String, _ value: JSONValue) { members.append((name, value)) }

  /// Adds the file itself, which is there: size and SHA-256, and what is in it.
  ///
  /// - Throws: `FileError`.
  public mutating func add(file: String, rows: Int, keyFrames: Int, videos: Int, classes: [Int]) throws {
    add(
      "file",
      [
        "name": JSONValue(splitPath(file).name), "content": JSONValue(try Self.fingerprint(file)),
        "rows": JSONValue(rows),
        "key_frames": JSONValue(keyFrames), "videos": JSONValue(videos),
        "classes": .array(classes.map { JSONValue($0) }),
      ])
  }

  /// Adds what was said of the rows.
  public mutating func add(_ submission: Submission) {
    add("rows_per_key_frame", JSONValue(submission.repair.entriesPerFrame))
    add(
      "decimals",
      ["box": JSONValue(submission.repair.decimals.box), "score": JSONValue(submission.repair.decimals.score)])
    add("changes", .array(submission.changes.lines(submission.repair).map { JSONValue($0) }))
    add("findings", .array(submission.findings.map { JSONValue($0.line) }))
    add("missing_key_frames", .array(submission.missing.map { JSONValue($0.description) }))
    add("key_frames_known", JSONValue(submission.knowsKeyFrames))
  }

  /// Adds how several models became one.
  ///
  /// - Parameter notices: What was said of the sources.
  public mutating func add(
    _ fusion: ModelFusion, of ensemble: Ensemble, unmatched: Ensemble.Unmatched, notices: [String] = []
  ) {
    add("fusion", JSONValue(fusion.way.rawValue))
    add("model_weights", .array(fusion.weights.map { JSONValue($0) }))
    add("iou", JSONValue(ensemble.matcher.threshold))
    add("unmatched", JSONValue(unmatched.rawValue))
    add("unmatched_boxes", JSONValue(ensemble.unmatchedCount))
    add("notices", .array((notices + ensemble.notices(unmatched)).map { JSONValue($0) }))
  }

  /// Adds which weights were fitted to what, and what that brings.
  ///
  /// - Parameters:
  ///   - truth: The file of the labelled videos.
  ///   - exclusions: The file of key frames that do not count there.
  /// - Throws: `FileError`.
  public mutating func add(_ fit: WeightFit, truth: String, exclusions: String?) throws {
    func file(_ path: String) throws -> JSONValue {
      path == standardInput
        ? ["file": JSONValue(path)] : ["file": JSONValue(path), "content": JSONValue(try Self.fingerprint(path))]
    }
    func weights(_ weights: [Double]) -> JSONValue { .array(weights.map { JSONValue($0) }) }
    let gain = fit.comparison.mAP
    add(
      "fit",
      [
        "groundtruth": try file(truth), "exclusions": try exclusions.map(file) ?? .null,
        "weights": weights(fit.weights), "folds": JSONValue(fit.foldWeights.count),
        "fold_weights": .array(fit.foldWeights.map(weights)),
        "mAP_of_fitted_videos": JSONValue(fit.fittedMAP),
        "held_out": [
          "protocol": JSONValue(fit.comparison.rules.name), "videos": JSONValue(fit.comparison.videoCount),
          "mAP_equal_weights": JSONValue(gain.a), "mAP_fitted_weights": JSONValue(gain.b),
          "gain": JSONValue(gain.difference), "interval": JSONValue(gain.interval),
          "confidence": JSONValue(fit.comparison.resampling.confidence),
          "resamples": JSONValue(fit.comparison.resampling.count),
        ],
      ])
  }

  /// Adds the key frames that should have rows.
  public mutating func add(_ expected: ExpectedKeyFrames) {
    add("expected_key_frames", expected.json)
    add("sources_without_key_frames", .array(expected.unknown.map { JSONValue($0) }))
  }

  /// Adds what the rows were made of, see ``source(file:scores:)``.
  public mutating func add(sources: [JSONValue]) { add("sources", .array(sources)) }

  /// A source that is a file: its content, and its own manifest where that is of this content. Of standard input nothing
  /// more is known.
  ///
  /// - Throws: `FileError`.
  public static func source(file: String, scores: String?) throws -> JSONValue {
    if file == standardInput { return ["file": JSONValue(file)] }
    let content = try fingerprint(file)
    var members: [(String, JSONValue)] = [("file", JSONValue(file)), ("content", JSONValue(content))]
    if let scores {
      members += [("scores", JSONValue(scores)), ("scores_content", JSONValue(try fingerprint(scores)))]
    }
    if let bytes = try? readFile(path(beside: file), doing: "reading a manifest", limit: 1 << 28),
      let own = try? JSONReader.read(bytes), own["file"]?["content"] == JSONValue(content)
    {
      members.append(("manifest", own))
    }
    return .object(members)
  }

  private static func fingerprint(_ path: String) throws -> String {
    try fileFingerprint(path, isWhole: true, doing: "reading a file for the manifest")
  }

  /// Writes it, complete or not at all.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String) throws {
    var json = JSONWriter()
    json.beginObject(lines: true)
    for (name, value) in members { json.member(name, value) }
    json.end()
    try writeFile(path, json.text + "\n")
  }
}
