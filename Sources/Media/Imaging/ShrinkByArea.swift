public import Geometry

/// Makes an image smaller for people to look at: every pixel of the result is the mean of those that it stands for.
///
/// Not for networks: it agrees with no library.
///
/// - Parameter target: Not larger than the image, and at least 1 on each side.
public func shrinkByArea(_ image: Image, to target: ImageSize) -> Image {
  precondition(
    (1...max(1, image.width)).contains(target.width) && (1...max(1, image.height)).contains(target.height),
    "shrinking makes nothing larger")
  if target == image.size { return image }
  var pixels = [UInt8](repeating: 0, count: target.width * target.height * 3)
  var sums = [Int](repeating: 0, count: target.width * 3)
  let columns = (0...target.width).map { $0 * image.width / target.width }
  for y in 0..<target.height {
    let rows = (y * image.height / target.height)..<((y + 1) * image.height / target.height)
    for index in sums.indices { sums[index] = 0 }
    for row in rows {
      for x in 0..<target.width {
        for column in columns[x]..<columns[x + 1] {
          let from = (row * image.width + column) * 3
          for channel in 0..<3 { sums[x * 3 + channel] += Int(image.pixels[from + channel]) }
        }
      }
    }
    for x in 0..<target.width {
      let count = rows.count * (columns[x + 1] - columns[x])
      for channel in 0..<3 {
        pixels[(y * target.width + x) * 3 + channel] = UInt8((sums[x * 3 + channel] + count / 2) / count)
      }
    }
  }
  return Image(size: target, order: image.order, pixels: pixels)
}
