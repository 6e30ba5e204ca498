import Kernels
import NN
import Tensors

/// A network with every operation, wide enough that the planner chooses every algorithm in float32 and, with
/// 128 channels, in bfloat16.
struct SampleNetwork {
  private(set) var network: Network
  private var salt: UInt64

  init(_ engine: Engine, seed: UInt64, width: Int = 128) {
    network = Network(engine: engine)
    salt = seed &* 1000
    let slow = network.input(channels: 3)
    let quick = network.input(channels: 3)
    var a = convolution(slow, 3, 16, Extent3(1, 3, 3), stride: Extent3(1, 2, 2))
    var b = convolution(quick, 3, 8, Extent3(3, 3, 3), stride: Extent3(1, 2, 2))
    a = network.maxPool(
      a, MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)))
    b = network.maxPool(b, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2)))
    let lateral = convolution(b, 8, 16, Extent3(3, 1, 1), stride: Extent3(2, 1, 1))
    a = network.concatenate([a, lateral])
    a = block(a, 32, inner: width, width)
    a = block(a, width, inner: width, width)
    let theta = convolution(a, width, 64, .one)
    let keys = network.maxPool(a, MaxPooling(kernel: Extent3(1, 2, 2), stride: Extent3(1, 2, 2)))
    let phi = convolution(keys, width, 64, .one)
    let g = convolution(keys, width, 64, .one)
    let attended = network.attention(.softmax, theta: theta, phi: phi, g: g)
    a = convolution(attended, 64, width, .one, adding: a)
    network.output(convolution(a, width, width, .one, epilogue: .relu))
    // Joined twice: copied, and not written in place.
    network.output(network.concatenate([b, b, convolution(b, 8, 10, .one)]))
  }

  /// Inputs [N, C, T, H, W].
  static func inputs(_ seed: UInt64) -> [Tensor] {
    [random([2, 3, 5, 20, 24], seed: seed), random([2, 3, 10, 20, 24], seed: seed &+ 1)]
  }

  /// In time, in space, pointwise, around a shortcut.
  private mutating func block(_ x: Value, _ from: Int, inner: Int, _ to: Int) -> Value {
    let shortcut = from == to ? x : convolution(x, from, to, .one)
    let y = convolution(
      convolution(x, from, inner, Extent3(3, 1, 1), epilogue: .relu), inner, inner, Extent3(1, 3, 3), epilogue: .relu)
    return convolution(y, inner, to, .one, adding: shortcut, epilogue: .relu)
  }

  private mutating func convolution(
    _ x: Value, _ from: Int, _ to: Int, _ kernel: Extent3, stride: Extent3 = .one, adding: Value? = nil,
    epilogue: Epilogue = .none
  ) -> Value {
    salt += 1
    let shape = ConvolutionShape(
      from, to, kernel: kernel, stride: stride, padding: Extent3(kernel.t / 2, kernel.h / 2, kernel.w / 2))
    // Outputs as large as inputs.
    let scale = (3 / Float(shape.depth)).squareRoot()
    let weights = Tensor(shape.weightShape, random(shape.weightShape, seed: salt).array.map { $0 * scale })
    let y = network.convolution(
      x, shape, weights: weights, bias: random([to], seed: salt &+ 500).array.map { $0 * 0.1 }, adding: adding,
      epilogue: epilogue)
    network.setName(y, "\(salt)")
    return y
  }
}

/// The outputs of a plan for other inputs.
func outputs(_ plan: NetworkPlan, _ inputs: [Tensor]) -> [[Float]] {
  fill(plan, inputs)
  plan.run()
  return plan.outputs.map { $0.float32().channelsFirst().array }
}
