internal import Geometry
public import Imaging
public import Tensors

/// What a layer makes and what it multiplies with, as pictures.
public struct LayerPictures: Sendable {
  /// At most so many channels or kernels are drawn where none are named.
  public static let usualCount = 64

  private let colors: Colormap

  public init(_ colors: Colormap) { self.colors = colors }

  /// One frame of a layer's map, channel by channel in the order of their numbers: the colours go from the least number of
  /// the layer's frame to the largest.
  ///
  /// - Parameters:
  ///   - channels: Those that are drawn; all of the map's, if in its range.
  ///   - frame: Of the map; nil for the one in the middle.
  public func channels(_ map: FeatureMap, _ channels: [Int], frame: Int? = nil) -> Image {
    let plane = map.extent.h * map.extent.w
    let first = (frame ?? map.extent.t / 2) * plane
    let tiles = channels.map { c in (0..<plane).map { map.value(position: first + $0, channel: c) } }
    return mosaic(tiles, width: map.extent.w, height: map.extent.h)
  }

  /// The mean over the channels of every frame of a layer's map.
  public func means(_ map: FeatureMap) -> Image {
    let plane = map.extent.h * map.extent.w
    let tiles = (0..<map.extent.t).map { frame in
      (0..<plane).map { position -> Float in
        var sum: Float = 0
        for c in 0..<map.channels { sum += map.value(position: frame * plane + position, channel: c) }
        return sum / Float(max(1, map.channels))
      }
    }
    return mosaic(tiles, width: map.extent.w, height: map.extent.h, columns: map.extent.t)
  }

  /// A convolution's kernels: those of three inputs in colours, a row for each output with time from left to right; of
  /// others every plane by itself, as `channels` are.
  ///
  /// - Parameters:
  ///   - weights: [out, in, T, H, W].
  ///   - isBGR: Whether the first of three inputs is blue.
  ///   - count: At most so many planes or rows.
  public func kernels(_ weights: Tensor, isBGR: Bool, most count: Int = Self.usualCount) -> Image {
    let shape = weights.shape
    let (height, width) = (shape[3], shape[4])
    let plane = height * width
    if shape[1] != 3 {
      let planes = min(count, shape[0] * shape[1] * shape[2])
      return mosaic(
        (0..<planes).map { Array(weights.values[$0 * plane..<($0 + 1) * plane]) }, width: width, height: height)
    }
    let outputs = min(count, shape[0])
    let most = (0..<outputs * 3 * shape[2] * plane).reduce(Float(0)) { max($0, abs(weights.values[$1])) }
    var tiles: [Image] = []
    for output in 0..<outputs {
      for frame in 0..<shape[2] {
        var pixels: [UInt8] = []
        for position in 0..<plane {
          for color in 0..<3 {
            let channel = isBGR ? 2 - color : color
            let value = weights.values[((output * 3 + channel) * shape[2] + frame) * plane + position]
            // Grey is nothing.
            pixels.append(UInt8((127.5 + (most > 0 ? 127.5 * value / most : 0)).rounded()))
          }
        }
        let tile = Image(size: ImageSize(width: width, height: height), order: .rgb, pixels: pixels)
        tiles.append(tile.enlarged(enlargement(width)))
      }
    }
    let rows = max(1, Int(Double(outputs).squareRoot()))
    return tiled(tiles, columns: shape[2] == 1 ? rows : shape[2])
  }

  private func mosaic(_ tiles: [[Float]], width: Int, height: Int, columns: Int? = nil) -> Image {
    let all = tiles.lazy.joined().filter(\.isFinite)
    let (least, most) = (all.min() ?? 0, all.max() ?? 0)
    let table = colors.table
    let images = tiles.map { tile in
      var pixels: [UInt8] = []
      for value in tile {
        let level = most > least && value.isFinite ? (value - least) / (most - least) : 0
        let color = table[Int((level * 255).rounded())]
        for part in [color.red, color.green, color.blue] { pixels.append(UInt8((part * 255).rounded())) }
      }
      return Image(size: ImageSize(width: width, height: height), order: .rgb, pixels: pixels)
        .enlarged(enlargement(width))
    }
    return tiled(images, columns: columns ?? Int(Double(tiles.count).squareRoot().rounded(.up)))
  }

  /// How many times small maps are enlarged, so that they are seen.
  private func enlargement(_ width: Int) -> Int { max(1, 96 / max(1, width)) }
}
