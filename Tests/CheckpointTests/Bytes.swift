import Files

/// Pieces of pickles, byte by byte.
enum Pickle {
  static let proto2: [UInt8] = [0x80, 2]
  static let stop: [UInt8] = [0x2e]
  static let mark: [UInt8] = [0x28]
  static let emptyDictionary: [UInt8] = [0x7d]
  static let emptyList: [UInt8] = [0x5d]
  static let emptyTuple: [UInt8] = [0x29]
  static let tuple: [UInt8] = [0x74]
  static let setItem: [UInt8] = [0x73]
  static let setItems: [UInt8] = [0x75]
  static let append: [UInt8] = [0x61]
  static let reduce: [UInt8] = [0x52]
  static let build: [UInt8] = [0x62]
  static let none: [UInt8] = [0x4e]
  static let persistent: [UInt8] = [0x51]

  static func text(_ text: String) -> [UInt8] { [0x58] + little(UInt32(text.utf8.count)) + Array(text.utf8) }

  static func global(_ module: String, _ name: String) -> [UInt8] { [0x63] + Array("\(module)\n\(name)\n".utf8) }

  static func integer(_ value: Int) -> [UInt8] {
    if let small = Int32(exactly: value) { return [0x4a] + little(small) }
    return [0x8a, 8] + little(Int64(value))
  }

  static func tuple(_ items: [UInt8]...) -> [UInt8] { mark + items.joined() + tuple }

  static func integers(_ values: [Int]) -> [UInt8] { mark + values.flatMap(integer) + tuple }

  static func put(_ slot: UInt8) -> [UInt8] { [0x71, slot] }

  static func get(_ slot: UInt8) -> [UInt8] { [0x68, slot] }

  /// torch's tensor over the float storage "0" of `count` elements.
  static func tensor(
    _ shape: [Int], strides: [Int], offset: Int = 0, count: Int, storage: String = "FloatStorage", key: String = "0"
  ) -> [UInt8] {
    let id = tuple(text("storage"), global("torch", storage), text(key), text("cpu"), integer(count))
    let hooks = global("collections", "OrderedDict") + emptyTuple + reduce
    return global("torch._utils", "_rebuild_tensor_v2")
      + tuple(id + persistent, integer(offset), integers(shape), integers(strides), [0x89], hooks) + reduce
  }

  /// A whole pickle `{"model_state": {name: value}}`.
  static func state(_ items: (name: String, value: [UInt8])...) -> [UInt8] {
    let inner = emptyDictionary + items.flatMap { text($0.name) + $0.value + setItem }
    return proto2 + emptyDictionary + text("model_state") + inner + setItem + stop
  }

  /// A whole plain pickle `{"blobs": ...}`.
  static func blobs(_ value: [UInt8]) -> [UInt8] {
    proto2 + emptyDictionary + text("blobs") + value + setItem + stop
  }
}

/// An integer's bytes, the lowest first.
func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

func floatBytes(_ values: [Float]) -> [UInt8] { values.flatMap { little($0.bitPattern) } }

/// Writes zip archives, correct ones and others.
struct ZipBuilder {
  struct Entry {
    var name: String
    var data: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var localName: String?
    var localExtra: [UInt8] = []
    var isZip64 = false
    /// What the directory says of the content; 0 says nothing.
    var checksum: UInt32 = 0
    /// Overrides what the directory says.
    var offset: UInt32?
    var size: UInt32?
  }

  var entries: [Entry] = []
  var comment: [UInt8] = []
  /// Whether the directory is announced by zip64 records.
  var isZip64 = false
  var directoryOffset: UInt64?
  var count: UInt64?

  /// The archive that torch would write of a pickle and one storage.
  static func torch(_ pickle: [UInt8], _ storage: [UInt8] = [], root: String = "archive/") -> ZipBuilder {
    ZipBuilder(entries: [
      Entry(name: root + "data.pkl", data: pickle), Entry(name: root + "byteorder", data: Array("little".utf8)),
      Entry(name: root + "data/0", data: storage), Entry(name: root + "version", data: Array("3\n".utf8)),
    ])
  }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = result.count
      let hasDescriptor = entry.flags & 8 != 0
      let size = UInt32(entry.data.count)
      let name = Array((entry.localName ?? entry.name).utf8)
      let localSize = hasDescriptor ? 0 : size
      result += little(UInt32(0x0403_4b50)) + little(UInt16(20)) + little(entry.flags) + little(entry.method)
      result += little(UInt32(0)) + little(UInt32(0)) + little(localSize) + little(localSize)
      result += little(UInt16(name.count)) + little(UInt16(entry.localExtra.count)) + name + entry.localExtra
      result += entry.data
      if hasDescriptor { result += little(UInt32(0x0807_4b50)) + little(UInt32(0)) + little(size) + little(size) }
      directory += record(entry, offset)
    }
    let start = directoryOffset ?? UInt64(result.count)
    let total = count ?? UInt64(entries.count)
    let end = UInt64(result.count + directory.count)
    result += directory
    if isZip64 {
      result += little(UInt32(0x0606_4b50)) + little(UInt64(44)) + little(UInt32(45)) + little(UInt64(0))
      result += little(total) + little(total) + little(UInt64(directory.count)) + little(start)
      result += little(UInt32(0x0706_4b50)) + little(UInt32(0)) + little(end) + little(UInt32(1))
    }
    result += little(UInt32(0x0605_4b50)) + little(UInt32(0))
    let shown = isZip64 ? 0xffff : UInt16(truncatingIfNeeded: total)
    result += little(shown) + little(shown) + little(UInt32(directory.count))
    result += little(isZip64 ? UInt32.max : UInt32(truncatingIfNeeded: start)) + little(UInt16(comment.count)) + comment
    return result
  }

  private func record(_ entry: Entry, _ offset: Int) -> [UInt8] {
    let size = entry.size ?? UInt32(entry.data.count)
    let shownSize = entry.isZip64 ? UInt32.max : size
    let shownOffset = entry.isZip64 ? UInt32.max : entry.offset ?? UInt32(offset)
    let numbers = little(UInt64(size)) + little(UInt64(size)) + little(UInt64(entry.offset ?? UInt32(offset)))
    let extra = entry.isZip64 ? little(UInt16(1)) + little(UInt16(numbers.count)) + numbers : []
    var result = little(UInt32(0x0201_4b50)) + little(UInt32(20)) + little(entry.flags) + little(entry.method)
    result +=
      little(UInt32(0)) + little(entry.checksum) + little(shownSize) + little(shownSize)
      + little(UInt16(entry.name.utf8.count))
    result += little(UInt16(extra.count)) + little(UInt16(0)) + little(UInt64(0)) + little(shownOffset)
    return result + Array(entry.name.utf8) + extra
  }
}

func fileExists(_ path: String) -> Bool { pathExists(path) }
