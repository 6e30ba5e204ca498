internal import Files

// What a failed comparison prints must stay short, whatever is compared: `#expect(a == b)` prints both sides and looks
// for the shortest edit between them, which takes minutes and megabytes for the bytes of a video. Hence
// `#expect(difference(a, b) == nil)`: one line with both sizes and the first place where they differ.

/// Compares two arrays; nil when they are equal, else their counts and the first element that differs.
@inlinable public func difference<Element: Equatable>(_ found: [Element], _ expected: [Element]) -> String? {
  if found == expected { return nil }
  let place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
  let end = min(found.count, expected.count)
  return differing(
    (found.count, found.dropFirst(place ?? end).first.map { "\($0)" }),
    (expected.count, expected.dropFirst(place ?? end).first.map { "\($0)" }), "[\(place ?? end)]")
}

/// Compares two texts; nil when they are equal, else their counts of lines and the first line that differs.
public func difference(_ found: String, _ expected: String) -> String? {
  if found == expected { return nil }
  let (a, b) = (lines(of: found), lines(of: expected))
  let place = zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(a.count, b.count)
  return differing(
    (a.count, a.dropFirst(place).first.map { "\"\($0)\"" }), (b.count, b.dropFirst(place).first.map { "\"\($0)\"" }),
    "line \(place + 1)")
}

/// Compares two files; nil when they are equal byte for byte, else their sizes and the first byte that differs.
public func fileDifference(_ found: String, _ expected: String) throws -> String? {
  try difference(readFile(found, doing: "comparing"), readFile(expected, doing: "comparing"))
}

/// Compares all files under two folders, by name and content; nil when they are equal, else up to five differences.
public func folderDifference(_ found: String, _ expected: String) throws -> String? {
  difference(try contents(of: found), try contents(of: expected))
}

/// Compares what ``contents(of:)`` returned; nil when it is equal, else up to five differences.
public func difference(_ found: [String: [UInt8]], _ expected: [String: [UInt8]]) -> String? {
  let names = Set(found.keys).union(expected.keys).sorted()
  let all = names.compactMap { name -> String? in
    guard let a = found[name] else { return "\(name) is missing" }
    guard let b = expected[name] else { return "\(name) should not be there" }
    return difference(a, b).map { "\(name): \($0)" }
  }
  if all.isEmpty { return nil }
  let more = all.count > 5 ? "; and \(all.count - 5) more of \(names.count) files" : ""
  return all.prefix(5).joined(separator: "; ") + more
}

/// All files under a folder with their bytes, by their paths within it.
public func contents(of folder: String) throws -> [String: [UInt8]] {
  var result: [String: [UInt8]] = [:]
  for name in try listFolder(folder) {
    let path = folder + "/" + name
    if isFolder(path) {
      for (inner, bytes) in try contents(of: path) { result[name + "/" + inner] = bytes }
    } else {
      result[name] = try readFile(path, doing: "comparing")
    }
  }
  return result
}

/// One line about two sequences: how long they are, and what stands at the first place where they differ.
@usableFromInline func differing(
  _ found: (count: Int, element: String?), _ expected: (count: Int, element: String?), _ place: String
) -> String {
  func shown(_ element: String?) -> String {
    guard let element else { return "the end" }
    return element.count > 120 ? element.prefix(120) + "..." : element
  }
  let sizes = found.count == expected.count ? "\(found.count)" : "\(found.count), expected \(expected.count)"
  return "\(place) of \(sizes): \(shown(found.element)), expected \(shown(expected.element))"
}

private func lines(of text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
