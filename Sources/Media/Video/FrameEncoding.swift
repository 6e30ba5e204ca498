internal import CLibAV
internal import Geometry
internal import Imaging

/// Turns images into 4:2:0 frames for an encoder: BT.601, limited range, the same bits on every processor.
final class FrameEncoding {
  /// The size with even sides that is encoded.
  let coded: ImageSize
  private let source: ImageSize
  /// The image with even sides. libswscale reads whole vectors: it needs bytes after the end, and uses none of them.
  private var pixels: [UInt8]
  private var scaler: OpaquePointer?
  private var frame: UnsafeMutablePointer<AVFrame>?

  init(_ size: ImageSize, path: String) throws(VideoError) {
    source = size
    coded = ImageSize(width: size.width + size.width % 2, height: size.height + size.height % 2)
    pixels = [UInt8](repeating: 0, count: coded.width * coded.height * 3 + 64)
    frame = av_frame_alloc()
    guard let frame else { fatalError("out of memory") }
    frame.pointee.width = Int32(coded.width)
    frame.pointee.height = Int32(coded.height)
    frame.pointee.format = AV_PIX_FMT_YUV420P.rawValue
    frame.pointee.colorspace = AVCOL_SPC_SMPTE170M
    frame.pointee.color_range = AVCOL_RANGE_MPEG
    if av_frame_get_buffer(frame, 0) < 0 { fatalError("out of memory") }
  }

  deinit {
    sws_freeContext(scaler)
    av_frame_free(&frame)
  }

  /// Converts an image; nil when libswscale cannot. The frame is valid until the next call.
  func frame(of image: Image) -> UnsafeMutablePointer<AVFrame>? {
    guard let frame, av_frame_make_writable(frame) >= 0, prepare(image.order) else { return nil }
    let stride = coded.width * 3
    take(image)
    let rows = pixels.withUnsafeBufferPointer { input in
      let planes: [UnsafePointer<UInt8>?] = [input.baseAddress, nil, nil, nil]
      let output = frame.pointee.data
      let target = [output.0, output.1, output.2, nil]
      let size = frame.pointee.linesize
      return sws_scale(
        scaler, planes, [Int32(stride), 0, 0, 0], 0, Int32(coded.height), target, [size.0, size.1, size.2, 0])
    }
    return rows == Int32(coded.height) ? frame : nil
  }

  /// All images of a video have one channel order, that of the first.
  private func prepare(_ order: ChannelOrder) -> Bool {
    let format = order == .bgr ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_RGB24
    let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT
    let (width, height) = (Int32(coded.width), Int32(coded.height))
    scaler = sws_getCachedContext(
      scaler, width, height, format, width, height, AV_PIX_FMT_YUV420P, flags, nil, nil, nil)
    return scaler != nil
  }

  /// Copies the image, its last column and row twice where its sides are odd.
  private func take(_ image: Image) {
    let (width, stride) = (source.width * 3, coded.width * 3)
    for y in 0..<coded.height {
      let start = min(y, source.height - 1) * width
      let row = y * stride
      pixels.replaceSubrange(row..<(row + width), with: image.pixels[start..<(start + width)])
      if stride > width {
        pixels.replaceSubrange(
          (row + width)..<(row + stride), with: image.pixels[(start + width - 3)..<(start + width)])
      }
    }
  }
}
