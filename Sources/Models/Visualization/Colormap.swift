internal import Wording

/// Colours for numbers from 0 to 1, by matplotlib's names of them.
///
/// Straight lines between some colours. Those of `jet`, `hot` and `gray` are defined so; of the others every twentieth part
/// is as there, and between them no channel is more than 5 of 255 away.
public struct Colormap: Sendable {
  public let name: String
  private let channels: [[(at: Double, level: Double)]]

  /// The names that there are.
  public static let names = ["viridis", "plasma", "inferno", "magma", "jet", "hot", "gray"]

  /// - Throws: `ColormapError` for a name that is none of ``names``.
  public init(_ name: String) throws(ColormapError) {
    self.name = name
    switch name {
    case "jet":
      channels = [
        [(0, 0), (0.35, 0), (0.66, 1), (0.89, 1), (1, 0.5)],
        [(0, 0), (0.125, 0), (0.375, 1), (0.64, 1), (0.91, 0), (1, 0)],
        [(0, 0.5), (0.11, 1), (0.34, 1), (0.65, 0), (1, 0)],
      ]
    case "hot":
      channels = [
        [(0, 0.0416), (0.365079, 1), (1, 1)], [(0, 0), (0.365079, 0), (0.746032, 1), (1, 1)],
        [(0, 0), (0.746032, 0), (1, 1)],
      ]
    case "gray": channels = [[(0, 0), (1, 1)], [(0, 0), (1, 1)], [(0, 0), (1, 1)]]
    default:
      guard let colors = Self.colors[name] else { throw ColormapError(name: name) }
      channels = [16, 8, 0].map { shift in
        colors.enumerated().map { index, color in
          (Double(index) / Double(colors.count - 1), Double(color >> shift & 255) / 255)
        }
      }
    }
  }

  /// The colour of a number, red, green and blue from 0 to 1; numbers beyond 0 and 1 have those of 0 and 1.
  public func color(of value: Float) -> (red: Float, green: Float, blue: Float) {
    let value = value.isNaN ? 0 : min(max(Double(value), 0), 1)
    let levels = channels.map { points -> Float in
      let next = points.firstIndex { $0.at >= value } ?? points.count - 1
      if next == 0 { return Float(points[0].level) }
      let (from, to) = (points[next - 1], points[next])
      return Float(from.level + (to.level - from.level) * (value - from.at) / (to.at - from.at))
    }
    return (levels[0], levels[1], levels[2])
  }

  /// The colours of 256 numbers: `color(of:)` of i / 255.
  var table: [(red: Float, green: Float, blue: Float)] { (0..<256).map { color(of: Float($0) / 255) } }

  private static let colors: [String: [Int]] = [
    "viridis": [
      0x440154, 0x471365, 0x482475, 0x463480, 0x414487, 0x3b528b, 0x355f8d, 0x2f6c8e, 0x2a788e, 0x25848e, 0x21918c,
      0x1e9c89, 0x22a884, 0x2fb47c, 0x44bf70, 0x5ec962, 0x7ad151, 0x9bd93c, 0xbddf26, 0xdfe318, 0xfde725,
    ],
    "plasma": [
      0x0d0887, 0x2a0593, 0x41049d, 0x5601a4, 0x6a00a8, 0x7e03a8, 0x8f0da4, 0xa11b9b, 0xb12a90, 0xbf3984, 0xcc4778,
      0xd6556d, 0xe16462, 0xea7457, 0xf2844b, 0xf89540, 0xfca636, 0xfeba2c, 0xfcce25, 0xf7e425, 0xf0f921,
    ],
    "inferno": [
      0x000004, 0x07051b, 0x160b39, 0x2b0b57, 0x420a68, 0x57106e, 0x6a176e, 0x7f1e6c, 0x932667, 0xa82e5f, 0xbc3754,
      0xcc4248, 0xdd513a, 0xea632a, 0xf37819, 0xf98e09, 0xfca50a, 0xfbbe23, 0xf6d746, 0xf1ef75, 0xfcffa4,
    ],
    "magma": [
      0x000004, 0x06051a, 0x140e36, 0x251255, 0x3b0f70, 0x51127c, 0x641a80, 0x782281, 0x8c2981, 0xa1307e, 0xb73779,
      0xca3e72, 0xde4968, 0xed5a5f, 0xf7705c, 0xfc8961, 0xfe9f6d, 0xfeb77e, 0xfecf92, 0xfde7a9, 0xfcfdbf,
    ],
  ]
}

/// The name of a colour map that there is not.
public struct ColormapError: Error, Equatable, CustomStringConvertible {
  public let name: String
  public init(name: String) { self.name = name }

  public var description: String {
    let advice = nearest(to: name, among: Colormap.names).map { "did you mean '\($0)'?" } ?? "give one of these"
    return "drawing heat maps: the colour map must be \(series(Colormap.names, "or")), found '\(name)' -> \(advice)"
  }
}
