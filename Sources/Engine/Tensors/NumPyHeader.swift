/// What a .npy file says of its numbers before they come.
public struct NumPyHeader: Equatable, Sendable {
  /// NumPy's type string, such as "<f4".
  public let format: String
  /// Whether the first axis is the fastest one.
  public let isFortran: Bool
  /// The extents, in the order of the axes.
  public let shape: [Int]
  /// Where the numbers begin.
  public let dataOffset: Int

  /// Reads the beginning of a file.
  ///
  /// - Throws: `NumPyFileError`.
  public init(_ bytes: UnsafeRawBufferPointer, path: String) throws(NumPyFileError) {
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw .malformed(path: path, found: bytes.isEmpty ? "the file is empty" : "no NumPy magic")
    }
    // Version 1 has two bytes for the header's length, later ones four.
    let start = bytes.count > 6 && bytes[6] >= 2 ? 12 : 10
    guard bytes.count >= start else { throw .malformed(path: path, found: "a cut header") }
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard start + length <= bytes.count else { throw .malformed(path: path, found: "a cut header") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    func value(after key: String) -> Substring? {
      guard let range = header.firstRange(of: "'\(key)':") else { return nil }
      return header[range.upperBound...].drop { $0 == " " }
    }
    guard let descr = value(after: "descr"), let order = value(after: "fortran_order"),
      let tuple = value(after: "shape"), tuple.first == "(", let close = tuple.firstIndex(of: ")")
    else { throw .malformed(path: path, found: "the header \(header.debugDescription)") }
    guard descr.first == "'", let end = descr.dropFirst().firstIndex(of: "'") else {
      throw .unsupported(path: path, found: String(descr.prefix { $0 != "," }))
    }
    let fields = tuple[tuple.index(after: tuple.startIndex)..<close].split(separator: ",")
    let extents = fields.map { Int($0.filter { $0 != " " }) }
    guard extents.allSatisfy({ $0 != nil && $0! >= 0 }) else {
      throw .malformed(path: path, found: "the shape \(tuple[...close])")
    }
    format = String(descr[descr.index(after: descr.startIndex)..<end])
    isFortran = !order.hasPrefix("False")
    shape = extents.map { $0! }
    dataOffset = start + length
  }
}
