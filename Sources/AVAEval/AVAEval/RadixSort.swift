/// Sorts outcomes by descending score and keeps the order of equal ones.
///
/// By the upper half of the keys from the least digit to the greatest, eleven bits at a time; what still shares an
/// upper half lies together then and is put in order by comparing. Digits that all keys share are passed over.
///
/// - Parameter other: Scratch memory; it keeps its size for the next sort.
func sortByDescendingScore(_ entries: inout [Outcome], scratch other: inout [Outcome]) {
  if entries.count < smallest {
    // The library's sort is stable.
    entries.sort { $0.key > $1.key }
    return
  }
  let count = entries.count
  if other.count < count { other = entries }
  var counts = [Int](repeating: 0, count: digits * radix)
  countDigits(entries.span, &counts)
  var isInOther = false
  for digit in 0..<digits {
    let range = digit * radix..<(digit + 1) * radix
    if counts[range].contains(count) { continue }
    var next = 0
    for index in range { (counts[index], next) = (next, next + counts[index]) }
    if isInOther {
      var target = entries.mutableSpan
      distribute(other.span, count, digit, &counts, &target)
    } else {
      var target = other.mutableSpan
      distribute(entries.span, count, digit, &counts, &target)
    }
    isInOther.toggle()
  }
  if isInOther { entries.replaceSubrange(0..<count, with: other[..<count]) }
  sortRuns(&entries)
}

private let digitBits = 11
private let radix = 1 << digitBits
private let digits = 3
/// Below this the tables of digits cost more than comparing.
private let smallest = 2048
/// Longer runs of one upper half are left to the library.
private let longestRun = 32

private func countDigits(_ entries: Span<Outcome>, _ counts: inout [Int]) {
  var table = counts.mutableSpan
  for index in entries.indices {
    let key = entries[index].key
    for digit in 0..<digits { table[digit * radix + place(key, digit)] += 1 }
  }
}

private func distribute(
  _ source: Span<Outcome>, _ count: Int, _ digit: Int, _ counts: inout [Int], _ target: inout MutableSpan<Outcome>
) {
  var next = counts.mutableSpan
  for index in 0..<count {
    let entry = source[index]
    let slot = digit * radix + place(entry.key, digit)
    target[next[slot]] = entry
    next[slot] += 1
  }
}

/// Puts entries with one upper half in order of their whole keys.
private func sortRuns(_ entries: inout [Outcome]) {
  var start = 0
  while start < entries.count {
    let upper = entries[start].key >> 32
    var end = start + 1
    while end < entries.count, entries[end].key >> 32 == upper { end += 1 }
    if end - start > longestRun {
      entries[start..<end].sort { $0.key > $1.key }
    } else if end - start > 1 {
      insertionSort(&entries, start..<end)
    }
    start = end
  }
}

private func insertionSort(_ entries: inout [Outcome], _ range: Range<Int>) {
  for index in range.dropFirst() {
    let entry = entries[index]
    var place = index
    while place > range.lowerBound, entries[place - 1].key < entry.key {
      entries[place] = entries[place - 1]
      place -= 1
    }
    if place < index { entries[place] = entry }
  }
}

/// A digit of a key's upper half, counted from the least; the greatest key has the least digits.
@inline(__always)
private func place(_ key: UInt64, _ digit: Int) -> Int {
  Int(truncatingIfNeeded: ~key >> UInt64(32 + digit * digitBits)) & (radix - 1)
}
