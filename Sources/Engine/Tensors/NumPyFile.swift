public import Files

/// What is wrong with a .npy file.
public enum NumPyFileError: Error, Equatable, CustomStringConvertible {
  /// The file is no .npy file, or is damaged.
  case malformed(path: String, found: String)
  /// The numbers are of a type that is not read.
  case unsupported(path: String, found: String)
  /// The file has more or fewer bytes than its header says.
  case wrongSize(path: String, expected: Int, found: Int)

  /// What is wrong, with which file, and what to do.
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
  public init(npy path: String) throws { self = try Tensor(npy: path, formats: ["<f4", "<f8"]) }

  /// The same, of whole numbers too (uint8, int32, int64): where they are what is meant, and no numbers that someone forgot
  /// to convert.
  public init(npyOfAnyNumbers path: String) throws {
    self = try Tensor(npy: path, formats: ["<f4", "<f8", "|u1", "<i4", "<i8"])
  }

  private init(npy path: String, formats: [String]) throws {
    let file = try MappedFile(path: path, doing: "reading an array")
    // The file must outlive the look at its bytes.
    self = try withExtendedLifetime(file) { try Tensor(npy: file.bytes, path: path, formats) }
  }

  private init(npy bytes: UnsafeRawBufferPointer, path: String, _ formats: [String]) throws {
    let header = try NumPyHeader(bytes, path: path)
    let data = UnsafeRawBufferPointer(rebasing: bytes[header.dataOffset...])
    guard formats.contains(header.format) else {
      throw NumPyFileError.unsupported(path: path, found: "'\(header.format)'")
    }
    let (shape, width) = (header.shape, header.format.last?.wholeNumberValue ?? 1)
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
    func fill<Number>(_ type: Number.Type, _ float: (Number) -> Float) {
      for index in 0..<count {
        storage.pointer[index] = float(data.loadUnaligned(fromByteOffset: index * width, as: type))
      }
    }
    switch header.format {
    case "<f4": fill(Float.self) { $0 }
    case "<f8": fill(Double.self) { Float($0) }
    case "|u1": fill(UInt8.self) { Float($0) }
    case "<i4": fill(Int32.self) { Float($0) }
    default: fill(Int64.self) { Float($0) }
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
