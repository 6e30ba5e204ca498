internal import Tensors

/// The lines of an input that a band of output rows sees, each prepared once: a ring in a thread's memory keeps those of as
/// many frames as the kernel spans.
struct LineRing {
  private let shape: ConvolutionShape
  /// Of the input.
  private let extent: Extent3
  private let rows: Range<Int>
  /// Floats of a prepared line.
  private let line: Int
  private let memory: UnsafeMutablePointer<Float>
  /// A line of it.
  private let padding: UnsafeMutablePointer<Float>

  /// The frames, and the lines of each, that the ring keeps.
  private static func size(_ shape: ConvolutionShape, rows: Int) -> (frames: Int, lines: Int) {
    (
      shape.dilation.t * (shape.kernel.t - 1) + 1,
      (rows - 1) * shape.stride.h + shape.dilation.h * (shape.kernel.h - 1) + 1
    )
  }

  /// The floats that a ring for that many rows takes, a line of padding among them.
  static func floats(_ shape: ConvolutionShape, rows: Int, line: Int) -> Int {
    let size = size(shape, rows: rows)
    return (size.frames * size.lines + 1) * line
  }

  /// - Parameters:
  ///   - extent: Of the input.
  ///   - rows: Of the output.
  ///   - line: Floats of a prepared line.
  ///   - padding: What a float of the padding holds.
  ///   - memory: `floats(_:rows:line:)` of them for as many rows or more.
  init(
    _ shape: ConvolutionShape, _ extent: Extent3, rows: Range<Int>, line: Int, padding: Float,
    memory: UnsafeMutablePointer<Float>
  ) {
    (self.shape, self.extent, self.rows, self.line) = (shape, extent, rows, line)
    self.padding = memory
    self.memory = memory + line
    self.padding.update(repeating: padding, count: line)
  }

  /// The input line that the first line of every frame holds; it may lie in the padding.
  private var firstLine: Int { rows.lowerBound * shape.stride.h - shape.padding.h }

  private func address(_ frame: Int, _ number: Int) -> UnsafeMutablePointer<Float> {
    let size = Self.size(shape, rows: rows.count)
    return memory + (frame % size.frames * size.lines + number) * line
  }

  /// Goes through the frames of the output, those of the input before it.
  ///
  /// - Parameters:
  ///   - prepare: Writes line (t, h) of the input as the band reads it.
  ///   - compute: Is given a frame of the output, all of whose lines are there.
  func forEachFrame(
    of output: Extent3, prepare: (_ t: Int, _ h: Int, _ target: UnsafeMutablePointer<Float>) -> Void,
    compute: (_ t: Int) -> Void
  ) {
    var prepared = 0
    for t in 0..<output.t {
      let last = t * shape.stride.t - shape.padding.t + (shape.kernel.t - 1) * shape.dilation.t
      while prepared <= min(last, extent.t - 1) {
        for number in 0..<Self.size(shape, rows: rows.count).lines {
          let h = firstLine + number
          if h >= 0 && h < extent.h { prepare(prepared, h, address(prepared, number)) }
        }
        prepared += 1
      }
      compute(t)
    }
  }

  /// Says where the lines lie that row (t, h) of the output sees: [kernel's frames x its rows]; or the line of padding.
  func fill(_ table: UnsafeMutablePointer<UnsafePointer<Float>>, t: Int, h: Int) {
    for kt in 0..<shape.kernel.t {
      let frame = t * shape.stride.t - shape.padding.t + kt * shape.dilation.t
      for kh in 0..<shape.kernel.h {
        let number = (h - rows.lowerBound) * shape.stride.h + kh * shape.dilation.h
        let isInside = frame >= 0 && frame < extent.t && firstLine + number >= 0 && firstLine + number < extent.h
        table[kt * shape.kernel.h + kh] = UnsafePointer(isInside ? address(frame, number) : padding)
      }
    }
  }
}
