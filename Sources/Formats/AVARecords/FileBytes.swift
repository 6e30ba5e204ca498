internal import Files

/// A whole text file's bytes in place: mapped where the system can map it, read where it is a stream or compressed.
final class FileBytes {
  let path: String
  let bytes: UnsafeRawBufferPointer
  private let mapped: MappedFile?
  private let copy: UnsafeMutableRawBufferPointer?

  private let doing: String

  init(path: String, doing: String) throws(FileError) {
    self.path = path
    self.doing = doing
    let file = path == standardInput ? nil : try MappedFile(path: path, doing: doing)
    if let file, file.count > 0, Compression(beginning: file.bytes) == nil {
      (mapped, bytes, copy) = (file, file.bytes, nil)
    } else {
      // A pipe has no size and cannot be mapped.
      let contents = try ByteStream(path: path, doing: doing).readToEnd()
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count, alignment: 1)
      block.copyBytes(from: contents)
      (mapped, bytes, copy) = (nil, UnsafeRawBufferPointer(block), block)
    }
  }

  deinit { copy?.deallocate() }

  /// Throws where the file is no such text as is expected: an archive, another encoding, another format.
  func requireText(expecting expected: String) throws(FileError) {
    guard let content = ForeignContent(beginning: bytes) else { return }
    throw .foreign(doing: doing, path: path, expected: expected, content: content)
  }
}
