internal import Files
internal import Tensors

/// Numbers of one array.
public struct NumberArray: Sendable {
  public let shape: [Int]
  public let values: [Double]

  public init(shape: [Int], values: [Double]) { (self.shape, self.values) = (shape, values) }
}

/// The arrays of an .npz of numpy.savez, whose float64 stays float64.
public struct NumberArchive: Sendable {
  private var arrays: [String: NumberArray] = [:]

  public subscript(name: String) -> NumberArray? { arrays[name] }

  /// Reads the local headers one after the other: entries are stored as they are, and their sizes stand before them.
  public init(_ path: String) throws {
    let file = try MappedFile(path: path, doing: "reading golden arrays")
    let bytes = file.bytes
    func number(_ offset: Int, _ width: Int) -> Int {
      (0..<width).reversed().reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
    }
    var offset = 0
    while number(offset, 4) == 0x0403_4b50 {
      var size = number(offset + 18, 4)
      let (nameLength, extraLength) = (number(offset + 26, 2), number(offset + 28, 2))
      let nameEnd = offset + 30 + nameLength
      let name = String(decoding: bytes[offset + 30..<nameEnd], as: UTF8.self)
      // numpy writes sizes of 64 bits into the extra field.
      if size == 0xffff_ffff { size = number(nameEnd + 4, 8) }
      let start = nameEnd + extraLength
      let entry = UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])
      arrays[String(name.dropLast(4))] = try Self.array(entry, path)
      offset = start + size
    }
  }

  private static func array(_ bytes: UnsafeRawBufferPointer, _ path: String) throws -> NumberArray {
    let header = try NumPyHeader(bytes, path: path)
    func value(_ index: Int) -> Double {
      let place = header.dataOffset
      switch header.format {
      case "|u1": return Double(bytes[place + index])
      case "<f4": return Double(bytes.loadUnaligned(fromByteOffset: place + index * 4, as: Float.self))
      case "<f8": return bytes.loadUnaligned(fromByteOffset: place + index * 8, as: Double.self)
      case "<i8": return Double(bytes.loadUnaligned(fromByteOffset: place + index * 8, as: Int64.self))
      default: return .nan
      }
    }
    return NumberArray(shape: header.shape, values: (0..<header.shape.reduce(1, *)).map(value))
  }
}
