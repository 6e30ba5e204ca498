public import Files

/// What is wrong with a .npy file.
public enum NumPyFileError: Error, Equatable, CustomStringConvertible {
  case malformed(path: String, found: String)
  case unsupported(path: String, found: String)
  case wrongSize(path: String, expected: Int, found: Int)

  public var description: String {
    switch self {
    case .malformed(let path, let found):
      return "reading '\(path)': this is no NumPy .npy file: \(found) -> save it with numpy.save"
    case .unsupported(let path, let found):
      return "reading '\(path)': expected float32 or float64 in C order, found \(found)"
        + " -> save numpy.ascontiguousarray(x, dtype='float32')"
    case .wrongSize(let path, let expected, let found):
      return "reading '\(path)': the header announces \(expected) bytes of data, the file holds \(found)"
        + " -> the file is cut short or damaged"
    }
  }
}

extension Tensor {
  /// Reads a .npy file of little-endian float32 or float64 numbers in C order.
  ///
  /// - Throws: `FileError`, `NumPyFileError`.
  public init(npy path: String) throws {
    let file = try MappedFile(path: path, doing: "reading an array")
    // The file must outlive the look at its bytes.
    self = try withExtendedLifetime(file) { try Tensor(npy: file.bytes, path: path) }
  }

  private init(npy bytes: UnsafeRawBufferPointer, path: String) throws {
    let (header, data) = try splitHeader(bytes, path: path)
    let (shape, width) = try parseHeader(header, path: path)
    // An extent of 0 must not hide others that no memory could hold.
    var largest = width
    for extent in shape {
      let (product, overflow) = largest.multipliedReportingOverflow(by: max(1, extent))
      guard !overflow else { throw NumPyFileError.malformed(path: path, found: "a shape that is too large") }
      largest = product
    }
    let expected = shape.contains(0) ? 0 : largest
    guard data.count == expected else {
      throw NumPyFileError.wrongSize(path: path, expected: expected, found: data.count)
    }
    self.init(zeros: shape)
    for index in 0..<count {
      storage.pointer[index] =
        width == 4
        ? data.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
        : Float(data.loadUnaligned(fromByteOffset: index * 8, as: Double.self))
    }
  }

  /// Writes float32 numbers as a .npy file, atomically.
  public func writeNPY(_ path: String) throws(FileError) {
    let file = try NumPyWriter(path, shape: shape)
    try file.append(self)
    try file.commit()
  }
}

/// Writes a .npy file of float32 numbers piece by piece; it appears when it is complete.
public final class NumPyWriter {
  private let file: AtomicFile

  /// - Parameter shape: Of the whole array.
  public init(_ path: String, shape: [Int]) throws(FileError) {
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    file = try AtomicFile(path: path)
    try file.write([0x93] + Array("NUMPY".utf8) + [1, 0])
    try file.write([UInt8(header.utf8.count & 0xff), UInt8(header.utf8.count >> 8)])
    try file.write(header)
  }

  /// Adds the numbers that follow.
  public func append(_ part: Tensor) throws(FileError) { try file.write(raw: UnsafeRawBufferPointer(part.values)) }

  /// Gives the file its name.
  public func commit() throws(FileError) { try file.commit() }
}

/// Splits a .npy file into the header's text and the numbers.
private func splitHeader(
  _ bytes: UnsafeRawBufferPointer, path: String
) throws -> (header: String, data: UnsafeRawBufferPointer) {
  guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
    throw NumPyFileError.malformed(path: path, found: bytes.isEmpty ? "the file is empty" : "no NumPy magic")
  }
  // Version 1 has two bytes for the header's length, later ones four.
  let longHeader = bytes.count > 6 && bytes[6] >= 2
  let start = longHeader ? 12 : 10
  guard bytes.count >= start else { throw NumPyFileError.malformed(path: path, found: "a cut header") }
  let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
  guard start + length <= bytes.count else { throw NumPyFileError.malformed(path: path, found: "a cut header") }
  let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
  return (header, UnsafeRawBufferPointer(rebasing: bytes[(start + length)...]))
}

/// Takes the shape and the element width out of a .npy header.
private func parseHeader(_ header: String, path: String) throws -> (shape: [Int], width: Int) {
  func value(after key: String) -> Substring? {
    guard let range = header.firstRange(of: "'\(key)':") else { return nil }
    return header[range.upperBound...].drop { $0 == " " }
  }
  guard let descr = value(after: "descr"), let order = value(after: "fortran_order"), let tuple = value(after: "shape"),
    tuple.first == "(", let close = tuple.firstIndex(of: ")")
  else { throw NumPyFileError.malformed(path: path, found: "the header \(header.debugDescription)") }
  let width = descr.hasPrefix("'<f4'") ? 4 : descr.hasPrefix("'<f8'") ? 8 : 0
  guard width > 0 else { throw NumPyFileError.unsupported(path: path, found: String(descr.prefix { $0 != "," })) }
  let fields = tuple[tuple.index(after: tuple.startIndex)..<close].split(separator: ",")
  let extents = fields.map { Int($0.filter { $0 != " " }) }
  guard extents.allSatisfy({ $0 != nil && $0! >= 0 }) else {
    throw NumPyFileError.malformed(path: path, found: "the shape \(tuple[...close])")
  }
  let shape = extents.map { $0! }
  guard order.hasPrefix("False") || shape.filter({ $0 != 1 }).count <= 1 else {
    throw NumPyFileError.unsupported(path: path, found: "Fortran order")
  }
  return (shape, width)
}
