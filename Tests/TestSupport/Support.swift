internal import Files
internal import Glibc

/// How close two arrays must be, by name.
public enum Tolerance: Sendable {
  /// Equal to the last bit.
  case exact
  /// Single roundings of float32: absolute or relative 1e-6.
  case rounding
  /// The same sums in another order: relative 1e-5 of the larger magnitude plus 1e-5.
  case reassociated
  /// A whole network's output: absolute 1e-4.
  case network
  /// An absolute bound stated by the test.
  case absolute(Float)

  func allows(_ a: Float, _ b: Float) -> Bool {
    if a == b || (a.isNaN && b.isNaN) { return true }
    let difference = abs(a - b)
    switch self {
    case .exact: return false
    case .rounding: return difference <= 1e-6 * max(1, abs(a), abs(b))
    case .reassociated: return difference <= 1e-5 + 1e-5 * max(abs(a), abs(b))
    case .network: return difference <= 1e-4
    case .absolute(let bound): return difference <= bound
    }
  }
}

/// Compares two arrays; nil when they agree, else one line with the worst index, both values, the maximum and
/// mean difference, and what the caller says of the case (shape, seed).
public func difference(
  _ found: [Float], _ expected: [Float], _ tolerance: Tolerance, _ about: String = ""
) -> String? {
  if found.count != expected.count { return "\(found.count) values, expected \(expected.count) \(about)" }
  var worst = -1
  var largest: Float = -1
  var sum = 0.0
  var bad = 0
  for (index, (a, b)) in zip(found, expected).enumerated() {
    let gap = a == b ? 0 : abs(a - b)
    sum += gap.isNaN ? 0 : Double(gap)
    if !tolerance.allows(a, b) {
      bad += 1
      if gap.isNaN || gap > largest { (worst, largest) = (index, gap.isNaN ? .infinity : gap) }
    }
  }
  if bad == 0 { return nil }
  return "\(bad) of \(found.count) differ beyond \(tolerance): worst at [\(worst)]: \(found[worst]), expected "
    + "\(expected[worst]), difference \(largest), mean \(sum / Double(found.count)) \(about)"
}

/// The project's root folder, from this file's own place.
public let projectRoot: String = {
  var parts = #filePath.split(separator: "/")
  parts.removeLast(3)
  return "/" + parts.joined(separator: "/")
}()

/// The folder of shared golden cases and data, when it stands beside the project.
public let sharedFolder: String? = {
  let folder = projectRoot + "/../shared"
  return isFolder(folder + "/golden") ? folder : nil
}()

/// A new empty folder under the system's temporary folder, deleted with `remove()` or left for the system.
public struct TemporaryFolder {
  public let path: String

  public init() {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((parent + "/slowfast-test-XXXXXX").utf8CString)
    template.withUnsafeMutableBufferPointer { _ = mkdtemp($0.baseAddress!) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Deletes the folder with all that it holds.
  public func remove() { removeTree(path) }
}

private func removeTree(_ path: String) {
  // A link is deleted itself, never what it leads to; of a folder this fails.
  if unlink(path) == 0 { return }
  if isFolder(path), let names = try? listFolder(path) {
    for name in names { removeTree(path + "/" + name) }
    _ = rmdir(path)
  } else {
    removeFile(path)
  }
}
