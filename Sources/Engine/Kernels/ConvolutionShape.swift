public import Tensors

/// The geometry of a convolution over time, height and width.
public struct ConvolutionShape: Hashable, Sendable, CustomStringConvertible {
  public var inChannels: Int
  public var outChannels: Int
  public var kernel: Extent3
  public var stride: Extent3
  public var padding: Extent3
  public var dilation: Extent3
  public var groups: Int

  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Extent3, stride: Extent3 = .one, padding: Extent3 = .zero,
    dilation: Extent3 = .one, groups: Int = 1
  ) {
    precondition(
      inChannels % groups == 0 && outChannels % groups == 0, "the groups must divide the channels of a convolution")
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The shape of the weights: out, in / groups, T, H, W.
  public var weightShape: [Int] { [outChannels, inChannels / groups, kernel.t, kernel.h, kernel.w] }

  /// The products that one output element sums: taps times input channels of a group.
  public var depth: Int { kernel.count * inChannels / groups }

  /// The extent of the output for an input; not positive on an axis where the kernel does not fit.
  public func output(for input: Extent3) -> Extent3 {
    func length(_ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
      let room = input + 2 * padding - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }
    return Extent3(
      length(input.t, kernel.t, stride.t, padding.t, dilation.t),
      length(input.h, kernel.h, stride.h, padding.h, dilation.h),
      length(input.w, kernel.w, stride.w, padding.w, dilation.w))
  }

  /// Multiply-adds for a batch of inputs of this extent.
  public func macs(batch: Int, input: Extent3) -> Int {
    batch * output(for: input).count * outChannels * depth
  }

  /// Whether an output position sees exactly the input position of the same place.
  public var isPointwise: Bool { kernel == .one && stride == .one && padding == .zero }

  /// Whether frame t of the output depends on frame t of the input alone.
  public var keepsFramesApart: Bool { kernel.t == 1 && stride.t == 1 && padding.t == 0 }

  public var description: String {
    var text = "\(inChannels)->\(outChannels) \(kernel)"
    if stride != .one { text += " stride \(stride)" }
    if padding != .zero { text += " pad \(padding)" }
    if dilation != .one { text += " dilation \(dilation)" }
    if groups != 1 { text += " groups \(groups)" }
    return text
  }
}
