/// Writes a time span for people: "0.8 s", "2 min 05 s", "3 h 12 min".
public func duration(_ seconds: Double) -> String {
  if !seconds.isFinite { return "-" }
  // What would be rounded to a minute is one.
  if seconds < 59.95 { return fixed(seconds, 1) + " s" }
  let whole = Int(min(seconds.rounded(), 1e15))
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
  return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
}
