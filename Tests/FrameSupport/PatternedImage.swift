public import Geometry
public import Imaging

/// The seeded-free test pattern of the resize vectors: (37 y + 91 x + 53 c + floor(x y / 7)) mod 256.
public func patterned(_ size: ImageSize) -> Image {
  var pixels: [UInt8] = []
  for y in 0..<size.height {
    for x in 0..<size.width {
      for c in 0..<3 { pixels.append(UInt8((37 * y + 91 * x + 53 * c + x * y / 7) % 256)) }
    }
  }
  return Image(size: size, order: .bgr, pixels: pixels)
}
