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

  /// Writes neighbouring lines of a frame into a ring, from line `number` on.
  ///
  /// - Parameter scratch: Memory of the thread's, and where in it the part of the source's begins.
  func fill(
    _ frame: Int, _ rows: Range<Int>, batchIndex: Int, _ ring: DepthwiseRing, _ number: Int,
    _ memory: DepthwiseRing.Memory, _ scratch: (storage: Storage, offset: Int))
}

/// The lines of a map.
struct MapLines: DepthwiseSource {
  let map: FeatureMap

  var batch: Int { map.batch }
  var extent: Extent3 { map.extent }
  var scratchFloats: Int { 0 }

  /// All that a band sees fits the second-level cache: 288 KB.
  func bands(_ output: Extent3, threads: Int) -> DepthwiseBands { DepthwiseBands(mostRows: 8, ringFloats: 73_728) }

  func pieces(bands: Int, frames: Int, threads: Int) -> Int { min(bands * frames, threads * 8) }

  func fill(
    _ frame: Int, _ rows: Range<Int>, batchIndex n: Int, _ ring: DepthwiseRing, _ number: Int,
    _ memory: DepthwiseRing.Memory, _ scratch: (storage: Storage, offset: Int)
  ) {
    for row in rows {
      let position = ((n * extent.t + frame) * extent.h + row) * extent.w
      ring.write(
        frame, number + row - rows.lowerBound, from: map.start + position * map.pitch, pitch: map.pitch, memory)
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
  let epilogue: Epilogue

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
    _ frame: Int, _ rows: Range<Int>, batchIndex n: Int, _ ring: DepthwiseRing, _ number: Int,
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
          frame, number + row - rows.lowerBound, from: made.start + (row - start) * extent.w * pitch, pitch: pitch,
          memory)
      }
    }
  }
}
