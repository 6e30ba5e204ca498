/// Finds the candidate that the user most likely meant.
///
/// - Returns: The candidate with the fewest edits (insertions, deletions, substitutions and swaps of
///   neighbours, letter case ignored), or nil when even that one shares too little with `name`.
public func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
  allNearest(to: name, among: candidates).first
}

/// Finds all candidates that the user may as well have meant.
///
/// - Returns: Those with the fewest edits, in their order; none when even those share too little with `name`.
public func allNearest(to name: String, among candidates: some Sequence<String>) -> [String] {
  let wanted = Array(name.lowercased())
  var best: (names: [String], edits: Int) = ([], Int.max)
  for candidate in candidates {
    let edits = editDistance(wanted, Array(candidate.lowercased()))
    if edits < best.edits { best = ([candidate], edits) } else if edits == best.edits { best.names.append(candidate) }
  }
  return best.names.filter { found in
    let (shorter, longer) = (min(wanted.count, found.count), max(wanted.count, found.count))
    // Two letters of a short word may be all of it: something must be left in common.
    return best.edits <= max(2, shorter / 2) && (best.edits < longer || longer == 0)
  }
}

/// Counts the edits between two words (optimal string alignment distance).
func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var row = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        row[j] = min(row[j], beforeLast[j - 2] + 1)
      }
    }
    beforeLast = last
    last = row
  }
  return last[b.count]
}
