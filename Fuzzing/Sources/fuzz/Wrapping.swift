/// Makes a torch archive around a pickle, so that what varies is the pickle alone: the fuzzer would have to keep a zip's
/// three copies of every length alike.
func torchArchive(_ pickle: [UInt8]) -> [UInt8] {
  let files: [(name: String, content: [UInt8])] = [
    ("archive/data.pkl", pickle), ("archive/version", Array("3\n".utf8)),
    ("archive/data/0", [UInt8](repeating: 0x3F, count: 512)), ("archive/data/1", [UInt8](repeating: 0x40, count: 64)),
  ]
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for (name, content) in files {
    let sizes = little(content.count, 4) + little(content.count, 4) + little(name.utf8.count, 2)
    // Version, flags, method, time, date, checksum: none of which is read but flags and method.
    let common = little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(0, 4) + sizes + little(0, 2)
    directory += little(0x0201_4B50, 4) + little(0, 2) + common + little(0, 10) + little(archive.count, 4)
    directory += Array(name.utf8)
    archive += little(0x0403_4B50, 4) + common + Array(name.utf8) + content
  }
  let end = little(0x0605_4B50, 4) + little(0, 4) + little(files.count, 2) + little(files.count, 2)
  return archive + directory + end + little(directory.count, 4) + little(archive.count, 4) + little(0, 2)
}

/// Makes a safetensors file without numbers around a JSON header.
func safetensorsFile(_ header: [UInt8]) -> [UInt8] { little(header.count + 1, 8) + [UInt8(ascii: "{")] + header }

/// A number as little-endian bytes; zeros after its 8 bytes.
func little(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
}
