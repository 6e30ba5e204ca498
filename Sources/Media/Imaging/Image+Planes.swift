public import Geometry
internal import CSIMD

extension Image {
  /// Interleaves planes of one channel each into a BGR image, turned upright on the way.
  ///
  /// - Parameters:
  ///   - blue: height rows of `stride` bytes; green and red likewise.
  ///   - stored: The size of the planes, before they are turned.
  public init(
    blue: UnsafePointer<UInt8>, green: UnsafePointer<UInt8>, red: UnsafePointer<UInt8>, stride: Int,
    size stored: ImageSize, orientation: Orientation
  ) {
    precondition(stride >= stored.width, "a plane's rows do not overlap")
    let target = orientation.size(of: stored)
    let (start, right, down) = orientation.walk(over: stored, stride: stride)
    let pixels = [UInt8](unsafeUninitializedCapacity: target.width * target.height * 3) { output, count in
      count = target.width * target.height * 3
      guard var to = output.baseAddress else { return }
      for y in 0..<target.height {
        var from = start + y * down
        // A step that is known makes a faster loop of the usual case.
        if right == 1 {
          var left = target.width
          #if arch(x86_64)
            // A pixel must be left, into which the last write reaches.
            while left > 16 {
              simd_interleave16(to, blue + from, green + from, red + from)
              to += 48
              from += 16
              left -= 16
            }
          #endif
          for _ in 0..<left {
            (to[0], to[1], to[2]) = (blue[from], green[from], red[from])
            to += 3
            from += 1
          }
        } else {
          for _ in 0..<target.width {
            (to[0], to[1], to[2]) = (blue[from], green[from], red[from])
            to += 3
            from += right
          }
        }
      }
    }
    self.init(size: target, order: .bgr, pixels: pixels)
  }
}
