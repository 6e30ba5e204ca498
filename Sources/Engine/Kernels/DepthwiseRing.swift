internal import MicroKernels
internal import Tensors

/// The lines of a depthwise convolution's input that a thread keeps, split by registers of channels: of as many frames
/// as the kernel is long those that a band of the output's rows sees.
struct DepthwiseRing {
  private let shape: ConvolutionShape
  /// Of the whole input.
  private let input: Extent3
  private let lanes: Int
  private let split: @Sendable (DepthwiseLine) -> Void
  /// Rows of the output in a band.
  let rows: Int
  /// Rows of a band that are computed together: one register of what they see fits the first-level cache with what it
  /// makes.
  let rowsTogether: Int
  /// Columns of a split line: the padding before, what is seen of the input, and as much after it as whole tiles read.
  let columns: Int
  /// Those of the input that are seen.
  private let filled: Int
  /// Frames that are kept, lines of each, and floats of a line.
  private let frames: Int
  private let lines: Int
  private let line: Int
  /// Lines of the kernel.
  let taps: Int
  /// Where the parts of a thread's memory begin, and how much there is of it.
  private let linesAt: Int
  private let weightsAt: Int
  private let outputsAt: Int
  private let heldAt: Int
  private let sumsAt: Int
  let floats: Int

  /// A thread's memory.
  struct Memory {
    let ring: UnsafeMutablePointer<Float>
    /// [rows of the band][taps]
    let lines: UnsafeMutablePointer<UnsafePointer<Float>>
    let weights: UnsafeMutablePointer<UnsafePointer<Float>>
    let outputs: UnsafeMutablePointer<DepthwiseOutput>
    /// Which frame stands in each place; -1 is none.
    let held: UnsafeMutablePointer<Int>
    let sums: UnsafeMutablePointer<Float>
  }

  /// What the frames in the ring are of.
  struct Held {
    var batchIndex = -1
    var row = -1
  }

  /// - Parameters:
  ///   - input: The extent of the input.
  ///   - output: The extent of the output.
  ///   - bands: How a source wants the rows cut.
  init(
    _ shape: ConvolutionShape, _ input: Extent3, _ output: Extent3, _ bands: DepthwiseBands, lanes: Int,
    _ split: @escaping @Sendable (DepthwiseLine) -> Void
  ) {
    self.shape = shape
    self.input = input
    self.lanes = lanes
    self.split = split
    let tiled = (output.w + depthwiseColumns - 1) / depthwiseColumns * depthwiseColumns
    let columns = (tiled - 1) * shape.stride.w + (shape.kernel.w - 1) * shape.dilation.w + 1
    let line = (shape.outChannels + lanes - 1) / lanes * columns * lanes
    let frames = (shape.kernel.t - 1) * shape.dilation.t + 1
    func linesOf(_ rows: Int) -> Int { (rows - 1) * shape.stride.h + (shape.kernel.h - 1) * shape.dilation.h + 1 }
    func fitsFirst(_ rows: Int) -> Bool { frames * linesOf(rows) * columns * lanes <= 7168 }
    func fits(_ rows: Int) -> Bool { frames * linesOf(rows) * line <= bands.ringFloats }
    var together = 1
    while together < min(8, output.h), fitsFirst(together + 1), fits(together + 1) { together += 1 }
    var rows = together
    while rows < min(bands.mostRows, output.h), fits(rows + 1) { rows += 1 }
    rowsTogether = together
    self.rows = rows
    self.columns = columns
    self.line = line
    self.frames = frames
    filled = max(0, min(input.w, columns - shape.padding.w))
    lines = linesOf(rows)
    taps = shape.kernel.t * shape.kernel.h
    var layout = ScratchLayout()
    _ = layout.add(frames * lines * line)
    // An address or an Int takes the room of two floats.
    linesAt = layout.add(2 * rows * taps)
    weightsAt = layout.add(2 * rows * taps)
    outputsAt = layout.add(rows * MemoryLayout<DepthwiseOutput>.stride / 4)
    heldAt = layout.add(2 * frames)
    sumsAt = layout.add(depthwiseColumns * lanes)
    floats = layout.count
  }

  /// Cuts a thread's memory, and writes what surrounds the filled columns: the padding stays while the ring turns.
  func prepare(_ floats: UnsafeMutablePointer<Float>) -> Memory {
    let before = min(shape.padding.w, columns) * lanes
    let after = min(shape.padding.w + filled, columns) * lanes
    for start in stride(from: 0, to: frames * lines * line, by: columns * lanes) {
      (floats + start).update(repeating: 0, count: before)
      (floats + start + after).update(repeating: 0, count: columns * lanes - after)
    }
    func part<Element>(_ offset: Int, _ count: Int, _ type: Element.Type) -> UnsafeMutablePointer<Element> {
      UnsafeMutableRawPointer(floats + offset).bindMemory(to: type, capacity: count)
    }
    return Memory(
      ring: floats, lines: part(linesAt, rows * taps, UnsafePointer<Float>.self),
      weights: part(weightsAt, rows * taps, UnsafePointer<Float>.self),
      outputs: part(outputsAt, rows, DepthwiseOutput.self), held: part(heldAt, frames, Int.self),
      sums: floats + sumsAt)
  }

  /// Where a line of a frame lies in the ring.
  ///
  /// - Parameter line: Counted from the first line that the band sees.
  func line(_ frame: Int, _ line: Int, _ memory: Memory) -> UnsafeMutablePointer<Float> {
    memory.ring + (frame % frames * lines + line) * self.line
  }

  /// Sees to it that the lines are there which a band sees in one frame of the output.
  ///
  /// - Parameters:
  ///   - rows: The band.
  ///   - write: Is asked to write rows of a frame of the input, by `write` for each of them; the ring keeps them from
  ///     line `number` on.
  /// - Returns: The taps in time that lie inside the input.
  func fill(
    batchIndex n: Int, t: Int, rows: Range<Int>, _ memory: Memory, _ held: inout Held,
    _ write: (_ frame: Int, _ rows: Range<Int>, _ number: Int) -> Void
  ) -> Range<Int> {
    if n != held.batchIndex || rows.lowerBound != held.row {
      memory.held.update(repeating: -1, count: frames)
      held = Held(batchIndex: n, row: rows.lowerBound)
    }
    let first = t * shape.stride.t - shape.padding.t
    let step = shape.dilation.t
    let inside = (0..<shape.kernel.t).filter { (0..<input.t).contains(first + $0 * step) }
    guard let low = inside.first, let high = inside.last else { return 0..<0 }
    let top = rows.lowerBound * shape.stride.h - shape.padding.h
    let seen = (rows.count - 1) * shape.stride.h + (shape.kernel.h - 1) * shape.dilation.h + 1
    let lines = max(0, top)..<max(0, top, min(input.h, top + seen))
    for kt in low...high {
      let frame = first + kt * step
      if memory.held[frame % frames] == frame { continue }
      memory.held[frame % frames] = frame
      if !lines.isEmpty { write(frame, lines, lines.lowerBound - top) }
    }
    return low..<high + 1
  }

  /// Splits a line into the ring.
  ///
  /// - Parameters:
  ///   - number: Counted from the first line that the band sees.
  ///   - columns: Where the line's first column lies.
  ///   - pitch: From a column to the next one, in floats.
  ///   - epilogue: What is applied on the way; the padding stays as it is.
  func write(
    _ frame: Int, _ number: Int, from columns: UnsafePointer<Float>, pitch: Int, _ epilogue: Epilogue, _ memory: Memory
  ) {
    split(
      DepthwiseLine(
        input: columns, inputPitch: pitch, columns: filled, channels: shape.outChannels,
        output: line(frame, number, memory) + shape.padding.w * lanes, registerStep: self.columns * lanes,
        epilogue: epilogue.code))
  }
}

/// How the rows of a depthwise convolution's output are cut into bands, each of which goes through the frames.
struct DepthwiseBands {
  /// Rows of a band at most.
  let mostRows: Int
  /// Floats that the lines take at most which a band sees, where one row does not see more.
  let ringFloats: Int
}
