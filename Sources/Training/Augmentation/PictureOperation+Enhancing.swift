internal import Geometry
internal import Imaging

// Operations that blend a picture with one that lacks something, as Pillow's ImageEnhance does: below 1 it loses of it,
// above 1 it gets more. The increasing ones move away from 1 to either side.
extension PictureOperation {
  /// From grey to more than its own colours.
  public static let colour = enhancing("Color", greyed)
  public static let colourIncreasing = enhancingIncreasing("Color", greyed)
  public static let contrast = enhancing("Contrast", flattened)
  public static let contrastIncreasing = enhancingIncreasing("Contrast", flattened)
  public static let brightness = enhancing("Brightness", blackened)
  public static let brightnessIncreasing = enhancingIncreasing("Brightness", blackened)
  public static let sharpness = enhancing("Sharpness", smoothed)
  public static let sharpnessIncreasing = enhancingIncreasing("Sharpness", smoothed)

  private static func enhancing(
    _ name: String, _ lacking: @escaping @Sendable (Image) -> Image
  ) -> PictureOperation {
    PictureOperation(name: name, argument: .linear(start: 0.1, slope: 1.8)) { image, factor, _ in
      blend(lacking(image), image, factor)
    }
  }

  private static func enhancingIncreasing(
    _ name: String, _ lacking: @escaping @Sendable (Image) -> Image
  ) -> PictureOperation {
    PictureOperation(name: name + "Increasing", argument: .signed(start: 1, slope: 0.9)) { image, factor, _ in
      blend(lacking(image), image, factor)
    }
  }

  /// The first picture and `factor` of the way to the second, in float32, fractions dropped.
  private static func blend(_ first: Image, _ second: Image, _ factor: Double) -> Image {
    let share = Float(factor)
    var result = second
    first.pixels.withUnsafeBufferPointer { first in
      result.pixels.withUnsafeMutableBufferPointer { pixels in
        for index in pixels.indices {
          let start = Int(first[index])
          let value = Float(start) + share * Float(Int(pixels[index]) - start)
          pixels[index] = UInt8(max(0, min(255, value)))
        }
      }
    }
    return result
  }

  private static func greyed(_ image: Image) -> Image {
    var result = image
    let greys = image.greys()
    for index in result.pixels.indices { result.pixels[index] = greys[index / 3] }
    return result
  }

  /// Everywhere the mean grey.
  private static func flattened(_ image: Image) -> Image {
    let greys = image.greys()
    let mean = Double(greys.reduce(0) { $0 + Int($1) }) / Double(greys.count)
    var result = image
    result.pixels = [UInt8](repeating: UInt8(mean + 0.5), count: image.pixels.count)
    return result
  }

  private static func blackened(_ image: Image) -> Image {
    var result = image
    result.pixels = [UInt8](repeating: 0, count: image.pixels.count)
    return result
  }

  /// Every pixel with its eight neighbours, itself five times; those at the border stay.
  private static func smoothed(_ image: Image) -> Image {
    var result = image
    let (width, row) = (image.width, image.width * 3)
    if width < 3 || image.height < 3 { return result }
    image.pixels.withUnsafeBufferPointer { from in
      result.pixels.withUnsafeMutableBufferPointer { to in
        for y in 1..<image.height - 1 {
          for index in y * row + 3..<(y + 1) * row - 3 {
            var sum = 4 * Int(from[index])
            for line in [index - row, index, index + row] {
              sum += Int(from[line - 3]) + Int(from[line]) + Int(from[line + 3])
            }
            // Rounded: thirteen parts have no halves.
            to[index] = UInt8((2 * sum + 13) / 26)
          }
        }
      }
    }
    return result
  }
}

extension Image {
  /// Each pixel's grey with 16 fraction bits: 0.299 red, 0.587 green, 0.114 blue, as Pillow converts.
  fileprivate func greys() -> [UInt8] {
    let (red, blue) = order == .bgr ? (2, 0) : (0, 2)
    return stride(from: 0, to: pixels.count, by: 3).map { start in
      let sum = Int(pixels[start + red]) * 19595 + Int(pixels[start + 1]) * 38470 + Int(pixels[start + blue]) * 7471
      return UInt8((sum + 0x8000) >> 16)
    }
  }
}
