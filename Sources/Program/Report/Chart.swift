internal import Wording

/// The frame of a chart whose axes both run from 0 to 1, in the units of its view box.
struct Chart {
  static let width = 346.0
  static let height = 236.0
  private static let left = 46.0
  private static let top = 14.0
  private static let plotWidth = 288.0
  private static let plotHeight = 182.0

  /// What it shows, in words: for those who cannot see it.
  var description: String
  var xTitle: String
  var yTitle: String
  var content: HTML

  static func x(_ value: Double) -> Double { left + plotWidth * min(max(value, 0), 1) }

  static func y(_ value: Double) -> Double { top + plotHeight * (1 - min(max(value, 0), 1)) }

  /// Puts what is drawn in thousandths, y downwards, into the axes.
  static let fromThousandths = "translate(\(left) \(top)) scale(\(plotWidth / 1000) \(plotHeight / 1000))"

  var html: HTML {
    let ticks = [0, 0.25, 0.5, 0.75, 1].html { value in
      let name = value == 0 || value == 1 ? fixed(value, 0) : fixed(value, 2)
      return """
        <path class="grid" d="M\(number(Self.x(value))) \(number(Self.top))V\(number(Self.y(0)))\
        M\(number(Self.left)) \(number(Self.y(value)))H\(number(Self.x(1)))"/>\
        <text x="\(number(Self.x(value)))" y="\(number(Self.y(0) + 14))" text-anchor="middle">\(name)</text>\
        <text x="\(number(Self.left - 6))" y="\(number(Self.y(value) + 3.5))" text-anchor="end">\(name)</text>
        """
    }
    let middle = number(Self.y(0.5))
    return """
      <svg class="chart" viewBox="0 0 \(number(Self.width)) \(number(Self.height))" role="img" \
      aria-label="\(description)">\(ticks)\(content)\
      <text x="\(number(Self.x(0.5)))" y="\(number(Self.height - 6))" text-anchor="middle">\(xTitle)</text>\
      <text x="10" y="\(middle)" text-anchor="middle" transform="rotate(-90 10 \(middle))">\(yTitle)</text></svg>

      """
  }
}

/// A coordinate: tenths, without needless zeros.
func number(_ value: Double) -> String {
  let text = fixed(value, 1)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
