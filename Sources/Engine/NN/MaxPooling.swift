public import Kernels
internal import Parallel
public import Tensors

/// A max pooling; positions outside the input never win, NaN always does, as in PyTorch.
public struct MaxPooling: Operator, Hashable {
  public var kernel: Extent3
  public var stride: Extent3
  public var padding: Extent3

  public init(kernel: Extent3, stride: Extent3, padding: Extent3 = .zero) {
    precondition(
      padding.t * 2 <= kernel.t && padding.h * 2 <= kernel.h && padding.w * 2 <= kernel.w,
      "a pool's padding is at most half its kernel")
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// The extent of the output for an input, rounded down.
  public func output(for input: Extent3) -> Extent3 {
    let one = ConvolutionShape(1, 1, kernel: kernel, stride: stride, padding: padding)
    return one.output(for: input)
  }
}

extension MaxPooling {
  public var name: String { "max pool \(kernel) stride \(stride)" }
  public var writesSlices: Bool { true }
  public var passesIntegers: Bool { true }
  public func scales(of inputs: [ChannelScales]) -> ChannelScales? { inputs[0] }
  public var keepsFramesApart: Bool { kernel.t == 1 && stride.t == 1 && padding.t == 0 }

  public func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    var shape = inputs[0]
    shape.extent = output(for: shape.extent)
    guard shape.extent.count > 0 else {
      throw .tooSmall(operation: "a max pooling \(kernel)", input: "\(inputs[0].extent)")
    }
    return shape
  }

  /// Takes the largest value of each window, channel by channel.
  ///
  /// - Parameters:
  ///   - inputs: One: N, extent, C.
  ///   - output: N, `output(for:)`, C.
  public func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let input = inputs[0]
    let rows = output.batch * output.extent.t * output.extent.h
    let isDense = input.pitch == input.floats && kernel.t * kernel.h > 1
    engine.pool.forEach(rows) { row, thread in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: kernel.count) { positions in
        if isDense {
          let room = (input.extent.w + kernel.w + padding.w) * input.floats
          runLines(row, input, into: output, engine, engine.scratch(room, thread), positions)
        } else {
          runPositions(row, input, into: output, engine, positions)
        }
      }
    }
  }

  /// One row of outputs: first the largest of the lines that it sees, column by column, then along the line.
  private func runLines(
    _ row: Int, _ input: FeatureMap, into output: FeatureMap, _ engine: Engine,
    _ line: UnsafeMutablePointer<Float>, _ positions: UnsafeMutableBufferPointer<UnsafePointer<Float>>
  ) {
    let window = PoolWindow(self, row * output.extent.w, input, output)
    let largest = engine.largest(input.format)
    var count = 0
    for t in window.t {
      for h in window.h {
        let first = ((window.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
        positions[count] = UnsafePointer(input.start + first * input.pitch)
        count += 1
      }
    }
    // Bytes of a few channels fill no register: columns are compared together, those that nobody sees as well.
    if input.format == .uint8 && input.channels < 16 {
      return runColumns(row, input, into: output, engine, line, positions, lines: count)
    }
    largest(UnsafePointer(positions.baseAddress!), count, input.extent.w * input.channels, line)
    for w in 0..<output.extent.w {
      let start = w * stride.w - padding.w
      count = 0
      for column in max(0, start)..<min(input.extent.w, start + kernel.w) {
        positions[count] = UnsafePointer(line) + column * input.floats
        count += 1
      }
      largest(
        UnsafePointer(positions.baseAddress!), count, input.channels,
        output.start + (row * output.extent.w + w) * output.pitch)
    }
  }

  /// The same of integers: the largest along the line of every column, of which the outputs are some.
  ///
  /// - Parameters:
  ///   - line: Of the row's columns with their padding.
  ///   - positions: The lines that it sees.
  private func runColumns(
    _ row: Int, _ input: FeatureMap, into output: FeatureMap, _ engine: Engine,
    _ line: UnsafeMutablePointer<Float>, _ positions: UnsafeMutableBufferPointer<UnsafePointer<Float>>, lines: Int
  ) {
    let (largest, floats) = (engine.largest(input.format), input.floats)
    let inside = line + padding.w * floats
    largest(UnsafePointer(positions.baseAddress!), lines, input.extent.w * input.channels, inside)
    // Integers of 0 are never larger than another.
    line.update(repeating: 0, count: padding.w * floats)
    (inside + input.extent.w * floats).update(repeating: 0, count: kernel.w * floats)
    for column in 0..<kernel.w { positions[column] = UnsafePointer(line) + column * floats }
    // Over itself: what is read comes after what is written.
    let columns = (output.extent.w - 1) * stride.w + 1
    largest(UnsafePointer(positions.baseAddress!), kernel.w, columns * input.channels, line)
    for w in 0..<output.extent.w {
      (output.start + (row * output.extent.w + w) * output.pitch).update(
        from: line + w * stride.w * floats, count: floats)
    }
  }

  /// One row of outputs, window by window.
  private func runPositions(
    _ row: Int, _ input: FeatureMap, into output: FeatureMap, _ engine: Engine,
    _ positions: UnsafeMutableBufferPointer<UnsafePointer<Float>>
  ) {
    let largest = engine.largest(input.format)
    for w in 0..<output.extent.w {
      let position = row * output.extent.w + w
      let window = PoolWindow(self, position, input, output)
      var count = 0
      for t in window.t {
        for h in window.h {
          let line = ((window.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
          for w in window.w {
            positions[count] = UnsafePointer(input.start + (line + w) * input.pitch)
            count += 1
          }
        }
      }
      largest(UnsafePointer(positions.baseAddress!), count, input.channels, output.start + position * output.pitch)
    }
  }

  /// The definition, channel by channel.
  public func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {
    let input = inputs[0]
    for position in 0..<output.positions {
      let window = PoolWindow(self, position, input, output)
      for c in 0..<input.channels {
        var best = -Float.infinity
        for t in window.t {
          for h in window.h {
            for w in window.w {
              let at = ((window.n * input.extent.t + t) * input.extent.h + h) * input.extent.w + w
              best = larger(best, input.value(position: at, channel: c))
            }
          }
        }
        output.set(best, position: position, channel: c)
      }
    }
  }
}

extension MaxPooling: TrainableOperator {
  public var keepsItemsApart: Bool { true }

  /// Gives every output's gradient to the first position of its window that holds the largest number, as PyTorch does; a
  /// NaN holds it.
  public func backward(_ pass: BackwardPass) {
    guard let target = pass.targets[0] else { return }
    let (input, output, gradient) = (pass.inputs[0], pass.output, pass.gradient)
    if !target.adds { target.map.clear(pass.engine) }
    // Windows overlap within an item: pieces are items, and some of their channels.
    let width = 64
    let parts = (input.channels + width - 1) / width
    pass.engine.pool.forEach(input.batch * parts) { piece in
      let (item, first) = (piece / parts, piece % parts * width)
      let channels = min(width, input.channels - first)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: channels) { memory in
        var left = memory
        for position in item * output.extent.count..<(item + 1) * output.extent.count {
          let window = PoolWindow(self, position, input, output)
          let y = output.start + position * output.pitch + first
          let g = gradient.start + position * gradient.pitch + first
          for c in 0..<channels { left[c] = g[c] }
          for t in window.t {
            for h in window.h {
              let line = ((window.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
              for w in window.w {
                let x = input.start + (line + w) * input.pitch + first
                let dx = target.map.start + (line + w) * target.map.pitch + first
                spread(&left, y, x, dx, channels)
              }
            }
          }
        }
      }
    }
  }
}

/// The first position of the window that holds the largest number.
extension MaxPooling: DecidingOperator {
  public var decides: Bool { true }

  public func choice(_ inputs: [FeatureMap], _ output: FeatureMap, position: Int, channel: Int) -> Int {
    let (input, largest) = (inputs[0], output.value(position: position, channel: channel))
    let window = PoolWindow(self, position, input, output)
    for t in window.t {
      for h in window.h {
        for w in window.w {
          let line = ((window.n * input.extent.t + t) * input.extent.h + h) * input.extent.w
          let at = line + w
          if input.value(position: at, channel: channel) == largest { return at }
        }
      }
    }
    return -1
  }

  public func distance(
    to choice: Int, _ inputs: [FeatureMap], _ output: FeatureMap, position: Int, channel: Int
  ) -> Float {
    if choice < 0 { return .infinity }
    return output.value(position: position, channel: channel) - inputs[0].value(position: choice, channel: channel)
  }
}

/// Gives what is left of a window's gradient to the positions that hold its maximum, where they do.
///
/// Four channels at a time: the compiler does not see that the rows share no number.
@inline(__always)
private func spread(
  _ left: inout UnsafeMutableBufferPointer<Float>, _ y: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
  _ dx: UnsafeMutablePointer<Float>, _ channels: Int
) {
  guard let left = left.baseAddress else { return }
  var c = 0
  while c + 4 <= channels {
    let value = UnsafeRawPointer(x + c).loadUnaligned(as: SIMD4<Float>.self)
    let takes = value .== UnsafeRawPointer(y + c).loadUnaligned(as: SIMD4<Float>.self) .| (value .!= value)
    let own = UnsafeRawPointer(left + c).loadUnaligned(as: SIMD4<Float>.self)
    let sum = UnsafeRawPointer(dx + c).loadUnaligned(as: SIMD4<Float>.self)
    let none = SIMD4<Float>.zero
    UnsafeMutableRawPointer(dx + c).storeBytes(
      of: sum + none.replacing(with: own, where: takes), as: SIMD4<Float>.self)
    UnsafeMutableRawPointer(left + c).storeBytes(of: own.replacing(with: none, where: takes), as: SIMD4<Float>.self)
    c += 4
  }
  while c < channels {
    let takes = x[c] == y[c] || x[c] != x[c]
    dx[c] += takes ? left[c] : 0
    left[c] = takes ? 0 : left[c]
    c += 1
  }
}

/// The larger of two numbers; a NaN on either side wins.
@inline(__always)
private func larger(_ kept: Float, _ new: Float) -> Float { new > kept || new != new ? new : kept }

/// The part of an output position's window that lies inside the input.
private struct PoolWindow {
  let n: Int
  let t: Range<Int>
  let h: Range<Int>
  let w: Range<Int>

  init(_ shape: MaxPooling, _ position: Int, _ input: FeatureMap, _ output: FeatureMap) {
    func inside(_ index: Int, _ stride: Int, _ padding: Int, _ kernel: Int, _ length: Int) -> Range<Int> {
      let start = index * stride - padding
      return max(0, start)..<min(length, start + kernel)
    }
    let extent = output.extent
    n = position / extent.count
    t = inside(
      position / (extent.w * extent.h) % extent.t, shape.stride.t, shape.padding.t, shape.kernel.t, input.extent.t)
    h = inside(position / extent.w % extent.h, shape.stride.h, shape.padding.h, shape.kernel.h, input.extent.h)
    w = inside(position % extent.w, shape.stride.w, shape.padding.w, shape.kernel.w, input.extent.w)
  }
}

extension Network {
  /// Adds a max pooling; padding never wins.
  public mutating func maxPool(_ x: Value, _ pooling: MaxPooling) -> Value { add(pooling, [x]) }
}
