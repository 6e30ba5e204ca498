internal import Files
internal import Glibc

/// The image files of one video, looked at without opening them: each is asked for once.
public struct ImageSurvey: Sendable {
  /// How many images are listed.
  public let count: Int
  /// The first image that is not there, and how many are not; nil where all are.
  public let missing: (first: Int, count: Int)?
  /// How many bytes each image has; -1 for what is not there.
  private let sizes: [Int]

  /// Asks for every file.
  ///
  /// - Parameter paths: Frame by frame; one or more, and one may stand there several times.
  public init(_ paths: [String]) {
    count = paths.count
    var known: [String: Int] = [:]
    var missing: (first: Int, count: Int)?
    var sizes: [Int] = []
    for (index, path) in paths.enumerated() {
      let size = known[path] ?? Self.size(path) ?? -1
      known[path] = size
      if size < 0 { missing = (missing?.first ?? index, (missing?.count ?? 0) + 1) }
      sizes.append(size)
    }
    self.missing = missing
    self.sizes = sizes
  }

  /// What tells the images that count from others: how many are listed, the content of the first and of the last one that
  /// counts, and the names and sizes of all that do, in blocks of the list.
  ///
  /// "240: 9 bytes, sha256 ...; 9 bytes, sha256 ...; names and sizes of 15 each 1f0a94c3... - ...", with "missing" for what
  /// is not there. A block in which no image counts is "-". One that lacks some images, as files without bytes are lacking,
  /// says how many and which, and keeps the sum of the others: "1f0a94c3.../2/9ab38c41".
  ///
  /// - Parameters:
  ///   - paths: Those of the survey.
  ///   - counting: The images that count; nil for all.
  public func fingerprint(of paths: [String], counting: Set<Int>? = nil) -> String {
    precondition(paths.count == sizes.count, "a survey is of its own images")
    let numbers = paths.indices.filter { counting?.contains($0) ?? true }
    guard let first = numbers.first, let last = numbers.last else { return "\(count)" }
    let ends = (first == last ? [first] : [first, last]).map {
      (try? fileFingerprint(paths[$0], doing: "reading a frame")) ?? noFingerprint
    }
    return "\(count): \((ends + (first == last ? [] : [blocks(of: paths, numbers)])).joined(separator: "; "))"
  }

  /// How many blocks a list has at most: what replaces an image in the block of one that goes missing meanwhile is noticed
  /// when that is back. Short lists have fewer: data sets have ten thousands of them.
  private static let mostBlocks = 64

  private func blocks(of paths: [String], _ numbers: [Int]) -> String {
    let blocks = min(Self.mostBlocks, Int(Double(count).squareRoot().rounded(.up)))
    let length = (count + blocks - 1) / blocks
    if numbers.allSatisfy({ sizes[$0] <= 0 }) { return noFingerprint }
    var sums: [String] = []
    var rest = numbers[...]
    for start in stride(from: 0, to: count, by: length) {
      let own = rest.prefix { $0 < start + length }
      rest = rest.dropFirst(own.count)
      sums.append(block(of: paths, own))
    }
    return "names and sizes of \(length) each \(sums.joined(separator: " "))"
  }

  private func block(of paths: [String], _ numbers: ArraySlice<Int>) -> String {
    let lacking = numbers.filter { sizes[$0] <= 0 }
    if numbers.isEmpty { return "-" }
    if lacking.count == numbers.count { return noFingerprint }
    var sum = SHA256()
    for number in numbers { sum.update("\(splitPath(paths[number]).name) \(max(0, sizes[number]))\n") }
    let digits = sum.finish().prefix(16)
    if lacking.isEmpty { return String(digits) }
    var which = SHA256()
    for number in lacking { which.update("\(number)\n") }
    return "\(digits)/\(lacking.count)/\(which.finish().prefix(8))"
  }

  /// How many bytes a file has; nil where there is none.
  private static func size(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return nil }
    return Int(status.st_size)
  }
}
