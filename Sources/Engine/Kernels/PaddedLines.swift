internal import MicroKernels
internal import Parallel
internal import Tensors

/// A convolution's products line by line, over lines of the input that are written out with their padding: what the positions of
/// an output line see of one follows evenly then, overlaps, and is read as it lies.
///
/// A piece is a band of output rows through all frames of a clip; it writes each line once (`LineRing`).
struct PaddedLines {
  /// Of the products: what a step along time computes together are outputs of it.
  let shape: ConvolutionShape
  /// Floats from what a position sees of a line to what the next one sees; with several copies, the next one of the same copy.
  let step: Int
  /// How often a line is written, one position's worth later each time, where that is no whole number of floats: the positions
  /// take turns.
  var copies = 1
  /// Floats that a position sees of a line: a tap of the products.
  let tap: Int
  /// What a float of the padding holds.
  var padding: Float = 0
  /// Floats of memory that a piece wants besides.
  var room = 0

  /// A band's memory, and where its lines are.
  struct Band {
    let item: Int
    let rows: Range<Int>
    /// As many floats as were wanted besides.
    let room: UnsafeMutablePointer<Float>
    /// The table of a line's addresses.
    fileprivate let table: UnsafeMutablePointer<UnsafePointer<Float>>
    /// Where in a line what the positions see begins; of the last one again after it, up to a whole tile.
    fileprivate let offsets: UnsafeMutablePointer<Int>
    fileprivate let ring: LineRing
    fileprivate let lines: PaddedLines
    fileprivate let width: Int
    fileprivate let writesTable: Bool

    /// The taps of a row of the output: addresses of what its positions see of every line.
    ///
    /// - Parameters:
    ///   - step: Along time.
    ///   - frames: The kernel's frames that are seen; nil for all of them.
    ///   - block: Gets the addresses.
    func fill(_ block: inout GEMMBlock, step: Int, h: Int, frames: Range<Int>? = nil) {
      let all = lines.shape.kernel.t * lines.shape.kernel.h
      let taps = (frames?.count ?? lines.shape.kernel.t) * lines.shape.kernel.h
      let tiles = (width + tilePositions - 1) / tilePositions
      let ends = table + tiles * tilePositions * all
      ring.fill(ends, t: step, h: h)
      let starts = ends + (frames?.lowerBound ?? 0) * lines.shape.kernel.h
      block.taps = taps
      if writesTable {
        var target = table
        for tile in 0..<tiles {
          for tap in 0..<taps {
            for i in 0..<tilePositions {
              target[i] = starts[tap] + offsets[tile * tilePositions + i]
            }
            target += tilePositions
          }
        }
      }
      guard lines.copies == 1 else { return }
      (block.starts, block.step) = (UnsafePointer(starts), lines.step)
      block.mayReadOn = true
    }

    /// A block of as many positions as a row has; ``fill(_:step:h:)`` gives it the addresses.
    func block(bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, pitch: Int) -> GEMMBlock {
      GEMMBlock(
        rows: table, taps: lines.shape.kernel.t * lines.shape.kernel.h, channels: lines.tap, bias: bias, output: output,
        outputPitch: pitch, positions: width)
    }
  }

  /// Goes through bands, their frames and rows.
  ///
  /// - Parameters:
  ///   - output: Its frames are the steps along time.
  ///   - writesTable: Whether the kernels read a table of addresses.
  ///   - prepare: Writes line (t, h) of an item as `floats(width:)` floats, with its padding.
  ///   - compute: Computes row h of a step.
  func run(
    _ input: FeatureMap, _ output: Extent3, _ engine: Engine, writesTable: Bool,
    prepare: (_ item: Int, _ t: Int, _ h: Int, _ target: UnsafeMutablePointer<Float>) -> Void,
    compute: (_ band: Band, _ step: Int, _ h: Int) -> Void
  ) {
    let rows = max(1, min(4, output.h * input.batch / (4 * engine.pool.threads)))
    let bands = (output.h + rows - 1) / rows
    let taps = shape.kernel.t * shape.kernel.h
    let line = floats(width: output.w)
    var layout = ScratchLayout()
    let ringAt = layout.add(LineRing.floats(shape, rows: rows, line: line))
    // An address takes the room of two floats.
    let tiles = (output.w + tilePositions - 1) / tilePositions
    let tableAt = layout.add(2 * (tiles * tilePositions + 1) * taps)
    let offsetsAt = layout.add(writesTable ? 2 * tiles * tilePositions : 0)
    let roomAt = layout.add(room)
    let copy = copyFloats(width: output.w)
    withoutActuallyEscaping(prepare) { prepare in
      withoutActuallyEscaping(compute) { compute in
        engine.pool.forEach(input.batch * bands) { piece, thread in
          let memory = engine.scratch.floats(layout.count, thread: thread)
          let first = piece % bands * rows
          let own = first..<min(output.h, first + rows)
          let ring = LineRing(shape, input.extent, rows: own, line: line, padding: padding, memory: memory + ringAt)
          let table = UnsafeMutableRawPointer(memory + tableAt).bindMemory(
            to: UnsafePointer<Float>.self, capacity: (tiles * tilePositions + 1) * taps)
          let offsets = UnsafeMutableRawPointer(memory + offsetsAt).bindMemory(
            to: Int.self, capacity: tiles * tilePositions)
          if writesTable {
            for i in 0..<tiles * tilePositions { offsets[i] = offset(of: min(i, output.w - 1), copy) }
          }
          let band = Band(
            item: piece / bands, rows: own, room: memory + roomAt, table: table, offsets: offsets, ring: ring,
            lines: self,
            width: output.w, writesTable: writesTable)
          ring.forEachFrame(of: output) {
            prepare(band.item, $0, $1, $2)
          } compute: { step in
            for h in own { compute(band, step, h) }
          }
        }
      }
    }
  }

  /// Floats of a line, all copies of it.
  func floats(width: Int) -> Int { copies * copyFloats(width: width) }

  /// Floats of a copy: what its positions see, and 15 positions more, whose products are taken and not stored. On cache lines.
  func copyFloats(width: Int) -> Int { (((width + copies - 1) / copies + 14) * step + tap + 31) / 16 * 16 }

  /// Where in a line what a position sees begins.
  private func offset(of position: Int, _ copyFloats: Int) -> Int {
    copies == 1 ? position * step : position % copies * copyFloats + position / copies * step
  }
}
