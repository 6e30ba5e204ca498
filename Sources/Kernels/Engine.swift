public import Parallel

/// What computes: the threads and the choice of algorithms, made once and handed down.
public final class Engine: Sendable {
  public let pool: WorkerPool
  public let kernels: KernelTable
  public let planner: ConvolutionPlanner
  let scratch: Scratch

  /// - Parameters:
  ///   - threads: How many threads compute; nil takes every processor this process may use.
  ///   - kernels: The kernels of one instruction set.
  ///   - planner: How convolutions choose their algorithm.
  public init(
    threads: Int? = nil, kernels: KernelTable = .best, planner: ConvolutionPlanner = ConvolutionPlanner()
  ) {
    pool = WorkerPool(threads: threads)
    self.kernels = kernels
    scratch = Scratch(threads: pool.threads)
    self.planner = planner
  }

  /// Whether every operator takes its plain reference.
  public var usesReferences: Bool { planner.forced == .reference }
}
