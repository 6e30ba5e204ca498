/// An outcome with its score as a whole number that grows as the score does.
struct RankedEntry {
  let key: UInt64
  let row: Int32
  let truthRow: Int32

  /// - Parameter score: A finite number.
  init(_ score: Double, _ match: PieceOutcomes.Match) {
    // Adding zero makes -0 and 0 one key.
    let bits = (score + 0).bitPattern
    key = bits >> 63 == 0 ? bits | 1 << 63 : ~bits
    row = match.row
    truthRow = match.truthRow
  }

  var score: Double { Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key) }
}

/// Sorts by descending key and keeps the order of equal ones.
///
/// From the least digit to the greatest, eleven bits at a time; digits that all keys share are passed over.
func sortByDescendingKey(_ entries: inout [RankedEntry]) {
  if entries.count < 2 { return }
  if entries.count < smallest {
    // The library's sort is stable.
    entries.sort { $0.key > $1.key }
    return
  }
  var counts = [Int](repeating: 0, count: digits * radix)
  for entry in entries {
    for digit in 0..<digits { counts[digit * radix + place(entry.key, digit)] += 1 }
  }
  var other = entries
  for digit in 0..<digits {
    let range = digit * radix..<(digit + 1) * radix
    if counts[range].contains(entries.count) { continue }
    var next = 0
    for index in range { (counts[index], next) = (next, next + counts[index]) }
    for entry in entries {
      let index = digit * radix + place(entry.key, digit)
      other[counts[index]] = entry
      counts[index] += 1
    }
    swap(&entries, &other)
  }
}

private let digitBits = 11
private let radix = 1 << digitBits
private let digits = (64 + digitBits - 1) / digitBits
/// Below this the tables of digits cost more than comparing.
private let smallest = 2048

/// A digit of a key, counted from the least; the greatest key has the least digits.
@inline(__always)
private func place(_ key: UInt64, _ digit: Int) -> Int {
  Int(truncatingIfNeeded: ~key >> UInt64(digit * digitBits)) & (radix - 1)
}
