internal import Checkpoint
internal import Files
internal import JSON
internal import Optimization
internal import RoIAlign
internal import Tensors
internal import TrainingData

/// A folder of recorded steps of PySlowFast's own training: batches, and what came of them.
struct ReplayCase {
  let folder: String
  let epoch: Int
  let iterations: Int
  /// Which batch each step takes, and what it found.
  let batches: [Int]
  let losses: [Double]
  let rates: [Double]
  let norms: [Double]
  let clippedNorms: [Double]
  /// By the step, where they are given; else one for all.
  let lossTolerances: [Double]
  let tolerance: [String: Double]
  /// Parameters whose true gradient is zero.
  let noise: Set<String>
  /// Whether it has the weights after the last step.
  let hasEnd: Bool
  /// By parameter, the norm of its gradient in every step; empty where none are given.
  let gradientNorms: [String: [Double]]
  /// Whole gradients of the first step, by parameter; empty where none are given.
  let gradients: [String: Tensor]

  /// Reads `case.json`, and that of the case that a curve points to.
  ///
  /// - Throws: `FileError`, `ReplayError`.
  init(_ folder: String, epochs: Int?) throws {
    let own = try Self.facts(folder)
    let other = own["case"].flatMap(Self.text)
    self.folder = other.map { joinPath(folder, $0) } ?? folder
    let facts = try other == nil ? own : Self.facts(self.folder)
    func numbers(_ name: String) throws -> [Double] {
      guard let values = own[name]?.values, !values.isEmpty else {
        throw ReplayError.missing(folder: folder, name: name)
      }
      return values.map(Self.number)
    }
    func integer(_ name: String) throws -> Int {
      guard case .number(let number)? = own[name], let value = number.int else {
        throw ReplayError.missing(folder: folder, name: name)
      }
      return value
    }
    epoch = try integer("epoch")
    iterations = try integer("iterations_per_epoch")
    losses = try numbers("loss")
    rates = try numbers("lr")
    norms = try numbers("grad_norm")
    clippedNorms = try numbers("grad_norm_after_clipping")
    batches = own["batches"]?.values.map { Int(Self.number($0)) } ?? Array(losses.indices)
    let recorded = batches.count / max(1, iterations)
    if let epochs, epochs != recorded { throw ReplayError.epochs(folder: folder, asked: epochs, recorded: recorded) }
    var tolerance: [String: Double] = [:]
    if case .object(let members)? = facts["tolerance"] {
      for member in members { tolerance[member.name] = Self.number(member.value) }
    }
    self.tolerance = tolerance
    let byStep = own["loss_tolerance_by_iteration"]?.values.map(Self.number) ?? []
    lossTolerances = byStep.isEmpty ? losses.map { _ in tolerance["loss_abs"] ?? 1e-5 } : byStep
    noise = Set((facts["gradients_that_are_rounding_noise"]?.values ?? []).compactMap(Self.text))
    hasEnd = other == nil
    var byParameter: [String: [Double]] = [:]
    if hasEnd, case .object(let members) = try Self.json(joinPath(folder, "gradient_norms.json")) {
      for member in members { byParameter[member.name] = (member.value["norms"]?.values ?? []).map(Self.number) }
    }
    gradientNorms = byParameter
    let whole = joinPath(self.folder, "gradients_step0.npz")
    if hasEnd, pathExists(whole) {
      let file = try ArrayFile(path: whole)
      gradients = Dictionary(
        uniqueKeysWithValues: file.names.compactMap { name in file.array(name).map { (name, $0) } })
    } else {
      gradients = [:]
    }
    guard
      [batches.count, rates.count, norms.count, clippedNorms.count, lossTolerances.count].allSatisfy({
        $0 == losses.count
      })
    else { throw ReplayError.missing(folder: folder, name: "as many of batches, lr and grad_norm as of loss") }
  }

  private static func facts(_ folder: String) throws -> JSONValue { try json(joinPath(folder, "case.json")) }

  private static func json(_ path: String) throws -> JSONValue {
    let bytes = try readFile(path, doing: "reading a recorded training")
    do { return try JSONReader.read(bytes) } catch {
      throw ReplayError.damaged(path: path, place: error.place(in: bytes), found: error.found)
    }
  }

  private static func text(_ value: JSONValue) -> String? {
    guard case .string(let text) = value else { return nil }
    return text
  }

  private static func number(_ value: JSONValue) -> Double {
    guard case .number(let number) = value else { return .nan }
    return number.double
  }

  /// What the network made of the batch of a step; given of the first one alone that all steps agree on.
  func output(_ step: Int) throws -> Tensor? {
    guard hasEnd, step == 0 else { return nil }
    return try Tensor(npy: joinPath(folder, "step0_output.npy"))
  }

  /// A recorded batch: bytes become (byte - 128) / 64.
  func batch(_ number: Int, scoresBoxes: Bool) throws -> TrainingBatch {
    func path(_ name: String) -> String { joinPath(folder, "step\(number)_\(name).npy") }
    let clip = try Tensor(npyOfAnyNumbers: path("clip"))
    for index in 0..<clip.count { clip.mutableValues[index] = (clip.values[index] - 128) / 64 }
    let labels = try Tensor(npyOfAnyNumbers: path("labels"))
    let regions = scoresBoxes ? try Region.rows(of: Tensor(npy: path("boxes"))) : []
    let targets: Targets = labels.shape.count == 1 ? .classes(labels.values.map { Int($0) }) : .soft(labels)
    return TrainingBatch(clip: FeatureMap(channelsFirst: clip), regions: regions, targets: targets)
  }
}

/// What is wrong with a folder of recorded steps.
public enum ReplayError: Error, Equatable, CustomStringConvertible {
  case missing(folder: String, name: String)
  /// What is no JSON, and where it shows.
  case damaged(path: String, place: String, found: String)
  case epochs(folder: String, asked: Int, recorded: Int)

  public var description: String {
    switch self {
    case .missing(let folder, let name):
      return "replaying a training: '\(folder)/case.json' has no \(name) -> give a folder of recorded steps"
    case .damaged(let path, let place, let found):
      return "replaying a training: '\(path)', \(place): expected JSON, found \(found) -> copy the folder again"
    case .epochs(let folder, let asked, let recorded):
      return "replaying a training: --epochs \(asked), and '\(folder)' has \(recorded)"
        + " -> leave --epochs out or give \(recorded)"
    }
  }
}
