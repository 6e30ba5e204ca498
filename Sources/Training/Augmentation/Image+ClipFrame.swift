public import Geometry
public import Imaging

extension Image: ClipFrame {
  public func resized(to size: ImageSize) -> Image { resizeLikeOpenCV(self, to: size) }

  public func cropped(to part: PixelRectangle) -> Image {
    Image(size: part.size, order: order, pixels: cut(pixels, of: self.size, to: part))
  }

  public func mirrored() -> Image { Image(size: size, order: order, pixels: mirror(pixels, of: size)) }
}

extension FloatImage: ClipFrame {
  public func resized(to size: ImageSize) -> FloatImage { resizeBilinear(self, to: size) }

  public func cropped(to part: PixelRectangle) -> FloatImage {
    FloatImage(size: part.size, order: order, pixels: cut(pixels, of: self.size, to: part))
  }

  public func mirrored() -> FloatImage { flippedHorizontally() }

  /// The image with its channels in another order.
  func ordered(_ other: ChannelOrder) -> FloatImage {
    if other == order { return self }
    var turned = pixels
    turned.withUnsafeMutableBufferPointer { pixels in
      for index in stride(from: 0, to: pixels.count, by: 3) { pixels.swapAt(index, index + 2) }
    }
    return FloatImage(size: size, order: other, pixels: turned)
  }
}

private func cut<Level>(_ pixels: [Level], of size: ImageSize, to part: PixelRectangle) -> [Level] {
  precondition(
    part.left >= 0 && part.top >= 0 && part.left + part.size.width <= size.width
      && part.top + part.size.height <= size.height, "a part lies inside its frame")
  var result: [Level] = []
  result.reserveCapacity(part.size.width * part.size.height * 3)
  for y in part.top..<part.top + part.size.height {
    let start = (y * size.width + part.left) * 3
    result += pixels[start..<start + part.size.width * 3]
  }
  return result
}

private func mirror<Level>(_ pixels: [Level], of size: ImageSize) -> [Level] {
  var result = pixels
  result.withUnsafeMutableBufferPointer { target in
    pixels.withUnsafeBufferPointer { source in
      for y in 0..<size.height {
        let row = y * size.width
        for x in 0..<size.width {
          let (from, to) = ((row + x) * 3, (row + size.width - 1 - x) * 3)
          for channel in 0..<3 { target[to + channel] = source[from + channel] }
        }
      }
    }
  }
  return result
}
