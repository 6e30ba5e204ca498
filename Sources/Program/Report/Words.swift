internal import AVAEval
internal import Wording

/// Two bounds: "0.1234 – 0.2345"; "–" for none.
func span(_ interval: ClosedRange<Double>?) -> String {
  interval.map { "\(figure($0.lowerBound)) – \(figure($0.upperBound))" } ?? "–"
}

/// A difference with its sign: "+0.0123".
func signed(_ value: Double?, _ decimals: Int = 4) -> String {
  guard let value else { return "–" }
  let text = fixed(value, decimals)
  // What rounds to nothing has no side.
  if !text.contains(where: { $0 != "0" && $0 != "." && $0 != "-" }) { return fixed(0, decimals) }
  return value > 0 ? "+" + text : "−" + text.dropFirst()
}

/// A score with two decimals, or with two digits that are not zero where it is small: 0.00 would say nothing.
func scoreText(_ value: Double) -> String {
  var decimals = 2
  var least = 0.1
  while abs(value) < least, decimals < 9, value != 0 {
    decimals += 1
    least /= 10
  }
  return fixed(value, decimals)
}

/// A count in a few letters: "840", "1.6k", "23k", "1.2M".
func short(_ count: Int) -> String {
  let value = Double(count)
  if count < 1000 { return "\(count)" }
  if value < 9950 { return fixed(value / 1e3, 1) + "k" }
  if value < 999_500 { return fixed(value / 1e3, 0) + "k" }
  return fixed(value / 1e6, value < 9.95e6 ? 1 : 0) + "M"
}

/// Bounds that four decimals tell apart, nil where they do not.
func visible(_ interval: ClosedRange<Double>?) -> ClosedRange<Double>? {
  interval.flatMap { figure($0.lowerBound) == figure($0.upperBound) ? nil : $0 }
}

extension ClassExplanation {
  /// The kind of error with the largest loss; nil where nothing is lost.
  var mainError: (kind: ErrorKind, loss: Double)? {
    let worst = errors.max { ($0.loss ?? 0) < ($1.loss ?? 0) }
    guard let worst, let loss = worst.loss, loss > 0 else { return nil }
    return (worst.kind, loss)
  }
}
