internal import CLibAV
internal import Geometry
internal import Imaging

/// How pixels of luma and chroma become colours.
public enum ColourConversion: Sendable {
  /// Rounded accurately, chroma interpolated at full resolution: the same bits on every processor.
  case accurate
  /// As libswscale does it where nothing is asked of it, and PyAV with it: a pixel of chroma for four of luma.
  case plain
}

/// Turns decoded frames of any pixel format into BGR images.
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
  private let conversion: ColourConversion
  private var kind: Kind?
  private var scaler: OpaquePointer?
  /// Whether the scaler makes a plane of each channel: libswscale does that in vectors, and pixels of three bytes one by
  /// one, to the same numbers.
  private var makesPlanes = false
  /// What the scaler writes, kept from frame to frame.
  private var buffer: [UInt8] = []

  init(_ conversion: ColourConversion = .accurate) { self.conversion = conversion }

  deinit { sws_freeContext(scaler) }

  /// Converts a frame and turns it upright; nil when libswscale cannot read its format.
  func image(of frame: AVFrame, _ orientation: Orientation) -> Image? {
    guard prepare(frame) else { return nil }
    let size = ImageSize(width: Int(frame.width), height: Int(frame.height))
    // libswscale writes whole vectors: rows need room after their end.
    let stride = ((makesPlanes ? size.width : size.width * 3) + 127) / 64 * 64
    let plane = stride * size.height + 64
    let count = makesPlanes ? 3 * plane : plane
    if buffer.count != count { buffer = [UInt8](repeating: 0, count: count) }
    return buffer.withUnsafeMutableBufferPointer { buffer -> Image? in
      guard let start = buffer.baseAddress else { return nil }
      let targets = makesPlanes ? [start, start + plane, start + 2 * plane, nil] : [start, nil, nil, nil]
      guard scale(frame, into: targets, stride: Int32(stride)) == size.height else { return nil }
      if makesPlanes {
        return Image(
          blue: start + plane, green: start, red: start + 2 * plane, stride: stride, size: size,
          orientation: orientation)
      }
      let pixels = [UInt8](unsafeUninitializedCapacity: size.width * size.height * 3) { output, count in
        count = size.width * size.height * 3
        guard let to = output.baseAddress else { return }
        for y in 0..<size.height {
          (to + y * size.width * 3).initialize(from: start + y * stride, count: size.width * 3)
        }
      }
      return Image(size: size, order: .bgr, pixels: pixels).applying(orientation)
    }
  }

  private func scale(_ frame: AVFrame, into targets: [UnsafeMutablePointer<UInt8>?], stride: Int32) -> Int {
    let planes = frame.data
    let planeStrides = frame.linesize
    let input: [UnsafePointer<UInt8>?] = [
      UnsafePointer(planes.0), UnsafePointer(planes.1), UnsafePointer(planes.2), UnsafePointer(planes.3),
    ]
    let inputStrides = [planeStrides.0, planeStrides.1, planeStrides.2, planeStrides.3]
    return Int(sws_scale(scaler, input, inputStrides, 0, frame.height, targets, [stride, stride, stride, 0]))
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
    let isPlain = conversion == .plain
    let flags = isPlain ? SWS_BILINEAR : SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT
    makesPlanes = !isPlain && hasChroma(format)
    let target = makesPlanes ? AV_PIX_FMT_GBRP : AV_PIX_FMT_BGR24
    scaler = sws_getContext(
      frame.width, frame.height, format, frame.width, frame.height, target, flags, nil, nil, nil)
    guard let scaler else { return false }
    // RGB sources have no matrix: the call then changes nothing.
    _ = sws_setColorspaceDetails(
      scaler, sws_getCoefficients(wanted.matrix), wanted.isFullRange ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT), 0, 0,
      1 << 16, 1 << 16)
    return true
  }
}

/// Whether a format has luma and chroma: of those alone libswscale makes planes and pixels of the same numbers.
func hasChroma(_ format: AVPixelFormat) -> Bool {
  guard let described = av_pix_fmt_desc_get(format)?.pointee else { return false }
  let others = UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BAYER)
  return described.nb_components >= 3 && described.flags & others == 0
}

/// The present name of a pixel format whose old name said "full range".
func modernFormat(_ format: AVPixelFormat) -> (AVPixelFormat, isFullRange: Bool) {
  switch format {
  case AV_PIX_FMT_YUVJ420P: (AV_PIX_FMT_YUV420P, true)
  case AV_PIX_FMT_YUVJ422P: (AV_PIX_FMT_YUV422P, true)
  case AV_PIX_FMT_YUVJ444P: (AV_PIX_FMT_YUV444P, true)
  case AV_PIX_FMT_YUVJ440P: (AV_PIX_FMT_YUV440P, true)
  case AV_PIX_FMT_YUVJ411P: (AV_PIX_FMT_YUV411P, true)
  default: (format, false)
  }
}
