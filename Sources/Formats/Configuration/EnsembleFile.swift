internal import Files
internal import Wording

/// A file that names the models of one test: configs, weights, and how much each counts.
///
///     MODELS:
///       slow:
///         WEIGHTS: slow.pyth
///       wide:
///         CFG: wide.yaml
///         WEIGHTS: wide.pyth
///         WEIGHT: 2
///         OPTS: [DATA.TEST_CROP_SIZE, 224]
///     FUSION: mean
public struct EnsembleFile: Sendable {
  /// One of the models.
  public struct Entry: Sendable, Equatable {
    public let name: String
    /// Its config; nil for that of the call.
    public fileprivate(set) var config: String?
    public fileprivate(set) var weights: String?
    /// Seeded random weights instead of a file.
    public fileprivate(set) var randomSeed: UInt64?
    /// How much it counts, above 0.
    public fileprivate(set) var weight = 1.0
    /// Pairs of KEY and VALUE.
    public fileprivate(set) var overrides: [String] = []
    /// Where these stand.
    public fileprivate(set) var overridesLine = 0
  }

  public let path: String
  /// The file as it was read.
  public let text: String
  public private(set) var models: [Entry] = []
  /// "mean", "logit_mean" or "max".
  public private(set) var fusion = "mean"

  private static let sizeLimit = 1 << 20
  private static let fusions = ["mean", "logit_mean", "max"]
  private static let keys = ["CFG", "WEIGHTS", "RANDOM_WEIGHTS", "WEIGHT", "OPTS"]

  /// Reads a file.
  ///
  /// - Throws: `EnsembleFileError`, `ConfigurationError` for what is no YAML, `FileError`.
  public static func read(_ path: String) throws -> EnsembleFile {
    let bytes = try readFile(path, doing: "reading the ensemble", limit: sizeLimit)
    let text = String(decoding: bytes, as: UTF8.self)
    let document = try YAMLDocument(text: text, path: path)
    var file = EnsembleFile(path: path, text: text)
    for entry in document.entries { try file.take(entry) }
    // Of two models of one name, or two weights of a model, one would be lost.
    if let twice = document.repeated.first {
      throw EnsembleFileError(
        path: path, line: twice.lines[twice.lines.count - 1],
        problem: "\(twice.key) stands on line \(twice.lines[0]) already",
        remedy: "give each model a name of its own, and each of its keys once")
    }
    if file.models.isEmpty {
      throw EnsembleFileError(
        path: path, line: 1, problem: "it names no models",
        remedy: "write MODELS: and under it for each a name of its own with CFG and WEIGHTS")
    }
    if file.fusion == "max", let line = document.entries.lazy.compactMap({ Self.lineOfWeight(in: $0) }).first {
      throw file.wrong(
        line, "FUSION max takes the greatest score, whatever a model's WEIGHT",
        "leave WEIGHT out, or give another FUSION")
    }
    return file
  }

  /// Where the first model of `MODELS` with a weight says it.
  private static func lineOfWeight(in entry: YAMLEntry) -> Int? {
    guard entry.key == "MODELS", case .section(let models) = entry.node else { return nil }
    for case .section(let members) in models.map(\.node) {
      if let weight = members.first(where: { $0.key == "WEIGHT" }) { return weight.line }
    }
    return nil
  }

  private init(path: String, text: String) { (self.path, self.text) = (path, text) }

  func wrong(_ line: Int, _ problem: String, _ remedy: String) -> EnsembleFileError {
    EnsembleFileError(path: path, line: line, problem: problem, remedy: remedy)
  }

  private mutating func take(_ entry: YAMLEntry) throws(EnsembleFileError) {
    switch (entry.key, entry.node) {
    case ("MODELS", .section(let models)):
      for model in models { self.models.append(try read(model)) }
    case ("MODELS", .value):
      throw wrong(
        entry.line, "MODELS is no mapping", "give each model a name: MODELS: with indented NAME: lines under it")
    case ("FUSION", .value(.string(let fusion))) where Self.fusions.contains(fusion): self.fusion = fusion
    case ("FUSION", _):
      throw wrong(entry.line, "FUSION is none of \(Self.fusions.joined(separator: ", "))", "give one of these")
    default: throw wrong(entry.line, "\(entry.key) means nothing here", "the file has MODELS and FUSION")
    }
  }

  private func read(_ entry: YAMLEntry) throws(EnsembleFileError) -> Entry {
    guard case .section(let members) = entry.node else {
      throw wrong(entry.line, "\(entry.key) is no mapping", "write under it CFG: FILE and WEIGHTS: FILE")
    }
    var model = Entry(name: entry.key)
    for member in members {
      switch (member.key, member.node) {
      case ("CFG", .value(.string(let path))): model.config = path
      case ("WEIGHTS", .value(.string(let path))): model.weights = path
      case ("RANDOM_WEIGHTS", .value(.int(let seed))) where seed >= 0: model.randomSeed = UInt64(seed)
      case ("WEIGHT", .value(.int(let weight))) where weight > 0: model.weight = Double(weight)
      case ("WEIGHT", .value(.double(let weight))) where weight > 0 && weight.isFinite: model.weight = weight
      case ("OPTS", .value(.list(let items))) where items.count % 2 == 0:
        model.overrides = items.map { if case .string(let text) = $0 { text } else { $0.literal } }
        model.overridesLine = member.line
      case ("CFG", _), ("WEIGHTS", _):
        throw wrong(member.line, "\(member.key) of \(entry.key) is no file name", "give one")
      case ("RANDOM_WEIGHTS", _):
        throw wrong(member.line, "RANDOM_WEIGHTS of \(entry.key) is no seed", "give a number from 0 on")
      case ("WEIGHT", _):
        throw wrong(
          member.line, "WEIGHT of \(entry.key) is no number above 0",
          "give one, or leave the model out that is not to count")
      case ("OPTS", _):
        throw wrong(member.line, "OPTS of \(entry.key) is no list of pairs", "write [KEY, VALUE, KEY, VALUE]")
      default:
        throw wrong(
          member.line, "\(member.key) of \(entry.key) means nothing here",
          nearest(to: member.key, among: Self.keys).map { "did you mean \($0)?" }
            ?? "a model has \(Self.keys.joined(separator: ", "))")
      }
    }
    if (model.weights == nil) == (model.randomSeed == nil) {
      throw wrong(
        entry.line, "\(entry.key) has \(model.weights == nil ? "no WEIGHTS" : "WEIGHTS and RANDOM_WEIGHTS")",
        "give it WEIGHTS: FILE")
    }
    return model
  }
}

/// What is wrong with a file that names models.
public struct EnsembleFileError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let line: Int
  public let problem: String
  public let remedy: String

  public var description: String { "reading the ensemble: '\(path)', line \(line): \(problem) -> \(remedy)" }
}
