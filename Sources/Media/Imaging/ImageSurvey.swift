internal import Files
internal import Glibc

/// The image files of one video, looked at without opening them: each is asked for once.
public struct ImageSurvey: Sendable {
  /// How many images are listed.
  public let count: Int
  /// The first image that is not there, and how many are not; nil where all are.
  public let missing: (first: Int, count: Int)?
  private let ends: [String]
  /// The SHA-256 of all names and sizes; nil where an image is missing or empty: then they say nothing of the others'.
  private let sum: String?

  /// Asks for every file.
  ///
  /// - Parameter paths: Frame by frame; one or more, and one may stand there several times.
  public init(_ paths: [String]) {
    count = paths.count
    ends = paths.count == 1 ? [paths[0]] : [paths[0], paths[paths.count - 1]]
    var known: [String: Int] = [:]
    var missing: (first: Int, count: Int)?
    var sum = SHA256()
    var isWhole = true
    for (index, path) in paths.enumerated() {
      let size = known[path] ?? Self.size(path) ?? -1
      known[path] = size
      if size < 0 { missing = (missing?.first ?? index, (missing?.count ?? 0) + 1) }
      if size <= 0 { isWhole = false }
      sum.update("\(splitPath(path).name) \(size)\n")
    }
    self.missing = missing
    let digits = sum.finish()
    self.sum = isWhole ? digits : nil
  }

  /// What tells the images from others: how many there are, the first and the last one's content, and the names and sizes
  /// of all.
  ///
  /// "240: 9 bytes, sha256 ...; 9 bytes, sha256 ...; names and sizes sha256 ...", with "missing" for what is not there.
  public var fingerprint: String {
    let ends = ends.map { (try? fileFingerprint($0, doing: "reading a frame")) ?? noFingerprint }
    let all = count == 1 ? [] : [sum.map { "names and sizes sha256 \($0)" } ?? noFingerprint]
    return "\(count): \((ends + all).joined(separator: "; "))"
  }

  /// How many bytes a file has; nil where there is none.
  private static func size(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return nil }
    return Int(status.st_size)
  }
}
