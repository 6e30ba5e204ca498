internal import CLibAV
internal import Geometry
internal import Imaging

/// Turns decoded frames of any pixel format into BGR pictures: accurately rounded, chroma interpolated at full
/// resolution, the same bits on every processor.
///
/// Range and matrix are taken from the frame's tags; an untagged matrix is BT.601, an untagged range limited, as
/// libswscale and ffmpeg assume.
final class FrameConverter {
  /// What a conversion depends on.
  private struct Kind: Equatable {
    var width: Int32
    var height: Int32
    var format: Int32
    var matrix: Int32
    var isFullRange: Bool
  }
  private var kind: Kind?
  private var scaler: OpaquePointer?

  deinit { sws_freeContext(scaler) }

  /// Converts a frame; nil when libswscale cannot read its format.
  func image(of frame: AVFrame) -> Image? {
    guard prepare(frame) else { return nil }
    let (width, height) = (Int(frame.width), Int(frame.height))
    // libswscale writes whole vectors: rows need room after their end.
    let stride = (width * 3 + 127) / 64 * 64
    var padded = [UInt8](repeating: 0, count: stride * height + 64)
    let rows = padded.withUnsafeMutableBufferPointer { output in scale(frame, into: output, stride: stride) }
    if rows != height { return nil }
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { output, count in
      for y in 0..<height {
        let row = padded[(y * stride)..<(y * stride + width * 3)]
        _ = UnsafeMutableBufferPointer(rebasing: output[(y * width * 3)...]).update(fromContentsOf: row)
      }
      count = width * height * 3
    }
    return Image(size: ImageSize(width: width, height: height), order: .bgr, pixels: pixels)
  }

  private func scale(_ frame: AVFrame, into output: UnsafeMutableBufferPointer<UInt8>, stride: Int) -> Int {
    let planes = frame.data
    let planeStrides = frame.linesize
    let input: [UnsafePointer<UInt8>?] = [
      UnsafePointer(planes.0), UnsafePointer(planes.1), UnsafePointer(planes.2), UnsafePointer(planes.3),
    ]
    let inputStrides = [planeStrides.0, planeStrides.1, planeStrides.2, planeStrides.3]
    let target: [UnsafeMutablePointer<UInt8>?] = [output.baseAddress, nil, nil, nil]
    return Int(sws_scale(scaler, input, inputStrides, 0, frame.height, target, [Int32(stride), 0, 0, 0]))
  }

  /// Makes the scaler fit the frame.
  private func prepare(_ frame: AVFrame) -> Bool {
    let (format, isOldFullRange) = modernFormat(AVPixelFormat(frame.format))
    let wanted = Kind(
      width: frame.width, height: frame.height, format: format.rawValue, matrix: Int32(frame.colorspace.rawValue),
      isFullRange: isOldFullRange || frame.color_range == AVCOL_RANGE_JPEG)
    if wanted == kind { return scaler != nil }
    sws_freeContext(scaler)
    kind = wanted
    let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT
    scaler = sws_getContext(
      frame.width, frame.height, format, frame.width, frame.height, AV_PIX_FMT_BGR24, flags, nil, nil, nil)
    guard let scaler else { return false }
    // RGB sources have no matrix: the call then changes nothing.
    _ = sws_setColorspaceDetails(
      scaler, sws_getCoefficients(wanted.matrix), wanted.isFullRange ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT), 0, 0,
      1 << 16, 1 << 16)
    return true
  }

  /// The present name of a pixel format whose old name said "full range".
  private func modernFormat(_ format: AVPixelFormat) -> (AVPixelFormat, isFullRange: Bool) {
    switch format {
    case AV_PIX_FMT_YUVJ420P: (AV_PIX_FMT_YUV420P, true)
    case AV_PIX_FMT_YUVJ422P: (AV_PIX_FMT_YUV422P, true)
    case AV_PIX_FMT_YUVJ444P: (AV_PIX_FMT_YUV444P, true)
    case AV_PIX_FMT_YUVJ440P: (AV_PIX_FMT_YUV440P, true)
    case AV_PIX_FMT_YUVJ411P: (AV_PIX_FMT_YUV411P, true)
    default: (format, false)
    }
  }
}
