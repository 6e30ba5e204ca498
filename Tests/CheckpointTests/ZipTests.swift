import Checkpoint
import Files
import Parallel
import Tensors
import TestSupport
import Testing

@Suite struct ZipTests {
  private static let pickle = Pickle.state(("w", Pickle.tensor([2], strides: [1], count: 2)))
  private static let storage = floatBytes([1.5, -2])

  private func values(_ archive: ZipBuilder) throws -> [Float] { try open(archive.bytes).tensor("w").array }

  @Test(arguments: ["archive/", "x/", "größe/", "a/b/", ""]) func anyRoot(_ root: String) throws {
    #expect(try values(.torch(Self.pickle, Self.storage, root: root)) == [1.5, -2])
  }

  /// What may differ between writers without any change of content.
  @Test func paddingDescriptorsCommentsAndZip64() throws {
    var archive = ZipBuilder.torch(Self.pickle, Self.storage)
    for index in archive.entries.indices {
      archive.entries[index].localExtra = [0x46, 0x42, UInt8(index), 0] + [UInt8](repeating: 0x5a, count: index)
    }
    #expect(try values(archive) == [1.5, -2])
    for index in archive.entries.indices { archive.entries[index].flags = 8 }
    #expect(try values(archive) == [1.5, -2])
    // A comment that looks like an end record itself.
    archive.comment = Array("PK".utf8) + [5, 6] + [UInt8](repeating: 0, count: 30)
    #expect(try values(archive) == [1.5, -2])
    archive.comment = []
    for index in archive.entries.indices { archive.entries[index].isZip64 = true }
    #expect(try values(archive) == [1.5, -2])
    archive.isZip64 = true
    #expect(try values(archive) == [1.5, -2])
  }

  /// Content that is not what was written is found, and which part of the file it is.
  @Test func checksumsAreCompared() throws {
    var archive = ZipBuilder.torch(Self.pickle, Self.storage)
    for index in archive.entries.indices {
      archive.entries[index].checksum = archive.entries[index].data.withUnsafeBytes { crc32($0) }
    }
    #expect(try values(archive) == [1.5, -2])
    for (index, name) in [(0, "archive/data.pkl"), (1, "archive/byteorder"), (2, "archive/data/0")] {
      var damaged = archive
      damaged.entries[index].checksum ^= 1
      let text = refusal(damaged.bytes) ?? ""
      #expect(text.contains("the zip entry '\(name)' ("), "\(text)")
      #expect(text.contains("has the checksum") && text.contains("-> the file is cut short or damaged"), "\(text)")
    }
    // What is not read need not be whole.
    archive.entries[3].checksum ^= 1
    #expect(try values(archive) == [1.5, -2])
  }

  /// Long content is checked in parts, by several threads where there are some.
  @Test(arguments: [0, 2]) func checksumsOfPartsAreJoined(_ threads: Int) throws {
    let numbers = (0..<700_000).map { Float($0 % 1013) }
    let pickle = Pickle.state(("w", Pickle.tensor([700_000], strides: [1], count: 700_000)))
    var archive = ZipBuilder.torch(pickle, floatBytes(numbers))
    for index in archive.entries.indices {
      archive.entries[index].checksum = archive.entries[index].data.withUnsafeBytes { crc32($0) }
    }
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/weights.pyth"
    let pool = threads == 0 ? nil : WorkerPool(threads: threads)
    write(archive.bytes, to: path)
    #expect(try Checkpoint(path: path, pool: pool).tensor("w").array == numbers)
    archive.entries[2].data[2_500_000] ^= 1
    write(archive.bytes, to: path)
    #expect { try Checkpoint(path: path, pool: pool) } throws: { "\($0)".contains("has the checksum") }
  }

  @Test func noOrderEntryIsLittleEndianAndBigIsRefused() throws {
    var archive = ZipBuilder.torch(Self.pickle, Self.storage)
    archive.entries[1].data = Array("big".utf8)
    #expect(refusal(archive.bytes)?.contains("'big' byte order") == true)
    archive.entries.remove(at: 1)
    #expect(try values(archive) == [1.5, -2])
  }

  /// Changes to a good archive, and what the error must say.
  static let bad: [(name: String, says: String, change: @Sendable (inout ZipBuilder) -> Void)] = [
    ("two entries of a name", "two zip entries", { $0.entries[3].name = "archive/data/0" }),
    ("a compressed pickle", "compressed", { $0.entries[0].method = 8 }),
    ("a compressed storage", "compressed", { $0.entries[2].method = 8 }),
    ("an encrypted storage", "encrypted", { $0.entries[2].flags = 1 }),
    ("no pickle", "without torch's data.pkl", { $0.entries.remove(at: 0) }),
    ("no entries", "an empty zip archive", { $0.entries = [] }),
    ("no storage", "'0' is missing", { $0.entries.remove(at: 2) }),
    ("an offset after the end", "outside the file", { $0.entries[2].offset = 1 << 30 }),
    ("an offset into another entry", "no header where it should be", { $0.entries[2].offset = 3 }),
    ("an offset of another entry", "another name", { $0.entries[2].offset = 0 }),
    ("an offset into the directory", "", { $0.entries[2].offset = UInt32($0.bytes.count - 60) }),
    ("a size after the end", "outside the file", { $0.entries[2].size = 1 << 31 }),
    (
      "a size into the directory", "of 300 bytes",
      {
        $0.entries[3].size = 0; $0.entries[2].size = 300
      }
    ),
    (
      "a huge zip64 size", "outside the file",
      {
        $0.entries[2].isZip64 = true; $0.entries[2].size = .max
      }
    ),
    ("a local name of another length", "another name", { $0.entries[2].localName = "archive/data/00" }),
    ("a directory after the end", "outside the file", { $0.directoryOffset = 1 << 31 }),
    (
      "a huge zip64 directory", "outside the file",
      {
        $0.isZip64 = true; $0.directoryOffset = .max - 3
      }
    ),
    ("too many entries", "outside the file", { $0.count = 60_000 }),
    (
      "far too many entries", "outside the file",
      {
        $0.isZip64 = true; $0.count = 1 << 62
      }
    ),
    ("one entry too many", "", { $0.count = 5 }),
    (
      "a comment that is cut", "without its directory",
      {
        $0.comment = [1]; $0.entries[0].data += [0x50, 0x4b]
      }
    ),
  ]

  @Test(arguments: bad.indices) func damagedArchives(_ index: Int) {
    let (name, says, change) = Self.bad[index]
    var archive = ZipBuilder.torch(Self.pickle, Self.storage)
    change(&archive)
    let bytes = name.hasPrefix("a comment") ? Array(archive.bytes.dropLast()) : archive.bytes
    let text = refusal(bytes)
    #expect(text?.contains(says) == true, "\(name): \(text ?? "")")
  }

  @Test func aTorchScriptProgramIsNamed() {
    var archive = ZipBuilder.torch(Pickle.proto2 + Pickle.global("__torch__", "Net") + [0x29, 0x81] + Pickle.stop)
    archive.entries.append(ZipBuilder.Entry(name: "archive/constants.pkl", data: [0x80, 2, 0x29, 0x2e]))
    #expect(refusal(archive.bytes)?.contains("TorchScript") == true)
  }

  @Test func aWholeModelIsNoStateDict() {
    let archive = ZipBuilder.torch(Pickle.proto2 + Pickle.global("my.models", "Net") + [0x29, 0x81] + Pickle.stop)
    let text = refusal(archive.bytes)
    #expect(text?.contains("found an object of my.models.Net") == true)
    #expect(text?.contains("state_dict()") == true)
  }
}
