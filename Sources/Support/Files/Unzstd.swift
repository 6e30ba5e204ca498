internal import CZstd

/// Unpacks Zstandard: one frame, or several one after the other.
final class Unzstd {
  private let context = ZSTD_createDCtx()
  /// Whether a frame was begun and not ended.
  private var isInside = false

  deinit { ZSTD_freeDCtx(context) }

  /// Fills a buffer; less only at the end.
  func read(from input: RawInput, into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
    while output.pos < output.size {
      try input.refill()
      let source = input.available
      if source.isEmpty, !isInside { break }
      var packed = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      let before = output.pos
      let left = ZSTD_decompressStream(context, &output, &packed)
      input.use(packed.pos)
      if ZSTD_isError(left) != 0 {
        throw input.damaged(.zstd, "\(String(cString: ZSTD_getErrorName(left))) before byte \(input.position)")
      }
      isInside = left != 0
      // Without input the decoder only hands out what it still holds.
      if source.isEmpty, isInside, output.pos == before { throw input.cutShort(.zstd) }
    }
    return output.pos
  }
}
