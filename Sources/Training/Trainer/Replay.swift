public import Kernels

/// Steps of PySlowFast's own training, done once more from where they began, and held against what was recorded.
public struct Replay {
  /// One quantity that was compared.
  public struct Check: Sendable {
    public let name: String
    /// The largest difference, and what it is allowed to be.
    public let difference: Double
    public let allowed: Double
    /// Where the largest difference is.
    public let place: String
    /// NaN passes nothing.
    public var isPassed: Bool { difference <= allowed }
  }

  /// One step beside what was recorded.
  public struct Step: Sendable {
    public let epoch: Int
    public let iteration: Int
    public let loss: Double
    public let expectedLoss: Double
    public let learningRate: Double
    public let gradientNorm: Double
  }

  let recorded: ReplayCase
  public var steps: Int { recorded.losses.count }

  /// - Parameters:
  ///   - folder: With `case.json`.
  ///   - epochs: As many as were recorded; nil for those.
  /// - Throws: `FileError`, `ReplayError`.
  public init(folder: String, epochs: Int? = nil) throws { recorded = try ReplayCase(folder, epochs: epochs) }

  /// Does the steps, and compares all that was recorded.
  ///
  /// - Parameters:
  ///   - engine: In float32.
  ///   - progress: Told of every step.
  /// - Returns: What was compared.
  /// - Throws: What building, reading and training throw.
  public func run(engine: Engine, _ progress: (Step) -> Void) throws -> [Check] {
    let run = try ReplayRun(recorded, engine: engine)
    for index in recorded.batches.indices { progress(try run.step(index)) }
    return try run.checks()
  }
}
