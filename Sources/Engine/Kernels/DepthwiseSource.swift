internal import MicroKernels
internal import Tensors

/// What brings a depthwise convolution its input, line by line.
protocol DepthwiseSource {
  var batch: Int { get }
  /// Of the whole input.
  var extent: Extent3 { get }

  /// How the rows of an output of this extent are to be cut.
  func bands(_ output: Extent3, threads: Int) -> DepthwiseBands
  /// How many pieces the work is to be cut into, which are bands or frames of them.
  func pieces(bands: Int, frames: Int, threads: Int) -> Int

  /// The floats that `fill` takes for itself.
  var scratchFloats: Int { get }

  /// Writes neighbouring lines of a frame into a ring.
  ///
  /// - Parameters:
  ///   - place: The ring's frame, and the line of it from which on they go.
  ///   - scratch: Memory of the thread's, and where in it the part of the source's begins.
  func fill(
    _ frame: Int, _ rows: Range<Int>, batchIndex: Int, _ ring: DepthwiseRing, _ place: (frame: Int, line: Int),
    _ memory: DepthwiseRing.Memory, _ scratch: (storage: Storage, offset: Int))
}

/// A source whose lines are frames of one line each: what a kernel of one frame goes through as longer ones go through
/// frames, so that the ring holds as many lines as the kernel has and every line is split once.
struct LinesAsFrames<Source: DepthwiseSource>: DepthwiseSource {
  let source: Source

  var batch: Int { source.batch * source.extent.t }
  var extent: Extent3 { Extent3(source.extent.h, 1, source.extent.w) }
  var scratchFloats: Int { source.scratchFloats }

  func bands(_ output: Extent3, threads: Int) -> DepthwiseBands { source.bands(output, threads: threads) }

  func pieces(bands: Int, frames: Int, threads: Int) -> Int {
    source.pieces(bands: bands, frames: frames, threads: threads)
  }

  func fill(
    _ frame: Int, _ rows: Range<Int>, batchIndex n: Int, _ ring: DepthwiseRing, _ place: (frame: Int, line: Int),
    _ memory: DepthwiseRing.Memory, _ scratch: (storage: Storage, offset: Int)
  ) {
    source.fill(
      n % source.extent.t, frame..<frame + 1, batchIndex: n / source.extent.t, ring, place, memory, scratch)
  }
}

/// The lines of a map.
struct MapLines: DepthwiseSource {
  let map: FeatureMap
  /// What is applied to them.
  var epilogue = Epilogue.none

  var batch: Int { map.batch }
  var extent: Extent3 { map.extent }
  var scratchFloats: Int { 0 }

  /// All that a band sees fits the second-level cache: 288 KB.
  func bands(_ output: Extent3, threads: Int) -> DepthwiseBands { DepthwiseBands(mostRows: 8, ringFloats: 73_728) }

  func pieces(bands: Int, frames: Int, threads: Int) -> Int { min(bands * frames, threads * 8) }

  func fill(
    _ frame: Int, _ rows: Range<Int>, batchIndex n: Int, _ ring: DepthwiseRing, _ place: (frame: Int, line: Int),
    _ memory: DepthwiseRing.Memory, _ scratch: (storage: Storage, offset: Int)
  ) {
    for row in rows {
      let position = ((n * extent.t + frame) * extent.h + row) * extent.w
      ring.write(
        place.frame, place.line + row - rows.lowerBound, from: map.start + position * map.pitch, pitch: map.pitch,
        epilogue, memory)
    }
  }
}

/// Lines that another convolution makes when they are asked for. Those that two bands see it makes twice, so that bands
/// are higher, and few.
struct ConvolvedLines: DepthwiseSource {
  let convolution: Convolution
  let direct: DirectConvolution
  let input: FeatureMap
  /// Of the lines.
  let format: ElementFormat
  /// What the convolution applies to them, and what is applied as they are split.
  let epilogue: Epilogue
  let later: Epilogue

  var batch: Int { input.batch }
  var extent: Extent3 { convolution.shape.output(for: input.extent) }

  /// 1.5 MB: a share of the third-level cache, most of which one frame after the other stays in the second-level one.
  func bands(_ output: Extent3, threads: Int) -> DepthwiseBands {
    DepthwiseBands(mostRows: max(8, (output.h + 2 * threads - 1) / (2 * threads)), ringFloats: 393_216)
  }

  /// Bands are cut in time where there are too few of them, but into no fewer than four frames.
  func pieces(bands: Int, frames: Int, threads: Int) -> Int {
    bands * max(1, min(frames / 4, (2 * threads + bands - 1) / bands))
  }

  /// Positions that are computed together: they stay in the caches until they are split.
  private var block: Int { max(1, 256 / extent.w) * extent.w }
  /// With whole registers of channels.
  private var pitch: Int { direct.paddedOutputs * format.bytes / 4 }

  // An address takes the room of two floats.
  var scratchFloats: Int { 2 * direct.addresses(positions: block) + 15 + block * pitch }

  func fill(
    _ frame: Int, _ rows: Range<Int>, batchIndex n: Int, _ ring: DepthwiseRing, _ place: (frame: Int, line: Int),
    _ memory: DepthwiseRing.Memory, _ scratch: (storage: Storage, offset: Int)
  ) {
    let (extent, pitch, lines) = (extent, pitch, block / extent.w)
    let addresses = direct.addresses(positions: block)
    let table = UnsafeMutableRawPointer(scratch.storage.pointer + scratch.offset).bindMemory(
      to: UnsafePointer<Float>.self, capacity: addresses)
    let firstLine = (n * extent.t + frame) * extent.h
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: lines) {
      let end = min(rows.upperBound, start + lines)
      let made = FeatureMap(
        storage: scratch.storage, offset: (scratch.offset + 2 * addresses + 15) / 16 * 16, batch: 1,
        extent: Extent3(1, end - start, extent.w), channels: convolution.shape.outChannels, pitch: pitch,
        format: format)
      var store = ConvolutionStore(output: made, bias: convolution.bias.pointer, residual: nil, epilogue: epilogue)
      store.firstPosition = (firstLine + start) * extent.w
      store.hasRoom = true
      direct.run(lines: firstLine + start..<firstLine + end, of: input, extent, store, table)
      for row in start..<end {
        ring.write(
          place.frame, place.line + row - rows.lowerBound, from: made.start + (row - start) * extent.w * pitch,
          pitch: pitch,
          later, memory)
      }
    }
  }
}
