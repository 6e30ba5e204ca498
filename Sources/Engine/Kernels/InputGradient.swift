internal import Parallel
public import Tensors

/// The gradient of a convolution's input, as convolutions of the output's gradient: one for every phase of the strides,
/// whose input positions see the same taps.
///
/// Weights are packed when it is made; one is made for each step.
public final class InputGradient: Sendable {
  public let shape: ConvolutionShape
  private let phases: [Phase]
  /// Whether every input position belongs to the one phase there is.
  private let isWhole: Bool

  /// The input positions `phase + k stride` along each axis.
  private struct Phase: Sendable {
    let first: Extent3
    /// Along each axis: where the convolution's first tap lies relative to the input position of the same number, and how
    /// far apart its taps are.
    let axes: [Axis]
    let weights: Tensor
    let groups: Int
  }

  /// The taps that the positions of a phase see along an axis: `first + k step`, and from a position j of the phase output
  /// position `j + shift - k dilation`.
  private struct Axis: Sendable {
    let taps: [Int]
    let shift: Int
    let dilation: Int

    init?(phase: Int, kernel: Int, stride: Int, padding: Int, dilation: Int) {
      let taps = (0..<kernel).filter { (phase + padding - $0 * dilation) % stride == 0 }
      guard let first = taps.first else { return nil }
      self.taps = taps
      shift = (phase + padding - first * dilation) / stride
      self.dilation = taps.count > 1 ? (taps[1] - taps[0]) * dilation / stride : 1
    }

    /// The zeros before the output's first position that the phase's positions see; below zero, what they do not see.
    var before: Int { (taps.count - 1) * dilation - shift }
  }

  /// - Parameter weights: [out, in / groups, T, H, W], or as many numbers under another shape; copied.
  public init(_ shape: ConvolutionShape, weights: Tensor, _ engine: Engine) {
    precondition(weights.count == shape.weightShape.reduce(1, *), "weights must fit the shape")
    self.shape = shape
    var phases: [Phase] = []
    for t in 0..<shape.stride.t {
      for h in 0..<shape.stride.h {
        for w in 0..<shape.stride.w {
          let axes = [
            Axis(
              phase: t, kernel: shape.kernel.t, stride: shape.stride.t, padding: shape.padding.t,
              dilation: shape.dilation.t),
            Axis(
              phase: h, kernel: shape.kernel.h, stride: shape.stride.h, padding: shape.padding.h,
              dilation: shape.dilation.h),
            Axis(
              phase: w, kernel: shape.kernel.w, stride: shape.stride.w, padding: shape.padding.w,
              dilation: shape.dilation.w),
          ].compactMap(\.self)
          guard axes.count == 3 else { continue }
          phases.append(
            Phase(
              first: Extent3(t, h, w), axes: axes, weights: Self.weights(weights, shape, axes.map(\.taps), engine),
              groups: shape.groups))
        }
      }
    }
    self.phases = phases
    isWhole = shape.stride == .one
  }

  /// The weights of some taps, last tap first, with inputs and outputs exchanged: [in, out / groups, taps].
  private static func weights(
    _ weights: Tensor, _ shape: ConvolutionShape, _ taps: [[Int]], _ engine: Engine
  ) -> Tensor {
    let (inputs, outputs) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
    let kernel = shape.kernel
    let places = taps[0].reversed().flatMap { t in
      taps[1].reversed().flatMap { h in taps[2].reversed().map { w in (t * kernel.h + h) * kernel.w + w } }
    }
    let result = Tensor(unfilled: [shape.inChannels, outputs] + taps.map(\.count))
    nonisolated(unsafe) let (from, to) = (weights.storage.pointer, result.storage.pointer)
    // Squares, whose lines stay in the cache from one of their rows to the next.
    let side = 16
    let blocks = (inputs + side - 1) / side
    engine.pool.forEach(shape.groups * blocks) { piece in
      let (group, first) = (piece / blocks, piece % blocks * side)
      for start in stride(from: 0, to: outputs, by: side) {
        for input in first..<min(inputs, first + side) {
          for output in start..<min(outputs, start + side) {
            let source = from + ((group * outputs + output) * inputs + input) * kernel.count
            let target = to + ((group * inputs + input) * outputs + output) * places.count
            for (index, place) in places.enumerated() { target[index] = source[place] }
          }
        }
      }
    }
    return result
  }

  /// Computes the gradient of the input.
  ///
  /// - Parameters:
  ///   - gradient: Of the output, in float32.
  ///   - target: The input's: N, extent, `shape.inChannels`, in float32; shares no element with the other.
  ///   - adds: Whether the target keeps what it holds.
  public func run(_ gradient: FeatureMap, into target: FeatureMap, adds: Bool, _ engine: Engine) {
    precondition(
      target.channels == shape.inChannels && gradient.channels == shape.outChannels && target.batch == gradient.batch
        && gradient.extent == shape.output(for: target.extent) && target.format == .float32
        && gradient.format == .float32, "the maps of an input gradient must fit its shape")
    if engine.usesReferences { return reference(gradient, into: target, adds: adds) }
    if isWhole, let phase = phases.first {
      let (convolution, seen) = convolution(phase, gradient, target.extent, engine)
      return convolution.run(seen, into: target, adding: adds ? target : nil, on: engine)
    }
    if !adds && phases.count < shape.stride.count { target.clear(engine) }
    for phase in phases {
      let extent = Extent3(
        count(target.extent.t, phase.first.t, shape.stride.t), count(target.extent.h, phase.first.h, shape.stride.h),
        count(target.extent.w, phase.first.w, shape.stride.w))
      if extent.count == 0 { continue }
      let (convolution, seen) = convolution(phase, gradient, extent, engine)
      let part = FeatureMap(unfilled: target.batch, extent, channels: target.channels)
      convolution.run(seen, into: part, on: engine)
      scatter(part, phase.first, into: target, adds: adds, engine)
    }
  }

  private func count(_ length: Int, _ first: Int, _ stride: Int) -> Int {
    max(0, (length - first + stride - 1) / stride)
  }

  /// The convolution of a phase, and what it reads: the gradient, or the part of it that the phase sees.
  private func convolution(
    _ phase: Phase, _ gradient: FeatureMap, _ extent: Extent3, _ engine: Engine
  ) -> (Convolution, FeatureMap) {
    func axis(_ index: Int, _ length: Int, _ outputs: Int) -> (kept: Range<Int>, before: Int, after: Int) {
      let axis = phase.axes[index]
      let before = axis.before
      let after = length + axis.dilation * (axis.taps.count - 1) - before - outputs
      let kept = max(0, -before)..<max(max(0, -before), outputs + min(0, after))
      return (kept, max(0, before), max(0, after))
    }
    let t = axis(0, extent.t, gradient.extent.t)
    let h = axis(1, extent.h, gradient.extent.h)
    let w = axis(2, extent.w, gradient.extent.w)
    let own = ConvolutionShape(
      shape.outChannels, shape.inChannels,
      kernel: Extent3(phase.axes[0].taps.count, phase.axes[1].taps.count, phase.axes[2].taps.count),
      padding: Extent3(t.before, h.before, w.before), paddingAfter: Extent3(t.after, h.after, w.after),
      dilation: Extent3(phase.axes[0].dilation, phase.axes[1].dilation, phase.axes[2].dilation), groups: phase.groups)
    let convolution = Convolution(
      own, weights: phase.weights, bias: [Float](repeating: 0, count: shape.inChannels), engine: engine)
    let all = gradient.extent
    let isWhole = t.kept == 0..<all.t && h.kept == 0..<all.h && w.kept == 0..<all.w
    return (convolution, isWhole ? gradient : gradient.cropped(t.kept, h.kept, w.kept))
  }

  /// Puts a phase's positions in their places.
  private func scatter(_ part: FeatureMap, _ first: Extent3, into target: FeatureMap, adds: Bool, _ engine: Engine) {
    let extent = part.extent
    engine.pool.forEach(part.batch * extent.t * extent.h) { line in
      let (item, t, h) = (line / (extent.h * extent.t), line / extent.h % extent.t, line % extent.h)
      let row = (item * target.extent.t + first.t + t * shape.stride.t) * target.extent.h + first.h + h * shape.stride.h
      for w in 0..<extent.w {
        let from = part.start + (line * extent.w + w) * part.pitch
        let to = target.start + (row * target.extent.w + first.w + w * shape.stride.w) * target.pitch
        if adds {
          for c in 0..<part.channels { to[c] += from[c] }
        } else {
          to.update(from: from, count: part.channels)
        }
      }
    }
  }

  /// The definition, in Double.
  public func reference(_ gradient: FeatureMap, into target: FeatureMap, adds: Bool) {
    // What stands in the phases are the weights once each: they are found again by tap.
    let (inputs, outputs) = (shape.inChannels / shape.groups, shape.outChannels / shape.groups)
    var sums = [Double](repeating: 0, count: target.positions * target.channels)
    for position in 0..<gradient.positions {
      let place = ConvolutionPlace(position, gradient.extent, shape)
      for tap in 0..<shape.kernel.count {
        guard let seen = place.seen(by: tap, shape, target.extent) else { continue }
        for output in 0..<shape.outChannels {
          let factor = Double(gradient.value(position: position, channel: output))
          for channel in 0..<inputs {
            let input = output / outputs * inputs + channel
            sums[seen * target.channels + input] += factor * Double(weight(output % outputs, input, tap))
          }
        }
      }
    }
    for position in 0..<target.positions {
      for c in 0..<target.channels {
        let own = adds ? target.value(position: position, channel: c) : 0
        target.set(own + Float(sums[position * target.channels + c]), position: position, channel: c)
      }
    }
  }

  /// The weight of a tap between an input channel and an output channel of its group.
  private func weight(_ output: Int, _ input: Int, _ tap: Int) -> Float {
    let kernel = shape.kernel
    let places = [tap / (kernel.h * kernel.w), tap / kernel.w % kernel.h, tap % kernel.w]
    for phase in phases {
      let found = zip(phase.axes, places).map { $0.taps.firstIndex(of: $1) }
      guard let t = found[0], let h = found[1], let w = found[2] else { continue }
      let counts = phase.axes.map(\.taps.count)
      let index = ((counts[0] - 1 - t) * counts[1] + counts[1] - 1 - h) * counts[2] + counts[2] - 1 - w
      let outputs = shape.outChannels / shape.groups
      return phase.weights.values[(input * outputs + output) * counts.reduce(1, *) + index]
    }
    return 0
  }
}

extension FeatureMap {
  /// Fills it with zeros.
  public func clear(_ engine: Engine) {
    let line = extent.w
    engine.pool.forEach(batch * extent.t * extent.h) { index in
      for position in index * line..<(index + 1) * line {
        (start + position * pitch).update(repeating: 0, count: floats)
      }
    }
  }

  /// A copy of a part, of every item.
  func cropped(_ t: Range<Int>, _ h: Range<Int>, _ w: Range<Int>) -> FeatureMap {
    let result = FeatureMap(unfilled: batch, Extent3(t.count, h.count, w.count), channels: channels)
    var to = result.start
    for n in 0..<batch {
      for t in t {
        for h in h {
          for w in w {
            to.update(
              from: start + (((n * extent.t + t) * extent.h + h) * extent.w + w) * pitch, count: channels)
            to += channels
          }
        }
      }
    }
    return result
  }
}
