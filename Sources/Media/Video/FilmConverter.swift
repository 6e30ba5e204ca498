internal import CLibAV
internal import Geometry
internal import Imaging

/// A frame of a video before it becomes a picture of a film.
enum FilmFrame {
  /// As its decoder gave it, and how it is turned upright.
  case decoded(DecodedFrame, Orientation)
  case image(Image)

  /// What its colours are, for the film's head.
  var colours: FilmColours {
    if case .decoded(let frame, _) = self, hasChroma(AVPixelFormat(frame.pointer.pointee.format)) {
      return FilmColours(frame.pointer.pointee)
    }
    return FilmColours()
  }
}

/// A reference to a decoded frame's pixels.
final class DecodedFrame {
  let pointer: UnsafeMutablePointer<AVFrame>

  init(_ frame: UnsafeMutablePointer<AVFrame>) {
    guard let kept = av_frame_clone(frame) else { fatalError("out of memory") }
    pointer = kept
  }

  deinit {
    var frame: UnsafeMutablePointer<AVFrame>? = pointer
    av_frame_free(&frame)
  }
}

/// How the head of a film describes its colours: as the video's does, whose pixels it has.
struct FilmColours {
  var matrix = AVCOL_SPC_SMPTE170M
  var primaries = AVCOL_PRI_SMPTE170M
  var transfer = AVCOL_TRC_SMPTE170M

  /// BT.601.
  init() {}

  init(_ frame: AVFrame) {
    (matrix, primaries, transfer) = (frame.colorspace, frame.color_primaries, frame.color_trc)
  }
}

/// Makes pictures of a film of frames: one converter a thread.
final class FilmConverter {
  private let layout: FilmLayout
  private let pool: PicturePool
  private var scaler: OpaquePointer?
  private var kind: Kind?

  /// A frame before it is turned upright; its size depends on the turn.
  private var lying: (size: ImageSize, frame: UnsafeMutablePointer<AVFrame>)?

  init(_ layout: FilmLayout, _ pool: PicturePool) { (self.layout, self.pool) = (layout, pool) }

  deinit {
    sws_freeContext(scaler)
    forgetLying()
  }

  private func forgetLying() {
    var frame = lying?.frame
    av_frame_free(&frame)
    lying = nil
  }

  private func lyingFrame(_ size: ImageSize) -> UnsafeMutablePointer<AVFrame> {
    if let lying, lying.size == size { return lying.frame }
    forgetLying()
    let frame = newPicture(size)
    lying = (size, frame)
    return frame
  }

  /// The frame in the upper left corner of a black picture; nil where libswscale cannot read its format.
  func picture(of frame: FilmFrame) -> FilmPicture? {
    let picture = pool.take()
    switch frame {
    case .image(let image):
      if !convert(image, into: picture.frame) { return nil }
    case .decoded(let frame, .upright):
      if !convert(frame.pointer.pointee, into: picture.frame, layout.frame) { return nil }
    case .decoded(let frame, let orientation):
      // Turning a frame back gives its stored shape.
      let shown = layout.frame
      let stored = orientation.swapsAxes ? ImageSize(width: shown.height, height: shown.width) : shown
      let lying = lyingFrame(stored)
      if !convert(frame.pointer.pointee, into: lying, stored) { return nil }
      turn(lying.pointee, stored, orientation, into: picture)
    }
    picture.evenOut(layout.frame)
    picture.blacken(from: layout.frame.height)
    return picture
  }

  private func turn(_ frame: AVFrame, _ size: ImageSize, _ orientation: Orientation, into picture: FilmPicture) {
    let half = ImageSize(width: (size.width + 1) / 2, height: (size.height + 1) / 2)
    let (from, to) = (frame, picture.frame.pointee)
    orientation.turn(
      from.data.0!, stride: Int(from.linesize.0), size: size, into: to.data.0!, stride: Int(to.linesize.0))
    orientation.turn(
      from.data.1!, stride: Int(from.linesize.1), size: half, into: to.data.1!, stride: Int(to.linesize.1))
    orientation.turn(
      from.data.2!, stride: Int(from.linesize.2), size: half, into: to.data.2!, stride: Int(to.linesize.2))
  }

  private func convert(_ image: Image, into target: UnsafeMutablePointer<AVFrame>) -> Bool {
    let format = image.order == .bgr ? AV_PIX_FMT_BGR24 : AV_PIX_FMT_RGB24
    guard prepare(Kind(own: image.size, format: format.rawValue, size: layout.frame)) else { return false }
    // libswscale reads whole vectors beyond the end, and uses nothing of them.
    var pixels = image.pixels
    pixels.append(contentsOf: repeatElement(0, count: 64))
    return pixels.withUnsafeBufferPointer { input in
      scale([input.baseAddress, nil, nil, nil], [Int32(image.width * 3), 0, 0, 0], image.height, into: target)
    }
  }

  private func convert(_ frame: AVFrame, into target: UnsafeMutablePointer<AVFrame>, _ size: ImageSize) -> Bool {
    let own = ImageSize(width: Int(frame.width), height: Int(frame.height))
    if frame.format == AV_PIX_FMT_YUV420P.rawValue, own == size, frame.color_range != AVCOL_RANGE_JPEG {
      copy(frame, into: target.pointee, size)
      return true
    }
    let (format, isOldFullRange) = modernFormat(AVPixelFormat(frame.format))
    let isFullRange = isOldFullRange || frame.color_range == AVCOL_RANGE_JPEG
    let matrix = hasChroma(format) ? Int32(frame.colorspace.rawValue) : SWS_CS_DEFAULT
    let kind = Kind(own: own, format: format.rawValue, size: size, matrix: matrix, isFullRange: isFullRange)
    guard prepare(kind) else { return false }
    let planes = frame.data
    let strides = frame.linesize
    return scale(
      [UnsafePointer(planes.0), UnsafePointer(planes.1), UnsafePointer(planes.2), UnsafePointer(planes.3)],
      [strides.0, strides.1, strides.2, strides.3], own.height, into: target)
  }

  private func copy(_ frame: AVFrame, into target: AVFrame, _ size: ImageSize) {
    func copy(
      _ from: UnsafeMutablePointer<UInt8>?, _ fromStride: Int32, _ to: UnsafeMutablePointer<UInt8>?, _ toStride: Int32,
      _ width: Int, _ height: Int
    ) {
      guard let from, let to else { return }
      for row in 0..<height { (to + row * Int(toStride)).update(from: from + row * Int(fromStride), count: width) }
    }
    let (width, height) = ((size.width + 1) / 2, (size.height + 1) / 2)
    copy(frame.data.0, frame.linesize.0, target.data.0, target.linesize.0, size.width, size.height)
    copy(frame.data.1, frame.linesize.1, target.data.1, target.linesize.1, width, height)
    copy(frame.data.2, frame.linesize.2, target.data.2, target.linesize.2, width, height)
  }

  /// What a scaler is made for.
  private struct Kind: Equatable {
    let own: ImageSize
    let format: Int32
    let size: ImageSize
    /// Of luma and chroma, which stays; an image gets BT.601.
    var matrix = SWS_CS_DEFAULT
    var isFullRange = false
  }

  /// Makes the scaler fit.
  private func prepare(_ wanted: Kind) -> Bool {
    if wanted == kind { return scaler != nil }
    kind = wanted
    sws_freeContext(scaler)
    scaler = sws_alloc_context()
    guard let scaler else { fatalError("out of memory") }
    let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT
    // Ranges count before it is made: where nothing else differs it would copy.
    let options: [(String, Int)] = [
      ("srcw", wanted.own.width), ("srch", wanted.own.height), ("src_format", Int(wanted.format)),
      ("dstw", wanted.size.width), ("dsth", wanted.size.height), ("dst_format", Int(AV_PIX_FMT_YUV420P.rawValue)),
      ("sws_flags", Int(flags)), ("src_range", wanted.isFullRange ? 1 : 0), ("dst_range", 0),
    ]
    let object = UnsafeMutableRawPointer(scaler)
    for (name, value) in options where av_opt_set_int(object, name, Int64(value), 0) < 0 { return forget() }
    if sws_init_context(scaler, nil, nil) < 0 { return forget() }
    let coefficients = sws_getCoefficients(wanted.matrix)
    _ = sws_setColorspaceDetails(
      scaler, coefficients, wanted.isFullRange ? 1 : 0, coefficients, 0, 0, 1 << 16, 1 << 16)
    return true
  }

  private func forget() -> Bool {
    sws_freeContext(scaler)
    scaler = nil
    return false
  }

  private func scale(
    _ planes: [UnsafePointer<UInt8>?], _ strides: [Int32], _ height: Int, into target: UnsafeMutablePointer<AVFrame>
  ) -> Bool {
    let output = target.pointee.data
    let size = target.pointee.linesize
    let rows = sws_scale(
      scaler, planes, strides, 0, Int32(height), [output.0, output.1, output.2, nil],
      [size.0, size.1, size.2, 0])
    return rows > 0
  }
}
