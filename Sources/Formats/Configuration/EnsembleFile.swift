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
    /// The file that names it, and where.
    public let file: String
    public let line: Int
    /// Its config; nil for that of the call.
    public fileprivate(set) var config: String?
    public fileprivate(set) var weights: String?
    /// Where these two stand; nil where they do not.
    public fileprivate(set) var configLine: Int?
    public fileprivate(set) var weightsLine: Int?
    /// Seeded random weights instead of a file.
    public fileprivate(set) var randomSeed: UInt64?
    /// How much it counts, above 0, at most `greatestWeight`.
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

  /// More than this no model counts: sums of scores stay finite.
  public static let greatestWeight = 1e9
  private static let sizeLimit = 1 << 20
  private static let fusions = ["mean", "logit_mean", "max"]
  private static let keys = ["CFG", "WEIGHTS", "RANDOM_WEIGHTS", "WEIGHT", "OPTS"]

  /// Reads a file.
  ///
  /// - Throws: `EnsembleFileError`, `FileError`.
  public static func read(_ path: String) throws -> EnsembleFile {
    let bytes = try readFile(path, doing: "reading the ensemble", limit: sizeLimit)
    let text = String(decoding: bytes, as: UTF8.self)
    let document = try Self.document(text, path)
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

  private static func document(_ text: String, _ path: String) throws -> YAMLDocument {
    do {
      return try YAMLDocument(text: text, path: path)
    } catch {
      guard case .malformed(_, let line, let column, let problem, let remedy) = error else { throw error }
      let place = column.map { "column \($0): " } ?? ""
      throw EnsembleFileError(path: path, line: line, problem: place + problem, remedy: remedy)
    }
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
      throw wrong(
        entry.line, "FUSION is none of \(Self.fusions.joined(separator: ", ")), found \(entry.node.excerpt)",
        "give one of these")
    default: throw wrong(entry.line, "\(entry.key) means nothing here", "the file has MODELS and FUSION")
    }
  }

  private func read(_ entry: YAMLEntry) throws(EnsembleFileError) -> Entry {
    guard case .section(let members) = entry.node else {
      throw wrong(entry.line, "\(entry.key) is no mapping", "write under it CFG: FILE and WEIGHTS: FILE")
    }
    var model = Entry(name: entry.key, file: path, line: entry.line)
    for member in members {
      let found = member.node.excerpt
      switch (member.key, member.node) {
      case ("CFG", .value(.string(let path))): (model.config, model.configLine) = (path, member.line)
      case ("WEIGHTS", .value(.string(let path))): (model.weights, model.weightsLine) = (path, member.line)
      case ("RANDOM_WEIGHTS", .value(.int(let seed))) where seed >= 0: model.randomSeed = UInt64(seed)
      case ("WEIGHT", .value(.int(let weight))) where weight > 0 && Double(weight) <= Self.greatestWeight:
        model.weight = Double(weight)
      case ("WEIGHT", .value(.double(let weight))) where weight > 0 && weight <= Self.greatestWeight:
        model.weight = weight
      case ("OPTS", .value(.list(let items))) where items.count % 2 == 0:
        model.overrides = items.map { if case .string(let text) = $0 { text } else { $0.literal } }
        model.overridesLine = member.line
      case ("CFG", _), ("WEIGHTS", _):
        throw wrong(member.line, "\(member.key) of \(entry.key) is no file name, found \(found)", "give one")
      case ("RANDOM_WEIGHTS", _):
        throw wrong(
          member.line, "RANDOM_WEIGHTS of \(entry.key) is no seed, found \(found)", "give a number from 0 on")
      case ("WEIGHT", _):
        throw wrong(
          member.line,
          "WEIGHT of \(entry.key) is no number above 0, of at most \(Int(Self.greatestWeight)), found \(found)",
          "give one, or leave the model out that is not to count")
      case ("OPTS", _):
        throw wrong(
          member.line, "OPTS of \(entry.key) is no list of pairs, found \(found)", "write [KEY, VALUE, KEY, VALUE]")
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

/// What is wrong with a model that such a file names.
public struct EnsembleModelError: Error, CustomStringConvertible {
  private let file: String
  private let line: Int
  private let model: String
  private let reason: String

  /// - Parameter line: Nil for where the model begins.
  public init(_ entry: EnsembleFile.Entry, line: Int? = nil, _ reason: String) {
    (file, model, self.reason) = (entry.file, entry.name, reason)
    self.line = line ?? entry.line
  }

  public var description: String { "model '\(model)' of '\(file)', line \(line): \(reason)" }
}

extension EntryNode {
  /// What stands there, for a message.
  fileprivate var excerpt: String {
    switch self {
    case .value(let value): value.excerpt
    case .section: "keys with values"
    }
  }
}
