public import Parallel

/// What computes: the threads and the choice of algorithms, made once and handed down.
public final class Engine: Sendable {
  public let pool: WorkerPool
  public let planner: ConvolutionPlanner

  /// - Parameters:
  ///   - threads: How many threads compute; nil takes every processor this process may use.
  ///   - planner: How convolutions choose their algorithm.
  public init(threads: Int? = nil, planner: ConvolutionPlanner = ConvolutionPlanner()) {
    pool = WorkerPool(threads: threads)
    self.planner = planner
  }

  /// Whether every operator takes its plain reference.
  public var usesReferences: Bool { planner.forced == .reference }
}
