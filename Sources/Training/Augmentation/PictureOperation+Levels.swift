internal import Imaging

// Operations that give every level of a channel another one, as Pillow's ImageOps does.
extension PictureOperation {
  /// Stretches each channel's levels over all 256.
  public static let autoContrast = PictureOperation(name: "AutoContrast", argument: .none) { image, _, _ in
    image.mapped(
      (0..<3).map { channel in
        let counts = image.histogram(channel)
        guard let low = counts.firstIndex(where: { $0 > 0 }), let high = counts.lastIndex(where: { $0 > 0 }), low < high
        else { return Levels.same }
        let scale = 255 / Double(high - low)
        let offset = Double(-low) * scale
        return Levels { Int(Double($0) * scale + offset) }
      })
  }

  /// Spreads each channel's levels so that all are about equally frequent.
  public static let equalize = PictureOperation(name: "Equalize", argument: .none) { image, _, _ in
    image.mapped(
      (0..<3).map { channel in
        let counts = image.histogram(channel)
        guard let last = counts.last(where: { $0 > 0 }) else { return Levels.same }
        let step = (counts.reduce(0, +) - last) / 255
        // A channel of one level, or a picture too small to be spread.
        if step == 0 { return Levels.same }
        var sum = step / 2
        return Levels { level in
          defer { sum += counts[level] }
          return sum / step
        }
      })
  }

  public static let invert = PictureOperation(name: "Invert", argument: .none) { image, _, _ in
    image.mapped { 255 - $0 }
  }

  /// Inverts the levels from a threshold of 0 to 256 on.
  public static let solarize = PictureOperation(
    name: "Solarize", argument: .whole(slope: 256), apply: inverted)
  public static let solarizeIncreasing = PictureOperation(
    name: "SolarizeIncreasing", argument: .whole(start: 256, slope: -256), apply: inverted)

  /// Adds up to 110 to the levels below 128.
  public static let solarizeAdd = PictureOperation(
    name: "SolarizeAdd", argument: .whole(slope: 110)
  ) { image, added, _ in
    image.mapped { $0 < 128 ? $0 + Int(added) : $0 }
  }

  /// Keeps the highest bits of each level: up to 4, from 4 down, from 4 to 8.
  ///
  /// With 0 bits the picture becomes black, as in older versions of Pillow; today's refuses it.
  public static let posterize = PictureOperation(name: "Posterize", argument: .whole(slope: 4), apply: reduced)
  public static let posterizeIncreasing = PictureOperation(
    name: "PosterizeIncreasing", argument: .whole(start: 4, slope: -4), apply: reduced)
  public static let posterizeOriginal = PictureOperation(
    name: "PosterizeOriginal", argument: .whole(start: 4, slope: 4), apply: reduced)

  @Sendable private static func inverted(_ image: Image, _ threshold: Double, _: PillowFilter) -> Image {
    image.mapped { Double($0) < threshold ? $0 : 255 - $0 }
  }

  @Sendable private static func reduced(_ image: Image, _ bits: Double, _: PillowFilter) -> Image {
    let lost = 8 - Int(bits)
    return image.mapped { ($0 >> lost) << lost }
  }
}

/// What each level of a channel becomes.
private struct Levels {
  let table: [UInt8]

  static let same = Levels { $0 }

  /// - Parameter change: Asked in the order of the levels; its results are clipped to 0 to 255.
  init(_ change: (Int) -> Int) { table = (0...255).map { UInt8(max(0, min(255, change($0)))) } }
}

extension Image {
  /// How often a channel has each level.
  fileprivate func histogram(_ channel: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for index in stride(from: channel, to: pixels.count, by: 3) { counts[Int(pixels[index])] += 1 }
    return counts
  }

  fileprivate func mapped(_ change: (Int) -> Int) -> Image {
    let levels = Levels(change)
    return mapped([levels, levels, levels])
  }

  /// - Parameter levels: Of each channel.
  fileprivate func mapped(_ levels: [Levels]) -> Image {
    var result = self
    result.pixels.withUnsafeMutableBufferPointer { pixels in
      for (channel, levels) in levels.enumerated() {
        levels.table.withUnsafeBufferPointer { table in
          for index in stride(from: channel, to: pixels.count, by: 3) { pixels[index] = table[Int(pixels[index])] }
        }
      }
    }
    return result
  }
}
