internal import CLibAV
internal import Geometry
internal import Imaging
internal import Synchronization

/// A picture of a film to come: 8-bit 4:2:0, limited range.
final class FilmPicture {
  let frame: UnsafeMutablePointer<AVFrame>
  let size: ImageSize

  /// - Parameter size: Both sides even.
  init(_ size: ImageSize) {
    self.size = size
    frame = newPicture(size)
  }

  deinit {
    var frame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&frame)
  }

  func luma(_ row: Int) -> UnsafeMutablePointer<UInt8> {
    frame.pointee.data.0! + row * Int(frame.pointee.linesize.0)
  }

  func chroma(_ plane: Int, _ row: Int) -> UnsafeMutablePointer<UInt8> {
    plane == 1
      ? frame.pointee.data.1! + row * Int(frame.pointee.linesize.1)
      : frame.pointee.data.2! + row * Int(frame.pointee.linesize.2)
  }

  /// Makes everything black from a row on; an odd one is left as it is.
  func blacken(from first: Int) {
    for row in (first + 1) / 2 * 2..<size.height { luma(row).update(repeating: 16, count: size.width) }
    for plane in 1...2 {
      for row in (first + 1) / 2..<size.height / 2 { chroma(plane, row).update(repeating: 128, count: size.width / 2) }
    }
  }

  /// Shows the last column and row of a frame twice where its sides are odd: 4:2:0 has no odd sizes.
  func evenOut(_ shown: ImageSize) {
    if shown.width % 2 == 1 {
      for row in 0..<shown.height { luma(row)[shown.width] = luma(row)[shown.width - 1] }
    }
    if shown.height % 2 == 1 {
      luma(shown.height).update(from: luma(shown.height - 1), count: shown.width + shown.width % 2)
    }
  }

  /// Draws a layer over the picture.
  ///
  /// - Parameter colours: Of the picture's own matrix.
  func blend(_ layer: any PictureLayer, _ colours: LumaWeights) {
    precondition(layer.size == size, "a layer lies over pictures of its own size")
    layer.forEachTile { tile in
      for y in stride(from: 0, to: tile.height, by: 2) {
        let rows = (tile.pixels + y * tile.stride, tile.pixels + (y + 1) * tile.stride)
        let lumas = (luma(tile.y + y) + tile.x, luma(tile.y + y + 1) + tile.x)
        let half = (tile.y + y) / 2
        let (blue, red) = (chroma(1, half) + tile.x / 2, chroma(2, half) + tile.x / 2)
        for x in stride(from: 0, to: tile.width, by: 2) {
          let pixels = (rows.0[x], rows.0[x + 1], rows.1[x], rows.1[x + 1])
          if pixels.0 | pixels.1 | pixels.2 | pixels.3 == 0 { continue }
          colours.blend(pixels.0, into: lumas.0 + x)
          colours.blend(pixels.1, into: lumas.0 + x + 1)
          colours.blend(pixels.2, into: lumas.1 + x)
          colours.blend(pixels.3, into: lumas.1 + x + 1)
          colours.blend(pixels, into: blue + x / 2, red + x / 2)
        }
      }
    }
  }
}

/// Pictures that were written and may be used again: their memory is large, and asking for it anew costs time.
final class PicturePool: Sendable {
  /// Each is handed on by one thread at a time.
  private struct Free: @unchecked Sendable {
    var pictures: [FilmPicture] = []
  }

  private let size: ImageSize
  private let free = Mutex(Free())

  init(_ size: ImageSize) { self.size = size }

  /// A picture with any pixels.
  func take() -> FilmPicture {
    let known = free.withLock { Free(pictures: $0.pictures.popLast().map { [$0] } ?? []) }.pictures.first
    // An encoder may still look at it.
    guard let known, av_frame_make_writable(known.frame) >= 0 else { return FilmPicture(size) }
    return known
  }

  func give(_ picture: FilmPicture) {
    let given = Free(pictures: [picture])
    free.withLock { $0.pictures += given.pictures }
  }
}

/// A frame of 8-bit 4:2:0 with room for its pixels.
func newPicture(_ size: ImageSize) -> UnsafeMutablePointer<AVFrame> {
  guard let frame = av_frame_alloc() else { fatalError("out of memory") }
  frame.pointee.width = Int32(size.width)
  frame.pointee.height = Int32(size.height)
  frame.pointee.format = AV_PIX_FMT_YUV420P.rawValue
  frame.pointee.color_range = AVCOL_RANGE_MPEG
  if av_frame_get_buffer(frame, 0) < 0 { fatalError("out of memory") }
  return frame
}

/// How red, green and blue become luma and chroma of limited range, in 65536ths.
struct LumaWeights {
  private let luma: (red: Int, green: Int, blue: Int)
  private let blue: (red: Int, green: Int, blue: Int)
  private let red: (red: Int, green: Int, blue: Int)

  /// - Parameter matrix: Of a stream; BT.601 where it does not say.
  init(_ matrix: AVColorSpace) {
    let (r, b): (Double, Double) =
      switch matrix {
      case AVCOL_SPC_BT709: (0.2126, 0.0722)
      case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: (0.2627, 0.0593)
      case AVCOL_SPC_FCC: (0.30, 0.11)
      case AVCOL_SPC_SMPTE240M: (0.212, 0.087)
      default: (0.299, 0.114)
      }
    let g = 1 - r - b
    func fixed(_ value: Double, _ levels: Double) -> Int { Int((value * levels / 255 * 65536).rounded()) }
    luma = (fixed(r, 219), fixed(g, 219), fixed(b, 219))
    blue = (fixed(-r / (2 * (1 - b)), 224), fixed(-g / (2 * (1 - b)), 224), fixed(0.5, 224))
    red = (fixed(0.5, 224), fixed(-g / (2 * (1 - r)), 224), fixed(-b / (2 * (1 - r)), 224))
  }

  /// - Parameter pixel: How much is covered, red, green, blue, multiplied with that.
  @inline(__always)
  fileprivate func blend(_ pixel: UInt32, into value: UnsafeMutablePointer<UInt8>) {
    let (a, r, g, b) = channels(pixel)
    // 257 / 65536 is 1 / 255.
    let under = (Int(value.pointee) &* (255 &- a) &+ 16 &* a) &* 257
    let own = luma.red &* r &+ luma.green &* g &+ luma.blue &* b
    value.pointee = UInt8(truncatingIfNeeded: (under &+ own &+ 32768) >> 16)
  }

  @inline(__always)
  fileprivate func blend(
    _ pixels: (UInt32, UInt32, UInt32, UInt32), into blueValue: UnsafeMutablePointer<UInt8>,
    _ redValue: UnsafeMutablePointer<UInt8>
  ) {
    let (p, q, s, t) = (channels(pixels.0), channels(pixels.1), channels(pixels.2), channels(pixels.3))
    let a = p.0 &+ q.0 &+ s.0 &+ t.0
    let r = p.1 &+ q.1 &+ s.1 &+ t.1
    let g = p.2 &+ q.2 &+ s.2 &+ t.2
    let b = p.3 &+ q.3 &+ s.3 &+ t.3
    func blended(_ value: UInt8, _ weights: (red: Int, green: Int, blue: Int)) -> UInt8 {
      let under = (Int(value) &* (1020 &- a) &+ 128 &* a) &* 257
      let own = weights.red &* r &+ weights.green &* g &+ weights.blue &* b
      return UInt8(truncatingIfNeeded: min(max((under &+ own &+ 131072) >> 18, 0), 255))
    }
    blueValue.pointee = blended(blueValue.pointee, blue)
    redValue.pointee = blended(redValue.pointee, red)
  }

  @inline(__always)
  private func channels(_ pixel: UInt32) -> (Int, Int, Int, Int) {
    (Int(pixel >> 24), Int(pixel >> 16 & 255), Int(pixel >> 8 & 255), Int(pixel & 255))
  }
}
