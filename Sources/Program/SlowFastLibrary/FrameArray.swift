internal import CSlowFast
internal import Geometry
internal import Imaging

/// Frames in a caller's memory, seen at a regular rate: frame i is the one that is nearest in time.
///
/// Valid during the call that was given them.
final class FrameArray: FrameSource {
  let name = "frames"
  let frameCount: Int
  let framesPerSecond: Double
  let size: ImageSize
  private let start: UnsafePointer<UInt8>
  private let count: Int
  /// In bytes.
  private let strides: (frame: Int, row: Int, pixel: Int)
  private let order: ChannelOrder
  /// Of the frames in memory.
  private let ownRate: Double

  /// - Parameter rate: At which they are seen.
  init(_ frames: slowfast_frames, rate: Double, _ call: Call) throws {
    start = try call.pointer(frames.pixels, "frames->pixels")
    let (most, pixels) = (Int64(1 << 24), Int64(1 << 26))
    try call.require(
      1...most ~= frames.count && 1...most ~= frames.height && 1...most ~= frames.width
        && frames.height * frames.width <= pixels,
      "the frames are [\(frames.count), \(frames.height), \(frames.width)]",
      "give one frame or more, of at most \(pixels) pixels")
    let given = [frames.frame_stride, frames.row_stride, frames.pixel_stride]
    let mostBytes = Int64(1) << 38
    // First: their products with the extents must not overflow.
    try call.require(
      given.allSatisfy { $0.magnitude < mostBytes } && (given[2] == 0 || 3..<1 << 20 ~= given[2].magnitude),
      "the frames' strides are \(given[0]), \(given[1]) and \(given[2]) bytes", "give three bytes a pixel or more, or 0"
    )
    let pixel = given[2] == 0 ? 3 : given[2]
    // Mirrored pixels and rows upside down take as much room as others, and the next row or frame lies behind them all the same.
    let row = frames.row_stride == 0 ? frames.width * abs(pixel) : frames.row_stride
    let frame = frames.frame_stride == 0 ? frames.height * abs(row) : frames.frame_stride
    try call.require(
      row.magnitude < mostBytes && frame.magnitude < mostBytes,
      "the frames' rows are \(row) bytes apart, and the frames \(frame)", "give strides that fit memory")
    let own = frames.frames_per_second
    try call.require(
      own == 0 || 1e-3..<1e6 ~= own, "'frames->frames_per_second' is \(own)",
      "give a rate from 0.001 to 1000000, or 0 for the network's own")
    strides = (Int(frame), Int(row), Int(pixel))
    size = ImageSize(width: Int(frames.width), height: Int(frames.height))
    order = frames.is_bgr == 0 ? .rgb : .bgr
    count = Int(frames.count)
    ownRate = own == 0 ? rate : own
    framesPerSecond = rate
    frameCount = max(1, Int((Double(count) / ownRate * rate).rounded(.toNearestOrEven)))
  }

  /// The number at the rate at which they are seen of a frame in memory.
  func seen(_ index: Int) -> Int { min(frameCount - 1, nearest(to: Double(index) / ownRate)) }

  func frame(at index: Int) throws -> Image {
    // The tolerance is that of `nearest(to:)`.
    let place =
      ownRate == framesPerSecond ? index : Int((Double(index) / framesPerSecond * ownRate - 0.5 - 1e-6).rounded(.up))
    let first = start + min(count - 1, max(0, place)) * strides.frame
    let pixels = [UInt8](unsafeUninitializedCapacity: size.width * size.height * 3) { output, written in
      var to = output.baseAddress!
      for y in 0..<size.height {
        var from = first + y * strides.row
        for _ in 0..<size.width {
          // Images are BGR.
          (to[0], to[1], to[2]) = order == .bgr ? (from[0], from[1], from[2]) : (from[2], from[1], from[0])
          to += 3
          from += strides.pixel
        }
      }
      written = size.width * size.height * 3
    }
    return Image(size: size, order: .bgr, pixels: pixels)
  }
}
