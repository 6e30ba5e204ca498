public import Parallel
public import Tensors

/// What computes: the threads and the choice of algorithms, made once and handed down.
public final class Engine: Sendable {
  /// The threads that compute.
  public let pool: WorkerPool
  /// The kernels of one instruction set.
  public let kernels: KernelTable
  /// How convolutions choose their algorithm.
  public let planner: ConvolutionPlanner
  /// How activations lie in memory; bfloat16 only where `kernels.supportsBFloat16`.
  public let activations: ElementFormat
  /// Whether networks compute with integers of 8 bits where they can, by a calibration.
  public let quantizes: Bool
  /// How many clips are computed side by side, each on its part of the threads.
  public let streams: Int
  let scratch: Scratch
  let weights = WeightMemory()
  private let exclusion = ExclusiveAccess()

  /// - Parameters:
  ///   - threads: How many threads compute; nil takes every processor this process may use.
  ///   - kernels: The kernels of one instruction set.
  ///   - planner: How convolutions choose their algorithm.
  ///   - activations: The format of activations and weights.
  ///   - quantizes: Whether networks compute with integers where they can.
  ///   - streams: How many clips are computed side by side; see ``divided()``.
  public convenience init(
    threads: Int? = nil, kernels: KernelTable = .best, planner: ConvolutionPlanner = ConvolutionPlanner(),
    activations: ElementFormat = .float32, quantizes: Bool = false, streams: Int = 1
  ) {
    self.init(
      WorkerPool(threads: threads), kernels: kernels, planner: planner, activations: activations, quantizes: quantizes,
      streams: streams)
  }

  init(
    _ pool: WorkerPool, kernels: KernelTable, planner: ConvolutionPlanner, activations: ElementFormat, quantizes: Bool,
    streams: Int
  ) {
    precondition(activations == .float32 || kernels.supportsBFloat16, "bfloat16 takes kernels that have it")
    precondition(1...pool.threads ~= streams, "each stream has a thread")
    self.activations = activations
    self.quantizes = quantizes
    self.streams = streams
    self.pool = pool
    self.kernels = kernels
    scratch = Scratch(threads: pool.threads)
    self.planner = planner
  }

  /// The set whose kernels compute, and on which last bits depend: tile registers take no part in float32.
  public var instructionSet: InstructionSet {
    kernels.instructionSet == .amx && activations == .float32 && !quantizes ? .avx512 : kernels.instructionSet
  }

  /// What it computes in.
  public var precision: Precision { quantizes ? .int8 : activations == .bfloat16 ? .bf16 : .fp32 }

  /// An engine with the same threads and kernels, not to be used at the same time, that computes in a precision. Algorithms
  /// that were tuned for that of this one are not taken over.
  public func with(_ precision: Precision) -> Engine {
    var planner = planner
    planner.tuned = nil
    return Engine(
      pool, kernels: kernels, planner: planner, activations: precision.activations(with: kernels),
      quantizes: precision.quantizes, streams: 1)
  }

  /// An engine with the same threads, not to be used at the same time, that chooses algorithms otherwise.
  public func with(planner: ConvolutionPlanner) -> Engine {
    Engine(
      pool, kernels: kernels, planner: planner, activations: activations, quantizes: quantizes, streams: streams)
  }

  /// Runs a body while no other thread does so on this engine, whose scratch memory serves one run at a time. A body
  /// may do it again.
  public func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result { try exclusion.run(body) }

  /// Runs a body, ``exclusively(_:)``, with memory that all threads see, for what is packed while a network runs; it holds
  /// anything. The body must not ask for it again, nor keep it; what it calls may have no use for it of its own.
  public func withSharedScratch<Result>(
    _ floats: Int, _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    try exclusively { try scratch.withShared(floats) { try body($0.pointer) } }
  }

  /// The same with a dense map.
  func withSharedMap<Result>(
    _ batch: Int, _ extent: Extent3, channels: Int, format: ElementFormat, _ body: (FeatureMap) throws -> Result
  ) rethrows -> Result {
    let floats = channels * format.bytes / 4
    return try exclusively {
      try scratch.withShared(batch * extent.count * floats) { storage in
        try body(
          FeatureMap(
            storage: storage, offset: 0, batch: batch, extent: extent, channels: channels, pitch: floats, format: format
          ))
      }
    }
  }

  /// Products of float32 inputs, whatever their outputs are.
  var floatGEMM: GEMMKernels {
    if activations == .bfloat16, let bfloat16 = kernels.bfloat16 { return bfloat16.gemm }
    return kernels.gemm
  }

  /// Transforms of inputs of a format.
  func winograd(_ input: ElementFormat) -> WinogradKernels {
    guard activations == .bfloat16, let bfloat16 = kernels.bfloat16 else { return kernels.winograd }
    if input == .bfloat16 { return bfloat16.winograd }
    return WinogradKernels(
      spaceInput: input == .uint8 ? bfloat16.winogradIntegersInput : kernels.winograd.spaceInput,
      timeInput: kernels.winograd.timeInput,
      spaceOutput: bfloat16.winograd.spaceOutput, timeOutput: bfloat16.winograd.timeOutput)
  }

  /// Depthwise convolutions of inputs of a format.
  func depthwise(_ input: ElementFormat) -> DepthwiseKernels {
    guard activations == .bfloat16, let bfloat16 = kernels.bfloat16 else { return kernels.depthwise }
    return input == .bfloat16 ? bfloat16.depthwise : bfloat16.depthwiseOfFloats
  }

  /// Takes the largest of several positions of a format.
  public func largest(_ format: ElementFormat) -> RowKernels.Reduction {
    switch format {
    case .float32: return kernels.rows.largest
    case .bfloat16: return kernels.bfloat16?.largest ?? kernels.rows.largest
    case .uint8: return largestOfIntegers
    }
  }

  /// Memory of a thread of the pool, for intermediate results of the piece that it runs; it holds anything.
  public func scratch(_ floats: Int, _ thread: Int) -> UnsafeMutablePointer<Float> {
    scratch.floats(floats, thread: thread)
  }

  /// Whether every operator takes its plain reference.
  public var usesReferences: Bool { planner.forced == .reference }
}
