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
    let header = try NumPyHeader(bytes, path: path)
    let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
    let (shape, width) = (header.shape, header.format == "<f4" ? 4 : 8)
    guard header.format == "<f4" || header.format == "<f8" else {
      throw NumPyFileError.unsupported(path: path, found: "'\(header.format)'")
    }
    guard !header.isFortran || shape.filter({ $0 != 1 }).count <= 1 else {
      throw NumPyFileError.unsupported(path: path, found: "Fortran order")
    }
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
