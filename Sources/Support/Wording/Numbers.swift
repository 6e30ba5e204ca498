internal import Glibc

/// Writes a number with a fixed count of decimals, rounded as C's `printf("%.*f")` rounds.
public func fixed(_ value: Double, _ decimals: Int) -> String { written(value, decimals, "%.*f") }

/// Writes a number as digits times a power of ten: "3.2e-07".
public func scientific(_ value: Double, _ decimals: Int) -> String { written(value, decimals, "%.*e") }

private func written(_ value: Double, _ decimals: Int, _ format: String) -> String {
  // 310 integer digits at most, plus the decimals, the point, the sign and the final zero byte.
  let capacity = 320 + decimals
  return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
    let length = unsafe withVaList([Int32(decimals), value]) {
      unsafe vsnprintf(buffer.baseAddress, capacity, format, $0)
    }
    return unsafe String(decoding: UnsafeRawBufferPointer(buffer).prefix(Int(length)), as: UTF8.self)
  }
}

/// A number to a count of decimals, as JSON and XML have it.
public func rounded(_ value: Double, _ decimals: Int) -> Double { Double(fixed(value, decimals)) ?? value }

/// Writes a count with its noun: "1 row", "2 rows", "3 boxes".
public func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(plural ?? noun + "s")"
}

/// Writes a short list for a message: the first `limit` items, then how many more there are.
public func listed(_ items: some Collection<String>, limit: Int = 5) -> String {
  let shown = items.prefix(limit).joined(separator: ", ")
  return items.count > limit ? "\(shown) and \(items.count - limit) more" : shown
}

/// A name as the owner of what follows: "AVA's", "Charades'".
public func possessive(_ name: String) -> String { name + (name.hasSuffix("s") ? "'" : "'s") }

/// Joins items as a sentence has them: "a, b or c".
public func series(_ items: [String], _ conjunction: String) -> String {
  guard let last = items.last, items.count > 1 else { return items.first ?? "" }
  return "\(items.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}

/// The size of a file for people: "812 bytes", "37 kB", "4.2 MB".
public func fileSize(_ bytes: Int) -> String {
  if bytes < 1000 { return counted(bytes, "byte") }
  if bytes < 999_500 { return "\((bytes + 500) / 1000) kB" }
  return "\(fixed(Double(bytes) / 1e6, 1)) MB"
}

/// A number from 0 to 1 for people: four decimals, "-" for none.
public func figure(_ value: Double?) -> String { value.map { fixed($0, 4) } ?? "-" }

/// A share in whole percent, or tenths where it has any: "95 %".
public func percent(_ share: Double) -> String {
  let value = share * 100
  return fixed(value, abs(value - value.rounded()) < 0.05 ? 0 : 1) + " %"
}

/// A count with its thousands apart: "57,106".
public func grouped(_ count: Int) -> String {
  var digits = Array("\(count.magnitude)")
  for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
  return (count < 0 ? "-" : "") + String(digits)
}
