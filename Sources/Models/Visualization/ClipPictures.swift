public import Clips
public import Geometry
public import Imaging
public import Tensors

/// The frames of a clip as pictures again, and what is drawn over them.
public struct ClipPictures: Sendable {
  /// In the order of the clip.
  public let frames: [Image]

  /// Takes the normalisation back.
  ///
  /// - Parameters:
  ///   - clip: One clip: 1, [T, H, W], 3, as `preprocessing` has it.
  ///   - chosen: Which of its frames.
  public init(_ clip: FeatureMap, frames chosen: [Int], _ preprocessing: Preprocessing) {
    let (mean, std) = (preprocessing.mean, preprocessing.std)
    // Of red, green and blue: where in a position of the clip, and in the means, which are of blue, green and red.
    let places = preprocessing.order == .bgr ? [2, 1, 0] : [0, 1, 2]
    let size = ImageSize(width: clip.extent.w, height: clip.extent.h)
    frames = chosen.map { frame in
      var pixels: [UInt8] = []
      let plane = clip.extent.h * clip.extent.w
      pixels.reserveCapacity(3 * plane)
      for position in frame * plane..<(frame + 1) * plane {
        let from = clip.start + position * clip.pitch
        for c in 0..<3 { pixels.append(byte(from[places[c]] * std[2 - c] + mean[2 - c])) }
      }
      return Image(size: size, order: .rgb, pixels: pixels)
    }
  }

  /// Blends the colours of a heat map over the frames.
  ///
  /// - Parameters:
  ///   - heat: Over these frames.
  ///   - opacity: Of the colours: 0.5 in PySlowFast.
  ///   - box: Somebody whose score it is, in pixels.
  public func blended(
    with heat: HeatMap, _ colors: Colormap, opacity: Float = 0.5, around box: PixelBox? = nil
  ) -> [Image] {
    let table = colors.table
    return zip(frames.indices, frames).map { number, frame in
      var image = frame
      let plane = frame.width * frame.height
      for position in 0..<plane {
        let level = table[Int((heat.values[number * plane + position] * 255).rounded())]
        for (c, color) in [level.red, level.green, level.blue].enumerated() {
          let own = Float(frame.pixels[3 * position + c]) / 255
          image.pixels[3 * position + c] = byte(opacity * color + (1 - opacity) * own)
        }
      }
      if let box { outline(box, in: &image) }
      return image
    }
  }

  /// The frames with somebody's box.
  public func outlined(_ box: PixelBox?) -> [Image] {
    guard let box else { return frames }
    return frames.map { frame in
      var image = frame
      outline(box, in: &image)
      return image
    }
  }
}

/// White lines of a pixel with black ones around them: seen on anything.
private func outline(_ box: PixelBox, in image: inout Image) {
  func draw(_ margin: Int, _ level: UInt8) {
    let (left, right) = (Int(box.x1.rounded()) - margin, Int(box.x2.rounded()) + margin)
    let (top, bottom) = (Int(box.y1.rounded()) - margin, Int(box.y2.rounded()) + margin)
    func set(_ x: Int, _ y: Int) {
      guard 0..<image.width ~= x, 0..<image.height ~= y else { return }
      for c in 0..<3 { image.pixels[3 * (y * image.width + x) + c] = level }
    }
    if left > right || top > bottom { return }
    for x in left...right { for y in [top, bottom] { set(x, y) } }
    for y in top...bottom { for x in [left, right] { set(x, y) } }
  }
  draw(1, 0)
  draw(-1, 0)
  draw(0, 255)
}

/// A level from 0 to 1 as a byte.
private func byte(_ level: Float) -> UInt8 { level > 0 ? UInt8(min(255, (level * 255).rounded())) : 0 }

/// Puts pictures of one size into rows, with a gap of two white pixels between them.
///
/// - Parameter columns: How many stand in a row.
public func tiled(_ images: [Image], columns: Int) -> Image {
  guard let first = images.first else {
    return Image(size: ImageSize(width: 1, height: 1), order: .rgb, pixels: [255, 255, 255])
  }
  let gap = 2
  let columns = min(max(1, columns), images.count)
  let rows = (images.count + columns - 1) / columns
  let size = ImageSize(
    width: columns * (first.width + gap) - gap, height: rows * (first.height + gap) - gap)
  var result = Image(size: size, order: .rgb, pixels: [UInt8](repeating: 255, count: size.width * size.height * 3))
  for (index, image) in images.enumerated() {
    let (left, top) = (index % columns * (first.width + gap), index / columns * (first.height + gap))
    for y in 0..<image.height {
      let to = ((top + y) * size.width + left) * 3
      result.pixels.replaceSubrange(
        to..<to + 3 * image.width, with: image.pixels[y * 3 * image.width..<(y + 1) * 3 * image.width])
    }
  }
  return result
}

extension Image {
  /// The same with every pixel so many times in a row and column.
  public func enlarged(_ times: Int) -> Image {
    if times <= 1 { return self }
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count * times * times)
    for y in 0..<height {
      var row: [UInt8] = []
      for x in 0..<width {
        for _ in 0..<times { row += pixels[3 * (y * width + x)..<3 * (y * width + x) + 3] }
      }
      for _ in 0..<times { result += row }
    }
    return Image(size: ImageSize(width: width * times, height: height * times), order: order, pixels: result)
  }
}
