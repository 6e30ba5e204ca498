import FrameSupport
import Geometry
import Imaging
import Testing

@Suite struct PlaneTests {
  /// Planes with a pitch, turned on the way, are the interleaved picture turned afterwards.
  @Test(arguments: Orientation.allCases) func planesAreInterleavedAndTurned(_ orientation: Orientation) {
    for size in [(1, 1), (3, 2), (7, 5), (16, 9), (33, 4), (40, 3)].map({ ImageSize(width: $0.0, height: $0.1) }) {
      let stored = patterned(size)
      let stride = size.width + 5
      let planes = (0..<3).map { channel in
        (0..<size.height * stride).map { place in
          let (x, y) = (place % stride, place / stride)
          return x < size.width ? stored.pixels[(y * size.width + x) * 3 + channel] : 0xEE
        }
      }
      let found = planes[0].withUnsafeBufferPointer { blue in
        planes[1].withUnsafeBufferPointer { green in
          planes[2].withUnsafeBufferPointer { red in
            Image(
              blue: blue.baseAddress!, green: green.baseAddress!, red: red.baseAddress!, stride: stride, size: size,
              orientation: orientation)
          }
        }
      }
      let expected = stored.applying(orientation)
      #expect(found.size == expected.size && found.order == .bgr)
      #expect(found.pixels == expected.pixels, "\(size) \(orientation)")
    }
  }
}
