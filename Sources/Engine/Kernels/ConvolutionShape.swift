public import Tensors

/// The geometry of a convolution over time, height and width.
public struct ConvolutionShape: Hashable, Sendable, CustomStringConvertible {
  /// Channels of the input.
  public var inChannels: Int
  /// Channels of the output.
  public var outChannels: Int
  /// Along time, height and width, in positions.
  public var kernel: Extent3
  /// From an output position to the next, in positions of the input.
  public var stride: Extent3
  /// The zeros before the first position along each axis.
  public var padding: Extent3
  /// Those after the last one.
  public var paddingAfter: Extent3
  /// From a position of the kernel to the next, in positions of the input.
  public var dilation: Extent3
  /// Into how many groups of equal size the channels are divided.
  public var groups: Int

  /// - Parameters:
  ///   - padding: Zeros before the first position along each axis.
  ///   - paddingAfter: Those after the last one; nil for as many.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Extent3, stride: Extent3 = .one, padding: Extent3 = .zero,
    paddingAfter: Extent3? = nil, dilation: Extent3 = .one, groups: Int = 1
  ) {
    precondition(
      inChannels % groups == 0 && outChannels % groups == 0, "the groups must divide the channels of a convolution")
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.paddingAfter = paddingAfter ?? padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The shape of the weights: out, in / groups, T, H, W.
  public var weightShape: [Int] { [outChannels, inChannels / groups, kernel.t, kernel.h, kernel.w] }

  /// The products that one output element sums: taps times input channels of a group.
  public var depth: Int { kernel.count * inChannels / groups }

  /// The extent of the output for an input; not positive on an axis where the kernel does not fit.
  public func output(for input: Extent3) -> Extent3 {
    func length(_ padded: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      let room = padded - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }
    return Extent3(
      length(padding.t + input.t + paddingAfter.t, kernel.t, stride.t, dilation.t),
      length(padding.h + input.h + paddingAfter.h, kernel.h, stride.h, dilation.h),
      length(padding.w + input.w + paddingAfter.w, kernel.w, stride.w, dilation.w))
  }

  /// Multiply-adds for a batch of inputs of this extent.
  public func macs(batch: Int, input: Extent3) -> Int {
    batch * output(for: input).count * outChannels * depth
  }

  /// Whether an output position sees exactly the input position of the same place.
  public var isPointwise: Bool { kernel == .one && stride == .one && padding == .zero && paddingAfter == .zero }

  /// The shape whose taps are the lines that a position sees, each with the channels of all its columns.
  var withColumnsJoined: ConvolutionShape {
    var joined = self
    joined.kernel.w = 1
    joined.inChannels *= kernel.w
    return joined
  }

  /// Whether frame t of the output depends on frame t of the input alone.
  public var keepsFramesApart: Bool { kernel.t == 1 && stride.t == 1 && padding.t == 0 && paddingAfter.t == 0 }

  /// The kernel's frames that a frame of the output sees; the others are padding. All where it sees nothing else.
  func framesInside(_ t: Int, of frames: Int) -> Range<Int> {
    let first = t * stride.t - padding.t
    let inside = (0..<kernel.t).filter { 0..<frames ~= first + $0 * dilation.t }
    guard let least = inside.first, let most = inside.last else { return 0..<kernel.t }
    return least..<most + 1
  }

  /// Whether there are as many zeros after the last position as before the first.
  var padsEvenly: Bool { padding == paddingAfter }

  public var description: String {
    var text = "\(inChannels)->\(outChannels) \(kernel)"
    if stride != .one { text += " stride \(stride)" }
    if !padsEvenly {
      text += " pad \(padding) and \(paddingAfter)"
    } else if padding != .zero {
      text += " pad \(padding)"
    }
    if dilation != .one { text += " dilation \(dilation)" }
    if groups != 1 { text += " groups \(groups)" }
    return text
  }
}
