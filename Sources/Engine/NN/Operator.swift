public import Kernels
public import Tensors

/// The shape of a value: what an operator is asked about, and what it answers.
public struct ValueShape: Hashable, Sendable {
  public var batch: Int
  public var extent: Extent3
  public var channels: Int
  public var format: ElementFormat

  public init(batch: Int, extent: Extent3, channels: Int, format: ElementFormat = .float32) {
    self.batch = batch
    self.extent = extent
    self.channels = channels
    self.format = format
  }

  /// The floats that a position's channels take.
  public var floats: Int { format.floats(channels) }
  /// batch x T x H x W
  public var positions: Int { batch * extent.count }
  /// The bytes of all its numbers.
  public var bytes: Int { 4 * positions * floats }
}

extension ValueShape: CustomStringConvertible {
  /// N x TxHxW x C, as reports have it.
  public var description: String { "\(batch) x \(extent) x \(channels)" }

  /// Whether a map of this shape has an element for each of the other's.
  func matches(_ other: ValueShape) -> Bool {
    batch == other.batch && extent == other.extent && channels == other.channels
  }
}

/// What an operator's output may have to do with the memory of its inputs.
public enum Aliasing: Hashable, Sendable {
  /// The output shares no element with an input.
  case none
  /// The output is this input under another shape: there is nothing to run.
  case view(of: Int)
  /// The output may be written over this input, element by element, each read just before it is written.
  case mayOverwrite(Int)
  /// The output is the inputs side by side, channels in this order. An input that can be written as a slice lies there
  /// from the start.
  case joinsInputs
}

/// One step of a network: reads some values and makes one.
///
/// All that the layout, the plan and the reports must know of it they ask here, so that a new operator is one new file.
/// An operator is a value that holds its weights; shapes come in only when a network is laid out. `docs/extending.md`
/// writes one.
public protocol Operator: Sendable {
  /// What it is, for reports and errors: `max pool 1x3x3 stride 1x2x2`. Operators of one name and one input shape take
  /// the same time.
  var name: String { get }

  /// The format of the output.
  ///
  /// - Parameters:
  ///   - inputs: The formats of the inputs.
  ///   - activations: What the engine keeps activations in.
  /// - Returns: bfloat16 only for an even number of channels.
  func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat

  /// Whether the output may be float32 although ``format(of:activations:)`` says bfloat16.
  var writesEitherFormat: Bool { get }

  /// What integers of the output stand for, where the inputs are integers: of operators that pass on numbers as they are. nil
  /// where integers are not taken, or not of such inputs.
  func scales(of inputs: [ChannelScales]) -> ChannelScales?

  /// Whether ``scales(of:)`` may have an answer.
  var passesIntegers: Bool { get }

  /// Whether the output, which is of the engine's format, may become integers for those who multiply them.
  var mayBeQuantized: Bool { get }

  /// The shape of the output; its format is set by the network.
  ///
  /// - Throws: `NetworkError` when the inputs do not suit the operator or each other.
  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape

  /// What the output may share with the inputs.
  var aliasing: Aliasing { get }

  /// Whether the output may have a pitch: a slice of the channels of a wider map.
  var writesSlices: Bool { get }

  /// Whether frame t of the output depends on frame t of the inputs alone, so that a stretch of such operators can run
  /// frame by frame; of no account where the output is a view or joins its inputs, which do not come and go by frames.
  var keepsFramesApart: Bool { get }

  /// The multiply-adds of one run.
  func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int

  /// Whether each of them is computed, so that the operator's rate is one that the processor reaches; Winograd's
  /// transforms compute fewer.
  var doesEveryMultiplyAdd: Bool { get }

  /// The convolutions that it runs, for reports of how each is computed.
  var convolutions: [Convolution] { get }

  /// The bytes of its weights.
  var weightBytes: Int { get }

  /// Which of several ways it computes in, where it has several; else empty.
  var algorithm: String { get }

  /// The same operator in every way that could be the fastest, for plans that measure; empty where there is no choice.
  var candidates: [any Operator] { get }

  /// This operator and the one that makes one of its inputs as one operator, where it can spare the network the value
  /// between them; nil where it cannot. A plan asks where nothing else reads that value.
  ///
  /// - Parameters:
  ///   - maker: What makes the input.
  ///   - input: Which of the inputs.
  /// - Returns: An operator whose inputs are this one's, with the maker's in the place of what it made, and whose output
  ///   has the same shape and format.
  func absorbing(_ maker: any Operator, input: Int) -> (any Operator)?

  /// Computes the output.
  ///
  /// - Parameters:
  ///   - inputs: In the order in which the network was given them.
  ///   - output: As ``shape(of:)`` says; holds anything before. May be a slice where the operator writes slices, and
  ///     shares memory with inputs as ``aliasing`` allows.
  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine)

  /// Computes the output by its definition, in plain loops: what the fast way is tested against, and what a plan runs
  /// whose engine asks for references.
  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine)
}

extension Operator {
  /// Whether it may be given some of the frames at a time.
  var runsByFrames: Bool {
    switch aliasing {
    case .none, .mayOverwrite: keepsFramesApart
    case .view, .joinsInputs: false
    }
  }
}

extension Operator {
  public func format(of inputs: [ElementFormat], activations: ElementFormat) -> ElementFormat { inputs[0] }
  public var writesEitherFormat: Bool { false }
  public var passesIntegers: Bool { false }
  public var mayBeQuantized: Bool { false }
  public func scales(of inputs: [ChannelScales]) -> ChannelScales? { nil }
  public var aliasing: Aliasing { .none }
  public var writesSlices: Bool { false }
  public var keepsFramesApart: Bool { false }
  public func multiplyAdds(_ inputs: [ValueShape], _ output: ValueShape) -> Int { 0 }
  public var doesEveryMultiplyAdd: Bool { false }
  public var convolutions: [Convolution] { [] }
  public var weightBytes: Int { 0 }
  public var algorithm: String { "" }
  public var candidates: [any Operator] { [] }
  public func absorbing(_ maker: any Operator, input: Int) -> (any Operator)? { nil }
}
